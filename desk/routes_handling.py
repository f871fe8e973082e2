"""What staff do with a ticket, from taking it on to reporting the result."""

from typing import Any

import structlog
from pydantic import Field

from community.errors import ImplausibleMergeError, TransitionRefusedError
from community.messages import log_id
from community.tickets import TO_RESIDENT, Action, Command
from desk import words
from desk.calls import Call
from desk.documents import (
    Act as ActBody,
)
from desk.documents import (
    BlobId,
    Identifier,
    Long,
    ReasonedAct,
    TicketDoc,
    TicketNumber,
    Words,
)
from desk.endpoints import Endpoints
from desk.permitted import actor_of, permitted
from desk.policy import Act
from desk.problems import problem
from desk.routes_photos import photos_of
from desk.routes_tickets import detail
from desk.talking import end_with

endpoints = Endpoints("handling")
logger = structlog.get_logger()
MAX_PHOTOS = 6
MAX_MOVED_PHOTOS = 30


class Note(ActBody):
    """A line in the file, private to staff or for the resident too."""

    text: Words
    to_resident: bool = False
    photos: list[BlobId] = Field(default=[], max_items=MAX_PHOTOS)


class Result(ActBody):
    """What was done, for the resident to confirm."""

    text: Words
    photos: list[BlobId] = Field(
        default=[], max_items=MAX_PHOTOS, description="How it is now; for the resident."
    )
    before: list[BlobId] = Field(
        default=[], max_items=MAX_PHOTOS, description="How it was; for the file alone."
    )


class Contacted(ActBody):
    """That the resident was reached, and how."""

    text: Long = Long("")


class Measure(ActBody):
    """What was done first, such as fencing off."""

    text: Long = Long("")
    photos: list[BlobId] = Field(default=[], max_items=MAX_PHOTOS)


class Handover(ActBody):
    """To whom it goes."""

    to: Identifier = Field(description="Staff id.")
    reason: Long = Long("")


class NewItem(ActBody):
    """What it really is about; also teaches the assistant."""

    item: Identifier
    reason: Long = Long("")


class NewGrid(ActBody):
    """Where it really is."""

    grid: Identifier
    reason: Long = Long("")


class MergeInto(ReasonedAct):
    """The ticket in which it goes on, and why."""

    into: TicketNumber


class SecondMatter(ActBody):
    """What else was said, which needs a ticket of its own."""

    text: Words
    item: Identifier | None = None
    photos: list[BlobId] = Field(
        default=[], max_items=MAX_MOVED_PHOTOS, description="Of this ticket's file."
    )


class Supervision(ActBody):
    """Why somebody above looks after it."""

    reason: Long = Long("")


async def perform(
    call: Call, action: Action, body: ActBody, *, part: str = "", **values: Any
) -> TicketDoc:
    """Does something to the ticket and returns how it stands then.

    Args:
        call: Who asks, and for which ticket.
        action: What is done.
        body: Its key makes a repeat harmless.
        part: Tells two acts of one request apart.
        values: More of the command.

    Raises:
        web.HTTPConflict: The state of the ticket does not allow it any more.
    """
    command = Command(
        actor=actor_of(call),
        action=action,
        key=f"{call.person.id}:{body.key}{part}",
        **values,
    )
    number = call.ticket.number
    try:
        ticket = await call.services.tickets.act(number, command, now=call.now)
    except ImplausibleMergeError as err:
        raise problem(409, "refused", words.NOT_ONE_THING[err.differs]) from err
    except TransitionRefusedError as err:
        logger.info("desk.act_refused", ticket=log_id(number), why=str(err))
        name = words.ACTIONS[action.value]
        state = words.STATES[call.ticket.state.value]
        hint = "" if action in permitted(call, call.ticket) else f"，它现在是“{state}”"
        raise problem(409, "refused", f"现在不能“{name}”{hint}。请刷新看看。") from err
    await end_with(call, action, body.key, ticket)
    return await detail(call, ticket)


@endpoints.post(
    "/api/tickets/{number}/claim", act=Act.CLAIM, takes=ActBody, gives=TicketDoc
)
async def claim(call: Call, body: ActBody) -> TicketDoc:
    """Takes a ticket on; of two who try, one is told the other's name."""
    return await perform(call, Action.CLAIM, body)


@endpoints.post(
    "/api/tickets/{number}/acknowledge", act=Act.CLAIM, takes=ActBody, gives=TicketDoc
)
async def acknowledge(call: Call, body: ActBody) -> TicketDoc:
    """Says that somebody has seen it, so that nobody else is alerted."""
    return await perform(call, Action.ACKNOWLEDGE, body)


@endpoints.post("/api/tickets/{number}/note", act=Act.NOTE, takes=Note, gives=TicketDoc)
async def note(call: Call, body: Note) -> TicketDoc:
    """Writes a line into the file, private or for the resident too."""
    if body.to_resident and not call.may(Act.CONTACT, call.ticket):
        raise problem(403, "not_yours", "只有负责这件事的人可以给居民留言。")
    return await perform(
        call,
        Action.NOTE,
        body,
        text=body.text,
        photos=tuple(body.photos),
        to=TO_RESIDENT if body.to_resident else None,
    )


@endpoints.post(
    "/api/tickets/{number}/contacted", act=Act.CONTACT, takes=Contacted, gives=TicketDoc
)
async def contacted(call: Call, body: Contacted) -> TicketDoc:
    """Records that the resident was reached."""
    return await perform(call, Action.CONTACT, body, text=body.text)


@endpoints.post(
    "/api/tickets/{number}/interim", act=Act.RESOLVE, takes=Measure, gives=TicketDoc
)
async def interim(call: Call, body: Measure) -> TicketDoc:
    """Records the measure that comes before the solution."""
    return await perform(
        call, Action.INTERIM, body, text=body.text, photos=tuple(body.photos)
    )


@endpoints.post(
    "/api/tickets/{number}/resolve", act=Act.RESOLVE, takes=Result, gives=TicketDoc
)
async def resolve(call: Call, body: Result) -> TicketDoc:
    """Reports the result; the resident is asked whether it is one.

    Photos of before become a private line of the file.
    """
    if body.before:
        shown = {"text": words.BEFORE, "photos": tuple(body.before)}
        await perform(call, Action.NOTE, body, part=":before", **shown)
    return await perform(
        call, Action.RESOLVE, body, text=body.text, photos=tuple(body.photos)
    )


@endpoints.post(
    "/api/tickets/{number}/return", act=Act.RETURN, takes=ReasonedAct, gives=TicketDoc
)
async def return_ticket(call: Call, body: ReasonedAct) -> TicketDoc:
    """Gives a ticket back with a reason, at most twice in its life."""
    return await perform(call, Action.RETURN, body, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/escalate",
    act=Act.ESCALATE,
    takes=ReasonedAct,
    gives=TicketDoc,
)
async def escalate(call: Call, body: ReasonedAct) -> TicketDoc:
    """Hands a ticket to the tier above, with a reason."""
    return await perform(call, Action.ESCALATE, body, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/urge", act=Act.URGE, takes=Supervision, gives=TicketDoc
)
async def urge(call: Call, body: Supervision) -> TicketDoc:
    """Asks the owner to hurry (催办)."""
    return await perform(call, Action.URGE, body, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/supervise",
    act=Act.SUPERVISE,
    takes=Supervision,
    gives=TicketDoc,
)
async def supervise(call: Call, body: Supervision) -> TicketDoc:
    """Puts a ticket under the eye of the tier above (督办)."""
    return await perform(call, Action.SUPERVISE, body, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/assign", act=Act.ASSIGN, takes=Handover, gives=TicketDoc
)
async def assign(call: Call, body: Handover) -> TicketDoc:
    """Gives a ticket to a named person."""
    if body.to not in call.services.directory.roster.staff:
        raise problem(422, "nobody", "名单里没有这个人。", ["to"])
    return await perform(call, Action.ASSIGN, body, to=body.to, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/reclassify",
    act=Act.RECLASSIFY,
    takes=NewItem,
    gives=TicketDoc,
)
async def reclassify(call: Call, body: NewItem) -> TicketDoc:
    """Says what a ticket is really about."""
    require_item(call, body.item)
    return await perform(
        call, Action.RECLASSIFY, body, to=body.item, reason=body.reason
    )


@endpoints.post(
    "/api/tickets/{number}/relocate",
    act=Act.RECLASSIFY,
    takes=NewGrid,
    gives=TicketDoc,
)
async def relocate(call: Call, body: NewGrid) -> TicketDoc:
    """Says in which grid it really is; the worker there gets it."""
    if body.grid not in call.services.directory.roster.grids:
        raise problem(422, "no_grid", "没有这个网格。", ["grid"])
    return await perform(call, Action.RELOCATE, body, to=body.grid, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/merge", act=Act.MERGE, takes=MergeInto, gives=TicketDoc
)
async def merge(call: Call, body: MergeInto) -> TicketDoc:
    """Lets a ticket go on in another one; everybody is told that one's result."""
    other = await call.services.tickets.get(body.into)
    if not call.may(Act.MERGE, other):
        raise problem(404, "not_found", "没有要并入的工单，或不归您看。", ["into"])
    return await perform(call, Action.MERGE, body, to=body.into, reason=body.reason)


@endpoints.post(
    "/api/tickets/{number}/split", act=Act.SPLIT, takes=SecondMatter, gives=TicketDoc
)
async def split(call: Call, body: SecondMatter) -> TicketDoc:
    """Gives a second matter a ticket of its own, with the photos that show it."""
    if body.item:
        require_item(call, body.item)
    if not await photos_of(call) >= set(body.photos):
        raise problem(422, "no_photo", "这张工单里没有这张照片。", ["photos"])
    return await perform(
        call,
        Action.SPLIT,
        body,
        text=body.text,
        to=body.item or None,
        photos=tuple(dict.fromkeys(body.photos)),
    )


def require_item(call: Call, item: str) -> None:
    """Refuses what the catalogue does not know.

    Raises:
        web.HTTPUnprocessableEntity: There is no such matter or service.
    """
    catalog = call.services.catalog()
    base, _, item_id = item.partition("/")
    is_matter = base == "matter" and item_id in catalog.matters
    is_service = base == "service" and item_id in catalog.services
    if not is_matter and not is_service:
        raise problem(422, "no_item", "目录里没有这个事项。", ["item"])
