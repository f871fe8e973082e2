"""The slots of the report form, and what a conversation has put into them."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.joining import REPORT_JOIN
from actions.locating import REPORT_PLACE, REPORT_WHICH
from actions.reading import NEXT_SLOT
from actions.speaking import Events
from community.reports import Account

ITEM, WHAT, PLACE, WHICH, JOIN, SINCE, CONFIRM, CONTACT, NEXT = (
    "report_item",
    "report_what",
    REPORT_PLACE,
    REPORT_WHICH,
    REPORT_JOIN,
    "report_since",
    "report_confirm",
    "report_contact",
    NEXT_SLOT,
)
ANSWERS = (WHAT, PLACE, WHICH, JOIN, SINCE, CONFIRM, CONTACT)


def clear_report() -> Events:
    """Returns events that empty the form."""
    return [SlotSet(name, None) for name in (ITEM, *ANSWERS, NEXT)]


def account_of(tracker: Tracker) -> Account:
    """Returns what the resident has told so far."""
    return Account(
        what=tracker.get_slot(WHAT),
        place=tracker.get_slot(PLACE),
        since=tracker.get_slot(SINCE),
    )


def asked_slots(tracker: Tracker) -> set[str]:
    """Returns the slots that were asked since the form was opened."""
    asked: set[str] = set()
    for event in reversed(tracker.events):
        if event.get("event") == "active_loop" and event.get("name"):
            break
        if event.get("name") == "requested_slot" and event.get("value"):
            asked.add(str(event["value"]))
    return asked


def n_answers_to(tracker: Tracker, slot: str) -> int:
    """Returns how many messages have answered a question since the form was opened."""
    n_answers, requested = 0, None
    for event in tracker.events:
        if event.get("event") == "active_loop" and event.get("name"):
            n_answers = 0
        elif event.get("name") == "requested_slot":
            requested = event.get("value")
        elif event.get("event") == "user" and requested == slot:
            intent = (event.get("parse_data") or {}).get("intent") or {}
            n_answers += intent.get("name") == "inform"
    return n_answers
