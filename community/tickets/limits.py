"""How long things may take: of the catalogue's matters, and for everything else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from community.catalog.model import Catalog, Matter
from community.tiers import Tier

CRITICAL = "critical"
URGENT = "urgent"
NORMAL = "normal"
_DANGER = {CRITICAL: 2, URGENT: 1}


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time."""

    n: float
    in_workdays: bool = False
    """Else in natural hours."""


def _frozen(values: dict[str, float]) -> Mapping[str, float]:
    return MappingProxyType(values)


def more_dangerous(urgency: str, other: str) -> bool:
    """Tells whether an urgency is above another."""
    return _DANGER.get(urgency, 0) > _DANGER.get(other, 0)


@dataclass(frozen=True)
class TimePolicy:
    """What holds beside the matters' own limits; see `catalog/deadlines.yml`."""

    respond_hours: Mapping[str, float] = field(
        default_factory=lambda: _frozen({CRITICAL: 0.5, URGENT: 2, NORMAL: 24})
    )
    """By urgency; a matter may ask for less."""
    resolve: Mapping[str, Limit] = field(
        default_factory=lambda: MappingProxyType(
            {CRITICAL: Limit(24), URGENT: Limit(24), NORMAL: Limit(3, True)}
        )
    )
    """By urgency, for tickets without a matter."""
    interim_hours: Mapping[str, float] = field(default_factory=lambda: _frozen({}))
    """By matter: until the first measure is taken."""
    urgent_interim_hours: float = 24
    """For urgent and critical matters that are not named there."""
    acknowledge_minutes: Mapping[str, float] = field(
        default_factory=lambda: _frozen({CRITICAL: 5, URGENT: 15, NORMAL: 60})
    )
    """Until the next one is alerted; of a normal ticket in working time."""
    yellow: float = 0.5
    red: float = 0.8
    """Shares of a clock."""
    upper_tier: Limit = Limit(24)
    upper_tier_workdays: Limit = Limit(2, True)
    """What an upper tier has at least, even where the promise is nearly over."""
    max_returns: int = 2
    max_extension_days: int = 10
    """Together, in working days."""
    max_pause_days: int = 30
    progress_over_workdays: float = 5
    """No longer does a resident wait without a word of how an unsolved ticket stands."""
    progress_after_workdays: float = 4
    """The first time where the promise is further away than that."""
    merge_within_days: int = 30
    """Tickets that were filed further apart are not merged."""
    remind_hours: tuple[float, ...] = (24, 72)
    """After the result, while the resident does not answer."""
    confirm_hours: float = 120
    """After the result, until it is closed without an answer."""
    late_answer_days: int = 7
    """After such a closing, in which an answer still counts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for one ticket."""

    tier: Tier
    """The first one."""
    respond: Limit
    interim: Limit | None
    resolve: Limit


def limits_of(
    item: str | None, urgency: str, catalog: Catalog | None, policy: TimePolicy
) -> Limits:
    """Returns the limits of an item; without a matter the policy's by urgency."""
    matter = matter_of(item, catalog)
    hours = policy.respond_hours.get(urgency, policy.respond_hours[NORMAL])
    if matter is None:
        resolve = policy.resolve.get(urgency, policy.resolve[NORMAL])
        return Limits(Tier.GRID, Limit(hours), None, resolve)
    return Limits(
        tier=Tier(matter.level),
        respond=Limit(min(hours, matter.respond_hours)),
        interim=_interim(matter, urgency, policy),
        resolve=Limit(matter.resolve.n, matter.resolve.unit == "workday"),
    )


def matter_of(item: str | None, catalog: Catalog | None) -> Matter | None:
    """Returns the matter with this key, if it is one."""
    if catalog is None or not (item or "").startswith("matter/"):
        return None
    return catalog.matters.get((item or "").removeprefix("matter/"))


def _interim(matter: Matter, urgency: str, policy: TimePolicy) -> Limit | None:
    """A measure must come first where the matter says so, or where it is urgent."""
    hours = policy.interim_hours.get(matter.id)
    if hours is not None:
        return Limit(hours)
    if urgency == NORMAL and matter.urgency == NORMAL and not matter.interim:
        return None
    if matter.resolve.unit != "workday" and not matter.interim:
        return None  # the solution itself is due within a day
    return Limit(policy.urgent_interim_hours)
