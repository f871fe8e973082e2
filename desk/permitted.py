"""What a person may do to a ticket now: rights and the state of the ticket."""

from community.staff import Role
from community.tickets import Action, Actor, Ticket
from community.tickets.lifecycle import possible
from desk.calls import Call
from desk.policy import Act

ACTS: dict[Action, Act] = {
    Action.CLAIM: Act.CLAIM,
    Action.ACKNOWLEDGE: Act.CLAIM,
    Action.NOTE: Act.NOTE,
    Action.CONTACT: Act.CONTACT,
    Action.INTERIM: Act.RESOLVE,
    Action.RESOLVE: Act.RESOLVE,
    Action.RETURN: Act.RETURN,
    Action.ESCALATE: Act.ESCALATE,
    Action.URGE: Act.URGE,
    Action.SUPERVISE: Act.SUPERVISE,
    Action.PAUSE: Act.PAUSE,
    Action.RESUME: Act.PAUSE,
    Action.EXTEND: Act.EXTEND,
    Action.APPROVE: Act.APPROVE,
    Action.REFUSE: Act.APPROVE,
    Action.EXCLUDE: Act.EXCLUDE,
    Action.ASSIGN: Act.ASSIGN,
    Action.RELOCATE: Act.RECLASSIFY,
    Action.RECLASSIFY: Act.RECLASSIFY,
    Action.MERGE: Act.MERGE,
    Action.SPLIT: Act.SPLIT,
}
"""Which right each act on a ticket needs."""
LEADS = frozenset({Role.STATION_HEAD, Role.DESK_CLERK})


def actor_of(call: Call) -> Actor:
    """Returns the caller as the ticket knows them."""
    staff = call.person.staff
    assert staff is not None
    return Actor.staff(staff.id, staff.tier, leads=bool(staff.roles & LEADS))


def permitted(call: Call, ticket: Ticket) -> frozenset[Action]:
    """Returns the acts for which a page shows a button."""
    if call.person.staff is None:
        return frozenset()
    return frozenset(
        action
        for action in possible(actor_of(call), ticket.life)
        if action in ACTS
        and call.may(ACTS[action], ticket)
        and _makes_sense(call, action, ticket)
    )


def _makes_sense(call: Call, action: Action, ticket: Ticket) -> bool:
    """Hides what the state allows but would be refused at once."""
    request = ticket.life.request
    if action in (Action.APPROVE, Action.REFUSE):
        return request is not None and request.by != call.person.id
    if action in (Action.PAUSE, Action.EXCLUDE):
        return request is None
    if action is Action.CONTACT:
        return bool(ticket.talks_with)
    return True
