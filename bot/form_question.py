"""The question of an open report form, asked again after something else was said."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk import Tracker

from actions.reading import reading_of
from actions.report import (
    AskConfirm,
    AskJoin,
    AskPlace,
    AskSince,
    AskWhat,
    AskWhich,
)
from actions.report_slots import CONFIRM, JOIN, PLACE, SINCE, WHAT, WHICH
from actions.speaking import FORM, SpeakingAction, composer_for
from community.replies import Part

ASKS: Dict[str, SpeakingAction] = {
    WHAT: AskWhat(),
    PLACE: AskPlace(),
    WHICH: AskWhich(),
    JOIN: AskJoin(),
    SINCE: AskSince(),
    CONFIRM: AskConfirm(),
}
"""The form's slots in the order in which they are asked."""


async def form_question(
    tracker: DialogueStateTracker, changes: Optional[Dict[str, Any]] = None
) -> List[Part]:
    """Returns the open question; nothing where no form is open.

    Args:
        tracker: The conversation.
        changes: Slots that are set in the same turn; the question may be another one.
    """
    slots = {**tracker.current_slot_values(), **(changes or {})}
    ask = ASKS.get(str(slots.get("requested_slot")))
    if ask is None or tracker.active_loop_name != FORM:
        return []
    view = Tracker(
        tracker.sender_id,
        slots,
        {"text": "", "reading": {}},
        [],
        False,
        None,
        {"name": FORM},
        None,
    )
    parts, _ = await ask.speak(reading_of(view), view, composer_for(view))
    return parts


def next_slot(slots: Dict[str, Any]) -> str:
    """Returns the first slot of the form that nobody has answered yet."""
    order = (WHAT, PLACE, SINCE, CONFIRM)
    return next((name for name in order if not slots.get(name)), CONFIRM)
