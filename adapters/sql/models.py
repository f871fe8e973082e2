"""Examples on their way to training, models and promotions in SQL."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.model_registry import Manifest
from adapters.sql.learning import aware, insert_once, transaction
from adapters.sql.learning_audit import note
from adapters.sql.tables.learning import (
    annotation,
    learning_audit,
    model_version,
    promotion,
)
from adapters.training_files import RESIDENT, TrainingExample
from community.errors import ConflictError, NotFoundError
from community.learning.evaluation import Exam
from community.learning.gates import Failure
from community.learning.review import LABELS
from community.learning.splits import RECENT, TRAIN


@dataclass(frozen=True, slots=True)
class Waiting:
    """An accepted or withdrawn example that the files do not show yet."""

    annotation: int
    example: TrainingExample
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Promotion:
    """One change of the serving model."""

    id: int
    kind: str
    """promote or rollback."""
    state: str
    """asked, switching, done, failed, refused, overtaken (another model serves)."""
    model: str
    before: str
    asked_by: str
    asked_at: datetime
    approved_by: str | None
    moved_at: datetime | None
    """Since when it is in its state, if it is no longer only asked for."""
    reasons: tuple[str, ...]
    """Gates that fell."""
    override: str
    """Why it may serve nevertheless; empty normally."""


class SqlModels:
    """What the loop knows of examples, models and promotions."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    # Examples

    async def waiting_examples(self) -> list[Waiting]:
        """Returns examples to write into the files, and ones to take out."""
        accepted = annotation.c.decision.in_([d.value for d in LABELS])
        new = accepted & annotation.c.undone_at.is_(None)
        new &= annotation.c.written_at.is_(None) & (annotation.c.split == TRAIN)
        gone = annotation.c.written_at.is_not(None) & (
            annotation.c.undone_at.is_not(None) | (annotation.c.decision == "withdrawn")
        )
        query = sa.select(annotation).where(new | gone).order_by(annotation.c.id)
        async with transaction(self._engine, "examples") as connection:
            rows = (await connection.execute(query)).all()
        return [
            Waiting(row.id, _example(row), is_withdrawn=row.written_at is not None)
            for row in rows
        ]

    async def written(self, examples: Sequence[Waiting], now: datetime) -> None:
        """Notes that the files show these changes; withdrawn rows go."""
        added = [e.annotation for e in examples if not e.is_withdrawn]
        removed = [e.annotation for e in examples if e.is_withdrawn]
        async with transaction(self._engine, "examples") as connection:
            await connection.execute(
                sa.update(annotation)
                .where(annotation.c.id.in_(added))
                .values(written_at=now)
            )
            gone = annotation.c.id.in_(removed)
            await connection.execute(
                sa.delete(annotation).where(gone, annotation.c.decision == "withdrawn")
            )
            await connection.execute(
                sa.update(annotation).where(gone).values(written_at=None)
            )

    async def recent_exams(self, since: datetime) -> list[Exam]:
        """Returns reviewed messages that only judge, newest first."""
        query = (
            sa.select(annotation)
            .where(annotation.c.split == RECENT, annotation.c.at >= since)
            .where(annotation.c.decision.in_([d.value for d in LABELS]))
            .where(annotation.c.undone_at.is_(None))
            .order_by(annotation.c.id.desc())
        )
        async with transaction(self._engine, "examples") as connection:
            rows = (await connection.execute(query)).all()
        return [Exam(row.text, row.label, emergency=row.emergency) for row in rows]

    # Models

    async def add_model(self, manifest: Manifest) -> None:
        """Records a model of the registry, once."""
        async with transaction(self._engine, "models") as connection:
            await connection.execute(
                insert_once(connection, model_version).values(
                    id=manifest.id,
                    created_at=manifest.created_at,
                    created_by=manifest.created_by,
                    manifest=manifest.to_bytes().decode(),
                )
            )

    async def set_report(
        self, model: str, report: Mapping[str, Any], failures: Sequence[Failure]
    ) -> None:
        """Stores a model's evaluation."""
        async with transaction(self._engine, "models") as connection:
            await connection.execute(
                sa.update(model_version)
                .where(model_version.c.id == model)
                .values(
                    report=json.dumps(report, ensure_ascii=False),
                    failures=json.dumps([[f.gate, f.reason] for f in failures]),
                )
            )

    async def report(self, model: str) -> tuple[dict[str, Any], list[Failure]] | None:
        """Returns a model's evaluation and the gates it failed, if there is one."""
        query = sa.select(model_version).where(model_version.c.id == model)
        async with transaction(self._engine, "models") as connection:
            row = (await connection.execute(query)).first()
        if row is None or row.report is None:
            return None
        return json.loads(row.report), [Failure(*f) for f in json.loads(row.failures)]

    async def removed(self, model: str, now: datetime) -> None:
        """Notes that a model's files are gone; its record stays."""
        async with transaction(self._engine, "models") as connection:
            await connection.execute(
                sa.update(model_version)
                .where(model_version.c.id == model)
                .values(removed_at=now)
            )

    # Promotions

    async def ask(
        self,
        kind: str,
        model: str,
        before: str,
        by: str,
        now: datetime,
        *,
        reasons: Sequence[str] = (),
        override: str = "",
        replay: Mapping[str, Any] | None = None,
    ) -> Promotion:
        """Records that somebody wants another model to serve."""
        async with transaction(self._engine, "promotion") as connection:
            result = await connection.execute(
                sa.insert(promotion).values(
                    kind=kind,
                    state="asked",
                    model=model,
                    before=before,
                    asked_by=by,
                    asked_at=now,
                    reasons=json.dumps(list(reasons), ensure_ascii=False),
                    override=override,
                    replay=json.dumps(replay, ensure_ascii=False) if replay else None,
                )
            )
            number = int(result.inserted_primary_key[0])
            what = "override" if override else f"{kind}.asked"
            detail = {"before": before, "reasons": list(reasons), "override": override}
            detail["unjudged"] = list((replay or {}).get("unjudged", ()))
            await note(connection, by, what, model, detail, now)
        return await self.promotion(number)

    async def promotion(self, number: int) -> Promotion:
        """Returns one promotion.

        Raises:
            NotFoundError: There is none with this number.
        """
        query = sa.select(promotion).where(promotion.c.id == number)
        async with transaction(self._engine, "promotion") as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            raise NotFoundError(f"promotion {number} does not exist")
        return _promotion(row)

    async def replay(self, number: int) -> dict[str, Any] | None:
        """Returns the differences that were shown when it was asked for."""
        query = sa.select(promotion.c.replay).where(promotion.c.id == number)
        async with transaction(self._engine, "promotion") as connection:
            text = await connection.scalar(query)
        return None if text is None else dict(json.loads(text))

    async def promotions(self, *states: str, limit: int = 50) -> list[Promotion]:
        """Returns promotions, newest first; all states by default."""
        query = sa.select(promotion).order_by(promotion.c.id.desc()).limit(limit)
        if states:
            query = query.where(promotion.c.state.in_(states))
        async with transaction(self._engine, "promotion") as connection:
            return [_promotion(row) for row in await connection.execute(query)]

    async def move(
        self, number: int, before: str, after: str, by: str, now: datetime
    ) -> None:
        """Moves a promotion to its next state.

        Raises:
            ConflictError: Somebody else has moved it meanwhile.
        """
        values: dict[str, Any] = {"state": after, "done_at": now}
        if after == "switching":
            values["approved_by"] = by
        async with transaction(self._engine, "promotion") as connection:
            result = await connection.execute(
                sa.update(promotion)
                .where(promotion.c.id == number, promotion.c.state == before)
                .values(**values)
            )
            row = (
                await connection.execute(
                    sa.select(promotion).where(promotion.c.id == number)
                )
            ).first()
            if result.rowcount != 1 or row is None:
                raise ConflictError(str(row.approved_by if row else "?"))
            detail = {"promotion": number}
            await note(connection, by, f"{row.kind}.{after}", row.model, detail, now)

    async def audit(self, *, limit: int = 200) -> list[dict[str, Any]]:
        """Returns who did what, newest first."""
        query = (
            sa.select(learning_audit).order_by(learning_audit.c.id.desc()).limit(limit)
        )
        async with transaction(self._engine, "audit") as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            {**row, "at": aware(row["at"]), "detail": json.loads(row["detail"])}
            for row in rows
        ]


def _example(row: Any) -> TrainingExample:
    return TrainingExample(
        text=row.text,
        label=row.label,
        voice=RESIDENT,
        facets=None if row.facets is None else tuple(json.loads(row.facets)),
        emergency=row.emergency,
    )


def _promotion(row: Any) -> Promotion:
    return Promotion(
        id=row.id,
        kind=row.kind,
        state=row.state,
        model=row.model,
        before=row.before,
        asked_by=row.asked_by,
        asked_at=aware(row.asked_at),
        approved_by=row.approved_by,
        moved_at=None if row.done_at is None else aware(row.done_at),
        reasons=tuple(json.loads(row.reasons)),
        override=row.override,
    )
