"""A report form that was left for a night: put aside, to be asked about once."""

from datetime import datetime, timedelta
from typing import Any

from actions.report_slots import ANSWERS, CONFIRM, ITEM
from community.calendar import local_day
from community.form_interpretation import fits
from community.meaning import Said

STALE = timedelta(hours=8)
"""After so long a message is no answer any more, unless it plainly is one."""


def is_left(slot: str | None, said: Said, silence: timedelta) -> bool:
    """Tells whether a message does not go on with the form that was left open."""
    return slot is not None and silence > STALE and not fits(slot, said)


def put_aside(slots: dict[str, Any], left_at: datetime) -> dict[str, Any]:
    """Returns what is kept of the form until the resident goes on with it."""
    kept = {name: slots.get(name) for name in (ITEM, *ANSWERS) if name != CONFIRM}
    return {"slots": kept, "day": local_day(left_at).isoformat(), "asked": False}


def emptied() -> dict[str, Any]:
    """Returns the slots of a closed form."""
    return dict.fromkeys((ITEM, *ANSWERS, "requested_slot"))
