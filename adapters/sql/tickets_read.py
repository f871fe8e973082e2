"""Reads tickets: one, a page, a resident's own, similar ones, and their events."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.person_keys import PersonKeys
from adapters.sql.tables import ticket, ticket_event, ticket_resident, ticket_text
from adapters.sql.ticket_queries import page_query, position
from adapters.sql.ticket_rows import (
    Stored,
    by_number,
    masked_descriptions,
    read_tickets,
)
from adapters.sql.ticket_texts import readable
from community.errors import NotFoundError, StoreUnavailableError
from community.tickets import chain
from community.tickets.commands import TO_RESIDENT, Action
from community.tickets.model import Ticket, TicketEvent, TicketKind
from community.tickets.repository import Page, Relabel, TicketMessage, TicketQuery
from community.tickets.similarity import ALIKE, likeness

MAX_SIMILAR = 3
MAX_COMPARED = 200
_SAID = frozenset({Action.REMARK, Action.RESOLVE, Action.DISSATISFIED, Action.CONFIRM})


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turns database errors into the domain's own."""
    try:
        yield
    except (SQLAlchemyError, OSError) as err:
        raise StoreUnavailableError(f"ticket: database: {type(err).__name__}") from err


class SqlTicketReader:
    """The reading half of `community.tickets.TicketRepository`."""

    def __init__(self, engine: AsyncEngine, keys: PersonKeys) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine
        self._keys = keys

    async def get(self, number: str) -> Ticket:
        """See the port."""
        async with self._reading() as connection:
            return (await self._load(connection, number)).ticket

    async def of_conversation(
        self, conversation: str, *, limit: int, number: str | None = None
    ) -> list[Ticket]:
        """See the port."""
        async with self._reading() as connection:
            person = (await self._keys.shared(self._engine)).person(conversation)
            query = (
                sa.select(ticket)
                .join(ticket_resident, ticket_resident.c.ticket_id == ticket.c.id)
                .where(
                    ticket_resident.c.person == person,
                    ticket_resident.c.has_left.is_(False),
                )
                .order_by(ticket.c.requested_at.desc(), ticket.c.id.desc())
                .limit(limit)
            )
            if number is not None:
                query = query.where(ticket.c.number == number)
            return [*await self._tickets(connection, query)]

    async def n_filed(
        self, conversation: str, kind: TicketKind, *, since: datetime
    ) -> int:
        """See the port."""
        async with self._reading() as connection:
            person = (await self._keys.shared(self._engine)).person(conversation)
            query = (
                sa.select(sa.func.count())
                .select_from(ticket)
                .join(ticket_resident, ticket_resident.c.ticket_id == ticket.c.id)
                .where(
                    ticket_resident.c.person == person,
                    ticket_resident.c.nth == 1,
                    ticket.c.kind == kind.value,
                    ticket.c.requested_at >= since,
                )
            )
            return int(await connection.scalar(query) or 0)

    async def list(self, query: TicketQuery) -> Page:
        """See the port."""
        async with self._reading() as connection:
            found = await self._stored(connection, page_query(query))
        tickets = tuple(stored.ticket for stored in found[: query.limit])
        if len(found) <= query.limit:
            return Page(tickets)
        last = found[query.limit - 1]
        return Page(tickets, next=position(last.ticket, last.id, query))

    async def numbers(self, *, after: int, limit: int) -> Sequence[tuple[int, str]]:
        """Returns row ids and numbers in the order of filing, without reading files.

        Args:
            after: Row id of the last one of the page before; 0 at first.
            limit: Upper bound.
        """
        query = (
            sa.select(ticket.c.id, ticket.c.number)
            .where(ticket.c.id > after)
            .order_by(ticket.c.id)
            .limit(limit)
        )
        async with self._reading() as connection:
            return [(row.id, row.number) for row in await connection.execute(query)]

    async def head(self, number: str) -> str:
        """Returns the hash of a ticket's last event.

        Raises:
            NotFoundError: No such ticket.
        """
        query = sa.select(ticket.c.head).where(ticket.c.number == number)
        async with self._reading() as connection:
            head = (await connection.execute(query)).scalar()
        if head is None:
            raise NotFoundError(f"there is no ticket {number}")
        return str(head)

    async def events(self, number: str) -> Sequence[TicketEvent]:
        """See the port."""
        async with self._reading() as connection:
            stored = await self._load(connection, number)
            return await self._events(connection, stored)

    async def _events(
        self, connection: AsyncConnection, stored: Stored
    ) -> Sequence[TicketEvent]:
        bodies = await connection.execute(
            sa.select(ticket_event.c.body)
            .where(ticket_event.c.ticket_id == stored.id)
            .order_by(ticket_event.c.seq)
        )
        said = await self._texts(connection, stored)
        events = (chain.read(body)[0] for (body,) in bodies)
        return [
            replace(
                event,
                text=said.get((event.seq, "text"), ""),
                reason=said.get((event.seq, "reason"), ""),
            )
            for event in events
        ]

    async def messages(self, number: str) -> Sequence[TicketMessage]:
        """See the port."""
        return [
            TicketMessage(
                seq=event.seq,
                at=event.at,
                actor=event.actor,
                is_resident=event.actor.startswith(TO_RESIDENT),
                text=event.text,
                photos=event.photos,
            )
            for event in await self.events(number)
            if event.action in _SAID
            or (event.action is Action.NOTE and event.facts.get("to") == TO_RESIDENT)
        ]

    async def relabels(self, *, after: int, limit: int) -> Sequence[Relabel]:
        """See the port."""
        query = (
            sa.select(
                ticket_event.c.id,
                ticket_event.c.body,
                ticket.c.number,
                ticket.c.id.label("ticket_id"),
            )
            .join(ticket, ticket.c.id == ticket_event.c.ticket_id)
            .where(
                ticket_event.c.action == Action.RECLASSIFY.value,
                ticket_event.c.id > after,
            )
            .order_by(ticket_event.c.id)
            .limit(limit)
        )
        async with self._reading() as connection:
            rows = (await connection.execute(query)).all()
            written = await masked_descriptions(
                connection, {row.number: row.ticket_id for row in rows}, self._keys
            )
        found = []
        for row in rows:
            event, _ = chain.read(row.body)
            found.append(
                Relabel(
                    id=row.id,
                    number=row.number,
                    at=event.at,
                    before=event.facts.get("from"),
                    after=str(event.facts.get("to")),
                    text=written.get(row.number, ""),
                    by=event.actor,
                )
            )
        return found

    async def similar(
        self,
        item: str,
        *,
        grid: str | None,
        place: str,
        now: datetime,
        exclude: str = "",
    ) -> Sequence[Ticket]:
        """See the port."""
        near = [ticket.c.item == item, ticket.c.ended_at.is_(None)]
        near.append(ticket.c.requested_at <= now.astimezone(timezone.utc))
        if grid is not None:
            near.append(ticket.c.grid == grid)
        query = sa.select(ticket).where(*near).order_by(ticket.c.id.desc())
        async with self._reading() as connection:
            found = await self._tickets(connection, query.limit(MAX_COMPARED))
        others = (
            t for t in found if exclude not in (t.draft.conversation, *t.followers)
        )
        scored = sorted(
            ((likeness(place, t.draft.place), t) for t in others),
            key=lambda pair: (-pair[0], pair[1].number),
        )
        return [t for score, t in scored if score >= ALIKE][:MAX_SIMILAR]

    async def due(self, now: datetime, *, limit: int) -> Sequence[str]:
        """See the port."""
        query = (
            sa.select(ticket.c.number)
            .where(
                ticket.c.ended_at.is_(None),
                ticket.c.next_at <= now.astimezone(timezone.utc),
            )
            .order_by(ticket.c.next_at)
            .limit(limit)
        )
        async with self._reading() as connection:
            return [number for (number,) in await connection.execute(query)]

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        async with translated():
            await self._keys.shared(self._engine)
            async with self._engine.connect() as connection:
                yield connection

    async def _load(self, connection: AsyncConnection, number: str) -> Stored:
        rows = await self._stored(connection, by_number(number))
        if not rows:
            raise NotFoundError(f"there is no ticket {number}")
        return rows[0]

    async def _tickets(
        self, connection: AsyncConnection, query: sa.Select[Any]
    ) -> Sequence[Ticket]:
        return [stored.ticket for stored in await self._stored(connection, query)]

    async def _stored(
        self, connection: AsyncConnection, query: sa.Select[Any]
    ) -> Sequence[Stored]:
        rows: Sequence[Any] = (await connection.execute(query)).all()
        return await read_tickets(connection, rows, self._keys)

    async def _texts(
        self, connection: AsyncConnection, stored: Stored
    ) -> dict[tuple[int, str], str]:
        rows = (
            await connection.execute(
                sa.select(ticket_text).where(ticket_text.c.ticket_id == stored.id)
            )
        ).all()
        keys = await self._keys.of_persons(connection, {row.person for row in rows})
        return readable(stored.ticket.number, rows, keys)
