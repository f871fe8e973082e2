"""The slots of the report form, and what an answer puts into them."""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.locating import (
    REPORT_PLACE,
    REPORT_WHICH,
    place_told,
    unclear_places,
    which_place,
)
from actions.reading import Reading, reading_of
from actions.speaking import Events, say
from community.form_interpretation import NEXT_REPORT
from community.replies import Text
from community.reports import (
    Account,
    amended,
    is_correction,
    since_in,
    without_since,
)

ITEM, WHAT, PLACE, WHICH, SINCE, CONFIRM, CONTACT, NEXT = (
    "report_item",
    "report_what",
    REPORT_PLACE,
    REPORT_WHICH,
    "report_since",
    "report_confirm",
    "report_contact",
    "report_next",
)
ANSWERS = (WHAT, PLACE, WHICH, SINCE, CONFIRM, CONTACT)
YES, NO = "yes", "no"
MAX_ANSWER_CHARS = 300
MIN_PLACE_CHARS = 2


def clear_report() -> Events:
    """Returns events that empty the form."""
    return [SlotSet(name, None) for name in (ITEM, *ANSWERS, NEXT)]


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

        Which of several places it is, is asked where that is unclear, and then once.
        Nobody is asked more than three questions: the time is left out first.
        """
        if not tracker.get_slot(WHICH) and not unclear_places(tracker):
            return [WHAT, PLACE, SINCE, CONFIRM]
        if _asked(tracker) >= {WHAT, PLACE}:
            return [WHAT, PLACE, WHICH, CONFIRM]
        return [WHAT, PLACE, WHICH, SINCE, CONFIRM]

    async def _extract(self, slot: str, tracker: Tracker) -> dict[str, Any]:
        if tracker.get_slot("requested_slot") != slot:
            return {}
        latest = tracker.latest_message or {}
        if (latest.get("intent") or {}).get("name") != "inform":
            return {}
        reading = reading_of(tracker)
        answer = (reading.value or reading.text).strip()[:MAX_ANSWER_CHARS]
        return _answers(slot, answer, reading, tracker) if answer else {}

    async def extract_report_what(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "what is wrong"."""
        return await self._extract(WHAT, tracker)

    async def extract_report_place(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "where"."""
        return await self._extract(PLACE, tracker)

    async def extract_report_which(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "is it A or B"."""
        answer = (await self._extract(WHICH, tracker)).get(WHICH)
        return which_place(tracker, answer) if answer else {}

    async def extract_report_since(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "since when"."""
        return await self._extract(SINCE, tracker)

    async def extract_report_confirm(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes yes or no; another text corrects or completes the account."""
        found = await self._extract(CONFIRM, tracker)
        answer = found.get(CONFIRM)
        if answer is None or answer in (YES, NO):
            return found
        reading = reading_of(tracker)
        if answer == NEXT_REPORT and reading.item is not None:
            say(dispatcher, [Text("那件我也记着了，报完这件接着报。")])
            waiting = {
                "item": reading.item,
                "what": reading.text,
                "where": reading.text,
            }
            return {NEXT: waiting, CONFIRM: None}
        told = amended(_account(tracker), answer, reading.entities)
        return {WHAT: told.what, PLACE: told.place, SINCE: told.since, CONFIRM: None}

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
            return {WHAT: None, PLACE: None, SINCE: None, CONFIRM: None}
        return {CONFIRM: value}


def _answers(
    slot: str, answer: str, reading: Reading, tracker: Tracker
) -> dict[str, Any]:
    """Returns what an answer fills: its own slot, and a time or place told with it."""
    account = _account(tracker)
    if slot not in (WHAT, WHICH) and is_correction(answer):
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
            return changed
    filled: dict[str, Any] = {slot: answer}
    if slot in (WHAT, PLACE) and tracker.get_slot(SINCE) is None:
        since = since_in(answer, reading.entities)
        rest = without_since(answer, since) if since else answer
        if since and slot == PLACE and len(rest) < MIN_PLACE_CHARS:
            return {SINCE: since}
        if since:
            filled = {slot: rest if slot == PLACE else answer, SINCE: since}
    if slot == WHAT and tracker.get_slot(PLACE) is None:
        filled[PLACE] = place_told(answer, reading.entities, tracker)
    return filled


def _asked(tracker: Tracker) -> set[str]:
    """Returns the slots that were asked since the form was opened."""
    asked: set[str] = set()
    for event in reversed(tracker.events):
        if event.get("event") == "active_loop" and event.get("name"):
            break
        if event.get("name") == "requested_slot" and event.get("value"):
            asked.add(str(event["value"]))
    return asked


def _account(tracker: Tracker) -> Account:
    return Account(
        what=tracker.get_slot(WHAT),
        place=tracker.get_slot(PLACE),
        since=tracker.get_slot(SINCE),
    )
