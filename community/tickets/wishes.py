"""What needs a second person or the catalogue: pauses, exclusions, extensions."""

from dataclasses import replace
from datetime import timedelta

from community.tickets import running
from community.tickets.cases import Case, Decision, refused
from community.tickets.model import Request, RequestKind, TicketState


def pause(case: Case) -> Decision:
    """Asks for a pause."""
    minutes = case.command.minutes or 0
    longest = timedelta(days=case.office.policy.max_pause_days)
    if minutes <= 0 or timedelta(minutes=minutes) > longest:
        raise refused(case, f"needs a length of at most {longest.days} days")
    until = case.now + timedelta(minutes=minutes)
    return _ask(case, Request(RequestKind.PAUSE, case.command.actor.id, until))


def exclude(case: Case) -> Decision:
    """Asks not to count it in the rates."""
    if case.life.is_excluded:
        raise refused(case, "does not count already")
    return _ask(case, Request(RequestKind.EXCLUDE, case.command.actor.id))


def _ask(case: Case, request: Request) -> Decision:
    if case.life.request is not None:
        raise refused(case, "another request waits for its decision")
    return Decision(
        replace(case.life, request=request), {"request": request.kind.value}
    )


def _requested(case: Case) -> Request:
    request = case.life.request
    if request is None:
        raise refused(case, "nobody has asked for anything")
    return request


def approve(case: Case) -> Decision:
    """Grants what somebody else asked for."""
    request = _requested(case)
    if request.by == case.command.actor.id:
        raise refused(case, "another person has to decide")
    facts = {"request": request.kind.value, "asked_by": request.by}
    life = replace(case.life, request=None)
    if request.kind is RequestKind.EXCLUDE:
        return Decision(replace(life, is_excluded=True), facts)
    if life.state is not TicketState.IN_PROGRESS:
        raise refused(case, f"cannot pause while it is {life.state.value}")
    if request.until is None or request.until <= case.now:
        raise refused(case, "the time asked for is over")
    return Decision(running.paused(life, request.until, case.office, case.now), facts)


def decline(case: Case) -> Decision:
    """Declines what somebody else asked for."""
    request = _requested(case)
    if request.by == case.command.actor.id:
        raise refused(case, "another person has to decide")
    facts = {"request": request.kind.value, "asked_by": request.by}
    return Decision(replace(case.life, request=None), facts)


def resume(case: Case) -> Decision:
    """Lets the stopped clock go on."""
    return Decision(running.resumed(case.life, case.office, case.now))


def extend(case: Case) -> Decision:
    """Moves the promise, before it is over."""
    life, days = case.life, case.command.days or 0
    most = case.office.policy.max_extension_days - life.extended_days
    if days <= 0 or days > most:
        raise refused(case, f"at most {most} more working days")
    if not case.office.limits(life.item, life.urgency).resolve.in_workdays:
        raise refused(case, "this matter has to be solved within hours")
    if case.now > life.expected_at:
        raise refused(case, "has to be asked for before the limit is over")
    return Decision(running.extended(life, days, case.office, case.now), {"days": days})
