"""The day as residents have it."""

from datetime import date, datetime, time, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China's one time zone; it has no summer time."""


def local_day(now: datetime) -> date:
    """Returns the date in China at an instant."""
    return now.astimezone(CHINA).date()


def start_of_day(now: datetime) -> datetime:
    """Returns when the day in China began in which an instant lies, as UTC."""
    return datetime.combine(local_day(now), time(), CHINA).astimezone(timezone.utc)
