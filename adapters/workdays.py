"""Working days in China, with holidays and make-up days."""

from datetime import date
from functools import lru_cache

import chinese_calendar
import structlog

from community.staff import weekdays_only

logger = structlog.get_logger()


@lru_cache(maxsize=4_096)
def is_workday(day: date) -> bool:
    """Tells whether people work on a day.

    The library knows years whose holidays were announced; for others Monday to Friday
    count, and the log says so once a year.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _warn(day.year)
        return weekdays_only(day)


@lru_cache(maxsize=16)
def _warn(year: int) -> None:
    logger.warning("calendar.year.unknown", year=year)
