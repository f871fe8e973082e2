"""Workers change models under traffic: nothing lost, nothing late, back in a second."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from adapters.model_registry import ModelRegistry, Pointer
from adapters.model_signing import Signer
from adapters.model_status import read_status
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import ROOT, Settings
from adapters.sql.migrate import upgrade
from community.learning.entry import LogEntry
from community.messages import Inbound, Kind

pytestmark = [pytest.mark.stack, pytest.mark.model]
SLOWEST_S = 15.0
"""A hang, whatever else runs; `benchmarks.wechat_load` holds it to five seconds."""


@pytest.fixture
def registry(tmp_path: Path, model_path: Path) -> ModelRegistry:
    """Two copies of the model, `old` serving and `new` waiting."""
    learning = Settings.from_env().learning
    signer = Signer.from_file(learning.signing_key)
    source = ModelRegistry.of(model_path.parent.parent, learning)
    manifest = source.manifest(model_path.parent.name)
    target = ModelRegistry.of(tmp_path / "models", learning)
    for name in ("old", "new"):
        (tmp_path / "models").mkdir(exist_ok=True)
        copy = tmp_path / f"{name}.tar.gz"
        shutil.copyfile(model_path, copy)
        target.add(copy, replace(manifest, id=name, candidate=True), signer)
    target.point(Pointer("old"))
    return target


@pytest.fixture
def environment(
    redis_url: str, tmp_path: Path, registry: ModelRegistry
) -> dict[str, str]:
    database = f"sqlite:///{tmp_path}/stack.db"
    upgrade(database)
    return {
        **os.environ,
        "REDIS_URL": redis_url,
        "REDIS_PREFIX": f"switch-{secrets.token_hex(4)}",
        "DATABASE_URL": database,
        "MODEL": str(registry.folder),
        "WORKER_PROCESSES": "2",
        "PYTHONWARNINGS": "ignore",
    }


@pytest.fixture
def workers(environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "worker"],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    yield process
    process.terminate()
    try:
        process.wait(25)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
async def store(environment: dict[str, str]) -> AsyncIterator[RedisConversations]:
    redis = open_redis(environment["REDIS_URL"])
    yield RedisConversations(redis, RedisKeys(environment["REDIS_PREFIX"]))
    await redis.aclose()


async def say(store: RedisConversations, who: str, number: int) -> float:
    """Says something and returns after how many seconds it was answered."""
    inbound = Inbound(
        f"{who}:{number}",
        who,
        "web",
        Kind.TEXT,
        "低保要带什么材料",
        datetime.now(timezone.utc),
    )
    began = time.monotonic()
    await store.accept(inbound)
    while await store.stored_reply(inbound.id) is None:
        assert time.monotonic() - began < 100, "no answer"
        await asyncio.sleep(0.01)
    return time.monotonic() - began


async def models_in_log(store: RedisConversations) -> list[str]:
    rows = await store.redis.xrange(store.keys.log)
    return [LogEntry.from_json(fields["entry"]).model for _, fields in rows]


async def served_by(store: RedisConversations, model: str, timeout_s: float) -> float:
    """Returns after how long new messages are answered by a model."""
    began = time.monotonic()
    number = 0
    while time.monotonic() - began < timeout_s:
        await say(store, f"web:probe-{model}-{secrets.token_hex(3)}", number)
        if (await models_in_log(store))[-1] == model:
            return time.monotonic() - began
        await asyncio.sleep(0.05)
    raise AssertionError(f"{model} does not serve after {timeout_s} s")


async def test_models_change_under_traffic_and_back_at_once(workers, registry, store):
    await say(store, "web:warm", 0)
    waits: list[float] = []
    over = asyncio.Event()

    async def resident(name: str) -> int:
        number = 0
        while not over.is_set():
            number += 1
            waits.append(await say(store, name, number))
            await asyncio.sleep(0.1)
        return number

    people = [asyncio.create_task(resident(f"web:r{n}")) for n in range(4)]
    await asyncio.sleep(1)
    registry.point(Pointer("new", "old"))
    changed_s = await served_by(store, "new", 60)
    await asyncio.sleep(1)
    registry.point(Pointer("old", "new"))
    back_s = await served_by(store, "old", 20)
    await asyncio.sleep(1)
    over.set()
    said = sum(await asyncio.gather(*people))
    sys.stderr.write(
        f"\n{said} messages, slowest {max(waits):.2f} s; changed after"
        f" {changed_s:.2f} s, back after {back_s:.2f} s\n"
    )
    assert max(waits) < SLOWEST_S
    models = await models_in_log(store)
    assert set(models) == {"old", "new"}
    assert models[-1] == "old"


async def test_an_altered_model_is_refused_and_the_current_one_stays(
    workers, registry, store
):
    await say(store, "web:warm", 0)
    with (registry.folder / "new" / "model.tar.gz").open("r+b") as file:
        file.seek(1_000)
        file.write(b"altered")
    registry.point(Pointer("new", "old"))
    for _ in range(300):
        status = await read_status(store.redis, store.keys)
        if "new" in status.refused:
            break
        await asyncio.sleep(0.1)
    assert "altered" in status.refused["new"]
    assert set(status.serving.values()) == {"old"}
    await say(store, "web:after", 1)
    assert set(await models_in_log(store)) == {"old"}
