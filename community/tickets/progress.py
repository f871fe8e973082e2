"""When residents hear how an unsolved ticket stands, though nothing has happened."""

from dataclasses import replace
from datetime import datetime

from community.tickets.model import TicketLife, TicketState
from community.tickets.office import Office

_SILENT = frozenset({TicketState.PAUSED, TicketState.RESOLVED})
"""The resident knows what is waited for, and until when."""


def begun(life: TicketLife, office: Office) -> TicketLife:
    """Counts anew from when the present tier got it.

    A long matter is told of before the fifth working day is over. Of a shorter one
    the resident is to have the result by then; they hear how it stands if not.
    """
    policy, work = office.policy, office.work
    over = work.days(policy.progress_over_workdays)
    is_long = work.elapsed(life.since, life.expected_at) > over
    wait = work.days(policy.progress_after_workdays) if is_long else over
    return replace(life, progress_at=work.add(life.since, wait))


def heard(life: TicketLife, office: Office, now: datetime) -> TicketLife:
    """Counts anew, because the resident has just been told something."""
    if life.is_final or life.state in _SILENT:
        return replace(life, progress_at=None)
    wait = office.work.days(office.policy.progress_over_workdays)
    return replace(life, progress_at=office.work.add(now, wait))
