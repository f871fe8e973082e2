"""Workers restart and models change while residents write: nobody waits too long."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.model_registry import ModelRegistry, Pointer
from benchmarks.wechat_load import two_models
from simulator.official import Exchange
from simulator.options import Options
from simulator.record import Bubble, Side
from simulator.wechat import SimulatedWeChat
from tests.crash.system import System, running

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.timeout(300)]
PER_SECOND = 10.0
SLOWEST_S = 15.0
"""WeChat's three attempts; `benchmarks.wechat_load` holds everybody to five seconds.

Here other tests share the processors, and nothing may depend on how fast they are.
"""
WORDS = ("低保要带什么材料", "高龄津贴怎么申请", "残疾证去哪里办", "公租房要等多久")
NUMBER = "119"


@pytest.fixture(scope="module")
def registry(model_path: Path, tmp_path_factory: pytest.TempPathFactory):
    """Two copies of the model, `old` serving and `new` waiting."""
    return two_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
async def service(
    registry: ModelRegistry,
) -> AsyncIterator[tuple[System, SimulatedWeChat]]:
    """The real processes, warm."""
    registry.point(Pointer("old"))
    async with running(registry.folder, Options()) as (system, wechat):
        await asyncio.gather(*(first_bubble(wechat, f"o-warm{n}") for n in range(4)))
        yield system, wechat


async def first_bubble(
    wechat: SimulatedWeChat, openid: str, words: str = WORDS[0]
) -> float:
    """Says something; returns after how many seconds its answer is seen."""
    began, seq = time.monotonic(), wechat.record.seq

    def is_answer(bubble: Bubble) -> bool:
        return bubble.side is Side.ACCOUNT and bubble.seq > seq

    resident = wechat.resident(openid)
    exchange: Exchange = await resident.say(words)
    assert not exchange.is_error, exchange.attempt
    await resident.wait_for(is_answer, timeout_s=30, after=seq)
    return time.monotonic() - began


class Crowd:
    """Residents who each write once, at a steady rate."""

    def __init__(self, wechat: SimulatedWeChat) -> None:
        """Nobody writes yet."""
        self._wechat = wechat
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._write())

    async def _write(self) -> list[float]:
        saying: list[asyncio.Task[float]] = []
        chance = random.Random(5)
        while not self._over.is_set():
            openid = f"o-{id(self):x}-{len(saying)}"
            said = first_bubble(self._wechat, openid, chance.choice(WORDS))
            saying.append(asyncio.create_task(said))
            await asyncio.sleep(1 / PER_SECOND)
        return await asyncio.gather(*saying)

    async def waits(self) -> list[float]:
        """Ends the writing; returns how long each waited."""
        self._over.set()
        return await self._task


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_workers_restart_under_load(service, how):
    system, wechat = service
    crowd = Crowd(wechat)
    for worker in system.workers():
        await asyncio.sleep(2)
        os.kill(worker, how)
        await system.recovered()
    await asyncio.sleep(2)
    waits = await crowd.waits()
    sys.stderr.write(f"\n{len(waits)} messages, slowest {max(waits):.2f} s\n")
    assert max(waits) < SLOWEST_S
    assert wechat.errors == []


async def test_the_model_changes_under_load_and_back(service, registry):
    system, wechat = service
    crowd = Crowd(wechat)
    for pointer in (Pointer("new", "old"), Pointer("old", "new")):
        before = set(system.workers())
        await asyncio.sleep(2)
        registry.point(pointer)
        while before & set(system.workers()):
            await asyncio.sleep(0.1)
        await system.recovered()
    await asyncio.sleep(1)
    waits = await crowd.waits()
    sys.stderr.write(f"\n{len(waits)} messages, slowest {max(waits):.2f} s\n")
    assert max(waits) < SLOWEST_S
    assert wechat.errors == []


async def test_an_emergency_gets_its_number_while_workers_stand_still(service):
    system, wechat = service
    crowd = Crowd(wechat)
    with system.stalled_workers():
        await asyncio.sleep(1)
        exchange = await wechat.resident("o-fire").say("楼道里着火了，冒黑烟")
    assert not exchange.is_error
    assert NUMBER in exchange.text.split("。")[0]
    waits = await crowd.waits()
    assert waits  # everybody is answered in the end
    assert wechat.errors == []
