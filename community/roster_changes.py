"""Changes of the roster while the system runs: leave, dated duty, swaps, deputies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from community.errors import RosterChangeRefusedError
from community.staff import (
    Deputy,
    DutyShift,
    Leave,
    Roster,
    RosterChanges,
)

MAX_LENGTH = timedelta(days=366)


class ChangeKind(str, Enum):
    """What a change is about."""

    LEAVE = "leave"
    DUTY = "duty"
    DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class RosterChange:
    """One change, before it is stored."""

    kind: ChangeKind
    staff_id: str
    starts_at: datetime
    """Aware UTC."""
    ends_at: datetime
    post: str = ""
    """Duty: the unit. Deputy: the grid or the community. Leave: empty."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A change as it stands."""

    id: int
    batch: int
    """The same for changes that were stored together; newer ones have a higher one."""
    change: RosterChange
    made_by: str
    """Id of a member of staff."""
    made_at: datetime
    cancelled_by: str | None = None
    cancelled_at: datetime | None = None


class StaffRepository(Protocol):
    """Stores changes of the roster; every call may be repeated."""

    async def record(
        self, changes: tuple[RosterChange, ...], *, key: str, by: str, now: datetime
    ) -> tuple[StoredChange, ...]:
        """Stores changes together, or returns those that this key has stored before.

        Dated duty of one call is one plan: it names everybody on duty in its hours.

        Raises:
            StoreUnavailableError: The database did not answer; nothing was stored.
        """

    async def cancel(
        self, change_id: int, *, by: str, now: datetime
    ) -> StoredChange | None:
        """Takes a change back, once; `None` where there is no such change."""

    async def between(
        self, *, since: datetime, until: datetime, staff_id: str | None = None
    ) -> list[StoredChange]:
        """Returns changes that touch a span of time, cancelled ones too, oldest first."""

    async def current(self, now: datetime) -> RosterChanges:
        """Returns what holds now or later, ready for `Roster.with_changes`."""


def check_change(roster: Roster, change: RosterChange) -> None:
    """Checks a change before it is stored.

    Raises:
        RosterChangeRefusedError: It makes no sense; the message is for the person who
            asked for it.
    """
    problem = next(_problems(roster, change), None)
    if problem is not None:
        raise RosterChangeRefusedError(problem)


def _problems(roster: Roster, change: RosterChange) -> Iterator[str]:
    if change.staff_id not in roster.staff:
        yield "没有这个工作人员。"
    if change.ends_at <= change.starts_at:
        yield "结束时间要在开始时间之后。"
    if change.ends_at - change.starts_at > MAX_LENGTH:
        yield "一次最多排一年。"
    if change.kind is ChangeKind.DUTY and change.post not in roster.units:
        yield "没有这个单位，排不了班。"
    if change.kind is ChangeKind.DEPUTY:
        yield from _deputy_problems(roster, change)


def _deputy_problems(roster: Roster, change: RosterChange) -> Iterator[str]:
    post = roster.grids.get(change.post)
    heads = {p.head for p in roster.grids.values() if p.community == change.post}
    if post is None and not heads:
        yield "没有这个网格或社区，代理不了。"
    if change.staff_id in ({post.worker} if post else heads):
        yield "代理人就是本人。"


def swap(
    roster: Roster,
    unit: str,
    first: DutyShift,
    second: DutyShift,
) -> tuple[RosterChange, ...]:
    """Returns the duty after two people have exchanged their shifts of a unit.

    Whoever else has duty in those hours keeps it.

    Raises:
        RosterChangeRefusedError: One of them does not have that duty.
    """
    for shift in (first, second):
        if shift.staff_id not in roster.scheduled(unit, shift.starts_at):
            raise RosterChangeRefusedError("要换的班不是这个人的，换不了。")
    pairs = ((first, second.staff_id), (second, first.staff_id))
    return tuple(
        RosterChange(
            ChangeKind.DUTY, staff_id, shift.starts_at, shift.ends_at, unit, "换班"
        )
        for shift, replacement in pairs
        for staff_id in _after(roster, unit, shift, replacement)
    )


def _after(
    roster: Roster, unit: str, shift: DutyShift, replacement: str
) -> tuple[str, ...]:
    others = [
        staff_id
        for staff_id in roster.scheduled(unit, shift.starts_at)
        if staff_id != shift.staff_id
    ]
    return tuple(dict.fromkeys((replacement, *others)))


def changes_of(stored: Iterable[StoredChange]) -> RosterChanges:
    """Returns stored changes as the roster takes them; cancelled ones count no more."""
    found = RosterChanges()
    for item in stored:
        if item.cancelled_at is not None:
            continue
        change = item.change
        span = (change.staff_id, change.starts_at, change.ends_at)
        if change.kind is ChangeKind.LEAVE:
            found = replace(found, leave=(*found.leave, Leave(*span)))
        elif change.kind is ChangeKind.DUTY:
            shift = DutyShift(change.post, *span, serial=item.batch)
            found = replace(found, shifts=(*found.shifts, shift))
        else:
            deputy = Deputy(change.post, *span)
            found = replace(found, deputies=(*found.deputies, deputy))
    return found
