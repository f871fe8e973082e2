"""Live conversations with residents: what the assistant is told of them."""

import hashlib
from typing import Any

from community.messages import EventName
from community.outbox import Channel, Outgoing, OutgoingKind
from community.tickets import Action, Ticket
from desk.calls import Call

WHY_OVER = {
    Action.RESOLVE: "done",
    Action.ASSIGN: "handed_over",
    Action.RETURN: "handed_over",
    Action.ESCALATE: "handed_over",
    Action.RELOCATE: "handed_over",
    Action.MERGE: "handed_over",
}
"""Acts after which whoever talks has nothing more to say about the ticket."""


async def who_talks(call: Call, ticket: Ticket) -> str | None:
    """Returns the staff id of who talks with the resident about a ticket."""
    return await call.services.talks.who(ticket.number, ticket.talks_with)


async def end(call: Call) -> None:
    """Gives the conversation back."""
    ticket = call.ticket
    await call.services.talks.end(ticket.number, ticket.talks_with)


async def end_with(call: Call, action: Action, key: str, after: Ticket) -> None:
    """Gives the conversation back where an act leaves nothing to talk about."""
    reason = WHY_OVER.get(action)
    if action is Action.RECLASSIFY and after.owner != call.ticket.owner:
        reason = "handed_over"
    if reason is None or await who_talks(call, call.ticket) is None:
        return
    await tell(call, EventName.TAKEOVER_END, key, reason=reason)
    await end(call)


async def tell(call: Call, event: EventName, key: str, **facts: Any) -> None:
    """Puts an event into the resident's conversation, in its place among messages."""
    ticket = call.ticket
    name = f"{ticket.number}#{event.value}#{call.person.id}#{key}"
    message = Outgoing(
        key=hashlib.blake2s(name.encode(), digest_size=16).hexdigest(),
        channel=Channel.DIALOGUE,
        recipient=ticket.talks_with,
        kind=OutgoingKind.CHAT,
        payload={"event": event.value, "extra": {"number": ticket.number, **facts}},
        due_at=call.now,
    )
    if ticket.talks_with:
        await call.services.outbox.add([message], now=call.now)
