"""Tickets: what the assistant hands to people, until the resident confirms.

| module | holds |
|---|---|
| `commands` | what people want to do: `Action`, `Actor`, `Command` |
| `model` | what a ticket is: `TicketDraft`, `TicketLife`, `Ticket`, `TicketEvent` |
| `lifecycle` | the one table of transitions, and who may act |
| `decisions` | what a permitted act changes |
| `clocks` | deadlines in natural and working time, and what is due next |
| `history` | the life derived from events |
| `chain` | the hash chain over events |
| `shield` | who may see what |
| `rates` | 三率 from events |
| `repository` | the port |
"""

from community.tickets.commands import (
    REPORTER,
    SYSTEM,
    TO_RESIDENT,
    TO_TALK,
    Action,
    Actor,
    ActorKind,
    Command,
    Rating,
)
from community.tickets.model import (
    FINAL,
    Clock,
    ClockKind,
    Origin,
    Request,
    RequestKind,
    Ticket,
    TicketDraft,
    TicketEvent,
    TicketKind,
    TicketLife,
    TicketState,
    TicketStatus,
    Warned,
    ticket_number,
)
from community.tickets.repository import (
    Finding,
    Page,
    Relabel,
    TicketMessage,
    TicketQuery,
    TicketRepository,
)

__all__ = [
    "FINAL",
    "REPORTER",
    "SYSTEM",
    "TO_RESIDENT",
    "TO_TALK",
    "Action",
    "Actor",
    "ActorKind",
    "Clock",
    "ClockKind",
    "Command",
    "Finding",
    "Origin",
    "Page",
    "Rating",
    "Relabel",
    "Request",
    "RequestKind",
    "Ticket",
    "TicketDraft",
    "TicketEvent",
    "TicketKind",
    "TicketLife",
    "TicketMessage",
    "TicketQuery",
    "TicketRepository",
    "TicketState",
    "TicketStatus",
    "Warned",
    "ticket_number",
]
