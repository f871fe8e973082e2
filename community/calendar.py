"""The day as residents have it."""

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China's one time zone; it has no summer time."""


def local_day(now: datetime) -> date:
    """Returns the date in China at an instant."""
    return now.astimezone(CHINA).date()
