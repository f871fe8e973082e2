"""Gives conversations back to the assistant in which staff have fallen silent."""

from datetime import datetime

from adapters.talks import Silent, Talks
from community.errors import NotFoundError
from community.messages import EventName
from community.outbox import Channel, Outbox, Outgoing, OutgoingKind
from community.tickets import TicketRepository

REASON = "silence"


async def end_silent_talks(
    talks: Talks, tickets: TicketRepository, outbox: Outbox, *, now: datetime
) -> int:
    """Ends every talk without a word for too long; the assistant says that it is back.

    Doing it twice tells nobody twice. Returns how many there were.

    Raises:
        StoreUnavailableError: A store did not answer; the rest waits for the next time.
    """
    n_ended = 0
    for talk in await talks.silent(now):
        conversation = await _conversation(tickets, talk.number)
        if await talks.who(talk.number, conversation) is not None:
            continue  # somebody has begun again
        if conversation:
            await outbox.add([_news(talk, conversation, now)], now=now)
        await talks.end(talk.number, conversation)
        n_ended += 1
    return n_ended


async def _conversation(tickets: TicketRepository, number: str) -> str:
    """Returns whom to tell; nobody where the ticket or the person is gone."""
    try:
        return (await tickets.get(number)).talks_with
    except NotFoundError:
        return ""


def _news(talk: Silent, conversation: str, now: datetime) -> Outgoing:
    event = EventName.TAKEOVER_END.value
    return Outgoing(
        key=f"{talk.number}#{event}#{REASON}#{talk.since.timestamp():.3f}",
        channel=Channel.DIALOGUE,
        recipient=conversation,
        kind=OutgoingKind.CHAT,
        payload={
            "event": event,
            "extra": {"number": talk.number, "reason": REASON},
        },
        due_at=now,
    )
