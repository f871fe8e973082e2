"""The training process shows that it lives, and what became of its jobs."""

import asyncio
import os
import re
import signal
import sys
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import aiohttp
import pytest

from adapters.settings import ROOT
from adapters.sql.engine import create_engine
from adapters.sql.migrate import upgrade
from adapters.sql.training_jobs import SqlTrainingJobs

PATIENCE_S = 60


async def read_until(url: str, wanted: str) -> str:
    """Returns the page once it holds a text."""
    loop = asyncio.get_running_loop()
    began, text = loop.time(), ""
    async with aiohttp.ClientSession() as session:
        while loop.time() - began < PATIENCE_S:
            with suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    text = await answer.text()
                    if wanted in text:
                        return text
            await asyncio.sleep(0.2)
    raise AssertionError(f"no {wanted!r} in:\n{text}")


@pytest.fixture
async def process(tmp_path: Path, unused_tcp_port: int):
    """A process with a job that cannot succeed: there is no such model."""
    database = f"sqlite:///{tmp_path}/training.db"
    await asyncio.to_thread(upgrade, database)
    engine = create_engine(database)
    now = datetime.now(timezone.utc)
    await SqlTrainingJobs(engine).request("evaluate", "staff-9", now, subject="none")
    await engine.dispose()
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "STATE_DIR": str(tmp_path / "state"),
        "MODEL": str(tmp_path / "models"),
        "MODEL_SIGNING_KEY": str(tmp_path / "signing.key"),
        "TRAINING_DATA_DIR": str(tmp_path / "data"),
        "PSEUDONYM_KEY": "test",
        "METRICS_PORT": str(unused_tcp_port),
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "training", "serve", cwd=ROOT, env=environment
    )
    yield child, f"http://127.0.0.1:{unused_tcp_port}"
    if child.returncode is None:
        child.kill()
        await child.wait()


async def test_jobs_and_harvests_are_counted_without_persons(process):
    child, url = process
    failed = 'training_jobs_total{kind="evaluate",outcome="failed"} 1.0'
    text = await read_until(f"{url}/metrics", failed)
    assert 'training_jobs_total{kind="train",outcome="done"} 0.0' in text
    text = await read_until(f"{url}/metrics", 'training_looks_total{outcome="done"}')
    assert "training_last_harvest_timestamp_seconds" in text
    assert "staff-9" not in text
    assert set(re.findall(r'(\w+)="', text)) <= {"kind", "outcome", "le"}
    assert '"ok": true' in await read_until(f"{url}/readyz", "ok")
    child.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(child.wait(), PATIENCE_S) == 0
