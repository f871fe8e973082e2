"""The audit log in SQL: who did or saw what, when and why; never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.tables import audit
from community.errors import StoreUnavailableError


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log."""

    at: datetime
    """Aware UTC."""
    actor: str
    """Staff id, `key:<API key id>` or `command`."""
    act: str
    subject: str
    """Ticket number, staff id or what else it was done to; never a resident."""
    reason: str = ""
    address: str = ""


class SqlAuditLog:
    """Appends and reads; nothing here or in the database changes an entry."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def append(self, entry: AuditEntry) -> None:
        """Stores an entry; what it is about must not happen if this raises.

        Raises:
            StoreUnavailableError: The database did not answer; nothing was stored.
        """
        values = {
            "at": entry.at,
            "actor": entry.actor[:80],
            "act": entry.act[:40],
            "subject": entry.subject[:120],
            "reason": entry.reason,
            "address": entry.address[:64],
        }
        try:
            async with self._engine.begin() as connection:
                await connection.execute(sa.insert(audit).values(values))
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"audit: database: {err}") from err

    async def read(
        self,
        *,
        actor: str | None = None,
        subject: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Sequence[tuple[int, AuditEntry]]:
        """Returns entries with their position, newest first.

        Args:
            actor: Only what this person or system did.
            subject: Only what was done to this.
            before: Only entries older than this position.
            limit: Upper bound on the number of entries.
        """
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if actor is not None:
            query = query.where(audit.c.actor == actor)
        if subject is not None:
            query = query.where(audit.c.subject == subject)
        if before is not None:
            query = query.where(audit.c.id < before)
        try:
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).mappings().all()
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"audit: database: {err}") from err
        return [(row["id"], _entry(row)) for row in rows]


def _entry(row: Any) -> AuditEntry:
    at: datetime = row["at"]
    return AuditEntry(
        at=at if at.tzinfo else at.replace(tzinfo=timezone.utc),
        actor=row["actor"],
        act=row["act"],
        subject=row["subject"],
        reason=row["reason"],
        address=row["address"],
    )
