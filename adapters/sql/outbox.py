"""The outbox in SQL: who may send what next, and what became of it.

A row is *open* until it has a `finished_at`. It is claimed with a lease and a count
of tries; the count fences off a dispatcher whose lease ran out meanwhile.
"""

import functools
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.outbox_rows import (
    IS_OPEN,
    NO_PAYLOAD,
    WAITS,
    Claimed,
    Outcome,
    claimed,
    ended,
    insert,
    new_row,
    outcome,
    translated,
)
from adapters.sql.tables import outbox
from community.outbox import (
    DEFERRED_IN_QUIET_HOURS,
    REPEATABLE_CHANNELS,
    SENT_AGAIN_WHEN_UNKNOWN,
    URGENT,
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    SendResult,
)

REPORTED = ("template", "subscribe")
"""Ways of sending of which the messenger tells later whether it worked."""
REPORTED_WITHIN = timedelta(hours=1)
"""A report that names no message of ours is for one that is no older than this."""
_URGENT = [kind.value for kind in URGENT]
_DEFERRED = [kind.value for kind in DEFERRED_IN_QUIET_HOURS]


async def enqueue(
    connection: AsyncConnection, messages: Sequence[Outgoing], *, now: datetime
) -> int:
    """Stores messages within the caller's transaction; returns how many are new.

    A known key changes nothing. Database errors are the caller's to translate.
    """
    return await insert(connection, [new_row(message, now) for message in messages])


class SqlOutbox:
    """Implements `community.outbox.Outbox`, and what the dispatcher needs of it."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def add(self, messages: Sequence[Outgoing], *, now: datetime) -> int:
        """See the port."""
        async with translated(), self._engine.begin() as connection:
            return await enqueue(connection, messages, now=now)

    async def take_in(
        self,
        outcomes: Sequence[tuple[Outgoing, SendResult]],
        to_send: Sequence[Outgoing],
        *,
        writers: Collection[str],
        now: datetime,
    ) -> int:
        """Stores answers in one transaction; may be repeated.

        Args:
            outcomes: Those that have ended already, such as passive ones.
            to_send: The others.
            writers: Who has written: what was held for them becomes due.
            now: Aware UTC.

        Returns:
            How many held rows are due now.
        """
        rows = [
            {**new_row(message, now), "attempts": 1, **ended(result, now)}
            for message, result in outcomes
        ]
        async with translated(), self._engine.begin() as connection:
            await insert(connection, rows)
            await enqueue(connection, to_send, now=now)
            return await _wake(connection, writers, now)

    async def claim_due(
        self,
        by: str,
        *,
        now: datetime,
        limit: int,
        lease: timedelta,
        channels: Collection[Channel] | None = None,
        is_quiet: bool = False,
    ) -> list[Claimed]:
        """Claims rows that are due, oldest first, at most one of a recipient.

        A recipient's rows go in order; urgent ones wait only for urgent ones.

        Args:
            by: Name of this dispatcher.
            now: Aware UTC.
            limit: Upper bound.
            lease: How long the caller may take to send one.
            channels: Restriction; all by default.
            is_quiet: Leaves notices and digests to people for later.

        Raises:
            StoreUnavailableError: The database did not answer.
        """
        at = now.astimezone(timezone.utc)
        claim = _claim(
            None if channels is None else frozenset(channels), is_quiet=is_quiet
        )
        values = {"at": at, "most": limit, "by": by[:64], "until": at + lease}
        async with translated(), self._engine.begin() as connection:
            rows = (await connection.execute(claim, values)).mappings().all()
        return [claimed(row) for row in sorted(rows, key=lambda row: int(row["id"]))]

    async def finish(
        self, row: Claimed, result: SendResult, *, now: datetime, retry_at: datetime
    ) -> None:
        """Notes the outcome of one try; see `finish_many`."""
        await self.finish_many([Outcome(row, result, retry_at)], now=now)

    async def finish_many(self, outcomes: Sequence[Outcome], *, now: datetime) -> None:
        """Notes the outcomes of tries in one transaction.

        One that comes after the lease has ended changes nothing, except that a late
        `delivered` counts all the same: it stops a second sending.

        Args:
            outcomes: At most one of a row.
            now: Aware UTC.

        Raises:
            StoreUnavailableError: The leases will run out and decide.
        """
        async with translated(), self._engine.begin() as connection:
            for done in outcomes:
                await _finish(connection, done, now.astimezone(timezone.utc))

    async def expire(self, *, now: datetime) -> tuple[int, int]:
        """Decides about rows whose dispatcher fell silent while it was sending.

        Returns:
            How many will be sent again, and how many stay `unknown`.
        """
        lost = (
            (outbox.c.state == DeliveryState.SENDING.value)
            & IS_OPEN
            & (outbox.c.leased_until < now.astimezone(timezone.utc))
        )
        repeatable = outbox.c.kind.in_(
            [kind.value for kind in SENT_AGAIN_WHEN_UNKNOWN]
        ) | outbox.c.channel.in_([channel.value for channel in REPEATABLE_CHANNELS])
        async with translated(), self._engine.begin() as connection:
            again = await connection.execute(
                sa.update(outbox)
                .where(lost, repeatable)
                .values(
                    state=DeliveryState.TEMPORARY_FAILURE.value,
                    due_at=now.astimezone(timezone.utc),
                    leased_until=None,
                    leased_by=None,
                    error="in flight at a crash",
                )
            )
            unknown = await connection.execute(
                sa.update(outbox)
                .where(lost, ~repeatable)
                .values(
                    **ended(
                        SendResult(DeliveryState.UNKNOWN, error="in flight at a crash"),
                        now,
                    )
                )
            )
        return int(again.rowcount), int(unknown.rowcount)

    async def wake(self, recipients: Collection[str], *, now: datetime) -> int:
        """Makes held rows due: their recipients have written again."""
        async with translated(), self._engine.begin() as connection:
            return await _wake(connection, recipients, now)

    async def settle(
        self, external_id: str, failure: str, *, now: datetime, recipient: str = ""
    ) -> bool:
        """Notes what the messenger reports later about a message that it took.

        May be repeated. A failure that was reported stays, whatever comes after it.
        A subscription message may have been taken without an id: then the report is
        for the recipient's oldest one of the last hour that has none, and gives it one.

        Args:
            external_id: The messenger's id of the message.
            failure: Why it did not arrive; empty where it did.
            now: Aware UTC.
            recipient: Who it went to; empty where every message has an id.

        Returns:
            Whether there is such a message; it may be that its outcome is stored later.
        """
        theirs = outbox.c.via.in_(REPORTED) & (outbox.c.external_id == external_id)
        failed = {
            "state": DeliveryState.PERMANENT_FAILURE.value,
            "error": failure[:500],
            "finished_at": now.astimezone(timezone.utc),
        }
        changes = theirs & (outbox.c.state == DeliveryState.DELIVERED.value)
        count = sa.select(sa.func.count()).select_from(outbox).where(theirs)
        async with translated(), self._engine.begin() as connection:
            if recipient and not await connection.scalar(count):
                nameless = _nameless(recipient, now)
                await connection.execute(
                    sa.update(outbox)
                    .where(outbox.c.id == nameless.scalar_subquery())
                    .values(external_id=external_id)
                )
            if failure:
                await connection.execute(
                    sa.update(outbox).where(changes).values(failed)
                )
            found = await connection.scalar(count)
        return bool(found)

    async def forget(self, recipient: str, *, now: datetime) -> int:
        """Removes a person's id and every text to them; sends them nothing more."""
        at = now.astimezone(timezone.utc)
        theirs = outbox.c.recipient == recipient
        async with translated(), self._engine.begin() as connection:
            await connection.execute(
                sa.update(outbox)
                .where(theirs, IS_OPEN)
                .values(
                    **ended(
                        SendResult(DeliveryState.PERMANENT_FAILURE, error="forgotten"),
                        at,
                    )
                )
            )
            changed = await connection.execute(
                sa.update(outbox)
                .where(theirs)
                .values(recipient=None, payload=NO_PAYLOAD)
            )
        return int(changed.rowcount)


async def _wake(
    connection: AsyncConnection, recipients: Collection[str], now: datetime
) -> int:
    if not recipients:
        return 0
    theirs = outbox.c.recipient.in_(sorted(recipients))
    woken = await connection.execute(
        sa.update(outbox)
        .where(IS_OPEN, theirs, outbox.c.held_since.is_not(None))
        .values(held_since=None, due_at=now.astimezone(timezone.utc))
    )
    return int(woken.rowcount)


async def _finish(connection: AsyncConnection, done: Outcome, now: datetime) -> None:
    mine = (outbox.c.id == done.row.id) & IS_OPEN
    if done.result.state is not DeliveryState.DELIVERED:
        mine &= outbox.c.attempts == done.row.attempt
        mine &= outbox.c.state == DeliveryState.SENDING.value
    values = outcome(done.result, now, done.retry_at)
    await connection.execute(sa.update(outbox).where(mine).values(**values))
    message = done.row.message
    if message.kind is OutgoingKind.DIGEST and values.get("finished_at"):
        # What was folded into a digest shares its fate.
        await connection.execute(
            sa.update(outbox)
            .where(outbox.c.via == "digest", outbox.c.external_id == message.key)
            .values(state=values["state"])
        )


def _nameless(recipient: str, now: datetime) -> sa.Select[Any]:
    """Selects the id of the oldest fresh message that was taken without a name."""
    return (
        sa.select(sa.func.min(outbox.c.id))
        .where(outbox.c.recipient == recipient, outbox.c.via == "subscribe")
        .where(outbox.c.external_id == "")
        .where(outbox.c.state == DeliveryState.DELIVERED.value)
        .where(outbox.c.finished_at >= now.astimezone(timezone.utc) - REPORTED_WITHIN)
    )


@functools.lru_cache(maxsize=64)
def _claim(channels: frozenset[Channel] | None, *, is_quiet: bool) -> Any:
    """Returns the statement of `claim_due`, which is built once: it is asked often."""
    due = _due(channels, is_quiet=is_quiet)
    return (
        sa.update(outbox)
        .where(outbox.c.id.in_(sa.select(due.c.id)))
        .values(
            state=DeliveryState.SENDING.value,
            attempts=outbox.c.attempts + 1,
            leased_by=sa.bindparam("by", type_=outbox.c.leased_by.type),
            leased_until=sa.bindparam("until", type_=outbox.c.leased_until.type),
        )
        .returning(*outbox.c)
    )


def _due(channels: frozenset[Channel] | None, *, is_quiet: bool) -> sa.CTE:
    """Selects the ids that may be sent now; PostgreSQL locks them meanwhile."""
    now = sa.bindparam("at", type_=outbox.c.due_at.type)
    earlier = outbox.alias("earlier")
    in_the_way = (
        (earlier.c.channel == outbox.c.channel)
        & (earlier.c.recipient == outbox.c.recipient)
        & (earlier.c.id < outbox.c.id)
        & earlier.c.finished_at.is_(None)
        & (outbox.c.kind.not_in(_URGENT) | earlier.c.kind.in_(_URGENT))
    )
    query = sa.select(outbox.c.id).where(
        IS_OPEN, WAITS, outbox.c.due_at <= now, outbox.c.held_since.is_(None)
    )
    if is_quiet:
        webhook = Channel.WEBHOOK.value
        query = query.where(
            outbox.c.kind.not_in(_DEFERRED) | (outbox.c.channel == webhook)
        )
        in_the_way &= earlier.c.kind.not_in(_DEFERRED) | (earlier.c.channel == webhook)
    if channels is not None:
        query = query.where(outbox.c.channel.in_(sorted(c.value for c in channels)))
    is_late = sa.case((outbox.c.kind.in_(_URGENT), 0), else_=1)
    return (
        query.where(~sa.exists(sa.select(earlier.c.id).where(in_the_way)))
        .order_by(is_late, outbox.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(skip_locked=True, of=outbox)
        .cte("due")
    )
