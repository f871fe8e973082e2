"""Quiet hours in China's time."""

from datetime import datetime, timedelta

import pytest

from community.calendar import CHINA
from community.errors import ConfigurationError
from community.quiet_hours import QuietHours


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-25T{text}:00").replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("clock", "is_quiet"),
    [
        ("20:59", False),
        ("21:00", True),
        ("00:30", True),
        ("06:59", True),
        ("07:00", False),
    ],
)
def test_a_span_may_pass_midnight(clock, is_quiet):
    hours = QuietHours.parse("21:00-07:00")
    assert hours is not None
    assert hours.contains(at(clock)) is is_quiet
    assert hours.contains(at(clock) + timedelta(days=1)) is is_quiet


def test_a_span_within_a_day():
    hours = QuietHours.parse("12:00-14:00")
    assert hours is not None
    assert [hours.contains(at(t)) for t in ("11:59", "12:00", "14:00")] == [
        False,
        True,
        False,
    ]


def test_empty_means_none():
    assert QuietHours.parse("") is None


@pytest.mark.parametrize("text", ["9-10", "25:00-07:00", "21:00-21:00", "21:00"])
def test_a_malformed_span_is_refused(text):
    with pytest.raises(ConfigurationError):
        QuietHours.parse(text)
