"""What needs a second person or the catalogue's leave: pauses, exclusions, extensions."""

from pydantic import Field

from community.tickets import Action
from desk.calls import Call
from desk.documents import Act as ActBody
from desk.documents import Long, ReasonedAct, TicketDoc
from desk.endpoints import Endpoints
from desk.policy import Act
from desk.routes_handling import perform

endpoints = Endpoints("handling")
MAX_PAUSE_DAYS = 30
DAY_MINUTES = 1_440


class PauseWish(ReasonedAct):
    """How long the clock shall stand still."""

    days: int = Field(ge=1, le=MAX_PAUSE_DAYS)


class Extension(ReasonedAct):
    """How many working days more."""

    days: int = Field(ge=1, le=10)


class ApprovalDecision(ActBody):
    """What a second person decides about a wish."""

    reason: Long = Long("")


@endpoints.post(
    "/api/tickets/{number}/pause", act=Act.PAUSE, takes=PauseWish, gives=TicketDoc
)
async def ask_pause(call: Call, body: PauseWish) -> TicketDoc:
    """Asks that the clock stands still; another person decides."""
    minutes = body.days * DAY_MINUTES
    return await perform(call, Action.PAUSE, body, reason=body.reason, minutes=minutes)


@endpoints.post(
    "/api/tickets/{number}/resume", act=Act.PAUSE, takes=ActBody, gives=TicketDoc
)
async def resume(call: Call, body: ActBody) -> TicketDoc:
    """Lets the clock run on before the pause is over."""
    return await perform(call, Action.RESUME, body)


@endpoints.post(
    "/api/tickets/{number}/exclude",
    act=Act.EXCLUDE,
    takes=ReasonedAct,
    gives=TicketDoc,
)
async def ask_exclusion(call: Call, body: ReasonedAct) -> TicketDoc:
    """Asks not to count a ticket in the rates; another person decides."""
    return await perform(call, Action.EXCLUDE, body, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/approve",
    act=Act.APPROVE,
    takes=ApprovalDecision,
    gives=TicketDoc,
)
async def approve(call: Call, body: ApprovalDecision) -> TicketDoc:
    """Grants the pause or exclusion that another person asked for."""
    return await perform(call, Action.APPROVE, body, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/refuse",
    act=Act.APPROVE,
    takes=ApprovalDecision,
    gives=TicketDoc,
)
async def refuse(call: Call, body: ApprovalDecision) -> TicketDoc:
    """Refuses the pause or exclusion that another person asked for."""
    return await perform(call, Action.REFUSE, body, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/extend", act=Act.EXTEND, takes=Extension, gives=TicketDoc
)
async def extend(call: Call, body: Extension) -> TicketDoc:
    """Moves the deadline as far as the catalogue allows."""
    return await perform(call, Action.EXTEND, body, reason=body.reason, days=body.days)
