"""SIGKILL of real processes of the loop, at several moments: the serving model stays."""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.model_promotion import read_gates
from adapters.model_registry import Manifest, ModelRegistry, Pointer, file_hash
from adapters.model_signing import Signer
from adapters.settings import ROOT, Settings
from adapters.sql.engine import create_engine
from tests.databases import migrated
from training.loop import Loop

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]
LABELS = ("service/id_card", "matter/street_lighting", "talk/greet", "oos/other")
Moment = Callable[[], bool]


class Crashes:
    """An installation whose processes are killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "STATE_DIR": str(folder / "state"),
            "MODEL": str(folder / "models"),
            "DATABASE_URL": f"sqlite:///{folder}/loop.db",
            "TRAINING_DATA_DIR": str(folder / "data"),
            "EVALUATION_DIR": str(folder / "evaluation"),
            "CONVERSATIONS_DIR": str(folder / "none"),
            "MODEL_SIGNING_KEY": str(folder / "signing.key"),
            "PSEUDONYM_KEY": "test",
            "PYTHONWARNINGS": "ignore",
        }
        self.settings = Settings.from_env(self.env)
        signer = Signer.from_file(self.settings.learning.signing_key)
        self.registry = ModelRegistry(folder / "models", frozenset([signer.public]))
        for name in ("old", "new"):
            archive = folder / name
            archive.write_bytes(name.encode() * 1_000)
            at = datetime.now(timezone.utc)
            size = archive.stat().st_size
            manifest = Manifest(
                name, at, "anna", file_hash(archive), size, candidate=name == "new"
            )
            self.registry.add(archive, manifest, signer)
        self.registry.point(Pointer("old"))

    def run(self, *command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "training", "--by", "bob", *command],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def kill_at(self, process: "subprocess.Popen[bytes]", moment: Moment) -> bool:
        """Kills a process at a moment; tells whether it was still running then."""
        until = time.monotonic() + 120
        while process.poll() is None and not moment():
            assert time.monotonic() < until, "the moment did not come"
            time.sleep(0.002)  # the processes need the processors
        was_running = process.poll() is None
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        return was_running

    def rows(self, query: str) -> list[Any]:
        with sqlite3.connect(self.folder / "loop.db", timeout=20) as connection:
            return connection.execute(query).fetchall()

    async def with_loop(self, do: Callable[[Loop], Any]) -> Any:
        engine = create_engine(self.settings.database_url)
        try:
            gates = read_gates()
            return await do(Loop(self.settings, engine, self.registry, gates))
        finally:
            await engine.dispose()


@pytest.fixture
def crashes(tmp_path: Path) -> Iterator[Crashes]:
    for name in ("rules", "stories"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    for label in LABELS:
        target = tmp_path / "data" / "nlu" / f"{label}.yml"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "data" / "nlu" / f"{label}.yml", target)
    exams = tmp_path / "evaluation" / "validation" / "few.yml"
    exams.parent.mkdir(parents=True)
    exams.write_text(
        'version: "3.1"\nnlu:\n  - intent: service/id_card\n'
        "    metadata: {voice: elder}\n    examples: |\n      - 身份证丢了咋补\n",
        encoding="utf-8",
    )
    (tmp_path / "evaluation" / "calibration").mkdir()
    found = Crashes(tmp_path)
    migrated(found.settings.database_url)
    return found


def later() -> datetime:
    return datetime.now(timezone.utc) + timedelta(seconds=40)


async def recovered(loop: Loop) -> None:
    await loop.promotion.recover(later())


def whole(crashes: Crashes) -> str:
    """Asserts that what serves is complete; returns its name."""
    pointer = json.loads((crashes.registry.folder / "current.json").read_text())
    assert pointer["current"] in {"old", "new"}
    crashes.registry.verified_archive(pointer["current"])
    return str(pointer["current"])


def ask(crashes: Crashes) -> int:
    wanted = asyncio.run(
        crashes.with_loop(
            lambda loop: loop.models.ask("promote", "new", "old", "anna", loop_now())
        )
    )
    return int(wanted.id)


def loop_now() -> datetime:
    return datetime.now(timezone.utc)


def after(seconds: float) -> Moment:
    began = time.monotonic()
    return lambda: time.monotonic() - began > seconds


@pytest.mark.parametrize("when", ["importing", "recorded", "pointed", "at the end"])
def test_a_promotion_that_is_killed_leaves_one_whole_model_and_can_be_repeated(
    crashes, when
):
    number = ask(crashes)
    process = crashes.run("approve", str(number))
    moments: dict[str, Moment] = {
        "importing": after(0.4),
        "recorded": lambda: crashes.rows("select 1 from promotion where state<>'asked'")
        != [],
        "pointed": lambda: crashes.registry.serving() == "new",
        "at the end": after(1.6),
    }
    crashes.kill_at(process, moments[when])
    serving = whole(crashes)
    asyncio.run(crashes.with_loop(recovered))
    assert whole(crashes) == serving
    ((state,),) = crashes.rows(f"select state from promotion where id={number}")
    assert state in ({"done"} if serving == "new" else {"asked", "failed"})
    if serving == "old":
        again = number if state == "asked" else ask(crashes)
        assert crashes.run("approve", str(again)).wait(60) == 0
    assert whole(crashes) == "new"
    assert not list(crashes.registry.folder.glob("*.partial"))


@pytest.mark.parametrize("when", ["importing", "pointed", "recorded", "at the end"])
def test_a_rollback_that_is_killed_leaves_one_whole_model_and_a_record(crashes, when):
    assert crashes.run("approve", str(ask(crashes))).wait(60) == 0
    process = crashes.run("rollback")
    moments: dict[str, Moment] = {
        "importing": after(0.4),
        "pointed": lambda: crashes.registry.serving() == "old",
        "recorded": lambda: crashes.rows(
            "select 1 from promotion where kind='rollback'"
        )
        != [],
        "at the end": after(1.6),
    }
    crashes.kill_at(process, moments[when])
    serving = whole(crashes)
    asyncio.run(crashes.with_loop(recovered))
    if serving == "new":
        assert crashes.run("rollback").wait(60) == 0
        assert whole(crashes) == "old"
    rows = crashes.rows("select state from promotion where kind='rollback'")
    assert rows == [("done",)]
    who = "select who from learning_audit where what='rollback.asked'"
    assert crashes.rows(who) == [("bob",)]


def children_of(pid: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True
    )
    return [int(one) for one in found.stdout.split()]


def ends(pid: int, within_s: float = 20) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        state = Path(f"/proc/{pid}/stat")
        with suppress(OSError):
            if state.read_text().split()[2] != "Z":
                time.sleep(0.1)
                continue
        return True
    return False


def reached(crashes: Crashes, pid: int, stage: str, children: set[int]) -> bool:
    """Tells whether a training is at a stage; collects its children."""
    children.update(children_of(pid))
    running = crashes.rows("select stage from training_job where state='running'")
    return (stage,) in running and bool(children)


@pytest.mark.model
def test_a_training_that_is_killed_leaves_nothing_running_and_can_be_repeated(crashes):
    for stage in ("begin", "facets"):
        process = crashes.run("train")
        children: set[int] = set()
        moment = partial(reached, crashes, process.pid, stage, children)
        assert crashes.kill_at(process, moment)
        assert children
        assert all(ends(child) for child in children)
        assert whole(crashes) == "old"
        assert crashes.registry.ids() == ["new", "old"]
        with sqlite3.connect(crashes.folder / "loop.db") as connection:
            connection.execute("update training_job set seen_at='2020-01-01 00:00:00'")
    # "old" here is no archive of Rasa's: it cannot be asked what it would say.
    (crashes.registry.folder / "current.json").unlink()
    shutil.rmtree(crashes.registry.folder / "old")
    finished = crashes.run("train")
    said, errors = finished.communicate(timeout=240)
    assert finished.returncode == 0, errors[-2_000:]
    assert "候选模型" in said.decode()
    assert not list(crashes.registry.folder.glob(".*.partial"))
