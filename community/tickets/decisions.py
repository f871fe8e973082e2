"""What a permitted act changes: one short function for each action."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from community.errors import TransitionRefusedError
from community.staff import DESK_PREFIX
from community.tickets import clocks, running
from community.tickets.commands import (
    REPORTER,
    SYSTEM,
    TO_RESIDENT,
    Action,
    Command,
)
from community.tickets.lifecycle import allows, check, outranks
from community.tickets.model import (
    Request,
    RequestKind,
    TicketLife,
    TicketState,
    Warned,
)
from community.tickets.office import Office
from community.tiers import Tier

S = TicketState


@dataclass(frozen=True, slots=True)
class Decision:
    """What an act leads to."""

    life: TicketLife
    facts: Mapping[str, Any] = field(default_factory=dict)
    """For the event, without personal data."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One act on one ticket at one instant."""

    life: TicketLife
    command: Command
    office: Office
    now: datetime


def decide(
    life: TicketLife, command: Command, office: Office, now: datetime
) -> Decision | None:
    """Returns what the act changes, or `None` where there is nothing to change.

    Raises:
        ConflictError: Somebody else has taken it on.
        TransitionRefusedError: The table, the post or the limits do not allow it.
    """
    if _is_repeated_claim(life, command):
        return None
    check(life, command)
    case = _Case(life, command, office, now)
    decision = _HANDLERS[command.action](case)
    after = replace(decision.life, n_events=life.n_events + 1)
    if not allows(command.action, life.state, after.state):
        raise TransitionRefusedError(
            f"{command.action.value}: {life.state.value} does not lead to"
            f" {after.state.value}"
        )
    return replace(decision, life=after)


def _is_repeated_claim(life: TicketLife, command: Command) -> bool:
    """A second tap on 接单 is no error."""
    return (
        command.action is Action.CLAIM
        and life.state is S.IN_PROGRESS
        and life.owner == command.actor.id
    )


def _refuse(case: _Case, why: str) -> TransitionRefusedError:
    return TransitionRefusedError(f"{case.command.action.value}: {why}")


def _same(case: _Case) -> Decision:
    return Decision(case.life)


def _assign(case: _Case) -> Decision:
    member = case.office.member(case.command.to or "")
    if member is None:
        raise _refuse(case, f"nobody has the id {case.command.to!r}")
    if outranks(member.tier, case.command.actor.tier):
        raise _refuse(case, f"{member.id} belongs to a tier above yours")
    if not case.office.roster.is_on_duty(member.id, case.now):
        raise _refuse(case, f"{member.id} is not on duty")
    life = replace(
        case.life,
        state=S.ASSIGNED,
        owner=member.id,
        unit=member.unit,
        tier=member.tier,
        # What an upper tier gives out after two returns stays where it is.
        stays=case.life.stays or _returned_out(case),
    )
    return Decision(running.alerting(life, case.office, case.now), {"to": member.id})


def _returned_out(case: _Case) -> bool:
    return case.life.n_returns >= case.office.policy.max_returns


def _claim(case: _Case) -> Decision:
    actor = case.command.actor
    if outranks(case.life.tier, actor.tier) and actor.id != case.life.owner:
        raise _refuse(case, "belongs to a tier above yours")
    member = case.office.member(actor.id)
    life = replace(
        case.life,
        state=S.IN_PROGRESS,
        owner=actor.id,
        unit=member.unit if member else case.life.unit,
        chain_at=None,
        alerted=(),
    )
    return Decision(life)


def _acknowledge(case: _Case) -> Decision:
    return Decision(replace(case.life, chain_at=None))


def _note(case: _Case) -> Decision:
    to_resident = case.command.to == TO_RESIDENT
    facts = {"to": TO_RESIDENT} if to_resident else {}
    if not to_resident:
        return Decision(case.life, facts)
    life = replace(case.life, progress_at=None)
    is_owner = case.command.actor.id == life.owner
    if is_owner and life.state is S.IN_PROGRESS:
        life = running.responded(life, case.office, case.now)
    return Decision(life, facts)


def _contact(case: _Case) -> Decision:
    life = replace(case.life, state=S.IN_PROGRESS, chain_at=None, alerted=())
    if life.owner.startswith(DESK_PREFIX):
        life = replace(life, owner=case.command.actor.id)
    return Decision(running.responded(life, case.office, case.now))


def _interim(case: _Case) -> Decision:
    if case.life.interim_at is not None:
        raise _refuse(case, "is reported already")
    return Decision(running.measured(case.life, case.office, case.now))


def _escalate(case: _Case) -> Decision:
    if case.life.tier is Tier.COUNTY:
        raise _refuse(case, "nobody is above the county")
    facts = {"from": case.life.tier.value, "automatic": case.command.actor == SYSTEM}
    return Decision(running.raised(case.life, case.office, case.now), facts)


def _return(case: _Case) -> Decision:
    life, actor = case.life, case.command.actor
    if life.stays or life.n_returns >= case.office.policy.max_returns:
        raise _refuse(case, "was returned twice, it stays")
    returned_by = tuple(dict.fromkeys((*life.returned_by, life.owner, actor.id)))
    life = replace(
        life,
        n_returns=life.n_returns + 1,
        returned_by=returned_by,
    )
    if _returned_out(replace(case, life=life)):
        life = replace(running.raised(life, case.office, case.now), stays=True)
        return Decision(life, {"from": case.life.tier.value, "stays": True})
    owner = case.office.owner(life, life.tier, case.now, exclude=frozenset(returned_by))
    life = running.given_to(life, owner)
    return Decision(running.alerting(life, case.office, case.now))


def _urge(case: _Case) -> Decision:
    return Decision(replace(case.life, n_urged=case.life.n_urged + 1))


def _supervise(case: _Case) -> Decision:
    return Decision(replace(case.life, is_supervised=True))


def _pause(case: _Case) -> Decision:
    minutes = case.command.minutes or 0
    longest = timedelta(days=case.office.policy.max_pause_days)
    if minutes <= 0 or timedelta(minutes=minutes) > longest:
        raise _refuse(case, f"needs a length of at most {longest.days} days")
    until = case.now + timedelta(minutes=minutes)
    return _ask(case, Request(RequestKind.PAUSE, case.command.actor.id, until))


def _exclude(case: _Case) -> Decision:
    if case.life.is_excluded:
        raise _refuse(case, "does not count already")
    return _ask(case, Request(RequestKind.EXCLUDE, case.command.actor.id))


def _ask(case: _Case, request: Request) -> Decision:
    if case.life.request is not None:
        raise _refuse(case, "another request waits for its decision")
    return Decision(
        replace(case.life, request=request), {"request": request.kind.value}
    )


def _requested(case: _Case) -> Request:
    request = case.life.request
    if request is None:
        raise _refuse(case, "nobody has asked for anything")
    return request


def _approve(case: _Case) -> Decision:
    request = _requested(case)
    if request.by == case.command.actor.id:
        raise _refuse(case, "another person has to decide")
    facts = {"request": request.kind.value, "asked_by": request.by}
    life = replace(case.life, request=None)
    if request.kind is RequestKind.EXCLUDE:
        return Decision(replace(life, is_excluded=True), facts)
    if life.state is not S.IN_PROGRESS:
        raise _refuse(case, f"cannot pause while it is {life.state.value}")
    if request.until is None or request.until <= case.now:
        raise _refuse(case, "the time asked for is over")
    return Decision(running.paused(life, request.until, case.office, case.now), facts)


def _decline(case: _Case) -> Decision:
    request = _requested(case)
    if request.by == case.command.actor.id:
        raise _refuse(case, "another person has to decide")
    facts = {"request": request.kind.value, "asked_by": request.by}
    return Decision(replace(case.life, request=None), facts)


def _resume(case: _Case) -> Decision:
    return Decision(running.resumed(case.life, case.office, case.now))


def _extend(case: _Case) -> Decision:
    life, days = case.life, case.command.days or 0
    most = case.office.policy.max_extension_days - life.extended_days
    if days <= 0 or days > most:
        raise _refuse(case, f"at most {most} more working days")
    if not case.office.limits(life.item, life.urgency).resolve.in_workdays:
        raise _refuse(case, "this matter has to be solved within hours")
    if case.now > life.expected_at:
        raise _refuse(case, "has to be asked for before the limit is over")
    return Decision(running.extended(life, days, case.office), {"days": days})


def _merge(case: _Case) -> Decision:
    life = replace(
        running.ended(case.life, S.MERGED, case.now), merged_into=case.command.to
    )
    return Decision(life, {"to": case.command.to})


def _absorb(case: _Case) -> Decision:
    return Decision(case.life, {"from": case.command.to})


def _split(case: _Case) -> Decision:
    if case.command.to is not None and not case.office.knows_item(case.command.to):
        raise _refuse(case, f"no item {case.command.to!r}")
    return Decision(case.life, {"item": case.command.to})


def _reclassify(case: _Case) -> Decision:
    item = case.command.to or ""
    if not case.office.knows_item(item):
        raise _refuse(case, f"no item {item!r}")
    if item == case.life.item:
        raise _refuse(case, "it is that item already")
    life = running.reclassified(case.life, item, case.office, case.now)
    return Decision(life, {"from": case.life.item, "to": item})


def _relocate(case: _Case) -> Decision:
    grid = case.command.to or ""
    if not case.office.knows_grid(grid):
        raise _refuse(case, f"no grid {grid!r}")
    post = case.office.roster.grids[grid]
    life = replace(case.life, grid=grid, community=post.community)
    owner = case.office.owner(life, life.tier, case.now)
    life = running.given_to(life, owner)
    facts = {"from": case.life.grid, "to": grid}
    return Decision(running.alerting(life, case.office, case.now), facts)


def _resolve(case: _Case) -> Decision:
    life = running.responded(case.life, case.office, case.now)
    return Decision(running.resolved(life, case.office, case.now))


def _confirm(case: _Case) -> Decision:
    _in_time(case)
    life = running.ended(case.life, S.CONFIRMED, case.now)
    return Decision(replace(life, satisfied=_first(life, answer=True)))


def _dissatisfied(case: _Case) -> Decision:
    _in_time(case)
    life = replace(
        case.life,
        n_reopened=case.life.n_reopened + 1,
        satisfied=_first(case.life, answer=False),
        ended_at=None,
    )
    return Decision(running.raised(life, case.office, case.now, reopened=True))


def _first(life: TicketLife, *, answer: bool) -> bool:
    return answer if life.satisfied is None else life.satisfied


def _in_time(case: _Case) -> None:
    """An answer after the closing counts for some days."""
    ended_at = case.life.ended_at
    if ended_at is None:
        return
    if case.now > ended_at + timedelta(days=case.office.policy.late_answer_days):
        raise _refuse(case, "the ticket is closed for good")


def _join(case: _Case) -> Decision:
    return Decision(replace(case.life, n_followers=case.life.n_followers + 1))


def _leave(case: _Case) -> Decision:
    if case.command.actor.id == REPORTER.id:
        return Decision(replace(case.life, has_reporter=False))
    return Decision(case.life)


def _withdraw(case: _Case) -> Decision:
    return Decision(running.ended(case.life, S.WITHDRAWN, case.now))


def _warn(case: _Case) -> Decision:
    clock = case.life.clock
    if clock is None or not clocks.is_worked(clock):
        raise _refuse(case, "no clock to warn of")
    level = clocks.warning(clock, case.now)
    if level in (Warned.NONE, clock.warned):
        raise _refuse(case, "nothing new to warn of")
    life = replace(case.life, clock=replace(clock, warned=level))
    return Decision(life, {"level": level.value, "clock": clock.kind.value})


def _alert(case: _Case) -> Decision:
    life, office, now = case.life, case.office, case.now
    if life.chain_at is None:
        raise _refuse(case, "nobody has to be alerted")
    told = office.next_alerted(life, now)
    return Decision(running.alerted(life, told, office, now), {"told": told})


def _progress(case: _Case) -> Decision:
    return Decision(replace(case.life, progress_at=None))


def _remind(case: _Case) -> Decision:
    return Decision(replace(case.life, n_reminders=case.life.n_reminders + 1))


def _time_out(case: _Case) -> Decision:
    clock = case.life.clock
    if clock is None or case.now < clock.due_at:
        raise _refuse(case, "the resident still has time to answer")
    return Decision(running.ended(case.life, S.CLOSED, case.now))


def _forget(case: _Case) -> Decision:
    if case.command.to == TO_RESIDENT:
        return Decision(replace(case.life, has_reporter=False))
    return Decision(case.life)


_HANDLERS: Mapping[Action, Callable[[_Case], Decision]] = {
    Action.ASSIGN: _assign,
    Action.CLAIM: _claim,
    Action.ACKNOWLEDGE: _acknowledge,
    Action.NOTE: _note,
    Action.CONTACT: _contact,
    Action.INTERIM: _interim,
    Action.ESCALATE: _escalate,
    Action.RETURN: _return,
    Action.URGE: _urge,
    Action.SUPERVISE: _supervise,
    Action.PAUSE: _pause,
    Action.EXCLUDE: _exclude,
    Action.APPROVE: _approve,
    Action.REFUSE: _decline,
    Action.RESUME: _resume,
    Action.EXTEND: _extend,
    Action.MERGE: _merge,
    Action.ABSORB: _absorb,
    Action.SPLIT: _split,
    Action.RECLASSIFY: _reclassify,
    Action.RELOCATE: _relocate,
    Action.RESOLVE: _resolve,
    Action.CONFIRM: _confirm,
    Action.DISSATISFIED: _dissatisfied,
    Action.REMARK: _same,
    Action.JOIN: _join,
    Action.LEAVE: _leave,
    Action.WITHDRAW: _withdraw,
    Action.WARN: _warn,
    Action.ALERT: _alert,
    Action.PROGRESS: _progress,
    Action.REMIND: _remind,
    Action.TIME_OUT: _time_out,
    Action.FORGET: _forget,
}
