"""Who may do what: the one place where rights are written down.

A right has two halves. `GRANTS` says which acts a role has at all; the reach of the
role says on which tickets: an own grid, a community, a street, the county. Acts that
handle a ticket also need the hand on it: its owner, or somebody who leads there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from community.staff import COUNTY, DESK_PREFIX, Role, Roster, Staff
from community.tiers import Tier


class Act(str, Enum):
    """What somebody may want to do."""

    LIST = "list"
    VIEW = "view"
    UNVEIL = "unveil"
    """See who reported and how to reach that person; audited with a reason."""
    CLAIM = "claim"
    NOTE = "note"
    CONTACT = "contact"
    RESOLVE = "resolve"
    RETURN = "return"
    ESCALATE = "escalate"
    PAUSE = "pause"
    EXTEND = "extend"
    SPLIT = "split"
    MERGE = "merge"
    RECLASSIFY = "reclassify"
    ASSIGN = "assign"
    URGE = "urge"
    SUPERVISE = "supervise"
    APPROVE = "approve"
    """Grant a pause or an exclusion that another person asked for."""
    EXCLUDE = "exclude"
    BLOCK = "block"
    REVIEW_BLOCK = "review_block"
    REPORT = "report"
    FIGURES = "figures"
    EXPORT = "export"
    IMPORT = "import"
    VERIFY = "verify"
    ROSTER = "roster"
    EDIT_ROSTER = "edit_roster"
    ACCOUNTS = "accounts"
    CONNECT = "connect"
    """API keys and webhooks."""
    AUDIT = "audit"
    LEARN = "learn"
    """Pages of operators: catalogue, labels, models."""


HANDLING = frozenset(
    {
        Act.UNVEIL,
        Act.CONTACT,
        Act.RESOLVE,
        Act.RETURN,
        Act.ESCALATE,
        Act.PAUSE,
        Act.EXTEND,
        Act.SPLIT,
    }
)
"""Acts that need the hand on the ticket."""
_WORK = HANDLING | {
    Act.LIST,
    Act.VIEW,
    Act.CLAIM,
    Act.NOTE,
    Act.MERGE,
    Act.RECLASSIFY,
    Act.REPORT,
    Act.FIGURES,
    Act.ROSTER,
}
_LEAD = _WORK | {
    Act.ASSIGN,
    Act.URGE,
    Act.APPROVE,
    Act.EXPORT,
    Act.EDIT_ROSTER,
    Act.BLOCK,
    Act.REVIEW_BLOCK,
}
GRANTS: Mapping[Role, frozenset[Act]] = {
    Role.WORKER: frozenset(_WORK),
    Role.STATION_HEAD: frozenset(_LEAD),
    Role.STREET: frozenset(_LEAD | {Act.SUPERVISE, Act.EXCLUDE, Act.VERIFY}),
    Role.COUNTY: frozenset(
        _LEAD | {Act.SUPERVISE, Act.EXCLUDE, Act.VERIFY, Act.IMPORT}
    ),
    Role.DESK_CLERK: frozenset(
        {
            Act.LIST,
            Act.VIEW,
            Act.CLAIM,
            Act.NOTE,
            Act.CONTACT,
            Act.UNVEIL,
            Act.RESOLVE,
            Act.RETURN,
            Act.ESCALATE,
            Act.MERGE,
            Act.RECLASSIFY,
            Act.ASSIGN,
            Act.URGE,
            Act.BLOCK,
            Act.REPORT,
            Act.FIGURES,
            Act.EXPORT,
            Act.ROSTER,
        }
    ),
    Role.OPERATOR: frozenset({Act.LEARN, Act.FIGURES, Act.ROSTER}),
    Role.AUDITOR: frozenset(
        {
            Act.LIST,
            Act.VIEW,
            Act.AUDIT,
            Act.FIGURES,
            Act.EXPORT,
            Act.VERIFY,
            Act.ROSTER,
        }
    ),
    Role.ADMIN: frozenset({Act.ACCOUNTS, Act.CONNECT, Act.ROSTER, Act.EDIT_ROSTER}),
}
LEADING = frozenset({Role.STATION_HEAD, Role.STREET, Role.COUNTY})
"""Roles whose hand is on every ticket within their reach."""
SCOPES: Mapping[str, frozenset[Act]] = {
    "tickets:read": frozenset({Act.LIST, Act.VIEW, Act.EXPORT}),
    "tickets:write": frozenset({Act.REPORT, Act.NOTE, Act.IMPORT}),
    "figures:read": frozenset({Act.FIGURES}),
}
"""What an API key may be given. No key unveils a person."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever calls: a member of staff, or another system by its key."""

    id: str
    """Staff id, or `key:<id>`."""
    name: str
    staff: Staff | None
    scopes: frozenset[str] = frozenset()

    @property
    def roles(self) -> frozenset[Role]:
        """Roles; a system has none."""
        return self.staff.roles if self.staff is not None else frozenset()

    @property
    def acts(self) -> frozenset[Act]:
        """Everything that the person may do somewhere."""
        of_roles = [GRANTS[role] for role in self.roles]
        of_scopes = [SCOPES[s] for s in self.scopes if s in SCOPES]
        return frozenset().union(*of_roles, *of_scopes)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a ticket lies and whose it is: all that rights depend on."""

    grid: str | None
    community: str | None
    street: str | None
    owner: str
    """Staff id, or `desk:<unit>`."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which tickets a person sees: any of these sets, or all."""

    everywhere: bool = False
    grids: frozenset[str] = frozenset()
    communities: frozenset[str] = frozenset()
    streets: frozenset[str] = frozenset()
    owner: str = ""

    def covers(self, site: Site) -> bool:
        """Tells whether a ticket is within reach."""
        return (
            self.everywhere
            or site.grid in self.grids
            or site.community in self.communities
            or site.street in self.streets
            or bool(self.owner and site.owner == self.owner)
        )

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(
            everywhere=self.everywhere or other.everywhere,
            grids=self.grids | other.grids,
            communities=self.communities | other.communities,
            streets=self.streets | other.streets,
            owner=self.owner or other.owner,
        )


def reach_of(person: Person, act: Act, roster: Roster, at: datetime) -> Reach:
    """Returns where a person may do something; nowhere for a role without the act."""
    if person.staff is None:
        allowed = any(act in SCOPES.get(scope, ()) for scope in person.scopes)
        return Reach(everywhere=allowed)
    reach = Reach()
    for role in person.roles:
        if act in GRANTS[role]:
            reach = reach | _reach_of_role(role, person.staff, roster, at)
    return reach


def _reach_of_role(role: Role, staff: Staff, roster: Roster, at: datetime) -> Reach:
    if role is Role.WORKER:
        return Reach(grids=roster.grids_of(staff.id, at), owner=staff.id)
    if role is Role.STATION_HEAD:
        communities = {staff.community or staff.unit} | {
            unit for unit in roster.units if staff.id in roster.deputies_of(unit, at)
        }
        return Reach(communities=frozenset(communities), owner=staff.id)
    if role is Role.COUNTY:
        return Reach(everywhere=True, owner=staff.id)
    if role is Role.STREET:
        return Reach(streets=frozenset({staff.unit}), owner=staff.id)
    return _reach_of_unit(staff)


def _reach_of_unit(staff: Staff) -> Reach:
    """Clerks and auditors see what their unit sees."""
    if staff.unit == COUNTY:
        return Reach(everywhere=True, owner=staff.id)
    if staff.tier is Tier.STREET:
        return Reach(streets=frozenset({staff.unit}), owner=staff.id)
    if staff.tier is Tier.COUNTY:
        return Reach(everywhere=True, owner=staff.id)
    return Reach(communities=frozenset({staff.community or staff.unit}), owner=staff.id)


def may(person: Person, act: Act, site: Site, roster: Roster, at: datetime) -> bool:
    """Tells whether a person may do something to a ticket."""
    if not reach_of(person, act, roster, at).covers(site):
        return False
    if act not in HANDLING:
        return True
    return has_hand_on(person, act, site, roster, at)


def has_hand_on(
    person: Person, act: Act, site: Site, roster: Roster, at: datetime
) -> bool:
    """Tells whether a person owns a ticket, sits at its desk, or leads there."""
    if person.staff is None:
        return False
    if site.owner == person.id:
        return True
    at_desk = site.owner == f"{DESK_PREFIX}{person.staff.unit}"
    if at_desk and person.roles & {Role.DESK_CLERK, *LEADING}:
        return True
    if act is Act.UNVEIL:
        # Who reported is for whoever acts on it now, not for everybody above.
        return False
    leading = Reach()
    for role in person.roles & LEADING:
        if act in GRANTS[role]:
            leading = leading | _reach_of_role(role, person.staff, roster, at)
    return leading.covers(site)
