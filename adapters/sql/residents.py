"""Residents in SQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.tables import resident
from community.errors import StoreUnavailableError
from community.residents import BoundBy, Resident


class SqlResidentRepository:
    """Implements `community.residents.ResidentRepository`."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def get(self, conversation: str) -> Resident | None:
        """See the port."""
        query = sa.select(resident).where(resident.c.conversation == conversation)
        async with self._begin() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _resident(row)

    async def bind(
        self, conversation: str, grid: str, by: BoundBy, now: datetime
    ) -> Resident:
        """See the port."""
        await self._upsert(
            conversation, now, grid=grid, bound_by=by.value, bound_at=now
        )
        bound = await self.get(conversation)
        if bound is None:
            raise StoreUnavailableError("resident: forgotten while being bound")
        return bound

    async def followed(self, conversation: str, now: datetime) -> None:
        """See the port."""
        await self._upsert(conversation, now, is_follower=True)

    async def unfollowed(self, conversation: str, now: datetime) -> None:
        """See the port."""
        await self._upsert(conversation, now, is_follower=False)

    async def block(
        self, conversation: str, until: datetime, by: str, now: datetime
    ) -> None:
        """See the port."""
        await self._upsert(conversation, now, blocked_until=until, blocked_by=by)

    async def unblock(self, conversation: str) -> None:
        """See the port."""
        change = (
            sa.update(resident)
            .where(resident.c.conversation == conversation)
            .values(blocked_until=None, blocked_by=None)
        )
        async with self._begin() as connection:
            await connection.execute(change)

    async def forget(self, conversation: str) -> int:
        """See the port."""
        change = sa.delete(resident).where(resident.c.conversation == conversation)
        async with self._begin() as connection:
            return int((await connection.execute(change)).rowcount)

    async def _upsert(self, conversation: str, now: datetime, **changes: Any) -> None:
        new = {
            "conversation": conversation,
            "bound_by": "",
            "is_follower": True,
            "seen_at": now,
            **changes,
        }
        dialect: Any = sqlite if self._engine.dialect.name == "sqlite" else postgresql
        statement = (
            dialect.insert(resident)
            .values(new)
            .on_conflict_do_update(
                index_elements=[resident.c.conversation],
                set_={"seen_at": now, **changes},
            )
        )
        async with self._begin() as connection:
            await connection.execute(statement)

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"resident: database: {err}") from err


def _resident(row: Any) -> Resident:
    return Resident(
        conversation=row["conversation"],
        grid=row["grid"],
        bound_by=BoundBy(row["bound_by"]) if row["bound_by"] else None,
        bound_at=_aware(row["bound_at"]),
        is_follower=row["is_follower"],
        blocked_until=_aware(row["blocked_until"]),
        blocked_by=row["blocked_by"],
        seen_at=_aware(row["seen_at"]),
    )


def _aware(instant: datetime | None) -> datetime | None:
    """SQLite gives instants back without their zone; they are UTC."""
    if instant is None or instant.tzinfo is not None:
        return instant
    return instant.replace(tzinfo=timezone.utc)
