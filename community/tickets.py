"""Tickets: what the assistant hands to people, and the port that stores it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from community.calendar import CHINA


class TicketKind(str, Enum):
    """Why a ticket was opened."""

    REPORT = "report"
    """A resident reports a problem (matter)."""
    HANDOFF = "handoff"
    """A resident wants a person."""
    EMERGENCY = "emergency"
    """Filed at once, with what is known, after the number to call was given."""


class TicketStatus(str, Enum):
    """Where a ticket stands, in the desk's words."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """What is known when a ticket is filed."""

    idempotency_key: str
    """`<message id>#<ordinal>`: a replay of the message finds the ticket done."""
    kind: TicketKind
    conversation: str
    item: str | None
    """Key of the service or matter, where one is known."""
    description: str
    place: str = ""
    since: str = ""
    contact: str = ""
    urgency: str = "normal"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A stored ticket."""

    number: str
    """Easy to read out: eight digits in two groups."""
    draft: TicketDraft
    status: TicketStatus
    requested_at: datetime
    """Aware UTC."""


class TicketRepository(Protocol):
    """Stores tickets durably; every call is idempotent by its key."""

    async def open(self, draft: TicketDraft, *, now: datetime) -> Ticket:
        """Stores a ticket, or returns the one that this key has opened before.

        Raises:
            StoreUnavailableError: The database did not answer; nothing was stored.
        """

    async def of_conversation(self, conversation: str, *, limit: int) -> list[Ticket]:
        """Returns the resident's tickets, newest first."""

    async def withdraw(self, number: str, conversation: str) -> Ticket | None:
        """Withdraws the resident's own open ticket; `None` where there is none."""

    async def forget(self, conversation: str) -> int:
        """Removes a person's identity from all tickets; returns how many."""


def ticket_number(idempotency_key: str, requested_at: datetime, attempt: int) -> str:
    """Derives a number such as `1125-4837`: month and day, then four digits.

    The same key gives the same number; `attempt` resolves a collision.
    """
    digest = hashlib.sha256(f"{idempotency_key}|{attempt}".encode()).digest()
    serial = int.from_bytes(digest[:4], "big") % 10_000
    return f"{requested_at.astimezone(CHINA):%m%d}-{serial:04d}"
