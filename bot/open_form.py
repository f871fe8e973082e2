"""What a message does to a report form that is open, before it is read: left, put aside, taken up."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, Dict

from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from actions.locating import REPORT_PLACE
from actions.parking import emptied, goes_on, is_left, put_aside
from actions.reading import PARKED_SLOT, QUESTION_SLOT, TOLD_PLACE_SLOT, UNCLEAR_SLOT
from actions.speaking import FORM, LISTEN
from actions.wiring import ports
from community.dialogue.meaning import Said
from community.dialogue.questions import Asked
from community.reports.answers import UNTOLD


def moved(tracker: DialogueStateTracker, parse_data: Dict[str, Any]) -> bool:
    """Puts the form aside, or takes it up again, as a message shows; tells whether."""
    if _left(tracker, parse_data):
        park(tracker)
        return True
    asked = (tracker.get_slot(QUESTION_SLOT) or {}).get("kind")
    parked = tracker.get_slot(PARKED_SLOT)
    if asked != Asked.RESUME.value or not goes_on(parked, Said.of(parse_data)):
        return False
    take_up(tracker, parked)
    return True


def _left(tracker: DialogueStateTracker, parse_data: Dict[str, Any]) -> bool:
    if tracker.active_loop_name != FORM:
        return False
    slot = tracker.get_slot("requested_slot")
    return is_left(slot, Said.of(parse_data), silence(tracker))


def park(tracker: DialogueStateTracker) -> None:
    """Puts an open form aside before the message is handled, so that it is none."""
    left_at = ports().now() - silence(tracker)
    parked = put_aside(tracker.current_slot_values(), left_at)
    for name, value in {**emptied(), PARKED_SLOT: parked}.items():
        tracker.update(SlotSet(name, value))
    tracker.update(ActiveLoop(None))


def leave(tracker: DialogueStateTracker) -> None:
    """Closes a form that is about the wrong thing; where it is, is kept."""
    place = tracker.get_slot(REPORT_PLACE)
    told = {"text": place, "typed": True} if place and place != UNTOLD else None
    kept = {TOLD_PLACE_SLOT: told, UNCLEAR_SLOT: 1.0}
    for name, value in {**emptied(), **kept}.items():
        tracker.update(SlotSet(name, value))
    tracker.update(ActiveLoop(None))


def take_up(tracker: DialogueStateTracker, parked: Dict[str, Any]) -> None:
    """Opens a form again that was put aside, where it was left."""
    open_again = {**parked["slots"], PARKED_SLOT: None, QUESTION_SLOT: None}
    tracker.update(ActionExecuted(FORM))
    tracker.update(ActiveLoop(FORM))
    for name, value in {**open_again, REQUESTED_SLOT: parked["slot"]}.items():
        tracker.update(SlotSet(name, value))
    tracker.update(ActionExecuted(LISTEN))


def silence(tracker: DialogueStateTracker) -> timedelta:
    """Returns how long the resident has said nothing, by the clock of Rasa's sessions."""
    event = tracker.get_last_event_for(UserUttered)
    if event is None:
        return timedelta(0)
    return timedelta(seconds=time.time() - float(event.timestamp))
