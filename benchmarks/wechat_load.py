"""Question 6: how many residents does WeChat's channel bear, answered within a second?"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.model_archives import find_model
from adapters.model_registry import ModelRegistry, Pointer
from adapters.model_signing import Signer
from adapters.settings import Settings
from benchmarks.measure import latency, machine, note, percentile
from benchmarks.results import Result, at_least, at_most
from benchmarks.samples import VALIDATION
from benchmarks.stacks import WeChatStack, wechat_stack
from bot.nlu.examples import read_examples
from simulator.options import Options
from simulator.record import Bubble, Side
from simulator.wechat import SimulatedWeChat

PERIOD_S = 10.0
"""Each resident types one message in this time."""
STEP_S = 20.0
WARM_S = 6.0
RATES = (20, 60, 80, 100, 120, 150)
WORKERS = (1, 2, 4)
OVERLOAD = 2.0
"""Times the knee."""
ANSWER_TIMEOUT_S = 90.0
KNEE_P99_S = 1.0
SLOWEST_S = 5.0


@dataclass(slots=True)
class Step:
    """What one rate gave."""

    workers: int
    per_second: float
    """Typed."""
    answered_per_second: float = 0.0
    times_s: list[float] = field(default_factory=list)
    n_passive: int = 0
    n_errors: int = 0
    n_lost: int = 0
    cpu_ms: dict[str, float] = field(default_factory=dict)
    """CPU time of each process for one message."""

    @property
    def holds(self) -> bool:
        """Tells whether the system keeps up and answers in time."""
        return (
            self.answered_per_second >= 0.95 * self.per_second
            and percentile(self.times_s, 0.99) < KNEE_P99_S
            and not self.n_lost
        )


class Crowd:
    """Residents who type at a steady rate and note when they see the answer."""

    def __init__(self, wechat: SimulatedWeChat, texts: list[str]) -> None:
        """Nobody types yet."""
        self._wechat = wechat
        self._texts = texts
        self._chance = random.Random(7)
        self._n_people = 0

    async def type(self, step: Step, seconds: float) -> None:
        """Lets a new crowd type for a while, then waits for the last answers."""
        n_people = max(1, round(step.per_second * PERIOD_S))
        first, self._n_people = self._n_people, self._n_people + n_people
        until = time.monotonic() + seconds
        began = time.monotonic()
        n_errors = len(self._wechat.errors)
        ends: list[float] = []
        await asyncio.gather(
            *(self._live(f"o-{first + n}", until, step, ends) for n in range(n_people))
        )
        in_time = sum(end <= until for end in ends)
        step.answered_per_second = round(in_time / (until - began), 1)
        step.n_errors = len(self._wechat.errors) - n_errors

    async def _live(
        self, openid: str, until: float, step: Step, ends: list[float]
    ) -> None:
        due = time.monotonic() + self._chance.uniform(0, PERIOD_S)
        while due < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            began = time.monotonic()
            way = await self._say(openid, self._chance.choice(self._texts))
            ends.append(time.monotonic())
            step.times_s.append(time.monotonic() - began)
            step.n_passive += way == "passive"
            step.n_lost += way == ""
            due = max(due + PERIOD_S, time.monotonic())

    async def _say(self, openid: str, text: str) -> str:
        """Says something; returns how the answer came, empty for never."""
        resident = self._wechat.resident(openid)
        seq = self._wechat.record.seq
        exchange = await resident.say(text)
        if exchange.bubbles and not exchange.is_error:
            return "passive"

        def is_answer(bubble: Bubble) -> bool:
            return bubble.side is Side.ACCOUNT and bubble.via == "custom"

        chat = self._wechat.record
        await chat.wait(
            openid,
            lambda: any(map(is_answer, chat.chat(openid, after=seq))),
            ANSWER_TIMEOUT_S,
        )
        return "custom" if any(map(is_answer, chat.chat(openid, after=seq))) else ""


@asynccontextmanager
async def _running(
    models: Path, workers: int
) -> AsyncIterator[tuple[WeChatStack, SimulatedWeChat]]:
    async with SimulatedWeChat(Options(port=0)) as wechat:
        with ExitStack() as parts:
            stack = await asyncio.to_thread(
                parts.enter_context,
                wechat_stack(models, wechat.options, wechat.url, workers=workers),
            )
            wechat.options.webhook = f"{stack.url}/wechat"
            try:
                yield stack, wechat
            finally:
                # Servers end here, not in `ExitStack.__exit__`: that would block the loop.
                await asyncio.to_thread(parts.close)


async def _step(
    crowd: Crowd, stack: WeChatStack, workers: int, rate: float, seconds: float
) -> Step:
    step = Step(workers, rate)
    before = stack.cpu_s() | {"driver": time.process_time()}
    await crowd.type(step, seconds)
    after = stack.cpu_s() | {"driver": time.process_time()}
    n = max(1, len(step.times_s))
    step.cpu_ms = {
        name: round(1_000 * (after[name] - before[name]) / n, 2) for name in after
    }
    note(
        f"{workers} workers, {rate:g}/s: {step.answered_per_second}/s answered,"
        f" {latency(step.times_s)}, passive {step.n_passive}, errors {step.n_errors},"
        f" lost {step.n_lost}, CPU ms {step.cpu_ms}"
    )
    return step


async def _climb(models: Path, texts: list[str], workers: int) -> list[Step]:
    """Raises the rate until the system does not keep up, then overloads it."""
    async with _running(models, workers) as (stack, wechat):
        crowd = Crowd(wechat, texts)
        await _step(crowd, stack, workers, 5, WARM_S)
        steps: list[Step] = []
        for rate in RATES:
            steps.append(await _step(crowd, stack, workers, rate, STEP_S))
            if not steps[-1].holds:
                break
        knee = max((s.per_second for s in steps if s.holds), default=RATES[0])
        steps.append(await _step(crowd, stack, workers, OVERLOAD * knee, STEP_S))
        return steps


async def _disturb(folder: Path, texts: list[str]) -> dict[str, Step]:
    """Kills and stops workers and changes the model while residents type."""
    registry = two_models(folder)
    found: dict[str, Step] = {}
    async with _running(registry.folder, 2) as (stack, wechat):
        crowd = Crowd(wechat, texts)
        await _step(crowd, stack, 2, 5, WARM_S)

        async def during(name: str, act: Any) -> None:
            step = Step(2, 10)
            typing = asyncio.create_task(crowd.type(step, STEP_S))
            await asyncio.sleep(STEP_S / 3)
            act()
            await typing
            found[name] = step
            note(f"{name}: {latency(step.times_s)}, slowest {max(step.times_s):.2f} s")

        await during(
            "worker killed", lambda: os.kill(stack.workers()[0], signal.SIGKILL)
        )
        await during(
            "worker stopped", lambda: os.kill(stack.workers()[0], signal.SIGTERM)
        )
        await during("model changed", lambda: registry.point(Pointer("new", "old")))
        await during(
            "model changed back", lambda: registry.point(Pointer("old", "new"))
        )
    return found


def two_models(folder: Path) -> ModelRegistry:
    """Makes a registry with two copies of the model that serves."""
    learning = Settings.from_env().learning
    source, name = find_model(Settings.from_env().model_path, learning)
    manifest, archive = source.manifest(name), source.verified_archive(name)
    signer = Signer.from_file(learning.signing_key)
    target = ModelRegistry.of(folder / "models", learning)
    target.folder.mkdir(parents=True, exist_ok=True)
    for copy in ("old", "new"):
        path = folder / f"{copy}.tar.gz"
        shutil.copyfile(archive, path)
        target.add(path, replace(manifest, id=copy, candidate=True), signer)
    target.point(Pointer("old"))
    return target


def run(*, reuse: bool) -> Result:
    """Answers the question."""
    from benchmarks.stacks import temporary_folder

    where = machine()
    texts = [example.text for example in read_examples(VALIDATION)]
    models = Settings.from_env().model_path
    steps: list[Step] = []
    for workers in WORKERS:
        note(f"WeChat with {workers} workers")
        steps += asyncio.run(_climb(models, texts, workers))
    with temporary_folder() as folder:
        disturbed = asyncio.run(_disturb(folder, texts))
    return describe(steps, disturbed, where)


def describe(
    steps: list[Step], disturbed: dict[str, Step], where: dict[str, Any]
) -> Result:
    """Turns the figures into tables and judges the aims."""
    good = [step for step in steps if step.holds]
    best = max(good, key=lambda s: s.per_second, default=None)
    overloads = [step for step in steps if not step.holds]
    ways = Counter[str]()
    for step in steps:
        ways["errors"] += step.n_errors
        ways["lost"] += step.n_lost
    slowest = max(max(step.times_s) for step in disturbed.values())
    return Result(
        name="wechat",
        question="How many residents does the WeChat channel bear?",
        data=(
            f"random messages of evaluation/validation; each resident types one in"
            f" {PERIOD_S:g} s; {STEP_S:g} s at each rate"
        ),
        command="python -m benchmarks wechat",
        machine=where,
        columns=[
            *("workers", "typed/s", "answered/s", "p50 / p95 / p99 / slowest in ms"),
            *("passive", "CPU ms a message: " + ", ".join(steps[0].cpu_ms)),
        ],
        rows=[row(step) for step in steps]
        + [row(step, name) for name, step in disturbed.items()],
        aims=[
            at_least(
                "messages/s with p99 < 1 s", best.per_second if best else 0, 100, ""
            ),
            at_most(
                "slowest answer at that rate",
                max(best.times_s) if best else float("inf"),
                SLOWEST_S,
                " s",
            ),
            at_most(
                "slowest answer while a worker or the model changes", slowest, 5, " s"
            ),
            at_most("error bubbles, overload included", ways["errors"], 0, ""),
            at_most("messages lost", ways["lost"], 0, ""),
        ],
        notes=[
            "The driver is the simulator: it signs and encrypts each message, judges each"
            " answer as WeChat would, and shares the cores with gateway, workers,"
            " dispatcher, Redis (`appendfsync always`) and SQLite. An answer is counted"
            " when the resident sees its first bubble. The last rate of each number of"
            f" workers is {OVERLOAD:g} times the highest that held: answers come late"
            " there, by customer-service message. CPU time does not depend on what else"
            " the machine does; times and rates do.",
        ],
        figures={
            "steps": [_doc(step) for step in steps],
            "overloaded": len(overloads),
            "disturbed": {name: _doc(step) for name, step in disturbed.items()},
        },
    )


def row(step: Step, name: str = "") -> list[str]:
    """Returns one line of the table."""
    found = latency(step.times_s)
    slowest = 1_000 * max(step.times_s)
    times = [*(found[f"p{p}_ms"] for p in (50, 95, 99)), slowest]
    return [
        f"{step.workers}, {name}" if name else str(step.workers),
        f"{step.per_second:g}",
        f"{step.answered_per_second:g}",
        " / ".join(f"{value:,.0f}" for value in times),
        f"{step.n_passive / len(step.times_s):.1%}",
        ", ".join(f"{value:.1f}" for value in step.cpu_ms.values()),
    ]


def _doc(step: Step) -> dict[str, Any]:
    doc = asdict(step)
    doc["times_s"] = latency(step.times_s) | {"slowest_s": round(max(step.times_s), 3)}
    return doc
