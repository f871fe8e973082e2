"""The slots of the report form, and what a conversation has put into them."""

from collections.abc import Iterable, Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.joining import ALONE, REPORT_JOIN
from actions.locating import REPORT_PLACE, REPORT_WHICH
from actions.reading import NEXT_SLOT
from actions.speaking import Events
from community.reports.answers import UNTOLD
from community.reports.model import Account

ITEM, OPENING, WHAT, PLACE, WHICH, JOIN, SINCE, CONFIRM, CONTACT, NEXT = (
    "report_item",
    "report_opening",
    "report_what",
    REPORT_PLACE,
    REPORT_WHICH,
    REPORT_JOIN,
    "report_since",
    "report_confirm",
    "report_contact",
    NEXT_SLOT,
)
QUESTIONS = frozenset({WHAT, PLACE, WHICH, JOIN, SINCE})
TIMELESS = frozenset({"matter/micro_wish", "matter/opinion_suggestion"})
"""Matters that never began: nobody is asked since when."""
MAX_QUESTIONS = 3
"""Before the summary, however often each is asked; more are too many."""
ANSWERS = (OPENING, WHAT, PLACE, WHICH, JOIN, SINCE, CONFIRM, CONTACT)


def clear_report() -> Events:
    """Returns events that empty the form."""
    return [SlotSet(name, None) for name in (ITEM, *ANSWERS, NEXT)]


def account_of(tracker: Tracker) -> Account:
    """Returns what the resident has told so far."""
    return Account(
        what=told_in(tracker, WHAT),
        place=told_in(tracker, PLACE),
        since=tracker.get_slot(SINCE),
    )


def told_in(tracker: Tracker, slot: str) -> str | None:
    """Returns an answer; `None` where nobody could be made to give it."""
    value: str | None = tracker.get_slot(slot)
    return None if value == UNTOLD else value


def place_before(tracker: Tracker) -> str | None:
    """Returns the place that was told before it was taken back: 地点不对, 8号楼."""
    for event in reversed(tracker.events):
        if event.get("event") == "active_loop" and event.get("name"):
            return None
        if event.get("name") == PLACE and event.get("value") not in (None, UNTOLD):
            return str(event["value"])
    return None


def told_on(tracker: Tracker, slot: str) -> bool:
    """Tells whether an answer told something, but not what was asked for."""
    if asked_before(tracker)[-1:] != [slot]:
        return False
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("name") in (WHAT, PLACE, CONTACT) and event.get("value"):
            return True
    return False


def askings(newest_first: Iterable[Mapping[str, Any]]) -> list[str]:
    """Returns what was asked since the form was opened or its story taken back, in order.

    A question that was asked again because the answer was none is in it again. Not so
    one that was put back after the resident had asked something else.

    Args:
        newest_first: Rasa's events.
    """
    asked: list[str] = []
    newest: str | None = None
    for event in newest_first:
        if event.get("event") == "active_loop" and event.get("name"):
            break
        if event.get("name") == WHAT and event.get("value") is None:
            break  # 情况不对: what happened is told anew
        if event.get("name") == "requested_slot" and event.get("value"):
            newest = newest or str(event["value"])
        elif event.get("event") == "user" or event.get("name") == "requested_slot":
            counts = event.get("event") != "user" or is_answer(event["parse_data"])
            asked += [newest] if newest and counts else []
            newest = None
    return [*asked, *([newest] if newest else [])][::-1]


def asked_before(tracker: Tracker) -> list[str]:
    """Returns the same, as it was before the message that is being answered.

    What stands behind that message is Rasa's note of the question that it answers.
    """
    newest_first = list(reversed(tracker.events))
    for position, event in enumerate(newest_first):
        if event.get("event") == "active_loop" and event.get("name"):
            return []
        if event.get("event") == "user":
            return askings(newest_first[position:])
    return []


def is_answer(parse_data: Mapping[str, Any]) -> bool:
    """Tells whether a message answers the form, well or not."""
    return bool((parse_data.get("intent") or {}).get("name") == "inform")


def questions_left(asked: list[str]) -> int:
    """Returns how many questions may still be asked before the summary."""
    return MAX_QUESTIONS - sum(slot in QUESTIONS for slot in asked)


def left_untold(tracker: Tracker, changed: Mapping[str, Any]) -> Events:
    """Returns what is left out because nothing more may be asked before the summary.

    Args:
        tracker: The conversation.
        changed: Slots that the present answer sets.
    """
    asked = asked_before(tracker)
    digresses = not is_answer(tracker.latest_message or {})
    if digresses or CONFIRM in asked or questions_left(asked) > 0:
        return []
    instead = {
        WHAT: tracker.get_slot(OPENING) or UNTOLD,
        **dict.fromkeys((PLACE, SINCE), UNTOLD),
        **({JOIN: ALONE} if JOIN in asked else {}),
        **({WHICH: {"text": tracker.get_slot(PLACE)}} if WHICH in asked else {}),
    }
    known = {**{slot: tracker.get_slot(slot) for slot in instead}, **changed}
    return [SlotSet(slot, v) for slot, v in instead.items() if not known[slot]]


def n_answers_to(tracker: Tracker, slot: str) -> int:
    """Returns how many messages have answered a question since the form was opened."""
    n_answers, requested = 0, None
    for event in tracker.events:
        if event.get("event") == "active_loop" and event.get("name"):
            n_answers = 0
        elif event.get("name") == "requested_slot":
            requested = event.get("value")
        elif event.get("event") == "user" and requested == slot:
            n_answers += is_answer(event.get("parse_data") or {})
    return n_answers
