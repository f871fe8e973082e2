"""What decisions about tickets need to know: limits, staff, working time."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community.assignment import Owner, on_duty_from, owner_at
from community.catalog.model import Catalog
from community.staff import DESK_PREFIX, Roster, Staff, weekdays_only
from community.tickets.clocks import WorkTime
from community.tickets.limits import NORMAL, Limits, TimePolicy, limits_of
from community.tickets.model import TicketLife
from community.tiers import Tier

ROBOT = "robot:"
"""Before the unit whose group is told that nobody reacts."""


@dataclass(frozen=True)
class Office:
    """A snapshot of catalogue, roster, calendar and policy."""

    catalog: Catalog | None = None
    roster: Roster = field(default_factory=Roster)
    work: WorkTime = field(default_factory=lambda: WorkTime(weekdays_only))
    policy: TimePolicy = field(default_factory=TimePolicy)

    def limits(self, item: str | None, urgency: str) -> Limits:
        """Returns what holds for an item at an urgency."""
        return limits_of(item, urgency, self.catalog, self.policy)

    def knows_item(self, key: str) -> bool:
        """Tells whether an item is in the catalogue; without one everything is."""
        if self.catalog is None:
            return True
        base, _, item_id = key.partition("/")
        if base == "service":
            return item_id in self.catalog.services
        return base == "matter" and item_id in self.catalog.matters

    def knows_grid(self, grid: str) -> bool:
        """Tells whether somebody answers for a grid."""
        return grid in self.roster.grids

    def item_name(self, key: str | None) -> str:
        """Returns what an item is called, in residents' words."""
        if not key:
            return "找网格员"
        if self.catalog is None or not self.knows_item(key):
            return key
        return self.catalog.item_name(key)

    def member(self, staff_id: str) -> Staff | None:
        """Returns a member of staff."""
        return self.roster.staff.get(staff_id)

    def owner(
        self,
        life: TicketLife,
        tier: Tier,
        at: datetime,
        *,
        exclude: AbstractSet[str] = frozenset(),
    ) -> Owner:
        """Returns who has to act on a tier; never nobody, never one off duty."""
        return self.owner_of_place(
            life.grid,
            life.community,
            tier,
            at,
            urgent=life.urgency != NORMAL,
            exclude=exclude,
        )

    def owner_of_place(
        self,
        grid: str | None,
        community: str | None,
        tier: Tier,
        at: datetime,
        *,
        urgent: bool,
        exclude: AbstractSet[str] = frozenset(),
    ) -> Owner:
        """The same for a place."""
        return owner_at(
            self.roster,
            grid,
            tier,
            at,
            community=community,
            urgent=urgent,
            exclude=exclude,
        )

    def next_alerted(self, life: TicketLife, at: datetime) -> str | None:
        """Returns who is told next that nobody reacts: persons, the group, the desk."""
        told = {life.owner, *life.alerted}
        nearest = self.owner(life, life.tier, at, exclude=told)
        if not nearest.is_desk:
            return nearest.staff_id
        group = f"{ROBOT}{life.unit}"
        if group not in told:
            return group
        desk = self.owner(life, life.tier, at, exclude=self._persons(told)).staff_id
        return None if desk in told or not desk.startswith(DESK_PREFIX) else desk

    def acknowledge_by(self, urgency: str, at: datetime) -> datetime:
        """Returns until when somebody has to react before the next one is told."""
        minutes = self.policy.acknowledge_minutes.get(
            urgency, self.policy.acknowledge_minutes[NORMAL]
        )
        wait = timedelta(minutes=minutes)
        return self.work.add(at, wait) if urgency == NORMAL else at + wait

    def hand_over_at(self, life: TicketLife, at: datetime) -> datetime | None:
        """Returns when a person can take over what lies at a desk."""
        if life.tier is not Tier.GRID or life.grid is None:
            return None
        return on_duty_from(self.roster, life.grid, at)

    def _persons(self, told: AbstractSet[str]) -> frozenset[str]:
        persons = {s for s in told if not s.startswith((DESK_PREFIX, ROBOT))}
        return frozenset(persons | set(self.roster.staff))
