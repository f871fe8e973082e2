"""Filing a ticket once: the same told again soon goes into the first one."""

from dataclasses import dataclass, replace

from actions.wiring import ports
from community.errors import NotFoundError, TransitionRefusedError
from community.tickets import (
    SYSTEM,
    Action,
    Command,
    Ticket,
    TicketDraft,
    ticket_number,
)
from community.tickets.lifecycle import WAITING
from community.tickets.telling import told_before

N_COMPARED = 10
"""How many of the newest tickets are looked at."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket, and whether it was there before."""

    ticket: Ticket
    is_folded: bool = False


async def file_once(draft: TicketDraft) -> Filed:
    """Opens a ticket, or adds to the one that says the same within the hour.

    Raises:
        StoreUnavailableError: The database did not answer; nothing was stored.
    """
    now = ports().now()
    known = await ports().tickets.of_conversation(draft.conversation, limit=N_COMPARED)
    others = [t for t in known if not _was_opened_by(t, draft)]
    before = told_before(others, draft, now)
    if before is None or len(others) < len(known):
        return Filed(await ports().tickets.open(draft, now=now))
    words = "；".join(p for p in (draft.description, draft.place) if p)
    try:
        ticket = await ports().tickets.remark(
            before.number,
            draft.conversation,
            text=f"又说了一遍：{words}",
            photos=draft.photos,
            key=draft.idempotency_key,
            now=now,
        )
    except (NotFoundError, TransitionRefusedError):  # it has just been ended
        return Filed(await ports().tickets.open(draft, now=now))
    return Filed(await moved_to(ticket, draft), is_folded=True)


async def moved_to(
    ticket: Ticket, told: TicketDraft, *, is_correction: bool = False
) -> Ticket:
    """Moves a ticket that nobody has taken on to the grid that was told afterwards.

    Args:
        ticket: What was filed.
        told: Where it is.
        is_correction: It holds against a place that was told before.
    """
    if told.grid is None or not told.place or ticket.state not in WAITING:
        return ticket
    if (ticket.draft.place and not is_correction) or told.grid == ticket.life.grid:
        return ticket
    command = Command(
        SYSTEM, Action.RELOCATE, f"{told.idempotency_key}:move", to=told.grid
    )
    try:
        return await ports().tickets.act(ticket.number, command, now=ports().now())
    except TransitionRefusedError:  # taken on meanwhile: the worker has read the place
        return ticket


def _was_opened_by(ticket: Ticket, draft: TicketDraft) -> bool:
    """A replayed message finds its own ticket: the number follows from the key."""
    return any(
        ticket.number == ticket_number(draft.idempotency_key, ticket.requested_at, n)
        for n in range(3)
    )


def at_place(draft: TicketDraft, place: str, grid: str | None) -> TicketDraft:
    """Returns a draft that says where, for `moved_to`."""
    return replace(draft, place=place, grid=grid)
