"""Upkeep of the outbox: digests, retention, and figures about what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.outbox import enqueue
from adapters.sql.outbox_rows import (
    IS_OPEN,
    WAITS,
    Claimed,
    aware,
    claimed,
    ended,
    stored_key,
    translated,
)
from adapters.sql.tables import outbox
from community.outbox import Channel, DeliveryState, Outgoing, OutgoingKind, SendResult


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits in one channel and state."""

    channel: Channel
    state: DeliveryState
    n: int
    oldest_at: datetime


class SqlOutboxUpkeep:
    """Periodic work on the outbox; safe to run in several dispatchers."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def give_up_held(self, *, before: datetime, now: datetime) -> int:
        """Ends rows that wait for a recipient who has not written since `before`."""
        return await self._update(
            IS_OPEN & (outbox.c.held_since < before.astimezone(timezone.utc)),
            **ended(
                SendResult(
                    DeliveryState.PERMANENT_FAILURE,
                    error="the recipient did not write again",
                ),
                now.astimezone(timezone.utc),
            ),
        )

    async def delete_finished(self, *, before: datetime, limit: int = 5_000) -> int:
        """Deletes rows that ended before a time; returns how many."""
        old = (
            sa.select(outbox.c.id)
            .where(outbox.c.finished_at < before.astimezone(timezone.utc))
            .limit(limit)
        )
        async with translated(), self._engine.begin() as connection:
            result = await connection.execute(
                sa.delete(outbox).where(outbox.c.id.in_(old))
            )
        return int(result.rowcount)

    async def crowded(self, channel: Channel, *, more_than: int) -> list[str]:
        """Returns recipients with more than so many notices that wait unsent."""
        query = (
            sa.select(outbox.c.recipient)
            .where(_foldable(channel))
            .group_by(outbox.c.recipient)
            .having(sa.func.count() > more_than)
        )
        async with translated(), self._engine.connect() as connection:
            return [str(name) for name in (await connection.execute(query)).scalars()]

    async def waiting(self, channel: Channel, recipient: str) -> list[Claimed]:
        """Returns a recipient's notices that nobody has begun to send."""
        query = (
            sa.select(outbox)
            .where(_foldable(channel), outbox.c.recipient == recipient)
            .order_by(outbox.c.id)
        )
        async with translated(), self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [claimed(row) for row in rows]

    async def fold(
        self, rows: Sequence[Claimed], digest: Outgoing, *, now: datetime
    ) -> bool:
        """Puts one digest in the place of several notices, all or nothing.

        Returns:
            `False` if somebody has begun to send one of them meanwhile.
        """
        ids = [row.id for row in rows]
        async with translated(), self._engine.begin() as connection:
            taken = await connection.execute(
                sa.update(outbox)
                .where(outbox.c.id.in_(ids), _foldable(digest.channel))
                .values(
                    **ended(
                        SendResult(
                            DeliveryState.DELIVERED,
                            via="digest",
                            external_id=stored_key(digest.key),
                        ),
                        now.astimezone(timezone.utc),
                    )
                )
            )
            if taken.rowcount != len(ids):
                await connection.rollback()
                return False
            await enqueue(connection, [digest], now=now)
        return True

    async def backlog(self) -> list[Backlog]:
        """Returns what has not ended yet, by channel and state."""
        query = (
            sa.select(
                outbox.c.channel,
                outbox.c.state,
                sa.func.count(),
                sa.func.min(outbox.c.created_at),
            )
            .where(IS_OPEN)
            .group_by(outbox.c.channel, outbox.c.state)
        )
        async with translated(), self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Backlog(Channel(channel), DeliveryState(state), int(n), aware(oldest))
            for channel, state, n, oldest in rows
        ]

    async def counts(self) -> dict[DeliveryState, int]:
        """Returns how many rows are in each state, ended ones included."""
        query = sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state)
        async with translated(), self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return {DeliveryState(state): int(n) for state, n in rows}

    async def _update(self, where: sa.ColumnElement[bool], **values: Any) -> int:
        async with translated(), self._engine.begin() as connection:
            result = await connection.execute(
                sa.update(outbox).where(where).values(**values)
            )
        return int(result.rowcount)


def _foldable(channel: Channel) -> sa.ColumnElement[bool]:
    return sa.and_(
        IS_OPEN,
        WAITS,
        outbox.c.channel == channel.value,
        outbox.c.kind == OutgoingKind.NOTICE.value,
    )
