"""The one table of transitions: what is possible in which state, and for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from community.errors import ConflictError, TransitionRefusedError
from community.staff import DESK_PREFIX
from community.tickets.commands import REPORTER, Action, Actor, ActorKind, Command
from community.tickets.model import TicketLife, TicketState
from community.tiers import Tier

S = TicketState


class Party(str, Enum):
    """What an actor is to a ticket."""

    OWNER = "owner"
    """Has it; of a desk's ticket: every lead of that tier or above."""
    LEAD = "lead"
    """Leads at the ticket's tier or above."""
    STAFF = "staff"
    REPORTER = "reporter"
    RESIDENT = "resident"
    """The reporter or a co-reporter."""
    SYSTEM = "system"


WAITING = frozenset({S.FILED, S.ASSIGNED})
"""Nobody has taken it on."""
RUNNING = WAITING | {S.IN_PROGRESS}
UNSOLVED = RUNNING | {S.PAUSED}
OPEN = UNSOLVED | {S.RESOLVED}
COUNTED = OPEN | {S.CONFIRMED, S.CLOSED}
"""States that the rates look at."""
ALL = frozenset(S)
_OWNED = frozenset({S.ASSIGNED, S.FILED})
"""After a new owner was found: a person, or a desk."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    sources: frozenset[TicketState]
    by: frozenset[Party]
    targets: frozenset[TicketState] = frozenset()
    """Where it may lead; empty: the state stays."""
    may_stay: bool = False
    """With `targets`: the state may also stay."""
    needs_reason: bool = False
    needs_text: bool = False


def _rule(
    sources: frozenset[TicketState] | set[TicketState],
    *by: Party,
    to: frozenset[TicketState] | set[TicketState] = frozenset(),
    may_stay: bool = False,
    reason: bool = False,
    text: bool = False,
) -> Rule:
    return Rule(
        frozenset(sources), frozenset(by), frozenset(to), may_stay, reason, text
    )


_O, _L, _SYS, _RES = Party.OWNER, Party.LEAD, Party.SYSTEM, Party.RESIDENT
A = Action

TRANSITIONS: Mapping[Action, Rule] = MappingProxyType(
    {
        A.ASSIGN: _rule(RUNNING, _L, _SYS, to=_OWNED),
        A.CLAIM: _rule(WAITING, Party.STAFF, to={S.IN_PROGRESS}),
        A.ACKNOWLEDGE: _rule(WAITING, Party.STAFF),
        A.NOTE: _rule(OPEN, Party.STAFF, text=True),
        A.CONTACT: _rule(RUNNING, _O, to={S.IN_PROGRESS}),
        A.INTERIM: _rule({S.IN_PROGRESS}, _O),
        A.ESCALATE: _rule(RUNNING, _O, _L, _SYS, to=_OWNED, reason=True),
        A.RETURN: _rule(RUNNING, _O, to=_OWNED, reason=True),
        A.URGE: _rule(UNSOLVED, _RES, _L),
        A.SUPERVISE: _rule(UNSOLVED, _L),
        A.PAUSE: _rule({S.IN_PROGRESS}, _O, reason=True),
        A.EXCLUDE: _rule(COUNTED, _O, _L, reason=True),
        A.APPROVE: _rule(COUNTED, _L, to={S.PAUSED}, may_stay=True),
        A.REFUSE: _rule(COUNTED, _L),
        A.RESUME: _rule({S.PAUSED}, _O, _L, _SYS, to={S.IN_PROGRESS}),
        A.EXTEND: _rule({S.IN_PROGRESS}, _O, reason=True),
        A.MERGE: _rule(UNSOLVED, _O, _L, to={S.MERGED}, reason=True),
        A.ABSORB: _rule(UNSOLVED, _SYS),
        A.SPLIT: _rule(RUNNING, _O, _L, text=True),
        A.RECLASSIFY: _rule(UNSOLVED, _O, _L, to=_OWNED, may_stay=True),
        A.RELOCATE: _rule(RUNNING, _O, _L, _SYS, to=_OWNED),
        A.RESOLVE: _rule({S.IN_PROGRESS}, _O, to={S.RESOLVED}, text=True),
        A.CONFIRM: _rule({S.RESOLVED, S.CLOSED}, _RES, to={S.CONFIRMED}),
        A.DISSATISFIED: _rule({S.RESOLVED, S.CLOSED}, _RES, to=_OWNED),
        A.RATE: _rule({S.CONFIRMED}, _RES),
        A.REMARK: _rule(OPEN, _RES),
        A.JOIN: _rule(OPEN, _RES),
        A.LEAVE: _rule(ALL, _RES),
        A.WITHDRAW: _rule(OPEN, Party.REPORTER, to={S.WITHDRAWN}),
        A.WARN: _rule(RUNNING, _SYS),
        A.ALERT: _rule(WAITING, _SYS),
        A.PROGRESS: _rule(UNSOLVED, _SYS),
        A.REMIND: _rule({S.RESOLVED}, _SYS),
        A.TIME_OUT: _rule({S.RESOLVED}, _SYS, to={S.CLOSED}),
        A.FORGET: _rule(ALL, _SYS),
    }
)
"""Everything that is possible; `Action.FILE` is the beginning and has no source."""

FIRST_STATES = _OWNED
"""Where filing leads."""

CO_REPORTER_S_YES = "同报的居民说解决了"
_ORDER = list(Tier)


def outranks(tier: Tier, other: Tier | None) -> bool:
    """Tells whether a tier is above another; nothing is above the system."""
    return other is not None and _ORDER.index(tier) > _ORDER.index(other)


def parties(actor: Actor, life: TicketLife) -> frozenset[Party]:
    """Returns everything that an actor is to a ticket."""
    if actor.kind is ActorKind.SYSTEM:
        return frozenset({Party.SYSTEM})
    if actor.kind is ActorKind.RESIDENT:
        is_reporter = actor.id == REPORTER.id
        return frozenset({Party.RESIDENT, *((Party.REPORTER,) if is_reporter else ())})
    found = {Party.STAFF}
    tier = actor.tier or Tier.GRID
    if actor.leads and not outranks(life.tier, tier):
        found.add(Party.LEAD)
    is_desk = life.owner.startswith(DESK_PREFIX)
    if actor.id == life.owner or (is_desk and Party.LEAD in found):
        found.add(Party.OWNER)
    return frozenset(found)


def may_close(actor: Actor, life: TicketLife) -> bool:
    """Tells whose yes ends a ticket: the reporter's, or anybody's where there is none."""
    return actor.id == REPORTER.id or not life.has_reporter


def said_by(actor: Actor, command: Command, life: TicketLife) -> Command:
    """Returns what a resident does, where a yes that does not close is a remark."""
    command = replace(command, actor=actor)
    if command.action is not Action.CONFIRM or may_close(actor, life):
        return command
    text = command.text or CO_REPORTER_S_YES
    return replace(command, action=Action.REMARK, text=text)


def check(life: TicketLife, command: Command) -> None:
    """Refuses what the table does not allow.

    Raises:
        ConflictError: A claim of what somebody else has taken on.
        TransitionRefusedError: Anything else; the message says why.
    """
    rule = TRANSITIONS.get(command.action)
    if rule is None:
        raise TransitionRefusedError(f"{command.action.value}: not an act on a ticket")
    if life.state not in rule.sources:
        if command.action is Action.CLAIM and life.state in OPEN:
            raise ConflictError(life.owner)
        raise TransitionRefusedError(
            f"{command.action.value}: not possible while the ticket is {life.state.value}"
        )
    if not rule.by & parties(command.actor, life):
        needed = ", ".join(sorted(party.value for party in rule.by))
        raise TransitionRefusedError(f"{command.action.value}: only for {needed}")
    if rule.needs_reason and not command.reason.strip():
        raise TransitionRefusedError(f"{command.action.value}: needs a reason")
    if rule.needs_text and not command.text.strip():
        raise TransitionRefusedError(f"{command.action.value}: needs a text")


def allows(action: Action, before: TicketState, after: TicketState) -> bool:
    """Tells whether the table leads from one state to another by an action."""
    rule = TRANSITIONS.get(action)
    if rule is None or before not in rule.sources:
        return False
    if not rule.targets or (rule.may_stay and before is after):
        return before is after
    return after in rule.targets


def possible(actor: Actor, life: TicketLife) -> frozenset[Action]:
    """Returns what an actor may try now, for the buttons of a page."""
    mine = parties(actor, life)
    return frozenset(
        action
        for action, rule in TRANSITIONS.items()
        if life.state in rule.sources and rule.by & mine
    )
