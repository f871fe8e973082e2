"""Rows of tickets: how they are read into the domain, and which columns a life has."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.person_keys import NO_PERSON, PersonKeys
from adapters.sql.tables import ticket, ticket_resident, ticket_text
from adapters.sql.ticket_texts import (
    CONVERSATION,
    MASKED_SUFFIX,
    open_text,
    readable,
)
from community.errors import RecordError
from community.tickets import chain, history
from community.tickets.clocks import next_at
from community.tickets.limits import TimePolicy
from community.tickets.model import (
    Origin,
    Ticket,
    TicketDraft,
    TicketKind,
    TicketLife,
)

FILED = 1
"""The first event."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A ticket as it lies in the database."""

    id: int
    ticket: Ticket
    version: int
    head: str
    """Hash of the last event."""
    residents: tuple["ResidentRow", ...]


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """Somebody whom a ticket concerns."""

    nth: int
    """1 is the reporter."""
    person: str | None
    """Keyed hash; `None` once forgotten."""
    seq: int
    has_left: bool


def life_columns(life: TicketLife, policy: TimePolicy) -> dict[str, Any]:
    """Returns the columns that follow from a life."""
    clock = life.clock
    return {
        "life": chain.canonical(history.to_doc(life)),
        "version": life.n_events,
        "state": life.state.value,
        "tier": life.tier.value,
        "owner": life.owner,
        "unit": life.unit,
        "item": life.item,
        "urgency": life.urgency,
        "grid": life.grid,
        "community": life.community,
        "warned": clock.warned.value if clock else None,
        "clock_due_at": clock.due_at if clock else None,
        "next_at": next_at(life, policy),
        "respond_by": life.respond_by,
        "expected_at": life.expected_at,
        "responded_at": life.responded_at,
        "resolved_at": life.resolved_at,
        "ended_at": life.ended_at,
        "satisfied": life.satisfied,
        "n_reopened": life.n_reopened,
        "is_excluded": life.is_excluded,
    }


def filed_doc(draft: TicketDraft) -> dict[str, Any]:
    """Returns what is kept of a draft beside its life and its texts."""
    return {
        "kind": draft.kind.value,
        "origin": draft.origin.value,
        "photos": list(draft.photos),
        "filed_by": draft.filed_by,
        "item": draft.item,
        "urgency": draft.urgency,
        "grid": draft.grid,
        "community": draft.community,
    }


def utc(value: datetime) -> datetime:
    """SQLite forgets the zone; everything is stored in UTC."""
    return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value


async def read_tickets(
    connection: AsyncConnection, rows: Sequence[Any], keys: PersonKeys
) -> list[Stored]:
    """Completes rows of `ticket` with residents and texts, in the same order.

    Raises:
        RecordError: A text or a life was altered.
    """
    if not rows:
        return []
    ids = [row.id for row in rows]
    residents = await _residents(connection, ids)
    texts = await _texts(connection, ids)
    persons = {text.person for found in texts.values() for text in found}
    opened = await keys.of_persons(connection, persons)
    return [
        _stored(row, residents.get(row.id, ()), texts.get(row.id, ()), opened)
        for row in rows
    ]


async def _residents(
    connection: AsyncConnection, ids: Sequence[int]
) -> Mapping[int, tuple[ResidentRow, ...]]:
    found: dict[int, tuple[ResidentRow, ...]] = defaultdict(tuple)
    columns = ticket_resident.c
    query = (
        sa.select(ticket_resident)
        .where(columns.ticket_id.in_(ids))
        .order_by(columns.nth)
    )
    for row in await connection.execute(query):
        found[row.ticket_id] += (
            ResidentRow(row.nth, row.person, row.seq, row.has_left),
        )
    return found


async def _texts(
    connection: AsyncConnection, ids: Sequence[int]
) -> Mapping[int, list[Any]]:
    """Reads what was filed, and everybody's account."""
    found: dict[int, list[Any]] = defaultdict(list)
    columns = ticket_text.c
    query = sa.select(ticket_text).where(
        columns.ticket_id.in_(ids),
        (columns.seq == FILED) | (columns.name == CONVERSATION),
    )
    for row in await connection.execute(query):
        found[row.ticket_id].append(row)
    return found


def _stored(
    row: Any,
    residents: Sequence[ResidentRow],
    texts: Iterable[Any],
    keys: Mapping[str, bytes],
) -> Stored:
    said = readable(row.number, texts, keys)

    def account(resident: ResidentRow) -> str:
        if resident.person is None or resident.has_left:
            return ""
        return said.get((resident.seq, CONVERSATION), "")

    try:
        filed = json.loads(row.filed)
        life = history.from_doc(json.loads(row.life))
        draft = TicketDraft(
            idempotency_key=row.idempotency_key,
            kind=TicketKind(filed["kind"]),
            conversation=next((account(r) for r in residents if r.nth == 1), ""),
            item=filed["item"],
            description=said.get((FILED, "description"), ""),
            place=said.get((FILED, "place"), ""),
            since=said.get((FILED, "since"), ""),
            contact=said.get((FILED, "contact"), ""),
            urgency=filed["urgency"],
            grid=filed["grid"],
            community=filed["community"],
            photos=tuple(filed["photos"]),
            origin=Origin(filed["origin"]),
            filed_by=filed["filed_by"],
        )
    except (KeyError, TypeError, ValueError) as err:
        raise RecordError(f"ticket {row.number} is malformed: {err!r}") from err
    return Stored(
        id=row.id,
        ticket=Ticket(
            number=row.number,
            draft=draft,
            life=life,
            requested_at=utc(row.requested_at),
            followers=tuple(account(r) for r in residents if r.nth > 1),
        ),
        version=row.version,
        head=row.head,
        residents=tuple(residents),
    )


async def masked_descriptions(
    connection: AsyncConnection, ids: Mapping[str, int], keys: PersonKeys
) -> dict[str, str]:
    """Returns what was filed under some numbers, always as masked.

    Raises:
        RecordError: A text was altered.
    """
    name = f"description{MASKED_SUFFIX}"
    query = sa.select(ticket_text).where(
        ticket_text.c.ticket_id.in_(ids.values()),
        ticket_text.c.seq == FILED,
        ticket_text.c.name == name,
    )
    rows = {row.ticket_id: row for row in await connection.execute(query)}
    key = (await keys.of_persons(connection, ())).get(NO_PERSON)
    if key is None:
        return {}
    return {
        number: open_text(number, FILED, name, bytes(rows[row_id].sealed), key).text
        for number, row_id in ids.items()
        if row_id in rows
    }


def by_number(number: str) -> sa.Select[Any]:
    """Selects one ticket."""
    return sa.select(ticket).where(ticket.c.number == number)
