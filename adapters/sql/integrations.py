"""Connected systems in SQL: API keys and webhooks."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sealing import Sealer
from adapters.sql.tables import api_key, webhook
from community.errors import StoreUnavailableError
from community.outbox import Channel, Outgoing, OutgoingKind


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Another system's right to call the API."""

    id: str
    name: str
    scopes: frozenset[str]
    created_by: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Another system's address that is told of ticket events."""

    id: str
    url: str
    events: frozenset[str]
    """Names of events; `*` is all of them."""
    created_by: str
    created_at: datetime


class SqlApiKeys:
    """Keys are shown once and kept as hashes."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def create(
        self, name: str, scopes: Collection[str], by: str, *, now: datetime
    ) -> tuple[str, str]:
        """Returns id and the whole key, `yxl_<id>_<secret>`, which is not kept."""
        key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        values = {
            "id": key_id,
            "name": name,
            "secret_hash": _digest(secret),
            "scopes": json.dumps(sorted(scopes)),
            "created_by": by,
            "created_at": now,
        }
        await _execute(self._engine, sa.insert(api_key).values(values))
        return key_id, f"yxl_{key_id}_{secret}"

    async def find(self, key: str) -> ApiKey | None:
        """Returns the key that this is, unless it is wrong or revoked."""
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != "yxl" or not secret:
            return None
        query = sa.select(api_key).where(api_key.c.id == key_id)
        rows = await _rows(self._engine, query)
        if not rows or rows[0]["revoked_at"] is not None:
            return None
        if not hmac.compare_digest(rows[0]["secret_hash"], _digest(secret)):
            return None
        return _api_key(rows[0])

    async def all(self) -> list[ApiKey]:
        """Returns all keys, newest first."""
        query = sa.select(api_key).order_by(api_key.c.created_at.desc(), api_key.c.id)
        return [_api_key(row) for row in await _rows(self._engine, query)]

    async def revoke(self, key_id: str, *, now: datetime) -> bool:
        """Ends a key for ever; tells whether it was in force."""
        change = (
            sa.update(api_key)
            .where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        return await _execute(self._engine, change) == 1


class SqlWebhooks:
    """Addresses and sealed secrets of systems that want to be told."""

    def __init__(self, engine: AsyncEngine, sealer: Sealer) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine
        self._sealer = sealer

    async def create(
        self, url: str, events: Collection[str], by: str, *, now: datetime
    ) -> tuple[str, str]:
        """Returns id and the secret that signs what is sent; shown once."""
        hook_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        values = {
            "id": hook_id,
            "url": url,
            "secret": self._sealer.seal(secret),
            "events": json.dumps(sorted(events)),
            "created_by": by,
            "created_at": now,
        }
        await _execute(self._engine, sa.insert(webhook).values(values))
        return hook_id, secret

    async def target(self, hook_id: str) -> tuple[str, str] | None:
        """Returns address and secret for the sender; `None` once it has ended."""
        query = sa.select(webhook).where(
            webhook.c.id == hook_id, webhook.c.ended_at.is_(None)
        )
        rows = await _rows(self._engine, query)
        if not rows:
            return None
        return rows[0]["url"], self._sealer.open(rows[0]["secret"])

    async def all(self) -> list[Webhook]:
        """Returns those in force, newest first."""
        query = (
            sa.select(webhook)
            .where(webhook.c.ended_at.is_(None))
            .order_by(webhook.c.created_at.desc(), webhook.c.id)
        )
        return [_webhook(row) for row in await _rows(self._engine, query)]

    async def reseal(self) -> int:
        """Seals secrets anew with the first key; returns how many.

        Raises:
            RecordError: One was sealed with none of the keys.
        """
        rows = await _rows(self._engine, sa.select(webhook.c.id, webhook.c.secret))
        for row in rows:
            secret = self._sealer.seal(self._sealer.open(row["secret"]))
            change = sa.update(webhook).where(webhook.c.id == row["id"])
            await _execute(self._engine, change.values(secret=secret))
        return len(rows)

    async def end(self, hook_id: str, *, now: datetime) -> bool:
        """Ends a webhook; tells whether it was in force."""
        change = (
            sa.update(webhook)
            .where(webhook.c.id == hook_id, webhook.c.ended_at.is_(None))
            .values(ended_at=now)
        )
        return await _execute(self._engine, change) == 1


async def webhook_messages(
    connection: AsyncConnection,
    *,
    event: str,
    key: str,
    document: dict[str, Any],
    now: datetime,
) -> list[Outgoing]:
    """Returns what the webhooks of an event are to be sent, for the outbox.

    Args:
        connection: The transaction in which the event happens.
        event: Name of the event.
        key: Unique for the event, such as `<ticket>#<sequence>`.
        document: The ticket without personal data.
        now: Current instant, aware UTC.
    """
    query = sa.select(webhook.c.id, webhook.c.events).where(
        webhook.c.ended_at.is_(None)
    )
    rows: Sequence[Any] = (await connection.execute(query)).mappings().all()
    return [
        Outgoing(
            key=f"{key}#{row['id']}",
            channel=Channel.WEBHOOK,
            recipient=row["id"],
            kind=OutgoingKind.NOTICE,
            payload={"event": event, "ticket": document},
            due_at=now,
        )
        for row in rows
        if {"*", event} & set(json.loads(row["events"]))
    ]


def _digest(secret: str) -> str:
    # The secret is random and long: a plain hash cannot be guessed back.
    return hashlib.sha256(secret.encode()).hexdigest()


async def _rows(engine: AsyncEngine, query: sa.Select[Any]) -> list[Any]:
    try:
        async with engine.connect() as connection:
            return list((await connection.execute(query)).mappings().all())
    except (SQLAlchemyError, OSError) as err:
        raise StoreUnavailableError(f"integrations: database: {err}") from err


async def _execute(engine: AsyncEngine, change: sa.Executable) -> int:
    try:
        async with engine.begin() as connection:
            result: Any = await connection.execute(change)
            return int(result.rowcount)
    except (SQLAlchemyError, OSError) as err:
        raise StoreUnavailableError(f"integrations: database: {err}") from err


def _utc(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=timezone.utc)


def _api_key(row: Any) -> ApiKey:
    created_at = _utc(row["created_at"])
    assert created_at is not None
    return ApiKey(
        id=row["id"],
        name=row["name"],
        scopes=frozenset(json.loads(row["scopes"])),
        created_by=row["created_by"],
        created_at=created_at,
        revoked_at=_utc(row["revoked_at"]),
    )


def _webhook(row: Any) -> Webhook:
    created_at = _utc(row["created_at"])
    assert created_at is not None
    return Webhook(
        id=row["id"],
        url=row["url"],
        events=frozenset(json.loads(row["events"])),
        created_by=row["created_by"],
        created_at=created_at,
    )
