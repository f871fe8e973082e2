"""Who trains and who judges: decided by person and day before anybody sees a label."""

from datetime import datetime, timedelta, timezone

EVALUATED_OF = 5
"""Of so many residents, the questions of one only judge models."""
CYCLE_DAYS, TRAINING_DAYS = 10, 9
"""Of each ten days, what is first asked on the last one only judges.

Ten, so that the weekday moves; a cut that comes back, so that the newest words may be
taught the day after and every model is judged on days that no training has seen.
"""
LOCAL = timezone(timedelta(hours=8))
TRAIN, RECENT = "train", "recent"


def split_of(person: str, at: datetime) -> str:
    """Returns which use a question has that a person first asked at an instant.

    The pseudonym is a keyed hash and the calendar is nobody's to choose, so the use is
    fixed for ever and nobody can aim at it.

    Args:
        person: Pseudonym.
        at: When it was asked, aware UTC.
    """
    judges = int(person[:8], 16) % EVALUATED_OF == 0
    return RECENT if judges or is_after_cut(at) else TRAIN


def is_after_cut(at: datetime) -> bool:
    """Tells whether an instant lies in the part of its ten days that only judges."""
    return at.astimezone(LOCAL).toordinal() % CYCLE_DAYS >= TRAINING_DAYS
