"""Another item: the tier, the owner and the clocks follow the catalogue."""

from dataclasses import replace
from datetime import datetime

from community.tickets import progress, running
from community.tickets.cases import Case, Decision, refused
from community.tickets.clocks import after, clock
from community.tickets.limits import Limits, matter_of
from community.tickets.model import Clock, ClockKind, TicketLife, TicketState
from community.tickets.office import Office
from community.tiers import Tier

_ORDER = list(Tier)


def reclassify(case: Case) -> Decision:
    """Says what a ticket is really about."""
    item = case.command.to or ""
    if not case.office.knows_item(item):
        raise refused(case, f"no item {item!r}")
    if item == case.life.item:
        raise refused(case, "it is that item already")
    life = reclassified(case.life, item, case.office, case.now)
    return Decision(life, {"from": case.life.item, "to": item})


def reclassified(
    life: TicketLife, item: str, office: Office, now: datetime
) -> TicketLife:
    """Gives it another item; its limits count from when the tier got it.

    Nobody loses a fair time by a late correction: at least an upper tier's.
    """
    tier = _tier(life, item, office)
    matter = matter_of(item, office.catalog)
    danger = matter.urgency if matter else life.urgency
    if tier is not life.tier and life.state is TicketState.PAUSED:
        life = running.resumed(life, office, now)
    life = running.endangered(replace(life, item=item), danger, office, now)
    limits = office.limits(item, life.urgency)
    fresh = after(life.since, limits.resolve, office.work)
    expected_at = max(fresh, running.least(limits, office, now))
    life = replace(life, expected_at=expected_at)
    if tier is not life.tier:
        return _moved(life, tier, limits, office, now)
    life = progress.begun(_sooner(life, limits, office, now), office)
    if life.state is not TicketState.PAUSED:
        return _measured_anew(life, limits, office, now)
    work = _measured_anew(replace(life, clock=life.paused), limits, office, now)
    return replace(work, clock=life.clock, paused=work.clock, progress_at=None)


def _tier(life: TicketLife, item: str, office: Office) -> Tier:
    """Returns the tier that has to act on the item.

    Where it was given out, or raised for another reason, it does not go down again.
    """
    before = office.limits(life.item, life.urgency).tier
    first = office.limits(item, life.urgency).tier
    if first is before:
        return life.tier
    if _ORDER.index(first) > _ORDER.index(life.tier):
        return first
    is_there_for_it = life.tier is before and not life.n_raised and not life.stays
    return first if is_there_for_it else life.tier


def _moved(
    life: TicketLife, tier: Tier, limits: Limits, office: Office, now: datetime
) -> TicketLife:
    """Hands it to whoever has to act there; the first contact is due anew."""
    life = running.given_to(life, office.owner(life, tier, now))
    due = after(now, limits.respond, office.work)
    if life.responded_at is None:
        life = replace(life, respond_by=min(life.respond_by, due))
    life = replace(
        life,
        tier=tier,
        since=now,
        clock=clock(ClockKind.RESPOND, now, due, office.policy),
        paused=None,
        request=running.kept_request(life),
    )
    return running.alerting(progress.begun(life, office), office, now)


def _sooner(
    life: TicketLife, limits: Limits, office: Office, now: datetime
) -> TicketLife:
    """Brings a contact forward that the item wants sooner; it is never put off."""
    due = after(now, limits.respond, office.work)
    if life.clock is None or life.clock.kind is not ClockKind.RESPOND:
        return life
    if due >= life.clock.due_at:
        return life
    if life.responded_at is None:
        life = replace(life, respond_by=min(life.respond_by, due))
    return replace(life, clock=clock(ClockKind.RESPOND, now, due, office.policy))


def _measured_anew(
    life: TicketLife, limits: Limits, office: Office, now: datetime
) -> TicketLife:
    """Lets the work be measured as the item wants it: a first measure, the solution."""
    before = life.clock
    if before is None or before.kind not in (ClockKind.INTERIM, ClockKind.RESOLVE):
        return life
    wants_measure = limits.interim is not None and life.interim_at is None
    if wants_measure and before.kind is ClockKind.INTERIM:
        return life
    if wants_measure and limits.interim is not None:
        due = after(now, limits.interim, office.work)
        return replace(life, clock=clock(ClockKind.INTERIM, now, due, office.policy))
    return replace(life, clock=_solution(before, life.expected_at, limits, office))


def _solution(before: Clock, due: datetime, limits: Limits, office: Office) -> Clock:
    work = office.work if limits.resolve.in_workdays else None
    started_at = min(before.started_at, due)
    return clock(ClockKind.RESOLVE, started_at, due, office.policy, work=work)
