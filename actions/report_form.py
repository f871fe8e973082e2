"""What an answer puts into the slots of the report form."""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.joining import (
    ALONE,
    FOLLOW,
    declines_joining,
    joinable,
    joins_when_asked,
    says_alone,
    says_follow,
    similar_ticket,
)
from actions.locating import (
    unclear_places,
    which_place,
)
from actions.reading import RECORDING_SLOT, Reading, reading_of
from actions.recordings import ATTACH, LEAVE_OUT, SAID_IN_IT, Recordings
from actions.report_reading import (
    answers,
    contact_told_in,
    elsewhere,
    kept_unnamed,
)
from actions.report_slots import (
    CONFIRM,
    CONTACT,
    ITEM,
    JOIN,
    NEXT,
    PLACE,
    SINCE,
    TIMELESS,
    WHAT,
    WHICH,
    account_of,
    asked_before,
    left_untold,
    questions_left,
)
from actions.speaking import Events, say
from community.dialogue.assurances import assurance
from community.dialogue.questions import said_no, said_yes
from community.dialogue.wordings import bare
from community.replies import Text
from community.reports.answers import (
    UNTOLD,
    is_unknown,
    says_more_than,
    says_when,
    with_remark,
)
from community.reports.consent import consents, hurried_yes
from community.reports.corrections import corrects_contact
from community.reports.filing_order import words_with_order
from community.reports.form_interpretation import (
    NEXT_REPORT,
    NO_PHOTO,
    NOT_YET,
)
from community.reports.model import Entity, amended, phone_in, since_in
from community.reports.not_the_story import story_of, worry_beside
from community.reports.summary_asides import (
    ASKS,
    NOTHING,
    PHOTO_COMES,
    told_with_question,
)

YES, NO = "yes", "no"
MAX_ANSWER_CHARS = 300
MAX_TIME_CHARS = 10
"""Of a time and nothing else: 从供暖就不热."""
MIN_WISH_CHARS = 4
"""Shorter, a yes says nothing more."""
MAX_WORDS_OF_ID = 8
"""What stands beside an ID number and says only that it is one."""
BESIDE = (NO_PHOTO, PHOTO_COMES, NOT_YET, NOTHING)
"""Values of what is said to the summary and changes nothing in it."""
TOLD_UNASKED = (PLACE, WHICH, JOIN, SINCE, CONTACT, NEXT, RECORDING_SLOT)


class ValidateReportForm(FormValidationAction):
    """Fills the requested slot from the answer; anything else is a digression."""

    def name(self) -> str:
        """Name in the domain."""
        return "validate_report_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """What, where, since when, and the confirmation of the summary.

        Which of several places it is, is asked where that is unclear, and then once;
        so is whether one joins neighbours who have reported the same. Whoever joins is
        asked nothing more. Nobody is asked more than three times before the summary,
        repeats included: the time is left out first, then joining, which the summary
        offers instead, then which place it is; the rest is filed as not told.
        """
        asked = asked_before(tracker)
        left = questions_left(asked)
        wanted = [WHAT, PLACE]
        may_ask = left > 0 or {WHICH, CONFIRM} & {*asked}
        if tracker.get_slot(WHICH) or (may_ask and unclear_places(tracker)):
            wanted.append(WHICH)
        told = all(tracker.get_slot(slot) for slot in wanted)
        join = tracker.get_slot(JOIN)
        may_join = left > 0 or asked[-1:] == [JOIN]
        if told and (join or await _may_join(tracker, may_join)):
            wanted.append(JOIN)
        if join and join != ALONE:
            return wanted
        open_ones = {slot for slot in wanted if not tracker.get_slot(slot)}
        began = tracker.get_slot(ITEM) not in TIMELESS
        if began and (SINCE in asked or len(open_ones) < left):
            wanted.append(SINCE)
        return [*wanted, CONFIRM]

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Keeps what was told without being asked; the parent class drops it.

        Where no question is left, what is unknown stays untold.
        """
        told = tracker.slots_to_validate()
        events: Events = await super().get_validation_events(
            dispatcher, tracker, domain
        )
        kept = {event["name"] for event in events}
        extra = {name: told[name] for name in TOLD_UNASKED if name in told}
        events += [SlotSet(name, v) for name, v in extra.items() if name not in kept]
        changed = {event["name"]: event["value"] for event in events}
        contact = kept_unnamed(changed.get(CONTACT, tracker.get_slot(CONTACT)), tracker)
        if contact is not None and events:  # a form that hears nothing is not at fault
            events.append(SlotSet(CONTACT, contact))
        return [*events, *left_untold(tracker, changed)]

    async def _extract(
        self, slot: str, tracker: Tracker, dispatcher: CollectingDispatcher
    ) -> dict[str, Any]:
        if tracker.get_slot("requested_slot") != slot:
            return {}
        latest = tracker.latest_message or {}
        if (latest.get("intent") or {}).get("name") != "inform":
            return {}
        reading = reading_of(tracker)
        answer = (reading.value or reading.text).strip()[:MAX_ANSWER_CHARS]
        _reassure(dispatcher, reading)
        if len(reading.text) < len(latest.get("text") or ""):
            say(dispatcher, [Text("身份证号别随便发，报这件事用不着，我没写进去。")])
            if len(answer) <= MAX_WORDS_OF_ID:
                return {CONFIRM: None, WHAT: tracker.get_slot(WHAT)}
        if answer in (ATTACH, LEAVE_OUT):
            return _recording(dispatcher, answer, slot, tracker)
        if answer == NEXT_REPORT and slot in (PLACE, SINCE):
            return _waiting(dispatcher, reading)
        return answers(slot, answer, reading, tracker) if answer else {}

    async def extract_report_what(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "what is wrong"."""
        return await self._extract(WHAT, tracker, dispatcher)

    async def extract_report_place(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "where"."""
        return await self._extract(PLACE, tracker, dispatcher)

    async def extract_report_which(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "is it A or B"."""
        found = await self._extract(WHICH, tracker, dispatcher)
        answer = found.get(WHICH)
        if not answer:
            return found
        reading = reading_of(tracker)
        filled = which_place(tracker, answer, reading.entities)
        chosen = filled[WHICH]["grid"] or filled[WHICH]["community"]
        if chosen or reading.value or filled[PLACE] != tracker.get_slot(PLACE):
            return filled
        account = account_of(tracker)
        if says_when(answer, reading.entities) and not tracker.get_slot(SINCE):
            return {**filled, SINCE: answer}
        return {**filled, WHAT: with_remark(account, answer).what}

    async def extract_report_join(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "do you join them"; another text leaves one alone."""
        found = await self._extract(JOIN, tracker, dispatcher)
        answer = found.get(JOIN)
        if answer is None:
            return found
        ticket = await similar_ticket(tracker)
        joins = answer == YES or said_yes(answer) or joins_when_asked(answer)
        if ticket is not None and joins:
            return {JOIN: ticket.number}
        if joins or answer == NO or declines_joining(answer) or said_no(answer):
            return {JOIN: ALONE}
        return {**_amended(answer, tracker), JOIN: ALONE}

    async def extract_report_since(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "since when"."""
        return await self._extract(SINCE, tracker, dispatcher)

    async def extract_report_confirm(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes yes or no; another text corrects or completes the account."""
        found = await self._extract(CONFIRM, tracker, dispatcher)
        answer = found.get(CONFIRM)
        if answer is None:
            return found
        reading = reading_of(tracker)
        taken = await _offer_taken(reading.text, answer, tracker)
        if taken or answer == NO:
            return taken or found
        if answer == YES and reading.item is not None:
            return {**found, **_waiting(dispatcher, reading)}
        if answer == YES:
            return {**found, **_told_with_yes(reading, tracker)}
        contact = contact_told_in(answer, tracker)
        if contact:
            return {CONTACT: contact, CONFIRM: None}
        if corrects_contact(answer):
            say(dispatcher, [Text("好，您把对的号码发来，我改上。")])
            return {CONTACT: None, CONFIRM: None}
        if answer == ASKS:
            told = with_remark(account_of(tracker), told_with_question(reading.text))
            return {WHAT: told.what, CONFIRM: None}
        if answer in BESIDE:
            return {WHAT: tracker.get_slot(WHAT), CONFIRM: None}
        if answer == NEXT_REPORT and reading.item is not None:
            return {**_waiting(dispatcher, reading), CONFIRM: None}
        return {CONFIRM: None, **_amended(answer, tracker)}

    async def validate_report_confirm(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        """A "no" keeps what was told: what is wrong in it is asked instead."""
        return {CONFIRM: None if value == NO else value}


def _recording(
    dispatcher: CollectingDispatcher, answer: str, slot: str, tracker: Tracker
) -> dict[str, Any]:
    """Puts the recording into the report, or not; it may tell what is wrong."""
    words = "好，录音跟这件一起交。" if answer == ATTACH else "好，录音不交。"
    say(dispatcher, [Text(words)])
    tells = slot == WHAT and answer == ATTACH
    return {
        RECORDING_SLOT: Recordings.of(tracker).decided(answer),
        **({WHAT: SAID_IN_IT} if tells else {}),
    }


def _amended(answer: str, tracker: Tracker) -> dict[str, Any]:
    """Returns the account as a text corrects or completes it."""
    before = account_of(tracker)
    entities = reading_of(tracker).entities
    told = amended(before, answer, entities)
    is_time = told.place == before.place and _is_time(answer, entities)
    since = since_in(answer, entities)
    is_all = since is not None and not says_more_than(since, answer)
    is_all = is_all and told.since == before.since
    if is_time and (is_all or before.since in (None, UNTOLD)):
        return {SINCE: answer}
    return {
        WHAT: told.what if told.what != before.what else tracker.get_slot(WHAT),
        PLACE: told.place if told.place != before.place else tracker.get_slot(PLACE),
        SINCE: told.since,
        **elsewhere(before, told, tracker),
    }


def _is_time(answer: str, entities: tuple[Entity, ...]) -> bool:
    """Tells whether a short answer says when, and nothing about somewhere."""
    is_short = len(answer) <= MAX_TIME_CHARS and not is_unknown(answer)
    return is_short and says_when(answer, entities)


def _told_with_yes(reading: Reading, tracker: Tracker) -> dict[str, Any]:
    """Returns what was told beside the yes: 好 麻烦你们快点, 行 13812345678."""
    if reading.chosen:
        return {}
    told = words_with_order(reading.text)
    text = reading.text if told is None else told
    contact = contact_told_in(text, tracker) if told else None
    if contact:
        others = [w for w in text.split("，") if not contact_told_in(w, tracker)]
        return {CONTACT: contact, **_story_with("，".join(others), tracker)}
    phone = phone_in(reading.entities)
    number = {CONTACT: contact_told_in(phone, tracker)} if phone else {}
    text = text.replace(phone, " ") if phone else text
    wish = hurried_yes(text)
    is_more = told is not None or not consents(text)
    if wish is None and is_more and len(bare(text)) >= MIN_WISH_CHARS:
        wish = text.strip()
    return {**number, **_story_with(wish, tracker)}


def _reassure(dispatcher: CollectingDispatcher, reading: Reading) -> None:
    """Answers the worry that is told with an answer: 报吧 别说是俺说的."""
    answer = None if reading.chosen else assurance(worry_beside(reading.text))
    if answer is not None:
        say(dispatcher, [Text(answer)])


def _story_with(words: str | None, tracker: Tracker) -> dict[str, Any]:
    """Returns the story with words that were told beside the yes."""
    what = account_of(tracker).what
    words = story_of(words or "")
    return {WHAT: f"{what}；补充：{words}"} if words and what else {}


def _waiting(dispatcher: CollectingDispatcher, reading: Reading) -> dict[str, Any]:
    """Puts another problem aside until this one is filed, and says so."""
    say(dispatcher, [Text("那件我也记着了，报完这件接着报。")])
    told = {"item": reading.item, "what": reading.text, "where": reading.text}
    return {NEXT: told}


async def _offer_taken(text: str, answer: str, tracker: Tracker) -> dict[str, Any]:
    """Returns what an answer to the summary says about the neighbours it names.

    Whoever joins a ticket that was ended in this moment reports on their own.
    """
    joins = answer == FOLLOW or says_follow(text)
    if not joins and not says_alone(text):
        return {}
    ticket = await joinable(tracker)
    if joins and ticket is not None:
        return {JOIN: ticket.number}
    return {CONFIRM: YES}


async def _may_join(tracker: Tracker, may_ask: bool) -> bool:
    """Only where a question is left; without one, the summary offers it."""
    if not may_ask or tracker.get_slot(CONFIRM):
        return False
    return await similar_ticket(tracker) is not None
