"""Changes of a life that keep one owner and one running clock.

Every function here leaves exactly one clock running, or none where the ticket is over.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from community.assignment import Owner
from community.tickets import progress
from community.tickets.clocks import (
    WorkTime,
    after,
    clock,
    is_worked,
    shifted,
    shifted_clock,
)
from community.tickets.limits import Limits, more_dangerous
from community.tickets.model import (
    Clock,
    ClockKind,
    Request,
    RequestKind,
    TicketDraft,
    TicketLife,
    TicketState,
)
from community.tickets.office import Office


def filed(draft: TicketDraft, office: Office, now: datetime) -> TicketLife:
    """Returns the first life of a ticket: with an owner and a running clock."""
    limits = office.limits(draft.item, draft.urgency)
    post = office.roster.grids.get(draft.grid or "")
    community = post.community if post else draft.community
    owner = office.owner_of_place(
        draft.grid, community, limits.tier, now, urgent=draft.urgency != "normal"
    )
    respond_by = after(now, limits.respond, office.work)
    life = TicketLife(
        state=TicketState.FILED if owner.is_desk else TicketState.ASSIGNED,
        tier=limits.tier,
        owner=owner.staff_id,
        unit=owner.unit,
        item=draft.item,
        urgency=draft.urgency,
        grid=draft.grid,
        community=community,
        has_reporter=bool(draft.conversation),
        respond_by=respond_by,
        expected_at=after(now, limits.resolve, office.work),
        since=now,
        clock=clock(ClockKind.RESPOND, now, respond_by, office.policy),
    )
    return alerting(progress.begun(life, office), office, now)


def given_to(life: TicketLife, owner: Owner) -> TicketLife:
    """Gives it to another owner; the clock runs on."""
    state = TicketState.FILED if owner.is_desk else TicketState.ASSIGNED
    return replace(life, state=state, owner=owner.staff_id, unit=owner.unit)


def alerting(life: TicketLife, office: Office, now: datetime) -> TicketLife:
    """Starts the chain of alerts for a new owner."""
    return replace(life, alerted=(), chain_at=_next_alert(life, office, now))


def alerted(
    life: TicketLife, told: str | None, office: Office, now: datetime
) -> TicketLife:
    """Notes who was told; the next one follows, or whoever comes on duty."""
    if told is not None:
        life = replace(life, alerted=(*life.alerted, told))
    if told is None or office.next_alerted(life, now) is None:
        return replace(life, chain_at=_handed_over(life, office, now))
    return replace(life, chain_at=_next_alert(life, office, now))


def _next_alert(life: TicketLife, office: Office, now: datetime) -> datetime:
    at = office.acknowledge_by(life.urgency, now)
    return min(at, _handed_over(life, office, now) or at)


def _handed_over(life: TicketLife, office: Office, now: datetime) -> datetime | None:
    """Returns when a person can take over what lies at a desk."""
    if life.state is not TicketState.FILED:
        return None
    at = office.hand_over_at(life, now)
    return at if at is not None and at > now else None


def raised(
    life: TicketLife, office: Office, now: datetime, *, reopened: bool = False
) -> TicketLife:
    """Moves it to the tier above, where the first contact is due anew."""
    tier = life.tier.above
    limits = office.limits(life.item, life.urgency)
    life = given_to(life, office.owner(life, tier, now))
    expected_at = life.expected_at
    if reopened:
        expected_at = max(expected_at, after(now, limits.resolve, office.work))
    due = after(now, limits.respond, office.work)
    life = replace(
        life,
        tier=tier,
        since=now,
        n_raised=life.n_raised + 1,
        expected_at=expected_at,
        interim_at=None if reopened else life.interim_at,
        n_reminders=0,
        clock=clock(ClockKind.RESPOND, now, due, office.policy),
        paused=None,
        request=kept_request(life),
    )
    return alerting(progress.begun(life, office), office, now)


def responded(life: TicketLife, office: Office, now: datetime) -> TicketLife:
    """Notes the first contact; what comes next begins to run."""
    if life.clock is None or life.clock.kind is not ClockKind.RESPOND:
        return life
    life = replace(life, responded_at=life.responded_at or now)
    return working(life, office.limits(life.item, life.urgency), office, now)


def measured(life: TicketLife, office: Office, now: datetime) -> TicketLife:
    """Notes that the first measure is taken."""
    life = replace(responded(life, office, now), interim_at=now)
    if life.clock is None or life.clock.kind is not ClockKind.INTERIM:
        return life
    return _resolving(life, office.limits(life.item, life.urgency), office, now)


def resolved(life: TicketLife, office: Office, now: datetime) -> TicketLife:
    """Waits for the resident's answer."""
    due = now + timedelta(hours=office.policy.confirm_hours)
    return replace(
        life,
        state=TicketState.RESOLVED,
        resolved_at=now,
        n_reminders=0,
        chain_at=None,
        progress_at=None,
        request=kept_request(life),
        clock=clock(ClockKind.CONFIRM, now, due, office.policy),
    )


def paused(
    life: TicketLife, until: datetime, office: Office, now: datetime
) -> TicketLife:
    """Stops the running clock until an instant."""
    return replace(
        life,
        state=TicketState.PAUSED,
        paused=life.clock,
        clock=clock(ClockKind.PAUSE, now, until, office.policy),
        progress_at=None,
    )


def resumed(life: TicketLife, office: Office, now: datetime) -> TicketLife:
    """Lets the stopped clock go on with as much time as it had."""
    stopped, pause = life.paused, life.clock
    if stopped is None or pause is None:
        return life
    limits = office.limits(life.item, life.urgency)
    promise = _work(limits, office)
    respond_by = life.respond_by
    if life.responded_at is None:
        respond_by = shifted(respond_by, pause.started_at, now, None)
    life = replace(
        life,
        state=TicketState.IN_PROGRESS,
        clock=shifted_clock(
            stopped, pause.started_at, now, _work_of(stopped, limits, office)
        ),
        paused=None,
        respond_by=respond_by,
        expected_at=shifted(life.expected_at, pause.started_at, now, promise),
        since=life.since + (now - pause.started_at),
    )
    return progress.heard(life, office, now)


def extended(life: TicketLife, days: int, office: Office, now: datetime) -> TicketLife:
    """Moves the promise, and the clock that counts towards it."""
    more = office.work.days(days)
    life = replace(
        life,
        expected_at=office.work.add(life.expected_at, more),
        extended_days=life.extended_days + days,
    )
    life = progress.heard(life, office, now)
    running = life.clock
    if running is None or running.kind is not ClockKind.RESOLVE:
        return life
    due = office.work.add(running.due_at, more)
    return replace(life, clock=_rebuilt(running, due, office))


def endangered(
    life: TicketLife, urgency: str, office: Office, now: datetime
) -> TicketLife:
    """Raises the danger; a contact that is still due is due sooner, alerts begin anew.

    Nothing lowers it: what was thought dangerous once stays so until it is solved.
    """
    if not more_dangerous(urgency, life.urgency):
        return life
    life = replace(life, urgency=urgency)
    due = after(now, office.limits(life.item, urgency).respond, office.work)
    if life.responded_at is None:
        life = replace(life, respond_by=min(life.respond_by, due))
    running = life.clock
    is_asked = running is not None and running.kind is ClockKind.RESPOND
    if running is not None and is_asked and due < running.due_at:
        running = clock(ClockKind.RESPOND, now, due, office.policy)
        life = replace(life, clock=running)
    is_waiting = life.state in (TicketState.FILED, TicketState.ASSIGNED)
    return alerting(life, office, now) if is_waiting else life


def ended(life: TicketLife, state: TicketState, now: datetime) -> TicketLife:
    """Stops everything."""
    return replace(
        life,
        state=state,
        clock=None,
        paused=None,
        request=kept_request(life),
        chain_at=None,
        progress_at=None,
        ended_at=now,
    )


def working(
    life: TicketLife, limits: Limits, office: Office, now: datetime
) -> TicketLife:
    """Starts what comes after the contact: the first measure, or the solution."""
    if limits.interim is None or life.interim_at is not None:
        return _resolving(life, limits, office, now)
    due = after(life.since, limits.interim, office.work)
    return replace(life, clock=clock(ClockKind.INTERIM, now, due, office.policy))


def _resolving(
    life: TicketLife, limits: Limits, office: Office, now: datetime
) -> TicketLife:
    due = life.expected_at
    if life.n_raised or due <= now:
        due = max(due, least(limits, office, now))
    running = clock(
        ClockKind.RESOLVE, now, due, office.policy, work=_work(limits, office)
    )
    return replace(life, clock=running)


def least(limits: Limits, office: Office, now: datetime) -> datetime:
    """Returns until when an upper tier has time at least."""
    policy = office.policy
    in_workdays = limits.resolve.in_workdays
    least = policy.upper_tier_workdays if in_workdays else policy.upper_tier
    return after(now, least, office.work)


def _work(limits: Limits, office: Office) -> WorkTime | None:
    return office.work if limits.resolve.in_workdays else None


def _work_of(running: Clock, limits: Limits, office: Office) -> WorkTime | None:
    """Contact and first measures count in natural hours."""
    return _work(limits, office) if running.kind is ClockKind.RESOLVE else None


def _rebuilt(running: Clock, due: datetime, office: Office) -> Clock:
    return clock(running.kind, running.started_at, due, office.policy, work=office.work)


def kept_request(life: TicketLife) -> Request | None:
    """Returns the wish that stays open. A wish for a pause ends with the work that it was for."""
    request = life.request
    if request is not None and request.kind is RequestKind.PAUSE:
        return None
    return request


def has_one_clock(life: TicketLife) -> bool:
    """Tells whether exactly one clock runs, or none where it is over."""
    if life.is_final:
        return life.clock is None and life.paused is None
    if life.clock is None:
        return False
    expected = {
        TicketState.PAUSED: life.clock.kind is ClockKind.PAUSE,
        TicketState.RESOLVED: life.clock.kind is ClockKind.CONFIRM,
    }
    is_right = expected.get(life.state, is_worked(life.clock))
    return is_right and (life.paused is not None) == (life.state is TicketState.PAUSED)


def has_one_owner(life: TicketLife) -> bool:
    """Tells whether somebody, and only one, has to act."""
    is_desk = life.owner.startswith("desk:")
    return bool(life.owner) and is_desk == (
        life.state is TicketState.FILED or (is_desk and life.is_final)
    )
