"""From the click to the judged candidate, and what residents notice of it.

One installation: two workers answer a steady load over the web chat while `python -m
training train` writes, trains, judges and plays conversations on 12,000 examples, and
alone, before and afterwards: the machine itself is not equally fast at all times. The serving model was judged and played before, as it is in a
community where it was a candidate itself.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from adapters.settings import Settings
from adapters.sql.migrate import upgrade
from benchmarks.load import Enter, web_residents
from benchmarks.measure import (
    WORK,
    environment,
    latency,
    machine,
    note,
    python,
    run_measured,
)
from benchmarks.results import Result, at_most
from benchmarks.samples import TRAINING, VALIDATION, sized_subset, write_own_data
from benchmarks.stacks import Stack, own_stack, temporary_folder
from benchmarks.wechat_load import two_models
from bot.nlu.examples import read_examples

EXAMPLES = 12_000
PER_SECOND = 4.0
ALONE_S = 30.0
WORKERS = 2
MAX_CLICK_S, MAX_RATIO = 60.0, 1.2
STAGE = re.compile(r"› +\d+% (\S+?)（(\d+) 秒）")
Done = TypeVar("Done")


@dataclass
class Crowd:
    """Residents who say one thing each at a steady rate, whatever the answers do."""

    enter: Enter
    texts: list[str]
    times_s: list[float] = field(default_factory=list)
    n_written: int = 0

    async def write_during(self, work: Coroutine[Any, Any, Done]) -> Done:
        """Lets them write while something is done; waits for all answers."""
        working = asyncio.create_task(work)
        saying = []
        while not working.done():
            text = self.texts[self.n_written % len(self.texts)]
            saying.append(asyncio.create_task(self._say(text)))
            self.n_written += 1
            await asyncio.sleep(1 / PER_SECOND)
        await asyncio.gather(*saying)
        return await working

    async def _say(self, text: str) -> None:
        async with self.enter() as resident:
            sent = time.perf_counter()
            await resident.say(text)
            self.times_s.append(time.perf_counter() - sent)


async def _measure(
    stack: Stack, texts: list[str], env: dict[str, str], log: Path
) -> tuple[list[float], list[float], float]:
    """Returns waits alone and while training, and how long that took."""
    async with web_residents(stack) as enter:
        alone, meanwhile = Crowd(enter, texts), Crowd(enter, texts)
        await alone.write_during(asyncio.sleep(ALONE_S))
        command = python("training", "--by", "bench", "train")
        cost = await meanwhile.write_during(
            asyncio.to_thread(run_measured, command, log, env=env)
        )
        await alone.write_during(asyncio.sleep(ALONE_S))
    return alone.times_s, meanwhile.times_s, cost.wall_s


def run(*, reuse: bool) -> Result:
    """Answers the question."""
    where = machine()
    examples = sized_subset(read_examples(TRAINING), EXAMPLES)
    texts = [example.text for example in read_examples(VALIDATION)]
    log = WORK / "logs" / "learning-click.log"
    with temporary_folder() as folder:
        models = two_models(folder).folder
        env = environment(
            STATE_DIR=str(folder / "state"),
            MODEL_SIGNING_KEY=str(Settings.from_env().learning.signing_key),
            PSEUDONYM_KEY="bench",
            MODEL=str(models),
            DATABASE_URL=f"sqlite:///{folder}/loop.db",
            TRAINING_DATA_DIR=str(write_own_data(examples, folder / "data")),
        )
        env.pop("CONTENT_DIR", None)
        upgrade(env["DATABASE_URL"])
        note("judging and playing the serving model, as when it was a candidate")
        judge = python("training", "--by", "bench", "evaluate", "old")
        run_measured(judge, WORK / "logs" / "learning-click-old.log", env=env)
        with own_stack(models, workers=WORKERS) as stack:
            note(f"{PER_SECOND:g} messages a second, alone and while training")
            alone, meanwhile, wall_s = asyncio.run(_measure(stack, texts, env, log))
    stages = STAGE.findall(log.read_text(encoding="utf-8"))
    return describe(alone, meanwhile, wall_s, stages, where)


def describe(
    alone: list[float],
    meanwhile: list[float],
    wall_s: float,
    stages: list[tuple[str, str]],
    where: dict[str, object],
) -> Result:
    """Turns what was measured into a table and aims."""
    before, during = latency(alone), latency(meanwhile)
    ratio = during["p95_ms"] / before["p95_ms"]
    names = ("n", "p50_ms", "p95_ms", "p99_ms")
    return Result(
        name="learning-click",
        question="How long from the click to a judged candidate, and do residents notice?",
        data=f"{EXAMPLES:,} examples; frozen set; all written conversations",
        command="python -m benchmarks.learning_click",
        machine=where,
        columns=["messages answered", "number", "p50 ms", "p95 ms", "p99 ms"],
        rows=[
            ["alone", *(f"{before[name]:,.4g}" for name in names)],
            ["while training", *(f"{during[name]:,.4g}" for name in names)],
        ],
        aims=[
            at_most("click to evaluated candidate", wall_s, MAX_CLICK_S, " s"),
            at_most("p95 while training, of that alone", ratio, MAX_RATIO, ""),
        ],
        notes=["Stages: " + ", ".join(f"{name} {s} s" for name, s in stages) + "."],
        figures={"alone": before, "while_training": during, "wall_s": wall_s},
    )


def main() -> int:
    """Measures once and prints it; the result is kept as JSON."""
    from benchmarks.results import save

    result = run(reuse=False)
    save(result)
    for row in result.rows:
        sys.stdout.write("  ".join(row) + "\n")
    for aim in result.aims:
        sys.stdout.write(
            f"{aim.text}: {aim.measured} ({'met' if aim.is_met else 'missed'})\n"
        )
    sys.stdout.write("\n".join(result.notes) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
