"""Trainings and other long work, asked for and under way, in SQL."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.learning import aware, transaction
from adapters.sql.learning_audit import note
from adapters.sql.tables.learning import training_job
from community.errors import ConflictError

STALE_JOB = timedelta(minutes=2)
"""A job that says nothing for so long is dead."""


@dataclass(frozen=True, slots=True)
class Job:
    """One training, or other work that takes long, with its progress."""

    id: str
    kind: str
    """train, evaluate or promote."""
    subject: str
    """Model to evaluate or promote."""
    argument: str
    """Reason of an override."""
    state: str
    """queued, running, done or failed."""
    stage: str
    progress: float
    """0 to 1."""
    asked_by: str
    model: str | None
    error: str
    started_at: datetime
    finished_at: datetime | None


class SqlTrainingJobs:
    """The record of trainings; one runs at a time."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def request(
        self,
        kind: str,
        by: str,
        now: datetime,
        *,
        subject: str = "",
        argument: str = "",
    ) -> str:
        """Asks the training process for something; returns the job."""
        job = secrets.token_hex(8)
        async with transaction(self._engine, "training") as connection:
            await connection.execute(
                sa.insert(training_job).values(
                    id=job,
                    kind=kind,
                    subject=subject,
                    argument=argument,
                    state="queued",
                    stage="queued",
                    progress=0.0,
                    asked_by=by,
                    started_at=now,
                    seen_at=now,
                )
            )
            await note(connection, by, kind, subject or job, {"job": job}, now)
        return job

    async def take(self, pid: int, now: datetime, *, job: str = "") -> Job | None:
        """Begins a queued job, the oldest or the given one; one runs at a time.

        Raises:
            ConflictError: Another one runs.
        """
        async with transaction(self._engine, "training") as connection:
            await connection.execute(
                sa.update(training_job)
                .where(training_job.c.state == "running")
                .where(training_job.c.seen_at < now - STALE_JOB)
                .values(state="failed", error="interrupted", finished_at=now)
            )
            queued = sa.select(training_job).where(training_job.c.state == "queued")
            if job:
                queued = queued.where(training_job.c.id == job)
            row = (
                await connection.execute(queued.order_by(training_job.c.started_at))
            ).first()
            if row is None:
                return None
            running = await connection.scalar(
                sa.select(training_job.c.asked_by).where(
                    training_job.c.state == "running"
                )
            )
            if running is not None:
                raise ConflictError(str(running))
            await connection.execute(
                sa.update(training_job)
                .where(training_job.c.id == row.id)
                .values(state="running", stage="begin", pid=pid, seen_at=now)
            )
        return _job(row, now)

    async def progress(self, job: str, stage: str, share: float, now: datetime) -> None:
        """Says how far a training has come."""
        await self._set(job, stage=stage, progress=share, seen_at=now)

    async def alive(self, job: str, now: datetime) -> None:
        """Says that a training still runs."""
        await self._set(job, seen_at=now)

    async def finish(
        self, job: str, now: datetime, *, model: str | None = None, error: str = ""
    ) -> None:
        """Ends a training, well or with an error."""
        state = "failed" if error else "done"
        await self._set(
            job, state=state, model=model, error=error, seen_at=now, finished_at=now
        )

    async def _set(self, job: str, **values: Any) -> None:
        async with transaction(self._engine, "training") as connection:
            await connection.execute(
                sa.update(training_job).where(training_job.c.id == job).values(**values)
            )

    async def newest(self, now: datetime, *, limit: int = 10) -> list[Job]:
        """Returns trainings, newest first; dead ones are shown as failed."""
        query = (
            sa.select(training_job)
            .order_by(training_job.c.started_at.desc())
            .limit(limit)
        )
        async with transaction(self._engine, "training") as connection:
            return [_job(row, now) for row in await connection.execute(query)]


def _job(row: Any, now: datetime) -> Job:
    is_dead = row.state == "running" and aware(row.seen_at) < now - STALE_JOB
    return Job(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        argument=row.argument,
        state="failed" if is_dead else row.state,
        stage=row.stage,
        progress=row.progress,
        asked_by=row.asked_by,
        model=row.model,
        error="interrupted" if is_dead else row.error,
        started_at=aware(row.started_at),
        finished_at=None if row.finished_at is None else aware(row.finished_at),
    )
