"""Staff, what they answer for, and when they are on duty.

A `Roster` is a snapshot: files give the posts, the weekly duty and the hours; leave,
dated duty and deputies are added while the system runs (`Roster.with_changes`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cached_property

from community.calendar import CHINA
from community.tiers import Tier

COUNTY = "county"
"""Id of the one unit above all streets."""
DESK_PREFIX = "desk:"


class Role(str, Enum):
    """What a member of staff may do."""

    WORKER = "worker"
    """Answers for a grid."""
    STATION_HEAD = "station_head"
    """Leads the grid station of a community."""
    STREET = "street"
    COUNTY = "county"
    DESK_CLERK = "desk_clerk"
    """Sits at a duty desk and takes what nobody else has."""
    OPERATOR = "operator"
    """Keeps catalogue and model."""
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff."""

    id: str
    name: str
    tier: Tier
    unit: str
    """Community, street, or `county`."""
    community: str | None
    wecom_userid: str
    roles: frozenset[Role]
    hours: str = ""
    """Name of a pattern of hours; empty means the one of the tier."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A community, a street or the county."""

    id: str
    name: str
    tier: Tier
    parent: str | None


@dataclass(frozen=True, slots=True)
class GridPost:
    """Who answers for a grid."""

    grid: str
    name: str
    community: str
    street: str
    worker: str
    backups: tuple[str, ...]
    head: str


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Spans of local time; `(08:30, 12:00)` includes its start and not its end."""

    workdays: tuple[tuple[time, time], ...] = ()
    rest_days: tuple[tuple[time, time], ...] = ()

    def cover(self, at: datetime, is_workday: Callable[[date], bool]) -> bool:
        """Tells whether an instant lies within the hours."""
        local = at.astimezone(CHINA)
        spans = self.workdays if is_workday(local.date()) else self.rest_days
        return any(start <= local.time() < end for start, end in spans)


@dataclass(frozen=True, slots=True)
class WeeklyShift:
    """Duty that comes back each week; one that ends before it starts passes midnight."""

    unit: str
    staff_id: str
    weekdays: frozenset[int]
    """0 is Monday."""
    start: time
    end: time

    def covers(self, at: datetime) -> bool:
        """Tells whether an instant lies within the shift."""
        local = at.astimezone(CHINA)
        if self.start < self.end:
            return (
                local.weekday() in self.weekdays
                and self.start <= local.time() < self.end
            )
        if local.time() >= self.start:
            return local.weekday() in self.weekdays
        yesterday = (local - timedelta(days=1)).weekday()
        return local.time() < self.end and yesterday in self.weekdays


@dataclass(frozen=True, slots=True)
class DutyShift:
    """Dated duty; while it runs it replaces the unit's weekly duty."""

    unit: str
    staff_id: str
    starts_at: datetime
    ends_at: datetime
    serial: int = 0
    """Of the plan that it belongs to; a newer plan replaces an older one."""

    def covers(self, at: datetime) -> bool:
        """Tells whether an instant lies within the shift."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Leave:
    """Days off; they come before hours and duty."""

    staff_id: str
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        """Tells whether an instant lies within the leave."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Deputy:
    """Somebody who acts for the worker of a grid, or the head of a community."""

    post: str
    """Id of the grid or of the community."""
    staff_id: str
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        """Tells whether the deputy acts at an instant."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """What was changed while the system runs."""

    leave: tuple[Leave, ...] = ()
    shifts: tuple[DutyShift, ...] = ()
    deputies: tuple[Deputy, ...] = ()


def weekdays_only(day: date) -> bool:
    """The working days where nobody knows the holidays."""
    return day.weekday() < 5


@dataclass(frozen=True)
class Roster:
    """Staff and duty as they are known now; never changed, only replaced."""

    staff: Mapping[str, Staff] = field(default_factory=dict)
    grids: Mapping[str, GridPost] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)
    hours: Mapping[str, WorkingHours] = field(default_factory=dict)
    """By tier (`grid`, `street`, `county`) or by name of a pattern."""
    weekly: tuple[WeeklyShift, ...] = ()
    changes: RosterChanges = RosterChanges()
    is_workday: Callable[[date], bool] = weekdays_only
    version: str = ""

    def with_changes(self, changes: RosterChanges) -> "Roster":
        """Returns the roster with run-time changes laid over the files."""
        return replace(self, changes=changes)

    def is_on_leave(self, staff_id: str, at: datetime) -> bool:
        """Tells whether somebody is on leave."""
        return any(leave.covers(at) for leave in self._leave.get(staff_id, ()))

    def is_on_duty(self, staff_id: str, at: datetime) -> bool:
        """Tells whether somebody works at an instant, by hours or by duty."""
        member = self.staff.get(staff_id)
        if member is None or self.is_on_leave(staff_id, at):
            return False
        hours = self.hours.get(member.hours or member.tier.value)
        if hours is not None and hours.cover(at, self.is_workday):
            return True
        return any(
            staff_id in self.scheduled(unit, at)
            for unit in self._duty_units.get(staff_id, ())
        )

    def duty_of(self, unit: str, at: datetime) -> tuple[str, ...]:
        """Returns who has the unit's duty at an instant and can take it."""
        return tuple(
            staff_id
            for staff_id in self.scheduled(unit, at)
            if staff_id in self.staff and not self.is_on_leave(staff_id, at)
        )

    def deputies_of(self, post: str, at: datetime) -> tuple[str, ...]:
        """Returns who acts for a grid's worker or a community's head, newest first."""
        return tuple(
            deputy.staff_id
            for deputy in reversed(self.changes.deputies)
            if deputy.post == post and deputy.covers(at)
        )

    def members(self, unit: str, role: Role | None = None) -> tuple[str, ...]:
        """Returns the staff of a unit, in the order of the files."""
        return tuple(
            member.id
            for member in self._members.get(unit, ())
            if role is None or role in member.roles
        )

    def grids_of(self, staff_id: str, at: datetime) -> frozenset[str]:
        """Returns the grids that somebody answers for: own, as backup, head or deputy."""
        acting = {
            deputy.post
            for deputy in self.changes.deputies
            if deputy.staff_id == staff_id and deputy.covers(at)
        }
        return frozenset(
            post.grid
            for post in self.grids.values()
            if staff_id in (post.worker, post.head, *post.backups)
            or acting & {post.grid, post.community}
        )

    def by_wecom(self, userid: str) -> Staff | None:
        """Returns the member of staff with a WeCom account."""
        return self._by_wecom.get(userid)

    def desk_of(self, unit: str | None) -> str:
        """Returns the duty desk of a unit; the county's for an unknown one."""
        return f"{DESK_PREFIX}{unit if unit in self.units else COUNTY}"

    def scheduled(self, unit: str, at: datetime) -> tuple[str, ...]:
        """Returns whose duty it is by plan, whether or not they can take it."""
        dated = [s for s in self._shifts.get(unit, ()) if s.covers(at)]
        if dated:
            newest = max(shift.serial for shift in dated)
            kept = (s.staff_id for s in dated if s.serial == newest)
            return tuple(dict.fromkeys(kept))
        weekly = [s.staff_id for s in self._weekly.get(unit, ()) if s.covers(at)]
        return tuple(dict.fromkeys(weekly))

    def changes_of_duty(self, since: datetime, until: datetime) -> list[datetime]:
        """Returns the instants in a span at which somebody's duty may begin, in order."""
        found = {leave.ends_at for leave in self.changes.leave}
        for shift in self.changes.shifts:
            found |= {shift.starts_at, shift.ends_at}
        for deputy in self.changes.deputies:
            found |= {deputy.starts_at, deputy.ends_at}
        starts = {
            start
            for hours in self.hours.values()
            for start, _ in (*hours.workdays, *hours.rest_days)
        }
        starts |= {c for weekly in self.weekly for c in (weekly.start, weekly.end)}
        day = since.astimezone(CHINA).date()
        while day <= until.astimezone(CHINA).date():
            midnight = datetime.combine(day, time(), CHINA)
            found |= {midnight, *(datetime.combine(day, s, CHINA) for s in starts)}
            day += timedelta(days=1)
        return sorted(instant for instant in found if since < instant <= until)

    @cached_property
    def _leave(self) -> Mapping[str, list[Leave]]:
        found: dict[str, list[Leave]] = defaultdict(list)
        for leave in self.changes.leave:
            found[leave.staff_id].append(leave)
        return dict(found)

    @cached_property
    def _weekly(self) -> Mapping[str, list[WeeklyShift]]:
        found: dict[str, list[WeeklyShift]] = defaultdict(list)
        for shift in self.weekly:
            found[shift.unit].append(shift)
        return dict(found)

    @cached_property
    def _shifts(self) -> Mapping[str, list[DutyShift]]:
        found: dict[str, list[DutyShift]] = defaultdict(list)
        for shift in self.changes.shifts:
            found[shift.unit].append(shift)
        return dict(found)

    @cached_property
    def _duty_units(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        shifts: Iterable[WeeklyShift | DutyShift] = (
            *self.weekly,
            *self.changes.shifts,
        )
        for shift in shifts:
            found[shift.staff_id].add(shift.unit)
        return dict(found)

    @cached_property
    def _members(self) -> Mapping[str, list[Staff]]:
        found: dict[str, list[Staff]] = defaultdict(list)
        for member in self.staff.values():
            found[member.unit].append(member)
        return dict(found)

    @cached_property
    def _by_wecom(self) -> Mapping[str, Staff]:
        return {m.wecom_userid: m for m in self.staff.values() if m.wecom_userid}
