"""The port that stores tickets, and what it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from community.tickets.commands import Command, Rating
from community.tickets.model import (
    Ticket,
    TicketDraft,
    TicketEvent,
    TicketKind,
    TicketState,
    Warned,
)
from community.tiers import Tier


@dataclass(frozen=True, slots=True)
class TicketQuery:
    """Which tickets, in which order; empty fields do not restrict."""

    grids: frozenset[str] | None = None
    """`None`: all grids. Grids, units and communities widen each other."""
    units: frozenset[str] = frozenset()
    """Tickets whose owner belongs to these units, whatever the grid."""
    communities: frozenset[str] = frozenset()
    owner: str | None = None
    """Only what this person or desk has to do."""
    states: frozenset[TicketState] = frozenset()
    is_open: bool | None = None
    tier: Tier | None = None
    item: str | None = None
    warned: Warned | None = None
    filed_from: datetime | None = None
    filed_before: datetime | None = None
    number: str = ""
    """Beginning of the number."""
    newest_first: bool = False
    """Else by the running clock: what is due first comes first."""
    after: str = ""
    """`Page.next` of the page before."""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    tickets: tuple[Ticket, ...]
    next: str = ""
    """Empty on the last page."""


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """What was said between residents and staff within a ticket."""

    seq: int
    at: datetime
    actor: str
    """Staff id, or the resident's alias in the ticket."""
    is_resident: bool
    text: str
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Relabel:
    """Staff said that a ticket is about something else: a label for learning."""

    id: int
    """Grows from one to the next."""
    number: str
    at: datetime
    before: str | None
    after: str
    text: str
    """What the resident wrote, masked."""
    by: str
    """Staff id."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a ticket's file that is not as it was written."""

    number: str
    seq: int
    """0 for the ticket as a whole."""
    what: str


class TicketRepository(Protocol):
    """Stores tickets durably; every change is idempotent by its key.

    All changes raise `StoreUnavailableError` where the database did not answer, and
    then nothing was changed. Instants are aware UTC.
    """

    async def open(self, draft: TicketDraft, *, now: datetime) -> Ticket:
        """Stores a ticket, or returns the one that this key has opened before."""

    async def of_conversation(
        self, conversation: str, *, limit: int, number: str | None = None
    ) -> list[Ticket]:
        """Returns the resident's own and followed tickets, newest first.

        With a number only the one that has it, if it is theirs.
        """

    async def n_filed(
        self, conversation: str, kind: TicketKind, *, since: datetime
    ) -> int:
        """Returns how many tickets of a kind a resident has filed, ended ones too."""

    async def withdraw(
        self, number: str, conversation: str, *, now: datetime | None = None
    ) -> Ticket | None:
        """Withdraws the resident's own open ticket; `None` where there is none.

        Where others follow it, it goes on for them.
        """

    async def forget(self, conversation: str, *, now: datetime | None = None) -> int:
        """Destroys a person's key and every link to tickets; returns how many.

        An open ticket goes on with masked texts.
        """

    async def act(self, number: str, command: Command, *, now: datetime) -> Ticket:
        """Performs an act of staff.

        Raises:
            NotFoundError: No such ticket.
            TransitionRefusedError: The table or the actor's post does not allow it.
            ConflictError: Somebody else has it; carries the owner's id.
        """

    async def get(self, number: str) -> Ticket:
        """Returns a ticket.

        Raises:
            NotFoundError: No such ticket.
        """

    async def list(self, query: TicketQuery) -> Page:
        """Returns a page of tickets."""

    async def events(self, number: str) -> Sequence[TicketEvent]:
        """Returns all events in order; texts of forgotten persons are empty.

        Raises:
            NotFoundError: No such ticket.
        """

    async def messages(self, number: str) -> Sequence[TicketMessage]:
        """Returns what residents and staff said to each other, in order.

        Raises:
            NotFoundError: No such ticket.
        """

    async def relabels(self, *, after: int, limit: int) -> Sequence[Relabel]:
        """Returns what staff reclassified, oldest first, for learning.

        Args:
            after: Id of the last one known; 0 at first.
            limit: Upper bound.
        """

    async def similar(
        self,
        item: str,
        *,
        grid: str | None,
        place: str,
        now: datetime,
        exclude: str = "",
    ) -> Sequence[Ticket]:
        """Returns open tickets of the same item near the same place, best first.

        Args:
            item: Key of the matter.
            grid: Where it is known.
            place: In the resident's words.
            now: The instant.
            exclude: Conversation that has its own ticket already.
        """

    async def join(
        self, number: str, conversation: str, *, key: str, now: datetime
    ) -> Ticket:
        """Lets another resident follow an open ticket.

        Raises:
            NotFoundError: No such ticket.
            TransitionRefusedError: It is over.
        """

    async def remark(
        self,
        number: str,
        conversation: str,
        *,
        text: str,
        photos: Sequence[str] = (),
        key: str,
        now: datetime,
    ) -> Ticket:
        """Adds a resident's remark or photos to a ticket of their own.

        Raises:
            NotFoundError: They have no such ticket.
            TransitionRefusedError: It is over.
        """

    async def urge(
        self, number: str, conversation: str, *, key: str, now: datetime
    ) -> Ticket:
        """Lets a resident press for a ticket of their own (催办).

        Raises:
            NotFoundError: They have no such ticket.
            TransitionRefusedError: There is nothing left to press for.
        """

    async def answer(
        self,
        number: str,
        conversation: str,
        *,
        satisfied: bool,
        remark: str = "",
        key: str,
        now: datetime,
    ) -> Ticket:
        """Takes the resident's answer to the result: closes, or reopens one tier up.

        A co-reporter's yes is a remark while the reporter can answer.

        Raises:
            NotFoundError: They have no such ticket.
            TransitionRefusedError: Nobody asked.
        """

    async def rate(
        self,
        number: str,
        conversation: str,
        rating: Rating,
        *,
        key: str,
        now: datetime,
    ) -> Ticket:
        """Notes how content the resident is with a ticket that they called solved.

        Raises:
            NotFoundError: They have no such ticket.
            TransitionRefusedError: It is not confirmed as solved.
        """

    async def due(self, now: datetime, *, limit: int) -> Sequence[str]:
        """Returns the numbers of tickets for which `tick` has something to do."""

    async def tick(self, now: datetime, *, limit: int = 200) -> int:
        """Performs what is due; safe with several callers; returns how many acts."""

    async def verify(self, number: str) -> Sequence[Finding]:
        """Proves that a ticket's file is as it was written; empty means untouched.

        Raises:
            NotFoundError: No such ticket.
        """
