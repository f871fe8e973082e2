"""Two different models change under load through the simulator, and back by a click."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.model_promotion import ModelPromotion, read_gates
from adapters.model_registry import ModelRegistry, Pointer
from adapters.settings import ROOT
from adapters.sql.engine import create_engine
from adapters.sql.learning import entry_of
from adapters.sql.models import SqlModels
from adapters.sql.tables.learning import promotion, turn
from benchmarks.wechat_load import two_models
from community.learning.entry import LogEntry
from simulator.options import Options
from tests.crash.system import System, running
from tests.databases import migrated
from tests.stack.test_wechat_under_load import SLOWEST_S, Crowd, first_bubble

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.timeout(400)]
LABELS = (
    "service/id_card",
    "service/subsistence_allowance",
    "matter/street_lighting",
    "talk/greet",
    "oos/other",
)
BACK_S = 1.0


@pytest.fixture(scope="module")
def registry(model_path: Path, tmp_path_factory: pytest.TempPathFactory):
    """`old` is the model that serves here, `small` one that knows five labels."""
    folder = tmp_path_factory.mktemp("different")
    found = two_models(folder)
    for name in ("rules", "stories"):
        shutil.copytree(ROOT / "data" / name, folder / "data" / name)
    for label in LABELS:
        target = folder / "data" / "nlu" / f"{label}.yml"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "data" / "nlu" / f"{label}.yml", target)
    subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "bot", "train", "--candidate"),
            *("--output", str(found.folder), "--name", "small"),
            *("--data", str(folder / "data")),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        check=True,
        capture_output=True,
    )
    return found


async def answered_by(system: System) -> list[LogEntry]:
    """Returns the log of messages that a model understood."""
    async with system.engine.connect() as connection:
        rows = await connection.execute(sa.select(turn).where(turn.c.model != ""))
        return [entry_of(row) for row in rows]


async def first_answer(system: System, model: str, clicked: datetime) -> float:
    """Returns after how long a model gave its first answer to a later message."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        answers = [
            entry.at + timedelta(milliseconds=entry.latency_ms)
            for entry in await answered_by(system)
            if entry.model == model and entry.at >= clicked
        ]
        if answers:
            return (min(answers) - clicked).total_seconds()
        await asyncio.sleep(0.1)
    raise AssertionError(f"{model} does not answer")


async def all_logged(system: System, count: int) -> list[LogEntry]:
    """Returns the log once the dispatcher has stored so many messages."""
    until = time.monotonic() + 30
    while len(found := await answered_by(system)) < count:
        assert time.monotonic() < until, f"{len(found)} of {count} are logged"
        await asyncio.sleep(0.1)
    return found


async def test_two_different_models_change_under_load_and_back_within_a_second(
    registry: ModelRegistry, tmp_path: Path
):
    url = f"sqlite:///{tmp_path}/promotions.db"
    await asyncio.to_thread(migrated, url)
    engine = create_engine(url)
    promotions = ModelPromotion(registry, SqlModels(engine), read_gates())
    async with running(registry.folder, Options()) as (system, wechat):
        await asyncio.gather(*(first_bubble(wechat, f"o-warm{n}") for n in range(4)))
        crowd = Crowd(wechat)
        await asyncio.sleep(2)
        clicked = datetime.now(timezone.utc)
        registry.point(Pointer("small", "old"))
        there_s = await first_answer(system, "small", clicked)
        await system.recovered()
        await asyncio.sleep(3)
        clicked = datetime.now(timezone.utc)
        done = await promotions.roll_back("small", "anna", clicked)
        back_s = await first_answer(system, "old", clicked)
        await asyncio.sleep(2)
        waits = await crowd.waits()
        entries = await all_logged(system, len(waits) + 4)
        assert wechat.errors == []
    async with engine.connect() as connection:
        state = await connection.scalar(sa.select(promotion.c.state))
    await engine.dispose()
    sys.stderr.write(
        f"\n{len(waits)} messages, slowest {max(waits):.2f} s; there {there_s:.2f} s,"
        f" back {back_s:.2f} s\n"
    )
    assert (done.model, state) == ("old", "done")
    assert max(waits) < SLOWEST_S
    assert len({entry.message for entry in entries}) == len(waits) + 4
    # They are different: what one of them knows, the other turns away or mistakes.
    said: dict[str, dict[str, set[str]]] = {}
    for entry in entries:
        said.setdefault(entry.text, {}).setdefault(entry.model, set()).add(entry.label)
    both = [by for by in said.values() if len(by) == 2]
    assert any(by["old"] != by["small"] for by in both)
    assert back_s <= BACK_S
