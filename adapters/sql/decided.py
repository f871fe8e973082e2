"""Decided questions in SQL: found again, taken back, decided anew."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.annotations import annotation_row, decided_by
from adapters.sql.learning import aware, transaction
from adapters.sql.learning_audit import note
from adapters.sql.question_scores import refresh
from adapters.sql.tables.learning import annotation, question
from community.errors import ConflictError
from community.learning.decided import DecidedQuery, DecidedQuestion
from community.learning.review import Decision, Question, Verdict
from community.learning.splits import TRAIN

_HOLDS = annotation.c.undone_at.is_(None) & (question.c.status == "decided")


class SqlDecided:
    """Implements `community.learning.decided.DecidedStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def find(self, query: DecidedQuery) -> list[DecidedQuestion]:
        """See the port."""
        wanted = (
            sa.select(annotation, question.c.version)
            .join(question, question.c.id == annotation.c.question)
            .where(_HOLDS, annotation.c.decision != Decision.HOLD.value)
            .order_by(annotation.c.id.desc())
            .limit(query.limit)
        )
        if query.text:
            wanted = wanted.where(
                annotation.c.text.contains(query.text, autoescape=True)
            )
        if query.label:
            wanted = wanted.where(annotation.c.label == query.label)
        if query.before:
            wanted = wanted.where(annotation.c.id < query.before)
        async with transaction(self._engine, "decided") as connection:
            rows = (await connection.execute(wanted)).all()
        return [
            DecidedQuestion(
                question=row.question,
                version=row.version,
                annotation=row.id,
                text=row.text,
                decision=Decision(row.decision),
                label=row.label,
                by=row.by,
                at=aware(row.at),
                note=row.note,
                is_written=row.written_at is not None,
                judges=row.split != TRAIN,
            )
            for row in rows
        ]

    async def standing(self, ids: Sequence[int]) -> Mapping[int, str]:
        """See the port."""
        async with transaction(self._engine, "decided") as connection:
            return await _standing(connection, ids)

    async def revise(
        self,
        questions: Sequence[Question],
        verdict: Verdict | None,
        labels: Mapping[int, str],
        reason: str,
        by: str,
        now: datetime,
    ) -> str:
        """See the port."""
        batch = secrets.token_hex(8)
        ids = [one.id for one in questions]
        async with transaction(self._engine, "decided") as connection:
            before = await _standing(connection, ids)
            for one in questions:
                await _take(connection, one, is_open=verdict is None)
            await connection.execute(
                sa.update(annotation)
                .where(annotation.c.question.in_(ids), annotation.c.undone_at.is_(None))
                .values(undone_at=now, undone_by=by)
            )
            if verdict is not None:
                await connection.execute(
                    sa.insert(annotation),
                    [
                        {
                            **annotation_row(one, verdict, labels, batch, by, now),
                            "note": reason,
                        }
                        for one in questions
                    ],
                )
            detail = {
                "questions": ids,
                "before": sorted(set(before.values())),
                "labels": sorted(set(labels.values())),
                "reason": reason,
            }
            await note(connection, by, "revise", batch, detail, now)
            await refresh(connection, ids)
        return batch


async def _standing(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, str]:
    query = (
        sa.select(annotation.c.question, annotation.c.label)
        .where(annotation.c.question.in_(ids), annotation.c.undone_at.is_(None))
        .order_by(annotation.c.id)
    )
    return {row.question: row.label for row in await connection.execute(query)}


async def _take(connection: AsyncConnection, one: Question, *, is_open: bool) -> None:
    """Moves a decided question on, if it still is as the operator saw it."""
    taken = await connection.execute(
        sa.update(question)
        .where(question.c.id == one.id, question.c.version == one.version)
        .where(question.c.status == "decided")
        .values(
            status="open" if is_open else "decided",
            version=one.version + 1,
            held_by=None,
        )
    )
    if taken.rowcount != 1:
        raise ConflictError(await decided_by(connection, one.id))
