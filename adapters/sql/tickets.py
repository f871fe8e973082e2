"""Tickets in SQL."""

import hashlib
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.tables import ticket
from community.errors import StoreUnavailableError
from community.tickets import (
    Ticket,
    TicketDraft,
    TicketKind,
    TicketStatus,
    ticket_number,
)

MAX_NUMBER_ATTEMPTS = 50


class SqlTicketRepository:
    """Implements `community.tickets.TicketRepository`."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def open(self, draft: TicketDraft, *, now: datetime) -> Ticket:
        """See the port."""
        try:
            for attempt in range(MAX_NUMBER_ATTEMPTS):
                found = await self._find_by_key(draft.idempotency_key)
                if found is not None:
                    return found
                number = ticket_number(draft.idempotency_key, now, attempt)
                try:
                    await self._insert(number, draft, now)
                except IntegrityError:
                    continue
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"ticket: database: {err}") from err
        raise StoreUnavailableError("ticket: no free number found, try again")

    async def of_conversation(self, conversation: str, *, limit: int) -> list[Ticket]:
        """See the port."""
        query = (
            sa.select(ticket)
            .where(ticket.c.conversation == conversation)
            .order_by(ticket.c.requested_at.desc(), ticket.c.id.desc())
            .limit(limit)
        )
        try:
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"ticket: database: {err}") from err
        return [_ticket(row) for row in rows]

    async def withdraw(self, number: str, conversation: str) -> Ticket | None:
        """See the port."""
        owned = (ticket.c.number == number) & (ticket.c.conversation == conversation)
        change = (
            sa.update(ticket)
            .where(owned, ticket.c.status == TicketStatus.OPEN.value)
            .values(status=TicketStatus.WITHDRAWN.value)
        )
        try:
            async with self._engine.begin() as connection:
                await connection.execute(change)
                row = (
                    (await connection.execute(sa.select(ticket).where(owned)))
                    .mappings()
                    .first()
                )
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"ticket: database: {err}") from err
        return None if row is None else _ticket(row)

    async def forget(self, conversation: str) -> int:
        """See the port."""
        change = (
            sa.update(ticket)
            .where(ticket.c.conversation == conversation)
            .values(conversation=None, contact="")
        )
        try:
            async with self._engine.begin() as connection:
                result = await connection.execute(change)
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"ticket: database: {err}") from err
        return int(result.rowcount)

    async def _find_by_key(self, key: str) -> Ticket | None:
        query = sa.select(ticket).where(ticket.c.idempotency_key == _hidden(key))
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _ticket(row)

    async def _insert(self, number: str, draft: TicketDraft, now: datetime) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(
                sa.insert(ticket).values(
                    number=number,
                    idempotency_key=_hidden(draft.idempotency_key),
                    kind=draft.kind.value,
                    status=TicketStatus.OPEN.value,
                    conversation=draft.conversation,
                    item=draft.item,
                    description=draft.description,
                    place=draft.place,
                    since=draft.since,
                    contact=draft.contact,
                    urgency=draft.urgency,
                    requested_at=now,
                )
            )


def _hidden(key: str) -> str:
    """Returns a key's hash: the key itself holds the person's id."""
    return hashlib.sha256(key.encode()).hexdigest()


def _ticket(row: Any) -> Ticket:
    requested_at: datetime = row["requested_at"]
    if requested_at.tzinfo is None:
        requested_at = requested_at.replace(tzinfo=timezone.utc)
    return Ticket(
        number=row["number"],
        draft=TicketDraft(
            idempotency_key=row["idempotency_key"],
            kind=TicketKind(row["kind"]),
            conversation=row["conversation"] or "",
            item=row["item"],
            description=row["description"],
            place=row["place"],
            since=row["since"],
            contact=row["contact"],
            urgency=row["urgency"],
        ),
        status=TicketStatus(row["status"]),
        requested_at=requested_at,
    )
