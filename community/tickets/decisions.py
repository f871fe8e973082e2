"""What a permitted act changes: one short function for each action."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from community.errors import TransitionRefusedError
from community.staff import DESK_PREFIX
from community.tickets import clocks, progress, reclassing, running, wishes
from community.tickets.cases import Case, Decision, refused
from community.tickets.commands import (
    REPORTER,
    SYSTEM,
    TO_RESIDENT,
    TO_TALK,
    Action,
    Command,
    Rating,
)
from community.tickets.lifecycle import allows, check, may_close, outranks
from community.tickets.model import (
    TicketLife,
    TicketState,
    Warned,
)
from community.tickets.office import Office
from community.tiers import Tier

S = TicketState


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
    case = Case(life, command, office, now)
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


def _same(case: Case) -> Decision:
    return Decision(case.life)


def _assign(case: Case) -> Decision:
    member = case.office.member(case.command.to or "")
    if member is None:
        raise refused(case, f"nobody has the id {case.command.to!r}")
    if outranks(member.tier, case.command.actor.tier):
        raise refused(case, f"{member.id} belongs to a tier above yours")
    if not case.office.roster.is_on_duty(member.id, case.now):
        raise refused(case, f"{member.id} is not on duty")
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


def _returned_out(case: Case) -> bool:
    return case.life.n_returns >= case.office.policy.max_returns


def _claim(case: Case) -> Decision:
    actor = case.command.actor
    if outranks(case.life.tier, actor.tier) and actor.id != case.life.owner:
        raise refused(case, "belongs to a tier above yours")
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


def _acknowledge(case: Case) -> Decision:
    return Decision(replace(case.life, chain_at=None))


def _note(case: Case) -> Decision:
    if case.command.to not in (TO_RESIDENT, TO_TALK):
        return Decision(case.life)
    facts: dict[str, Any] = {"to": TO_RESIDENT}
    if case.command.to == TO_TALK:
        facts["is_talk"] = True
    life = progress.heard(case.life, case.office, case.now)
    is_owner = case.command.actor.id == life.owner
    if is_owner and life.state is S.IN_PROGRESS:
        life = running.responded(life, case.office, case.now)
    return Decision(life, facts)


def _contact(case: Case) -> Decision:
    life = replace(case.life, state=S.IN_PROGRESS, chain_at=None, alerted=())
    if life.owner.startswith(DESK_PREFIX):
        life = replace(life, owner=case.command.actor.id)
    return Decision(running.responded(life, case.office, case.now))


def _interim(case: Case) -> Decision:
    if case.life.interim_at is not None:
        raise refused(case, "is reported already")
    life = running.measured(case.life, case.office, case.now)
    return Decision(progress.heard(life, case.office, case.now))


def _escalate(case: Case) -> Decision:
    if case.life.tier is Tier.COUNTY:
        raise refused(case, "nobody is above the county")
    facts = {"from": case.life.tier.value, "automatic": case.command.actor == SYSTEM}
    return Decision(running.raised(case.life, case.office, case.now), facts)


def _return(case: Case) -> Decision:
    life, actor = case.life, case.command.actor
    if life.stays or life.n_returns >= case.office.policy.max_returns:
        raise refused(case, "was returned twice, it stays")
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


def _urge(case: Case) -> Decision:
    return Decision(replace(case.life, n_urged=case.life.n_urged + 1))


def _supervise(case: Case) -> Decision:
    return Decision(replace(case.life, is_supervised=True))


def _merge(case: Case) -> Decision:
    life = replace(
        running.ended(case.life, S.MERGED, case.now), merged_into=case.command.to
    )
    return Decision(life, {"to": case.command.to})


def _absorb(case: Case) -> Decision:
    danger = case.command.urgency
    life = running.endangered(case.life, danger, case.office, case.now)
    return Decision(life, {"from": case.command.to})


def _split(case: Case) -> Decision:
    if case.command.to is not None and not case.office.knows_item(case.command.to):
        raise refused(case, f"no item {case.command.to!r}")
    return Decision(case.life, {"item": case.command.to})


def _relocate(case: Case) -> Decision:
    grid = case.command.to or ""
    if not case.office.knows_grid(grid):
        raise refused(case, f"no grid {grid!r}")
    post = case.office.roster.grids[grid]
    life = replace(case.life, grid=grid, community=post.community)
    owner = case.office.owner(life, life.tier, case.now)
    life = running.given_to(life, owner)
    facts = {"from": case.life.grid, "to": grid}
    return Decision(running.alerting(life, case.office, case.now), facts)


def _resolve(case: Case) -> Decision:
    life = running.responded(case.life, case.office, case.now)
    return Decision(running.resolved(life, case.office, case.now))


def _confirm(case: Case) -> Decision:
    if not may_close(case.command.actor, case.life):
        raise refused(case, "the reporter has not answered")
    _in_time(case)
    life = running.ended(case.life, S.CONFIRMED, case.now)
    return Decision(replace(life, satisfied=_first(life, answer=True)))


def _dissatisfied(case: Case) -> Decision:
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


def _rate(case: Case) -> Decision:
    """A poor rating counts against the solution; no rating polishes an answer."""
    level = case.command.to or ""
    if level not in {rating.value for rating in Rating}:
        raise refused(case, f"no rating {level!r}")
    satisfied = bool(case.life.satisfied) and level != Rating.POOR.value
    return Decision(replace(case.life, satisfied=satisfied), {"level": level})


def _in_time(case: Case) -> None:
    """An answer after the closing counts for some days."""
    ended_at = case.life.ended_at
    if ended_at is None:
        return
    if case.now > ended_at + timedelta(days=case.office.policy.late_answer_days):
        raise refused(case, "the ticket is closed for good")


def _join(case: Case) -> Decision:
    return Decision(replace(case.life, n_followers=case.life.n_followers + 1))


def _leave(case: Case) -> Decision:
    if case.command.actor.id == REPORTER.id:
        return Decision(replace(case.life, has_reporter=False))
    return Decision(case.life)


def _withdraw(case: Case) -> Decision:
    return Decision(running.ended(case.life, S.WITHDRAWN, case.now))


def _warn(case: Case) -> Decision:
    clock = case.life.clock
    if clock is None or not clocks.is_worked(clock):
        raise refused(case, "no clock to warn of")
    level = clocks.warning(clock, case.now)
    if level in (Warned.NONE, clock.warned):
        raise refused(case, "nothing new to warn of")
    life = replace(case.life, clock=replace(clock, warned=level))
    return Decision(life, {"level": level.value, "clock": clock.kind.value})


def _alert(case: Case) -> Decision:
    life, office, now = case.life, case.office, case.now
    if life.chain_at is None:
        raise refused(case, "nobody has to be alerted")
    told = office.next_alerted(life, now)
    return Decision(running.alerted(life, told, office, now), {"told": told})


def _progress(case: Case) -> Decision:
    return Decision(progress.heard(case.life, case.office, case.now))


def _remind(case: Case) -> Decision:
    return Decision(replace(case.life, n_reminders=case.life.n_reminders + 1))


def _time_out(case: Case) -> Decision:
    clock = case.life.clock
    if clock is None or case.now < clock.due_at:
        raise refused(case, "the resident still has time to answer")
    return Decision(running.ended(case.life, S.CLOSED, case.now))


def _forget(case: Case) -> Decision:
    facts = {"who": case.command.to}
    if case.command.to == REPORTER.id:
        return Decision(replace(case.life, has_reporter=False), facts)
    return Decision(case.life, facts)


_HANDLERS: Mapping[Action, Callable[[Case], Decision]] = {
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
    Action.PAUSE: wishes.pause,
    Action.EXCLUDE: wishes.exclude,
    Action.APPROVE: wishes.approve,
    Action.REFUSE: wishes.decline,
    Action.RESUME: wishes.resume,
    Action.EXTEND: wishes.extend,
    Action.MERGE: _merge,
    Action.ABSORB: _absorb,
    Action.SPLIT: _split,
    Action.RECLASSIFY: reclassing.reclassify,
    Action.RELOCATE: _relocate,
    Action.RESOLVE: _resolve,
    Action.CONFIRM: _confirm,
    Action.DISSATISFIED: _dissatisfied,
    Action.RATE: _rate,
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
