"""Reviews of blocked residents in SQL."""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.tables import block_review
from community.errors import StoreUnavailableError


@dataclass(frozen=True, slots=True)
class BlockReview:
    """A block and what a second person said of it."""

    ticket: str
    """The ticket that led to it: the person is known by nothing else."""
    until: datetime
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    is_upheld: bool | None = None


class SqlBlockReviews:
    """Keeps blocks and their reviews."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def ask(self, review: BlockReview) -> None:
        """Stores a block that waits for a second person.

        Raises:
            StoreUnavailableError: The database did not answer.
        """
        values = {
            "ticket": review.ticket,
            "until": review.until,
            "reason": review.reason,
            "asked_by": review.asked_by,
            "asked_at": review.asked_at,
        }
        await self._execute(sa.insert(block_review).values(values))

    async def waiting(self, ticket: str) -> BlockReview | None:
        """Returns the newest block of a ticket's reporter that nobody has decided."""
        query = (
            sa.select(block_review)
            .where(block_review.c.ticket == ticket, block_review.c.decided_at.is_(None))
            .order_by(block_review.c.id.desc())
            .limit(1)
        )
        rows = await self._rows(query)
        return _review(rows[0]) if rows else None

    async def decide(
        self, ticket: str, *, by: str, is_upheld: bool, now: datetime
    ) -> None:
        """Decides what waits at a ticket."""
        change = (
            sa.update(block_review)
            .where(block_review.c.ticket == ticket, block_review.c.decided_at.is_(None))
            .values(decided_by=by, decided_at=now, is_upheld=is_upheld)
        )
        await self._execute(change)

    async def newest(self, limit: int = 100) -> list[BlockReview]:
        """Returns blocks, newest first."""
        query = sa.select(block_review).order_by(block_review.c.id.desc()).limit(limit)
        return [_review(row) for row in await self._rows(query)]

    async def _rows(self, query: sa.Select[Any]) -> list[Any]:
        try:
            async with self._engine.connect() as connection:
                return list((await connection.execute(query)).mappings().all())
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"block: database: {err}") from err

    async def _execute(self, change: sa.Executable) -> None:
        try:
            async with self._engine.begin() as connection:
                await connection.execute(change)
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"block: database: {err}") from err


def _utc(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=timezone.utc)


def _review(row: Any) -> BlockReview:
    until, asked_at = _utc(row["until"]), _utc(row["asked_at"])
    assert until is not None
    assert asked_at is not None
    return BlockReview(
        ticket=row["ticket"],
        until=until,
        reason=row["reason"],
        asked_by=row["asked_by"],
        asked_at=asked_at,
        decided_by=row["decided_by"],
        decided_at=_utc(row["decided_at"]),
        is_upheld=row["is_upheld"],
    )
