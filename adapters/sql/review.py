"""The review queue in SQL: lists, decisions of several operators, undo."""

import json
import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.annotations import annotation_row, decided_by
from adapters.sql.learning import aware, transaction
from adapters.sql.learning_audit import note
from adapters.sql.question_scores import refresh
from adapters.sql.tables.learning import (
    annotation,
    question,
    question_cluster,
    question_signal,
)
from community.errors import ConflictError, NotFoundError
from community.learning.review import (
    LABELS,
    Cluster,
    Decision,
    Question,
    Verdict,
)
from community.learning.splits import TRAIN

QUESTIONS_SHOWN = 12
CLAIM = timedelta(minutes=3)
"""How long a shown cluster is kept from other operators."""


class SqlReviewStore:
    """Implements `community.learning.review.ReviewStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def clusters(
        self,
        operator: str,
        now: datetime,
        *,
        limit: int,
        claim: bool = False,
        held: bool = False,
    ) -> list[Cluster]:
        """See the port."""
        async with transaction(self._engine, "review") as connection:
            if held:
                rows = await _held_clusters(connection, limit)
            else:
                rows = await _open_clusters(connection, operator, now, limit)
            if claim and rows and not held:
                await connection.execute(
                    sa.update(question_cluster)
                    .where(question_cluster.c.id.in_([row.id for row in rows]))
                    .values(claimed_by=operator, claimed_until=now + CLAIM)
                )
            status = "held" if held else "open"
            shown = await _strongest(connection, [row.id for row in rows], status)
        return [
            Cluster(
                id=row.id,
                score=row.score,
                n_questions=row.n_questions,
                n_persons=row.n_persons,
                n_turns=row.n_turns,
                questions=tuple(shown[row.id]),
                claimed_by=operator if claim else row.claimed_by,
            )
            for row in rows
        ]

    async def open_questions(self, cluster: int) -> list[int]:
        """Returns all open questions of a cluster, strongest first."""
        query = (
            sa.select(question.c.id)
            .where(question.c.cluster == cluster, question.c.status == "open")
            .order_by(question.c.score.desc(), question.c.id)
        )
        async with transaction(self._engine, "review") as connection:
            return list((await connection.execute(query)).scalars())

    async def questions(self, ids: Sequence[int]) -> list[Question]:
        """See the port."""
        async with transaction(self._engine, "review") as connection:
            query = sa.select(question).where(question.c.id.in_(ids))
            rows = {row.id: row for row in await connection.execute(query)}
            missing = [number for number in ids if number not in rows]
            if missing:
                raise NotFoundError(f"question {missing[0]} does not exist (any more)")
            reasons = await _reasons(connection, ids)
        return [_question(rows[number], reasons[number]) for number in ids]

    async def waiting(self) -> Counter[str]:
        """See the port."""
        query = (
            sa.select(annotation.c.label, sa.func.count())
            .where(annotation.c.written_at.is_(None), annotation.c.undone_at.is_(None))
            .where(annotation.c.decision.in_([d.value for d in LABELS]))
            .where(annotation.c.split == TRAIN)
            .group_by(annotation.c.label)
        )
        async with transaction(self._engine, "review") as connection:
            rows = (await connection.execute(query)).all()
        return Counter({row[0]: int(row[1]) for row in rows})

    async def persons_waiting(self, ids: Sequence[int]) -> Mapping[int, int]:
        """See the port."""
        mine = question_signal.alias("mine")
        theirs = question_signal.alias("theirs")
        query = (
            sa.select(
                mine.c.question,
                mine.c.person,
                sa.func.count(sa.distinct(annotation.c.question)).label("n"),
            )
            .join(theirs, theirs.c.person == mine.c.person)
            .join(annotation, annotation.c.question == theirs.c.question)
            .where(mine.c.question.in_(ids))
            .where(annotation.c.written_at.is_(None), annotation.c.undone_at.is_(None))
            .where(annotation.c.decision.in_([d.value for d in LABELS]))
            .group_by(mine.c.question, mine.c.person)
        )
        most: dict[int, int] = {}
        async with transaction(self._engine, "review") as connection:
            for row in await connection.execute(query):
                most[row.question] = max(row.n, most.get(row.question, 0))
        return most

    async def decide(
        self,
        questions: Sequence[Question],
        verdict: Verdict,
        labels: Mapping[int, str],
        by: str,
        now: datetime,
    ) -> str:
        """See the port."""
        batch = secrets.token_hex(8)
        is_hold = verdict.decision is Decision.HOLD
        status = "held" if is_hold else "decided"
        async with transaction(self._engine, "review") as connection:
            for one in questions:
                taken = await connection.execute(
                    sa.update(question)
                    .where(question.c.id == one.id, question.c.version == one.version)
                    .where(question.c.status.in_(("open", "held")))
                    .values(
                        status=status,
                        version=one.version + 1,
                        held_by=by if is_hold else None,
                    )
                )
                if taken.rowcount != 1:
                    raise ConflictError(await decided_by(connection, one.id))
            await connection.execute(
                sa.insert(annotation),
                [annotation_row(q, verdict, labels, batch, by, now) for q in questions],
            )
            await note(
                connection,
                by,
                verdict.decision.value,
                batch,
                {
                    "questions": [q.id for q in questions],
                    "labels": sorted(set(labels.values())),
                    "despite": sorted(guard.value for guard in verdict.despite),
                },
                now,
            )
            await refresh(connection, [q.id for q in questions])
        return batch

    async def undo(self, by: str, now: datetime, *, batch: str | None = None) -> int:
        """See the port."""
        async with transaction(self._engine, "review") as connection:
            if batch is None:
                batch = await connection.scalar(
                    sa.select(annotation.c.batch)
                    .where(annotation.c.by == by, annotation.c.undone_at.is_(None))
                    .order_by(annotation.c.at.desc(), annotation.c.id.desc())
                    .limit(1)
                )
            of_batch = (annotation.c.batch == batch) & annotation.c.undone_at.is_(None)
            rows = await connection.execute(
                sa.select(annotation.c.question).where(of_batch)
            )
            ids = list(rows.scalars())
            if not ids:
                raise NotFoundError("there is nothing to take back")
            await connection.execute(
                sa.update(annotation)
                .where(of_batch)
                .values(undone_at=now, undone_by=by)
            )
            await connection.execute(
                sa.update(question)
                .where(question.c.id.in_(ids))
                .values(status="open", held_by=None, version=question.c.version + 1)
            )
            await note(connection, by, "undo", str(batch), {"questions": ids}, now)
            await refresh(connection, ids)
        return len(ids)


async def _open_clusters(
    connection: AsyncConnection, operator: str, now: datetime, limit: int
) -> Sequence[Any]:
    free = (
        question_cluster.c.claimed_until.is_(None)
        | (question_cluster.c.claimed_until < now)
        | (question_cluster.c.claimed_by == operator)
    )
    has_open = sa.exists().where(
        question.c.cluster == question_cluster.c.id, question.c.status == "open"
    )
    query = (
        sa.select(question_cluster)
        .where(question_cluster.c.is_open.is_(True), free, has_open)
        .order_by(question_cluster.c.score.desc(), question_cluster.c.id)
        .limit(limit)
    )
    return (await connection.execute(query)).all()


async def _held_clusters(connection: AsyncConnection, limit: int) -> Sequence[Any]:
    held = sa.select(question.c.cluster).where(question.c.status == "held").distinct()
    query = (
        sa.select(question_cluster)
        .where(question_cluster.c.id.in_(held))
        .order_by(question_cluster.c.id)
        .limit(limit)
    )
    return (await connection.execute(query)).all()


async def _strongest(
    connection: AsyncConnection, clusters: Sequence[int], status: str
) -> dict[int, list[Question]]:
    place = (
        sa.func.row_number()
        .over(
            partition_by=question.c.cluster,
            order_by=(question.c.score.desc(), question.c.id),
        )
        .label("place")
    )
    ranked = (
        sa.select(question, place)
        .where(question.c.cluster.in_(clusters), question.c.status == status)
        .subquery()
    )
    query = (
        sa.select(ranked)
        .where(ranked.c.place <= QUESTIONS_SHOWN)
        .order_by(ranked.c.cluster, ranked.c.place)
    )
    rows = (await connection.execute(query)).all()
    reasons = await _reasons(connection, [row.id for row in rows])
    found: dict[int, list[Question]] = defaultdict(list)
    for row in rows:
        found[row.cluster].append(_question(row, reasons[row.id]))
    return found


async def _reasons(
    connection: AsyncConnection, ids: Sequence[int]
) -> dict[int, tuple[str, ...]]:
    """Returns for each question one turn, then its kinds of reasons."""
    query = (
        sa.select(
            question_signal.c.question,
            question_signal.c.kind,
            sa.func.max(question_signal.c.turn).label("turn"),
        )
        .where(question_signal.c.question.in_(ids))
        .group_by(question_signal.c.question, question_signal.c.kind)
        .order_by(question_signal.c.question, question_signal.c.kind)
    )
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for row in await connection.execute(query):
        found[row.question] = (*(found[row.question] or (row.turn,)), row.kind)
    return found


def _question(row: Any, reasons: tuple[str, ...]) -> Question:
    return Question(
        id=row.id,
        text=row.text,
        cluster=row.cluster,
        status=row.status,
        version=row.version,
        split=row.split,
        score=row.score,
        n_persons=row.n_persons,
        n_turns=row.n_turns,
        ranking=tuple((n, c) for n, c in json.loads(row.ranking)),
        decision=row.decision,
        facets=tuple(json.loads(row.facets)),
        emergency=row.emergency,
        suggested=row.suggested,
        reasons=reasons[1:],
        held_by=row.held_by,
        last_at=aware(row.last_at),
        turn=reasons[0] if reasons else "",
    )
