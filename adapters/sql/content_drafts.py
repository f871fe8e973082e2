"""Drafts of answers in SQL: who wants what changed, and who decided it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.learning import aware, transaction
from adapters.sql.tables.content import content_draft
from community.errors import ConflictError, NotFoundError

OPEN, LIVE, REFUSED = "open", "live", "refused"


@dataclass(frozen=True, slots=True)
class Draft:
    """One change of the content."""

    id: int
    kind: str
    """statement, service or referral."""
    path: str
    """File below the catalogue."""
    slot: str
    """`overview`, `advice` or `facets.<id>`; empty for a new entry."""
    body: Mapping[str, Any]
    """What is to stand there."""
    base: str
    """What stood there when it was drafted, as JSON."""
    reason: str
    state: str
    drafted_by: str
    drafted_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    remark: str
    """Why it was refused."""
    commit: str


class SqlContentDrafts:
    """The list of drafts."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def add(
        self,
        kind: str,
        path: str,
        slot: str,
        body: Mapping[str, Any],
        base: str,
        reason: str,
        by: str,
        now: datetime,
    ) -> Draft:
        """Keeps a draft."""
        async with transaction(self._engine, "drafts") as connection:
            result = await connection.execute(
                sa.insert(content_draft).values(
                    kind=kind,
                    path=path,
                    slot=slot,
                    body=json.dumps(body, ensure_ascii=False),
                    base=base,
                    reason=reason,
                    state=OPEN,
                    drafted_by=by,
                    drafted_at=now,
                    remark="",
                    commit="",
                )
            )
            number = int(result.inserted_primary_key[0])
        return await self.get(number)

    async def get(self, number: int) -> Draft:
        """Returns one draft.

        Raises:
            NotFoundError: There is none with this number.
        """
        query = sa.select(content_draft).where(content_draft.c.id == number)
        async with transaction(self._engine, "drafts") as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            raise NotFoundError(f"draft {number} does not exist")
        return _draft(row)

    async def list(
        self, *, path: str = "", state: str = "", limit: int = 100
    ) -> list[Draft]:
        """Returns drafts, newest first."""
        query = (
            sa.select(content_draft).order_by(content_draft.c.id.desc()).limit(limit)
        )
        if path:
            query = query.where(content_draft.c.path == path)
        if state:
            query = query.where(content_draft.c.state == state)
        async with transaction(self._engine, "drafts") as connection:
            return [_draft(row) for row in await connection.execute(query)]

    async def decide(
        self,
        number: int,
        state: str,
        by: str,
        now: datetime,
        *,
        remark: str = "",
        commit: str = "",
    ) -> Draft:
        """Ends an open draft.

        Raises:
            ConflictError: Somebody else was first.
        """
        async with transaction(self._engine, "drafts") as connection:
            result = await connection.execute(
                sa.update(content_draft)
                .where(content_draft.c.id == number, content_draft.c.state == OPEN)
                .values(
                    state=state,
                    decided_by=by,
                    decided_at=now,
                    remark=remark,
                    commit=commit,
                )
            )
        found = await self.get(number)
        if result.rowcount != 1:
            raise ConflictError(found.decided_by or "?")
        return found


def _draft(row: Any) -> Draft:
    return Draft(
        id=row.id,
        kind=row.kind,
        path=row.path,
        slot=row.slot,
        body=json.loads(row.body),
        base=row.base,
        reason=row.reason,
        state=row.state,
        drafted_by=row.drafted_by,
        drafted_at=aware(row.drafted_at),
        decided_by=row.decided_by,
        decided_at=None if row.decided_at is None else aware(row.decided_at),
        remark=row.remark,
        commit=row.commit,
    )
