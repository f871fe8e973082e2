"""What an answer puts into the slots of the report form."""

import re
from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.joining import (
    ALONE,
    FOLLOW,
    joinable,
    joins_when_asked,
    says_alone,
    says_follow,
    similar_ticket,
)
from actions.locating import (
    place_told,
    unclear_places,
    which_place,
)
from actions.reading import RECORDING_SLOT, Reading, reading_of
from actions.recordings import ATTACH, LEAVE_OUT, SAID_IN_IT, Recordings
from actions.report_slots import (
    CONFIRM,
    CONTACT,
    JOIN,
    NEXT,
    PLACE,
    SINCE,
    WHAT,
    WHICH,
    account_of,
    asked_before,
    left_untold,
    n_answers_to,
    questions_left,
)
from actions.speaking import Events, say
from community.form_interpretation import (
    NEXT_REPORT,
    NO_PHOTO,
    refuses_calls,
)
from community.questions import said_yes
from community.replies import Text
from community.report_answers import UNTOLD, instead_of_place, instead_of_time
from community.reports import (
    Account,
    amended,
    is_correction,
    phone_in,
    since_in,
    without_since,
)

YES, NO = "yes", "no"
MAX_CONTACT_CHARS = 40
MAX_ANSWER_CHARS = 300
MIN_PLACE_CHARS = 2
TOLD_UNASKED = (PLACE, WHICH, JOIN, SINCE, CONTACT, NEXT, RECORDING_SLOT)
_CALLS = re.compile(
    r"(?:[我俺这个的是打找回给再吧啊哈]|电话|手机|号码?|联系(?:方式)?|上午|下午|晚上|中午|白天|"
    r"早上|下班|以?后|都行|就行)*"
)


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
        is_asked = asked[-1:] == [JOIN]
        if told and (join or is_asked or await _may_join(tracker, left)):
            wanted.append(JOIN)
        if join and join != ALONE:
            return wanted
        open_ones = {slot for slot in wanted if not tracker.get_slot(slot)}
        if SINCE in asked or len(open_ones) < left:
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
        if answer in (ATTACH, LEAVE_OUT):
            return _recording(dispatcher, answer, slot, tracker)
        if answer == NEXT_REPORT and slot in (PLACE, SINCE):
            return _waiting(dispatcher, reading)
        return _answers(slot, answer, reading, tracker) if answer else {}

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
        return which_place(tracker, answer) if answer else found

    async def extract_report_join(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "do you join them"; another text leaves one alone."""
        found = await self._extract(JOIN, tracker, dispatcher)
        answer = found.get(JOIN)
        if answer is None:
            return found
        ticket = await similar_ticket(tracker)
        joins = ticket is not None and (answer == YES or said_yes(answer))
        joins = joins or (ticket is not None and joins_when_asked(answer))
        return {JOIN: ticket.number if ticket is not None and joins else ALONE}

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
        if taken or answer in (YES, NO):
            return taken or found
        contact = contact_in(answer, reading)
        if contact:
            return {CONTACT: contact, CONFIRM: None}
        if answer == NO_PHOTO:
            return {WHAT: tracker.get_slot(WHAT), CONFIRM: None}
        if answer == NEXT_REPORT and reading.item is not None:
            return {**_waiting(dispatcher, reading), CONFIRM: None}
        before = account_of(tracker)
        told = amended(before, answer, reading.entities)
        return {
            WHAT: told.what if told.what != before.what else tracker.get_slot(WHAT),
            PLACE: told.place
            if told.place != before.place
            else tracker.get_slot(PLACE),
            SINCE: told.since,
            CONFIRM: None,
            **_elsewhere(before, told),
        }

    async def validate_report_confirm(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        """A "no" empties the form's answers, so that they are asked anew."""
        if value == NO:
            say(dispatcher, [Text("好，那咱们重新说一遍。")])
            return {WHAT: None, PLACE: None, JOIN: None, SINCE: None, CONFIRM: None}
        return {CONFIRM: value}


def _answers(
    slot: str, answer: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Returns what an answer fills: its own slot, and a time or place told with it."""
    account = account_of(tracker)
    contact = contact_in(answer, reading) if slot not in (CONFIRM, JOIN) else None
    if contact:
        return {CONTACT: contact}
    if slot not in (WHAT, WHICH, JOIN) and is_correction(answer):
        told = amended(account, answer, reading.entities)
        changed = {
            name: new
            for name, old, new in (
                (PLACE, account.place, told.place),
                (SINCE, account.since, told.since),
            )
            if name != slot and old is not None and new != old
        }
        if changed:
            return {**changed, **_elsewhere(account, told)}
    instead = _said_instead(slot, answer, reading, tracker)
    if instead:
        return instead
    filled: dict[str, Any] = {slot: answer}
    if slot in (WHAT, PLACE):
        since = since_in(answer, reading.entities)
        rest = without_since(answer, since) if since else answer
        if since and slot == PLACE and len(rest) < MIN_PLACE_CHARS:
            return {SINCE: since}
        if since and tracker.get_slot(SINCE) is None:
            filled = {slot: rest if slot == PLACE else answer, SINCE: since}
    if slot == WHAT and tracker.get_slot(PLACE) is None:
        filled[PLACE] = place_told(answer, reading.entities, tracker)
    return filled


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


def _waiting(dispatcher: CollectingDispatcher, reading: Reading) -> dict[str, Any]:
    """Puts another problem aside until this one is filed, and says so."""
    say(dispatcher, [Text("那件我也记着了，报完这件接着报。")])
    told = {"item": reading.item, "what": reading.text, "where": reading.text}
    return {NEXT: told}


def _said_instead(
    slot: str, answer: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Returns what a text fills that answers another question than the form's.

    The same question is asked once more, and then any text will do for the place; the
    time may stay untold.
    """
    account = account_of(tracker)
    if slot not in (PLACE, SINCE) or not account.what or reading.value:
        return {}
    read = instead_of_place if slot == PLACE else instead_of_time
    told = read(answer, reading.entities, account)
    is_asked_again = n_answers_to(tracker, slot) > 1
    if told is None or (is_asked_again and slot == PLACE):
        return {}
    changed = {PLACE: told.place, WHICH: None, JOIN: None}
    return {
        WHAT: told.what,
        **(changed if told.place != account.place else {}),
        **({SINCE: UNTOLD} if is_asked_again else {}),
    }


def _elsewhere(before: Account, told: Account) -> dict[str, Any]:
    """Forgets what was decided about the neighbours of another place."""
    return {JOIN: None} if told.place != before.place else {}


def contact_in(answer: str, reading: Reading) -> str | None:
    """Returns how to be reached, where a message says nothing else.

    A number, with when to call; or that nobody shall call.
    """
    if len(answer) > MAX_CONTACT_CHARS:
        return None
    if refuses_calls(answer):
        return "不打电话，在这里回"
    phone = phone_in(reading.entities)
    if phone is None:
        return None
    rest = re.sub(r"\W", "", answer.replace(phone, ""))
    return answer if _CALLS.fullmatch(rest) else None


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
    return {CONFIRM: YES} if ticket is not None or answer == FOLLOW else {}


async def _may_join(tracker: Tracker, left: int) -> bool:
    """Only where a question is left; without one, the summary offers it."""
    if left <= 0 or tracker.get_slot(CONFIRM):
        return False
    return await similar_ticket(tracker) is not None
