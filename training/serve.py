"""The training process: harvests by itself, and does what the desk asks for.

It runs at low priority and is needed by nobody who answers residents.
"""

import asyncio
import os
import signal
from datetime import datetime, timedelta

import structlog

from adapters.monitoring import monitored
from adapters.sql.training_jobs import Job
from community.errors import CommunityError, ConflictError
from community.learning.guards import ExampleIndex
from training import promote
from training.evaluate import evaluate
from training.figures import Figures
from training.harvest import harvest
from training.loop import Loop, now
from training.redaction import follow_deletions
from training.registry import clean_up
from training.trainjob import beat, train

logger = structlog.get_logger()
LOOK_S = 2.0
HARVEST_EVERY = timedelta(minutes=1)
CLEAN_EVERY = timedelta(hours=1)
LOWEST_PRIORITY = 15


class TrainingProcess:
    """Looks for work until it is asked to stop."""

    def __init__(self, loop: Loop, figures: Figures) -> None:
        """Takes the loop's parts, and the figures that it keeps."""
        self._loop = loop
        self._figures = figures
        self._stopping = asyncio.Event()
        self._harvest_at = self._clean_at = datetime.min.replace(tzinfo=now().tzinfo)
        self._index: ExampleIndex | None = None
        self._index_of: int | None = None

    def stop(self) -> None:
        """Asks `run` to end; a training under way is given up."""
        self._stopping.set()

    async def run(self) -> None:
        """Works until `stop` is called."""
        while not self._stopping.is_set():
            work = asyncio.create_task(self._look(now()))
            over = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({work, over}, return_when=asyncio.FIRST_COMPLETED)
            over.cancel()
            if not work.done():
                work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            try:
                await asyncio.wait_for(self._stopping.wait(), LOOK_S)
            except asyncio.TimeoutError:
                continue

    async def _look(self, at: datetime) -> None:
        """Does what is due; what goes wrong is logged and tried again later."""
        try:
            with self._figures.look():
                await self._do_what_is_due(at)
        except CommunityError as err:
            logger.warning("training.look.failed", error=str(err))

    async def _do_what_is_due(self, at: datetime) -> None:
        await self._loop.promotion.recover(at)
        await self._take_job(at)
        if at - self._harvest_at >= HARVEST_EVERY:
            self._harvest_at = at
            await self._harvest(at)
            await follow_deletions(self._loop)
        if at - self._clean_at >= CLEAN_EVERY:
            self._clean_at = at
            learning = self._loop.settings.learning
            await clean_up(
                self._loop.registry, self._loop.models, learning.models_bytes, at
            )

    async def _harvest(self, at: datetime) -> None:
        index = self._examples()
        found = await harvest(
            self._loop.harvest, index.is_known, at, young=index.young()
        )
        self._figures.harvested(found, at)
        if self._loop.settings.field_key:
            await self._loop.relabels().run(at)

    def _examples(self) -> ExampleIndex:
        """Reads the training data again only if a file has changed."""
        folder = self._loop.settings.learning.data_dir
        changed = max((p.stat().st_mtime_ns for p in folder.rglob("*.yml")), default=0)
        if self._index is None or changed != self._index_of:
            self._index, self._index_of = self._loop.index(self._index), changed
        return self._index

    async def _take_job(self, at: datetime) -> None:
        try:
            job = await self._loop.jobs.take(os.getpid(), at)
        except ConflictError:
            return
        if job is not None:
            with self._figures.job(job.kind):
                await self._do(job)

    async def _do(self, job: Job) -> None:
        loop = self._loop
        logger.info("training.job.started", job=job.id, kind=job.kind)
        if job.kind == "train":
            await train(loop, job.asked_by, job=job.id)
            return
        beating = asyncio.create_task(beat(loop, job.id))
        try:
            if job.kind == "promote":
                await promote.ask(
                    loop, job.subject, job.asked_by, now(), override=job.argument
                )
            else:
                await evaluate(loop, job.subject, now())
        except BaseException as err:
            error = str(err) or type(err).__name__
            await loop.jobs.finish(job.id, now(), model=job.subject, error=error)
            raise
        finally:
            beating.cancel()
        await loop.jobs.finish(job.id, now(), model=job.subject)


async def serve(loop: Loop) -> None:
    """Runs the process until SIGTERM or SIGINT."""
    os.nice(LOWEST_PRIORITY)
    settings, figures = loop.settings, Figures()
    process = TrainingProcess(loop, figures)
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, process.stop)
    logger.info("training.started")
    if not settings.field_key:
        logger.warning("training.tickets.closed", missing="FIELD_KEY")

    async def is_ready() -> None:
        await loop.jobs.newest(now(), limit=1)

    async with monitored(
        settings.metrics_host,
        settings.metrics_port,
        is_ready=is_ready,
        registry=figures.registry,
    ):
        await process.run()
    logger.info("training.stopped")
