"""Trains a candidate: writes the examples, trains apart, evaluates, keeps the record."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from typing import Any

from adapters.content_repository import ContentRepository
from adapters.settings import ROOT
from community.errors import CommunityError
from community.learning.gates import Failure
from training.datafiles import write_examples
from training.evaluate import Examiners, evaluate, warm_up
from training.loop import Loop, now

SHARES = {
    "reading": 0.15,
    "items": 0.35,
    "emergencies": 0.50,
    "facets": 0.60,
    "rules": 0.72,
    "trained": 0.80,
    "evaluated": 1.0,
}
"""Stage → how much of the work lies behind."""
HEARTBEAT_S = 20.0
Tell = Callable[[str, float], Awaitable[None]]


async def train(
    loop: Loop, by: str, tell: Tell | None = None, *, job: str = ""
) -> tuple[str, dict[str, Any], list[Failure]]:
    """Trains and evaluates a candidate from the examples accepted so far.

    A crash leaves no model behind, the examples in the files, and a job that is
    shown as failed; the next training goes on from there.

    Args:
        loop: The loop's parts.
        by: Who wants it.
        tell: Called with stage and share as it goes on.
        job: Record of a training that was begun already; a new one by default.

    Returns:
        Id of the candidate, its report and the gates that it fails.

    Raises:
        ConflictError: Another training runs.
        CommunityError: Training ended without a model.
    """
    began = now()
    if not job:
        job = await loop.jobs.request("train", by, began)
        await loop.jobs.take(os.getpid(), began, job=job)

    async def told(stage: str, share: float) -> None:
        await loop.jobs.progress(job, stage, share, now())
        if tell is not None:
            await tell(stage, share)

    examiners = Examiners()
    beating = asyncio.create_task(beat(loop, job))
    try:
        loop.registry.sweep()
        await write_examples(
            loop.models, loop.settings.learning.data_dir / "nlu", began
        )
        await asyncio.to_thread(_keep_history, loop, by)
        model = f"yunxiaolu-{began:%Y%m%d-%H%M%S}-{job[:4]}"
        await _train_and_warm_up(loop, model, by, told, examiners)
        report, failures = await evaluate(loop, model, now(), examiners)
        await told("evaluated", 1.0)
    except BaseException as err:
        await loop.jobs.finish(job, now(), error=str(err) or type(err).__name__)
        raise
    finally:
        beating.cancel()
        await examiners.close()
    await loop.jobs.finish(job, now(), model=model)
    return model, report, failures


def _keep_history(loop: Loop, by: str) -> None:
    """Commits the examples where the training data lie in the content's repository."""
    repository = ContentRepository.around(loop.settings.content_dir)
    is_inside = (
        repository is not None
        and repository.data == loop.settings.learning.data_dir.absolute()
    )
    if repository is not None and is_inside:
        repository.keep_training_data(by)


async def _train_and_warm_up(
    loop: Loop, model: str, by: str, told: Tell, examiners: Examiners
) -> None:
    """Trains; meanwhile the examiners start, and the serving model is asked first."""
    warming = asyncio.create_task(_warm_up(loop, examiners))
    try:
        await _train_apart(loop, model, by, told)
        # What goes wrong here is tried again, and told, by the evaluation.
        await asyncio.gather(warming, return_exceptions=True)
    finally:
        warming.cancel()
        await asyncio.gather(warming, return_exceptions=True)


async def _warm_up(loop: Loop, examiners: Examiners) -> None:
    await warm_up(loop, now())
    await examiners.start()


async def beat(loop: Loop, job: str) -> None:
    """Shows that a job lives through stages that take long, until cancelled."""
    while True:
        await asyncio.sleep(HEARTBEAT_S)
        await loop.jobs.alive(job, now())


async def _train_apart(loop: Loop, model: str, by: str, told: Tell) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "bot"),
        *("--end-with", str(os.getpid()), "train"),
        *("--output", str(loop.registry.folder), "--name", model, "--by", by),
        *("--data", str(loop.settings.learning.data_dir)),
        *("--content", _content(loop)),
        *("--candidate", "--progress"),
        stdout=PIPE,
        stderr=PIPE,
        cwd=ROOT,
    )
    try:
        errors = asyncio.create_task(_errors(process))
        await _follow(process, told)
        code = await process.wait()
        if code != 0:
            raise CommunityError(f"training ended with code {code}: {await errors}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _content(loop: Loop) -> str:
    """Returns the catalogue that residents are answered from: its names are words.

    The release's is named as `config.yml` does, so that a training by hand is equal.
    """
    folder = loop.settings.content_dir.absolute()
    return str(folder.relative_to(ROOT) if folder == ROOT / "catalog" else folder)


async def _follow(process: Process, told: Tell) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        stage = _stage(line)
        if stage in SHARES:
            await told(stage, SHARES[stage])


def _stage(line: bytes) -> str:
    """Returns the stage that a line tells; Rasa prints other things, too."""
    try:
        doc = json.loads(line)
    except ValueError:
        return ""
    return str(doc.get("stage", "")) if isinstance(doc, dict) else ""


async def _errors(process: Process) -> str:
    """Reads all of stderr, so that the process never waits; returns its end."""
    assert process.stderr is not None
    last: list[str] = []
    async for line in process.stderr:
        last = [*last[-3:], line.decode(errors="replace").strip()]
    return " ".join(last)[-500:]
