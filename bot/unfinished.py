"""Reports that were left unfinished: asked about in the morning, later dropped."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Optional, Tuple

from rasa.shared.core.trackers import DialogueStateTracker

from actions.parking import STALE, morning_after
from actions.reading import (
    OFFERED_SLOT,
    PARKED_SLOT,
    PHOTOS_SLOT,
    QUESTION_SLOT,
    RECORDING_SLOT,
    TAKEN_OVER_SLOT,
)
from actions.report_slots import ITEM
from actions.speaking import FORM, composer_for, name_of, resume_question
from actions.wiring import ports
from bot.open_form import park, silence
from community.dialogue.questions import Asked
from community.replies import Part, Text


def remind_at(tracker: Optional[DialogueStateTracker]) -> Optional[datetime]:
    """Returns when the resident is next told of an unfinished report, if there is one."""
    if tracker is None or not _is_unfinished(tracker):
        return None
    now = ports().now()
    return morning_after(now - silence(tracker), now)


def _is_unfinished(tracker: DialogueStateTracker) -> bool:
    parked = tracker.get_slot(PARKED_SLOT) or {"dropped": True}
    return tracker.active_loop_name == FORM or not parked.get("dropped")


def told(tracker: DialogueStateTracker) -> Tuple[List[Part], Dict[str, Any]]:
    """Returns what is said of an unfinished report in the morning, and the slots.

    What was filed, cancelled or gone on with meanwhile needs no word; nobody is
    interrupted who talks with a person.
    """
    if not _is_unfinished(tracker) or tracker.get_slot(TAKEN_OVER_SLOT):
        return [], {}
    if tracker.active_loop_name == FORM:
        if silence(tracker) < STALE:
            return [], {}
        park(tracker)
    parked = tracker.get_slot(PARKED_SLOT)
    composer = composer_for(tracker)
    if not parked["asked"]:
        return [resume_question(parked, composer)], {
            PARKED_SLOT: {**parked, "asked": True},
            QUESTION_SLOT: {"kind": Asked.RESUME.value},
        }
    name = name_of(parked["slots"][ITEM], composer)
    words = (
        f"“{name}”那件一直没报完，我先放下了，什么都没有提交。"
        "还想报的话，随时再跟我说。"
    )
    dropped = (PARKED_SLOT, PHOTOS_SLOT, RECORDING_SLOT, QUESTION_SLOT, OFFERED_SLOT)
    return [Text(words)], dict.fromkeys(dropped)
