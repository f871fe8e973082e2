"""A report form that was left: put aside, asked about next morning, dropped after that."""

from datetime import datetime, time, timedelta, timezone
from typing import Any

from actions.report_slots import ANSWERS, CONFIRM, ITEM
from community.calendar import CHINA, local_day
from community.dialogue.meaning import Said
from community.reports.form_interpretation import fits

STALE = timedelta(hours=8)
"""After so long a message is no answer any more, unless it plainly is one."""
MORNING = time(9)
"""When residents are told of what they have left, in China's time."""


def is_left(slot: str | None, said: Said, silence: timedelta) -> bool:
    """Tells whether a message does not go on with the form that was left open."""
    return slot is not None and silence > STALE and not fits(slot, said)


def put_aside(slots: dict[str, Any], left_at: datetime) -> dict[str, Any]:
    """Returns what is kept of the form until the resident goes on with it."""
    kept = {name: slots.get(name) for name in (ITEM, *ANSWERS) if name != CONFIRM}
    return {
        "slots": kept,
        "slot": slots.get("requested_slot"),
        "day": local_day(left_at).isoformat(),
        "asked": False,
    }


def goes_on(parked: dict[str, Any] | None, said: Said) -> bool:
    """Tells whether a message plainly answers what the form was left with."""
    slot = (parked or {}).get("slot")
    return slot is not None and slot != CONFIRM and fits(slot, said)


def morning_after(said_at: datetime, now: datetime) -> datetime:
    """Returns the next morning on which a report counts as left.

    Args:
        said_at: When the resident wrote last.
        now: Aware UTC; the morning is a later one.
    """
    earliest = max(said_at + STALE, now + timedelta(seconds=1)).astimezone(CHINA)
    morning = datetime.combine(earliest.date(), MORNING, CHINA)
    if morning < earliest:
        morning += timedelta(days=1)
    return morning.astimezone(timezone.utc)


def emptied() -> dict[str, Any]:
    """Returns the slots of a closed form."""
    return dict.fromkeys((ITEM, *ANSWERS, "requested_slot"))
