"""Rows of the outbox: how messages and outcomes are written into the table."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.tables import outbox
from community.errors import StoreUnavailableError
from community.outbox import (
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    SendResult,
)

NO_PAYLOAD = "{}"
IS_OPEN = outbox.c.finished_at.is_(None)
WAITS = outbox.c.state.in_(
    (DeliveryState.CREATED.value, DeliveryState.TEMPORARY_FAILURE.value)
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this dispatcher may send until its lease ends."""

    id: int
    message: Outgoing
    """Its key is the stored hash, its payload as it was enqueued."""
    attempt: int
    """1 for the first try; also the fencing token of `finish`."""
    failures: int
    """Tries that failed since the row was stored or last held."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try."""

    row: Claimed
    result: SendResult
    retry_at: datetime
    """When to try again after a temporary failure."""


_INSERT_NEW: Mapping[str, Any] = {
    name: dialect.insert(outbox)
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(outbox.c.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
"""The same statement each time: it is compiled once, and takes any number of rows."""


def stored_key(key: str) -> str:
    """Returns a key's hash: the key itself may hold a person's id."""
    return hashlib.sha256(key.encode()).hexdigest()


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turns database errors into the domain's own."""
    try:
        yield
    except (SQLAlchemyError, OSError) as err:
        raise StoreUnavailableError(f"outbox: database: {err}") from err


async def insert(connection: AsyncConnection, rows: list[dict[str, Any]]) -> int:
    """Inserts rows whose key is new and returns how many there were.

    Args:
        connection: Within a transaction.
        rows: Each with the same columns.
    """
    if not rows:
        return 0
    new = await connection.execute(_INSERT_NEW[connection.dialect.name], rows)
    return len(new.all())


def new_row(message: Outgoing, now: datetime) -> dict[str, Any]:
    """Returns the columns of a message that nobody has begun to send."""
    return {
        "key": stored_key(message.key),
        "channel": message.channel.value,
        "recipient": message.recipient,
        "kind": message.kind.value,
        "payload": json.dumps(message.payload, ensure_ascii=False),
        "state": DeliveryState.CREATED.value,
        "attempts": 0,
        "failures": 0,
        "due_at": message.due_at.astimezone(timezone.utc),
        "via": "",
        "external_id": "",
        "error": "",
        "created_at": now.astimezone(timezone.utc),
    }


def ended(result: SendResult, now: datetime) -> dict[str, Any]:
    """Returns the columns that a final outcome sets."""
    values: dict[str, Any] = {
        "state": result.state.value,
        "via": result.via[:16],
        "external_id": result.external_id[:80],
        "error": result.error[:500],
        "leased_until": None,
        "leased_by": None,
        "held_since": None,
        "finished_at": now.astimezone(timezone.utc),
    }
    if result.state is DeliveryState.DELIVERED:
        values["payload"] = NO_PAYLOAD  # what was said is kept with the conversation
    return values


def outcome(result: SendResult, now: datetime, retry_at: datetime) -> dict[str, Any]:
    """Returns the columns that the outcome of one try sets."""
    if result.state is not DeliveryState.TEMPORARY_FAILURE:
        return ended(result, now)
    values: dict[str, Any] = {
        "state": result.state.value,
        "error": result.error[:500],
        "due_at": retry_at.astimezone(timezone.utc),
        "leased_until": None,
        "leased_by": None,
    }
    if result.is_held:
        values |= {"held_since": now, "failures": 0}
    elif not result.pauses_channel:
        values["failures"] = outbox.c.failures + 1
    return values


def claimed(row: Mapping[Any, Any]) -> Claimed:
    """Reads a row that was claimed or is looked at."""
    return Claimed(
        id=int(row["id"]),
        message=Outgoing(
            key=row["key"],
            channel=Channel(row["channel"]),
            recipient=row["recipient"] or "",
            kind=OutgoingKind(row["kind"]),
            payload=json.loads(row["payload"]),
            due_at=aware(row["due_at"]),
        ),
        attempt=int(row["attempts"]),
        failures=int(row["failures"]),
        created_at=aware(row["created_at"]),
    )


def aware(value: datetime) -> datetime:
    """Returns a stored time with its zone, which SQLite drops."""
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)
