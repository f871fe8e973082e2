"""Who owns a ticket: total functions over a roster.

There is always exactly one owner, and never one who is off duty. Where no person is
on duty, the owner is a duty desk, which is a queue and not a person.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from community.staff import COUNTY, DESK_PREFIX, GridPost, Role, Roster
from community.tiers import Tier

HORIZON = timedelta(days=21)
"""How far `on_duty_from` looks ahead: longer than any holiday."""


class Reason(str, Enum):
    """Why somebody is the owner."""

    WORKER = "worker"
    DEPUTY = "deputy"
    """Acts for the worker or the head."""
    BACKUP = "backup"
    STATION_HEAD = "station_head"
    DUTY = "duty"
    """Has the unit's duty at that hour."""
    STAFF = "staff"
    """On duty at the street or the county."""
    DESK = "desk"
    """No person is on duty."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The one who has to act on a ticket."""

    staff_id: str
    """Id of a person, or `desk:<unit>`."""
    unit: str
    tier: Tier
    reason: Reason

    @property
    def is_desk(self) -> bool:
        """Whether a duty desk owns it."""
        return self.staff_id.startswith(DESK_PREFIX)


def owner_at(
    roster: Roster,
    grid: str | None,
    tier: Tier,
    at: datetime,
    *,
    community: str | None = None,
    urgent: bool = False,
    exclude: AbstractSet[str] = frozenset(),
) -> Owner:
    """Returns the owner of a ticket at an instant; never fails.

    Args:
        roster: Staff and duty.
        grid: Where it is; `None` or an unknown one goes to the community's desk.
        tier: Level that has to act.
        at: The instant, aware.
        community: Where the grid is not known, but the community is.
        urgent: Where nobody of the unit is on duty, the persons on duty above it come
            before an unattended desk.
        exclude: Staff and desks that are passed over, for example who returned it.
            The county's desk cannot be passed over.
    """
    unit = _unit(roster, grid, community, tier)
    for candidate in _persons(roster, grid, unit, tier, at):
        if candidate.staff_id not in exclude:
            return candidate
    if urgent:
        for above in _units_above(roster, unit):
            for candidate in _staff_on_duty(roster, above, at):
                if candidate.staff_id not in exclude:
                    return candidate
    return _desk(roster, unit, tier, exclude)


def backup_chain(roster: Roster, grid: str | None, at: datetime) -> tuple[Owner, ...]:
    """Returns who is alerted one after the other when nobody reacts.

    Nobody occurs twice, nobody is off duty; the last one is the community's desk.
    """
    unit = _unit(roster, grid, None, Tier.GRID)
    chain: dict[str, Owner] = {}
    for candidate in _persons(roster, grid, unit, Tier.GRID, at):
        chain.setdefault(candidate.staff_id, candidate)
    return (*chain.values(), _desk(roster, unit, Tier.GRID, frozenset()))


def on_duty_from(roster: Roster, grid: str | None, at: datetime) -> datetime | None:
    """Returns when a person can take over what a desk holds; `None` within no horizon.

    A ticket that was filed at night lies at the desk until then.
    """
    unit = _unit(roster, grid, None, Tier.GRID)
    for moment in (at, *roster.changes_of_duty(at, at + HORIZON)):
        if next(_persons(roster, grid, unit, Tier.GRID, moment), None) is not None:
            return moment
    return None


def _unit(
    roster: Roster, grid: str | None, community: str | None, tier: Tier
) -> str | None:
    """Returns the unit that answers at a tier; `None` where the place is unknown."""
    post = roster.grids.get(grid or "")
    if tier is Tier.COUNTY:
        return COUNTY
    if post is not None:
        return post.community if tier is Tier.GRID else post.street
    unit = roster.units.get(community or "")
    if unit is None:
        return None
    return unit.id if tier is unit.tier else _ancestor(roster, unit.id, tier)


def _ancestor(roster: Roster, unit: str, tier: Tier) -> str | None:
    above = (name for name in _units_above(roster, unit))
    return next((u for u in above if roster.units[u].tier is tier), None)


def _units_above(roster: Roster, unit: str | None) -> list[str]:
    """Returns the units above one, nearest first; a loop in the data ends it."""
    found: list[str] = []
    known = roster.units.get(unit or COUNTY)
    while known is not None and known.parent and known.parent not in found:
        known = roster.units.get(known.parent)
        if known is not None:
            found.append(known.id)
    return found or ([COUNTY] if COUNTY in roster.units and unit != COUNTY else [])


def _persons(
    roster: Roster, grid: str | None, unit: str | None, tier: Tier, at: datetime
) -> Iterator[Owner]:
    """Yields who is on duty and may own it, the nearest first."""
    if unit is None:
        return
    if tier is not Tier.GRID:
        yield from _staff_on_duty(roster, unit, at)
        return
    post = roster.grids.get(grid or "")
    named = _of_grid(roster, post, at) if post else _of_community(roster, unit, at)
    for staff_id, reason in named:
        if roster.is_on_duty(staff_id, at):
            yield Owner(staff_id, unit, Tier.GRID, reason)


def _of_grid(
    roster: Roster, post: GridPost, at: datetime
) -> Iterator[tuple[str, Reason]]:
    for staff_id in roster.deputies_of(post.grid, at):
        yield staff_id, Reason.DEPUTY
    yield post.worker, Reason.WORKER
    for staff_id in post.backups:
        yield staff_id, Reason.BACKUP
    for staff_id in roster.deputies_of(post.community, at):
        yield staff_id, Reason.DEPUTY
    yield post.head, Reason.STATION_HEAD
    for staff_id in roster.duty_of(post.community, at):
        yield staff_id, Reason.DUTY


def _of_community(
    roster: Roster, community: str, at: datetime
) -> Iterator[tuple[str, Reason]]:
    """Without a grid the community's duty sorts it out: duty, then clerks, then head."""
    for staff_id in roster.duty_of(community, at):
        yield staff_id, Reason.DUTY
    for staff_id in roster.members(community, Role.DESK_CLERK):
        yield staff_id, Reason.STAFF
    for staff_id in roster.deputies_of(community, at):
        yield staff_id, Reason.DEPUTY
    for staff_id in roster.members(community, Role.STATION_HEAD):
        yield staff_id, Reason.STATION_HEAD


def _staff_on_duty(roster: Roster, unit: str, at: datetime) -> Iterator[Owner]:
    known = roster.units.get(unit)
    tier = known.tier if known else Tier.COUNTY
    role = {Tier.STREET: Role.STREET, Tier.COUNTY: Role.COUNTY}.get(tier)
    for staff_id in roster.duty_of(unit, at):
        yield Owner(staff_id, unit, tier, Reason.DUTY)
    for staff_id in roster.members(unit, role):
        if roster.is_on_duty(staff_id, at):
            yield Owner(staff_id, unit, tier, Reason.STAFF)


def _desk(
    roster: Roster, unit: str | None, tier: Tier, exclude: AbstractSet[str]
) -> Owner:
    """Returns the nearest desk; the county's, which always exists, at last."""
    for name in (unit, *_units_above(roster, unit)):
        known = roster.units.get(name or "")
        if known is not None and roster.desk_of(known.id) not in exclude:
            level = known.tier if known.id != unit else tier
            return Owner(roster.desk_of(known.id), known.id, level, Reason.DESK)
    return Owner(f"{DESK_PREFIX}{COUNTY}", COUNTY, Tier.COUNTY, Reason.DESK)
