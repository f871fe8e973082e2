"""Working time against an oracle that walks minute by minute."""

import random
from datetime import date, datetime, time, timedelta, timezone

import chinese_calendar
import pytest

from community.calendar import CHINA
from community.errors import ConfigurationError
from community.tickets.clocks import WorkTime, after, clock, shifted, warning
from community.tickets.limits import Limit, TimePolicy
from community.tickets.model import ClockKind, Warned

SPANS = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
N_CASES = 2_000
MINUTE = timedelta(minutes=1)


class MinuteOracle:
    """Knows for every minute whether it is worked; nothing is added up cleverly."""

    def __init__(self) -> None:
        self._days: dict[date, bool] = {}

    def is_worked(self, minute: datetime) -> bool:
        local = minute.astimezone(CHINA)
        day = local.date()
        if day not in self._days:
            self._days[day] = chinese_calendar.is_workday(day)
        of_day = local.hour * 60 + local.minute
        return self._days[day] and (510 <= of_day < 720 or 840 <= of_day < 1050)

    def add(self, start: datetime, minutes: int) -> datetime:
        moment, left = start, minutes
        while left:
            left -= self.is_worked(moment)
            moment += MINUTE
        return moment

    def elapsed(self, start: datetime, end: datetime) -> int:
        count, moment = 0, start
        while moment < end:
            count += self.is_worked(moment)
            moment += MINUTE
        return count


def some_minute(dice: random.Random) -> datetime:
    first = datetime(2018, 1, 1, tzinfo=timezone.utc)
    return first + dice.randrange(8 * 365 * 1440) * MINUTE


def test_adding_agrees_with_the_minute_oracle():
    dice, oracle, work = random.Random(5), MinuteOracle(), real_work()
    for _ in range(N_CASES):
        start = some_minute(dice)
        minutes = dice.choice((1, 30, 209, 210, 211, 419, 420, 421, 840, 1260))
        wrong = f"{start} plus {minutes}"
        assert work.add(start, minutes * MINUTE) == oracle.add(start, minutes), wrong


def test_elapsed_agrees_with_the_minute_oracle():
    dice, oracle, work = random.Random(7), MinuteOracle(), real_work()
    for _ in range(N_CASES // 2):
        start = some_minute(dice)
        end = start + dice.randrange(6 * 1440) * MINUTE
        assert work.elapsed(start, end) == oracle.elapsed(start, end) * MINUTE


def test_a_pause_leaves_as_much_working_time_as_before_it():
    dice, work = random.Random(9), real_work()
    for _ in range(N_CASES):
        start = some_minute(dice)
        due = work.add(start, work.days(dice.choice((1, 3, 7))))
        paused_at = start + dice.randrange(5 * 1440) * MINUTE
        resumed_at = paused_at + dice.randrange(20 * 1440) * MINUTE
        moved = shifted(due, paused_at, resumed_at, work)
        if due <= paused_at:
            assert moved == due
        else:
            left = work.elapsed(paused_at, due)
            assert work.elapsed(resumed_at, moved) == left


def real_work() -> WorkTime:
    return WorkTime(chinese_calendar.is_workday, SPANS)


def china(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA)  # type: ignore[arg-type, misc]


def test_a_day_s_work_that_starts_at_rest_ends_at_the_close():
    saturday = china(2026, 11, 28, 9, 0)
    due = real_work().add(saturday, real_work().day)
    assert due == china(2026, 11, 30, 17, 30)


def test_a_make_up_day_counts():
    """Saturday 10 October 2026 makes up for the National Day holiday."""
    work = real_work()
    friday = china(2026, 10, 9, 17, 0)
    assert work.add(friday, timedelta(hours=1)) == china(2026, 10, 10, 9, 0)


def test_a_holiday_does_not_count():
    work = real_work()
    before = china(2026, 9, 30, 17, 0)
    assert work.add(before, timedelta(hours=1)) == china(2026, 10, 8, 9, 0)


def test_natural_hours_run_at_night_and_on_holidays():
    work = real_work()
    start = china(2026, 10, 1, 23, 0)
    assert after(start, Limit(24), work) == china(2026, 10, 2, 23, 0)


def test_seconds_are_kept():
    work = real_work()
    start = china(2026, 11, 25, 9, 0, 30)
    assert work.add(start, timedelta(minutes=5)) == china(2026, 11, 25, 9, 5, 30)


def test_a_calendar_without_working_days_is_an_error_not_a_loop():
    with pytest.raises(ConfigurationError):
        WorkTime(lambda _: False).add(china(2026, 1, 1), timedelta(hours=1))


@pytest.mark.parametrize(
    "spans",
    [
        (),
        ((time(12), time(8)),),
        ((time(8), time(12)), (time(11), time(17))),
    ],
)
def test_office_hours_out_of_order_are_refused(spans):
    with pytest.raises(ConfigurationError):
        WorkTime(lambda _: True, spans)


def test_warnings_come_in_order_and_within_the_clock():
    dice, policy, work = random.Random(11), TimePolicy(), real_work()
    for _ in range(300):
        start = some_minute(dice)
        due = work.add(start, work.days(dice.choice((1, 3, 15))))
        running = clock(ClockKind.RESOLVE, start, due, policy, work=work)
        assert start <= running.yellow_at <= running.red_at <= running.due_at
        assert warning(running, running.yellow_at) is Warned.YELLOW
        assert warning(running, running.red_at) is Warned.RED
        assert warning(running, running.due_at) is Warned.OVERDUE
