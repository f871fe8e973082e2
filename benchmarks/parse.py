"""Question 3: how long does understanding take, and training?"""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.measure import as_doc, machine, note, probe
from benchmarks.probes import LENGTHS, PARSES_EACH
from benchmarks.results import Result, at_most
from benchmarks.samples import TRAINING, sized_subset
from benchmarks.training import train_own
from bot.nlu.examples import read_examples

SIZES = (750, 3_000, 12_000)
REPEATS = 2


def run(*, reuse: bool) -> Result:
    """Answers the question."""
    where = machine()
    examples = read_examples(TRAINING)
    figures: dict[str, Any] = {}
    for size in SIZES:
        subset = sized_subset(examples, size)
        model, cost = train_own(subset, f"parse-{size}")
        runs = []
        for number in range(REPEATS):
            note(f"parsing with the model of {size:,} examples, run {number + 1}")
            runs.append(probe("parse", str(model), log=f"parse-{size}"))
        figures[str(size)] = {
            "examples": len(subset),
            "training": as_doc(cost),
            "model_mb": round(model.stat().st_size / 1e6, 1),
            "runs": runs,
        }
    return describe(figures, where)


def describe(figures: dict[str, Any], where: dict[str, Any]) -> Result:
    """Turns the figures into tables and judges the aims."""

    def cell(size: int, length: int) -> str:
        runs = [r[str(length)] for r in figures[str(size)]["runs"]]
        p95 = [r["p95_ms"] for r in runs]
        p50, cpu = (
            statistics.median(r[key] for r in runs) for key in ("p50_ms", "cpu_p95_ms")
        )
        return f"{p50:.1f} / {min(p95):.1f} to {max(p95):.1f} / {cpu:.1f}"

    largest = figures[str(SIZES[-1])]
    worst_p95 = max(
        run[str(length)]["p95_ms"]
        for found in figures.values()
        for run in found["runs"]
        for length in LENGTHS
    )
    costs = [figures[str(size)]["training"] for size in SIZES]
    return Result(
        name="parse",
        question="How long does understanding take, and training?",
        data=(
            f"models of {SIZES[0]:,} examples of data/nlu (1x), {SIZES[1]:,} (4x) and"
            f" {SIZES[2]:,} (16x), each label's share kept; {PARSES_EACH} texts for each"
            " length, joined from random messages of evaluation/validation and cut,"
            f" {REPEATS} runs"
        ),
        command="python -m benchmarks parse",
        machine=where,
        columns=["", *(f"{size:,} examples" for size in SIZES)],
        rows=[
            [
                "training",
                *(f"{c['wall_s']:.0f} s ({c['cpu_s']:.0f} CPU s)" for c in costs),
            ],
            ["peak memory of training", *(f"{c['peak_mb']:,.0f} MB" for c in costs)],
            [
                "model archive",
                *(f"{figures[str(size)]['model_mb']:.0f} MB" for size in SIZES),
            ],
            *(
                [
                    f"p50 / p95 / CPU p95 in ms, {length:,} characters",
                    *(cell(size, length) for size in SIZES),
                ]
                for length in LENGTHS
            ),
        ],
        aims=[
            at_most("p95 of every length and size", worst_p95, 10, " ms"),
            at_most(
                "training on 12,000 examples", largest["training"]["wall_s"], 30, " s"
            ),
        ],
        notes=[
            "Understanding is `bot.parse.parse_text`: tokens, item, facets, decision. A"
            " p95 is given as the lower and the higher of the runs. Training is one"
            " process from its start (importing Rasa included) to the written model."
        ],
        figures=figures,
    )
