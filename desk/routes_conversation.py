"""Talking with the resident through the assistant; nobody sees the other's number."""

from pydantic import Field

from community.messages import EventName
from community.tickets import TO_TALK, Action
from desk.calls import Call
from desk.documents import Act as ActBody
from desk.documents import BlobId, Long, TicketDoc, Words
from desk.endpoints import Endpoints
from desk.policy import Act
from desk.problems import problem
from desk.routes_handling import MAX_PHOTOS, perform
from desk.routes_tickets import detail
from desk.talking import end, tell, who_talks

endpoints = Endpoints("conversation")


class Said(ActBody):
    """What the member of staff says to the resident."""

    text: Words
    photos: list[BlobId] = Field(default=[], max_items=MAX_PHOTOS)


class TalkEnd(ActBody):
    """The assistant shall take over again."""

    reason: Long = Long("")


@endpoints.post(
    "/api/tickets/{number}/takeover", act=Act.CONTACT, takes=ActBody, gives=TicketDoc
)
async def take_over(call: Call, body: ActBody) -> TicketDoc:
    """Takes the conversation over; the assistant is silent meanwhile."""
    ticket, me = call.ticket, call.person.id
    require_resident(call)
    other = await call.services.talks.begin(
        ticket.number,
        ticket.talks_with,
        me,
        now=call.now,
        is_owner=ticket.life.owner == me,
    )
    if other is not None:
        raise _taken(call, other)
    await tell(call, EventName.TAKEOVER, body.key)
    return await detail(call, call.ticket)


@endpoints.post(
    "/api/tickets/{number}/relay", act=Act.CONTACT, takes=Said, gives=TicketDoc
)
async def relay(call: Call, body: Said) -> TicketDoc:
    """Passes on what the member of staff says."""
    ticket = call.ticket
    require_resident(call)
    if await who_talks(call, ticket) != call.person.id:
        raise problem(409, "not_talking", "对话已经交还给小助手了，请先点“开始对话”。")
    await call.services.talks.go_on(ticket.number, ticket.talks_with, now=call.now)
    return await perform(
        call,
        Action.NOTE,
        body,
        text=body.text,
        photos=tuple(body.photos),
        to=TO_TALK,
    )


@endpoints.post(
    "/api/tickets/{number}/takeover/end",
    act=Act.CONTACT,
    takes=TalkEnd,
    gives=TicketDoc,
)
async def end_talk(call: Call, body: TalkEnd) -> TicketDoc:
    """Gives the conversation back to the assistant, which says so."""
    who, me = await who_talks(call, call.ticket), call.person.id
    if who not in (None, me) and call.ticket.life.owner != me:
        raise _taken(call, str(who))
    await tell(call, EventName.TAKEOVER_END, body.key, reason=body.reason)
    await end(call)
    return await detail(call, call.ticket)


def _taken(call: Call, who: str) -> Exception:
    name = call.services.directory.name(who)
    return problem(409, "taken", f"“{name}”正在和居民说话。")


def require_resident(call: Call) -> None:
    """Refuses where nobody can be reached through the assistant.

    Raises:
        web.HTTPConflict: There is no conversation.
    """
    if not call.ticket.talks_with:
        raise problem(409, "nobody", "这件事没有可以在这里说话的居民。")
