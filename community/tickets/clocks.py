"""Deadlines in natural and working time, and what is due next.

Working time is the sum of the office hours of working days. Natural time runs
always. All instants are aware UTC; days and hours are China's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Protocol

from community.calendar import CHINA
from community.errors import ConfigurationError
from community.tickets.commands import Action
from community.tickets.limits import Limit, TimePolicy
from community.tickets.model import (
    Clock,
    ClockKind,
    TicketLife,
    TicketState,
    Warned,
)
from community.tiers import Tier

MAX_DAYS = 3_700
"""A calendar without a working day in ten years is broken."""
_WORKED = frozenset({ClockKind.RESPOND, ClockKind.INTERIM, ClockKind.RESOLVE})
"""Clocks that somebody of the staff has to beat."""


class WorkCalendar(Protocol):
    """Knows holidays and make-up days."""

    def is_workday(self, day: date) -> bool:
        """Tells whether offices work on a day in China."""


Spans = tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class WorkTime:
    """Counts working time."""

    is_workday: Callable[[date], bool]
    spans: Spans = (
        (time(8, 30), time(12, 0)),
        (time(14, 0), time(17, 30)),
    )
    """Office hours, in order, without overlap, start before end."""
    day: timedelta = field(init=False)
    """Working time of one working day."""

    def __post_init__(self) -> None:
        """Adds up the day.

        Raises:
            ConfigurationError: The hours are empty or not in order.
        """
        edges = [edge for span in self.spans for edge in span]
        if not edges or edges != sorted(set(edges)):
            raise ConfigurationError(f"office hours are not in order: {self.spans}")
        total = sum(
            (_at(date.min, end) - _at(date.min, start) for start, end in self.spans),
            timedelta(),
        )
        object.__setattr__(self, "day", total)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """Returns the first instant at which so much working time has passed.

        What ends with a working day is due at its close, not on the next morning.

        Raises:
            ConfigurationError: The calendar has no working days.
        """
        if duration <= timedelta():
            return start
        left = duration
        for begin, end in self._spans_from(start):
            if end - begin >= left:
                return (begin + left).replace(tzinfo=CHINA).astimezone(timezone.utc)
            left -= end - begin
        raise ConfigurationError("the work calendar has no working days")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Returns the working time between two instants; zero if they are reversed."""
        last = end.astimezone(CHINA).replace(tzinfo=None)
        total = timedelta()
        for begin, close in self._spans_from(start):
            if begin >= last:
                break
            total += min(close, last) - begin
        return total

    def days(self, n: float) -> timedelta:
        """Returns the working time of so many working days."""
        return self.day * n

    def _spans_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yields the office hours after an instant, as naive local times."""
        local = start.astimezone(CHINA).replace(tzinfo=None)
        first = local.date()
        for offset in range(MAX_DAYS):
            day = first + timedelta(days=offset)
            if not self.is_workday(day):
                continue
            for opens, closes in self.spans:
                begin, end = max(_at(day, opens), local), _at(day, closes)
                if begin < end:
                    yield begin, end


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock)


def after(start: datetime, limit: Limit, work: WorkTime) -> datetime:
    """Returns when a limit that starts at an instant is over."""
    if limit.in_workdays:
        return work.add(start, work.days(limit.n))
    return start + timedelta(hours=limit.n)


def clock(
    kind: ClockKind,
    start: datetime,
    due: datetime,
    policy: TimePolicy,
    *,
    work: WorkTime | None = None,
) -> Clock:
    """Builds a clock with its warnings.

    Args:
        kind: What is waited for.
        start: When it starts.
        due: When it runs out; a clock may be overdue from its start.
        policy: Shares of the time after which it turns yellow and red.
        work: Given for working time, else it is natural time.
    """

    def share(part: float) -> datetime:
        if due <= start:
            return due
        if work is None:
            return start + (due - start) * part
        return work.add(start, work.elapsed(start, due) * part)

    return Clock(kind, start, share(policy.yellow), share(policy.red), due)


def shifted(
    instant: datetime, since: datetime, until: datetime, work: WorkTime | None
) -> datetime:
    """Moves an instant by a pause, so that as much time is left as before it.

    Args:
        instant: What was to happen.
        since: Start of the pause.
        until: Its end.
        work: Given for what counts in working time.
    """
    if instant <= since:
        return instant
    if work is None:
        return instant + (until - since)
    return work.add(until, work.elapsed(since, instant))


def shifted_clock(
    paused: Clock, since: datetime, until: datetime, work: WorkTime | None
) -> Clock:
    """Moves a whole clock by a pause."""
    return replace(
        paused,
        yellow_at=shifted(paused.yellow_at, since, until, work),
        red_at=shifted(paused.red_at, since, until, work),
        due_at=shifted(paused.due_at, since, until, work),
    )


def steps(life: TicketLife, policy: TimePolicy) -> list[tuple[datetime, Action]]:
    """Returns what time alone will do to a ticket, the most important first."""
    if life.is_final or life.clock is None:
        return []
    found = _clock_steps(life, life.clock)
    if life.state is TicketState.RESOLVED:
        found += _reminder(life, policy)
    elif life.progress_at is not None:
        found.append((life.progress_at, Action.PROGRESS))
    if life.chain_at is not None:
        found.append((life.chain_at, Action.ALERT))
    return found


def next_at(life: TicketLife, policy: TimePolicy) -> datetime | None:
    """Returns when the ticket has to be looked at again."""
    return min((at for at, _ in steps(life, policy)), default=None)


def step_due(life: TicketLife, policy: TimePolicy, now: datetime) -> Action | None:
    """Returns what has to happen now; after it, one asks again."""
    return next((act for at, act in steps(life, policy) if at <= now), None)


def warning(running: Clock, now: datetime) -> Warned:
    """Returns how far a clock has run."""
    if now >= running.due_at:
        return Warned.OVERDUE
    if now >= running.red_at:
        return Warned.RED
    return Warned.YELLOW if now >= running.yellow_at else Warned.NONE


def _clock_steps(life: TicketLife, running: Clock) -> list[tuple[datetime, Action]]:
    if running.kind is ClockKind.PAUSE:
        return [(running.due_at, Action.RESUME)]
    if running.kind is ClockKind.CONFIRM:
        return [(running.due_at, Action.TIME_OUT)]
    found = []
    if life.tier is not Tier.COUNTY:
        found.append((running.due_at, Action.ESCALATE))
    elif running.warned is not Warned.OVERDUE:
        found.append((running.due_at, Action.WARN))
    if running.warned in (Warned.NONE, Warned.YELLOW):
        found.append((running.red_at, Action.WARN))
    if running.warned is Warned.NONE:
        found.append((running.yellow_at, Action.WARN))
    return found


def _reminder(life: TicketLife, policy: TimePolicy) -> list[tuple[datetime, Action]]:
    if life.resolved_at is None or life.n_reminders >= len(policy.remind_hours):
        return []
    hours = policy.remind_hours[life.n_reminders]
    return [(life.resolved_at + timedelta(hours=hours), Action.REMIND)]


def is_worked(running: Clock) -> bool:
    """Tells whether staff have to beat this clock."""
    return running.kind in _WORKED
