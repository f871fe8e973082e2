"""Changes of the roster in SQL, and the roster that files and changes make together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.tables import roster_change
from community.errors import StoreUnavailableError
from community.roster_changes import (
    ChangeKind,
    RosterChange,
    StoredChange,
    changes_of,
)
from community.staff import Roster, RosterChanges

KEPT_AFTER_END = timedelta(days=1)
"""A clock that is a little behind must still see who was on leave."""
MAX_LISTED = 2_000


class SqlStaff:
    """Implements `community.roster_changes.StaffRepository`."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def record(
        self, changes: tuple[RosterChange, ...], *, key: str, by: str, now: datetime
    ) -> tuple[StoredChange, ...]:
        """See the port."""
        found = await self._of_key(key)
        if found:
            return found
        rows = [
            {
                "key": key,
                "ordinal": ordinal,
                "kind": change.kind.value,
                "post": change.post,
                "staff_id": change.staff_id,
                "starts_at": change.starts_at.astimezone(timezone.utc),
                "ends_at": change.ends_at.astimezone(timezone.utc),
                "reason": change.reason,
                "made_by": by,
                "made_at": now.astimezone(timezone.utc),
            }
            for ordinal, change in enumerate(changes)
        ]
        try:
            async with self._begin() as connection:
                for row in rows:
                    await connection.execute(sa.insert(roster_change).values(row))
        except IntegrityError:  # the same call, at the same time: the other one won
            pass
        return await self._of_key(key)

    async def cancel(
        self, change_id: int, *, by: str, now: datetime
    ) -> StoredChange | None:
        """See the port."""
        is_it = roster_change.c.id == change_id
        change = (
            sa.update(roster_change)
            .where(is_it, roster_change.c.cancelled_at.is_(None))
            .values(cancelled_by=by, cancelled_at=now.astimezone(timezone.utc))
        )
        async with self._begin() as connection:
            await connection.execute(change)
        found = await self._select(is_it)
        return found[0] if found else None

    async def between(
        self, *, since: datetime, until: datetime, staff_id: str | None = None
    ) -> list[StoredChange]:
        """See the port."""
        wanted = [
            roster_change.c.ends_at > since.astimezone(timezone.utc),
            roster_change.c.starts_at < until.astimezone(timezone.utc),
        ]
        if staff_id is not None:
            wanted.append(roster_change.c.staff_id == staff_id)
        return await self._select(*wanted)

    async def current(self, now: datetime) -> RosterChanges:
        """See the port."""
        oldest = now.astimezone(timezone.utc) - KEPT_AFTER_END
        live = roster_change.c.cancelled_at.is_(None)
        return changes_of(await self._select(live, roster_change.c.ends_at > oldest))

    async def _of_key(self, key: str) -> tuple[StoredChange, ...]:
        return tuple(await self._select(roster_change.c.key == key))

    async def _select(self, *wanted: sa.ColumnElement[bool]) -> list[StoredChange]:
        first = roster_change.alias("first")
        batch = (
            sa.select(sa.func.min(first.c.id))
            .where(first.c.key == roster_change.c.key)
            .scalar_subquery()
        )
        query = (
            sa.select(roster_change, batch.label("batch"))
            .where(*wanted)
            .order_by(roster_change.c.id)
            .limit(MAX_LISTED)
        )
        async with self._begin() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [_stored(row) for row in rows]

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"roster: database: {err}") from err


class LiveRoster:
    """The roster as it is now: files, with the changes of the database laid over."""

    def __init__(
        self,
        files: Callable[[], Roster],
        staff: SqlStaff,
        *,
        refresh_every: timedelta = timedelta(seconds=2),
    ) -> None:
        """Nothing is read yet.

        Args:
            files: Returns the roster of the files, for example `RosterFiles.roster`.
            staff: The changes.
            refresh_every: How old the changes may be.
        """
        self._files = files
        self._staff = staff
        self._refresh_every = refresh_every
        self._read_at: datetime | None = None
        self._changes = RosterChanges()
        self._merged: tuple[Roster, RosterChanges, Roster] | None = None

    async def current(self, now: datetime) -> Roster:
        """Returns the roster.

        Raises:
            StoreUnavailableError: The database did not answer. Who is on leave is not
                known then, so nobody is assigned by guess.
        """
        if self._read_at is None or abs(now - self._read_at) >= self._refresh_every:
            self._changes = await self._staff.current(now)
            self._read_at = now
        files = self._files()
        merged = self._merged
        if merged is None or merged[0] is not files or merged[1] != self._changes:
            roster = files.with_changes(self._changes)
            merged = self._merged = (files, self._changes, roster)
        return merged[2]

    def forget(self) -> None:
        """Makes the next call read the changes again, after one was made."""
        self._read_at = None


def _stored(row: Any) -> StoredChange:
    return StoredChange(
        id=row["id"],
        batch=row["batch"],
        change=RosterChange(
            kind=ChangeKind(row["kind"]),
            staff_id=row["staff_id"],
            starts_at=_aware(row["starts_at"]),
            ends_at=_aware(row["ends_at"]),
            post=row["post"],
            reason=row["reason"],
        ),
        made_by=row["made_by"],
        made_at=_aware(row["made_at"]),
        cancelled_by=row["cancelled_by"],
        cancelled_at=(
            None if row["cancelled_at"] is None else _aware(row["cancelled_at"])
        ),
    )


def _aware(instant: datetime) -> datetime:
    """SQLite gives instants back without their zone; they are UTC."""
    return instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)
