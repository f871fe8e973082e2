"""Question 1: how does it compare with Rasa's recommended configuration?"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import urllib.request
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from adapters.settings import Settings
from benchmarks.load import Enter, Load, converse, rest_residents, web_residents
from benchmarks.measure import (
    as_doc,
    latency,
    machine,
    note,
    probe,
    spread,
    tree_cpu_s,
    tree_pss_mb,
)
from benchmarks.results import Aim, Result, at_least
from benchmarks.samples import TRAINING, VALIDATION, flat
from benchmarks.stacks import Stack, own_stack, peer_stack
from benchmarks.training import peer_of_this_run, train_own
from bot.model import model_archive
from bot.nlu.examples import read_examples

CONVERSATIONS = 60
TURNS = 5
REPEATS = 3
CONCURRENT = (1, 8)
WORKERS = (1, 2)
"""Worker processes of the assistant; the last is what aims are judged by."""
Residents = Callable[[Stack], AbstractAsyncContextManager[Enter]]


def conversations(seed: int) -> list[list[str]]:
    """Returns the same random conversations for both systems."""
    said = [example.text for example in read_examples(VALIDATION)]
    chosen = random.Random(seed).sample(said, CONVERSATIONS * TURNS)
    return [chosen[i : i + TURNS] for i in range(0, len(chosen), TURNS)]


def drive(stack: Stack, residents: Residents) -> dict[str, Any]:
    """Puts load on a running system and measures speed and memory."""

    async def all_loads() -> tuple[dict[int, list[Load]], dict[str, float]]:
        async with residents(stack) as enter:
            await converse(enter, conversations(0)[:8], concurrent=2)
            before = cpu_of_parts(stack)
            runs: dict[int, list[Load]] = {n: [] for n in CONCURRENT}
            for seed in range(1, 1 + REPEATS):
                for n in CONCURRENT:
                    runs[n] += [
                        await converse(enter, conversations(seed), concurrent=n)
                    ]
            after = cpu_of_parts(stack)
            return runs, {name: after[name] - before[name] for name in before}

    loads, cpu_s = asyncio.run(all_loads())
    n_messages = CONVERSATIONS * TURNS * REPEATS * len(CONCURRENT)
    return {
        "cpu_ms_a_message": {
            name: round(1_000 * used / n_messages, 2) for name, used in cpu_s.items()
        },
        "memory_mb": {name: tree_pss_mb(pid) for name, pid in stack.pids.items()},
        "loads": {
            str(concurrent): {
                "per_second": [round(run.per_second, 2) for run in runs],
                "latency": latency([t for run in runs for t in run.times_s]),
                "p95_ms": [latency(run.times_s)["p95_ms"] for run in runs],
            }
            for concurrent, runs in loads.items()
        },
    }


def cpu_of_parts(stack: Stack) -> dict[str, float]:
    """Returns the CPU seconds that each part of a running system has used."""
    return {name: tree_cpu_s(pid) for name, pid in stack.pids.items()}


def parts_of(parts: dict[str, float], unit: str, digits: int) -> str:
    """Returns a sum and what it is made of."""
    each = ", ".join(f"{name} {value:,.{digits}f}" for name, value in parts.items())
    return f"{sum(parts.values()):,.{digits}f} {unit} ({each})"


def peer_accuracy(stack: Stack) -> float:
    """Returns the share of validation messages whose best intent is accepted."""
    examples = read_examples(VALIDATION)
    n_right = 0
    for example in examples:
        request = urllib.request.Request(
            f"{stack.url}/model/parse",
            data=json.dumps({"text": example.text}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            ranking = json.load(answer)["intent_ranking"]
        best = next(e["name"] for e in ranking if e["name"] != "nlu_fallback")
        n_right += best in {flat(n) for n in (example.label, *example.alternatives)}
    return round(n_right / len(examples), 4)


def measure_own(model: Path) -> dict[str, Any]:
    """Measures the assistant with one and with two worker processes."""
    found = {}
    for workers in WORKERS:
        note(f"load on the assistant with {workers} worker process(es)")
        with own_stack(model, workers=workers) as stack:
            found[str(workers)] = drive(stack, web_residents)
    return found


def run(*, reuse: bool) -> Result:
    """Answers the question."""
    where = machine()
    examples = read_examples(TRAINING)
    trained = peer_of_this_run(reuse=reuse)
    small_model, small_cost = train_own(trained.subset, "peer-subset")
    full_model, full_cost = train_own(examples, "full")
    served = model_archive(Settings.from_env().model_path)
    own = measure_own(served)
    note("load on the peer")
    with peer_stack(trained.project) as stack:
        peer = drive(stack, rest_residents)
        peer["accuracy"] = peer_accuracy(stack)
    figures = {
        "examples": {"full": len(examples), "subset": len(trained.subset)},
        "training": {
            "peer_subset": trained.training,
            "own_subset": as_doc(small_cost),
            "own_full": as_doc(full_cost),
        },
        "own": own,
        "peer": peer,
        "accuracy": {
            "peer_subset": peer["accuracy"],
            "own_subset": probe("accuracy", str(small_model), log="accuracy-subset")[
                "accuracy"
            ],
            "own_full": probe("accuracy", str(full_model), log="accuracy-full")[
                "accuracy"
            ],
        },
    }
    return describe(figures, where)


def describe(figures: dict[str, Any], where: dict[str, Any]) -> Result:
    """Turns the figures into tables and judges the aims."""
    sizes = figures["examples"]
    return Result(
        name="peer",
        question="How does it compare with Rasa 3.6.21 as recommended?",
        data=(
            f"data/nlu ({sizes['full']:,} examples); the peer would train on them for"
            f" hours, so both also train on the same random subset: 12 % of each label,"
            f" at least 12 ({sizes['subset']:,} examples). Accuracy: best label of all"
            f" {len(read_examples(VALIDATION))} messages of evaluation/validation. Load:"
            f" {CONVERSATIONS} conversations of {TURNS} of these messages, {REPEATS}"
            " runs, the same for both"
        ),
        command="python -m benchmarks peer",
        machine=where,
        columns=["", "peer", *(f"云小路, {n} worker(s)" for n in WORKERS)],
        rows=[*training_rows(figures), *load_rows(figures)],
        aims=judge(figures),
        notes=[
            "Peer: benchmarks/peer/config.yml (Rasa's JiebaTokenizer, RegexFeaturizer,"
            " LexicalSyntacticFeaturizer, two CountVectorsFeaturizers, DIET 100 epochs,"
            " FallbackClassifier; Memoization, Rule and TED policies, TED 100 epochs),"
            " flat intents, no entities, RedisTrackerStore, RedisLockStore, an HTTP"
            " action server that composes its answers from the same catalogue; asked"
            " over Rasa's REST channel. 云小路: the whole chain of gateway (HTTP in,"
            " server-sent events out), mailbox, worker, actions and SQLite. Both use the"
            " same redis-server with `appendfsync always`, on loopback only; client and"
            " servers share the machine's cores. Rasa's server runs as one process,"
            " which is its default.",
            "Training is one process from its start to the written model, at `nice -n"
            " 10` for both; CPU seconds do not depend on what else the machine does."
            + (
                " The peer's model is one of an earlier run on the same data (`--reuse`)."
                if figures["training"]["peer_subset"]["reused"]
                else ""
            ),
        ],
        figures=figures,
    )


def training_rows(figures: dict[str, Any]) -> list[list[str]]:
    """Returns the table's rows on training and accuracy."""
    peer, own, full = (
        figures["training"][key] for key in ("peer_subset", "own_subset", "own_full")
    )
    right = figures["accuracy"]

    def cell(cost: dict[str, Any]) -> str:
        return f"{cost['wall_s']:,.0f} s ({cost['cpu_s']:,.0f} CPU s)"

    return [
        ["training, subset", cell(peer), cell(own), "same"],
        ["training, all examples", "not run", cell(full), "same"],
        [
            "peak memory of training, subset",
            f"{peer['peak_mb']:,.0f} MB",
            f"{own['peak_mb']:,.0f} MB",
            "same",
        ],
        [
            "accuracy, trained on the subset",
            f"{right['peer_subset']:.1%}",
            f"{right['own_subset']:.1%}",
            "same",
        ],
        [
            "accuracy, trained on all",
            "not run",
            f"{right['own_full']:.1%}",
            "same",
        ],
    ]


def load_rows(figures: dict[str, Any]) -> list[list[str]]:
    """Returns the table's rows on speed and memory."""
    systems = [figures["peer"], *(figures["own"][str(n)] for n in WORKERS)]
    rows = []
    for concurrent in CONCURRENT:
        loads = [system["loads"][str(concurrent)] for system in systems]
        rows.append(
            [
                f"messages a second, {concurrent} concurrent",
                *(spread(load["per_second"]) for load in loads),
            ]
        )
        rows.append(
            [
                f"p50 / p95 / p99 in ms, {concurrent} concurrent",
                *(
                    " / ".join(
                        f"{load['latency'][p]:,.1f}"
                        for p in ("p50_ms", "p95_ms", "p99_ms")
                    )
                    for load in loads
                ),
            ]
        )
    rows.append(
        [
            "CPU time of all server processes a message",
            *(parts_of(system["cpu_ms_a_message"], "ms", 1) for system in systems),
        ]
    )
    rows.append(
        [
            "memory after the load (PSS, all processes)",
            *(parts_of(system["memory_mb"], "MB", 0) for system in systems),
        ]
    )
    return rows


def judge(figures: dict[str, Any]) -> list[Aim]:
    """Judges the aims by the assistant with one worker process a core."""
    own, peer = figures["own"][str(WORKERS[-1])]["loads"], figures["peer"]["loads"]
    aims = []
    for concurrent in map(str, CONCURRENT):
        faster = statistics.median(own[concurrent]["per_second"]) / statistics.median(
            peer[concurrent]["per_second"]
        )
        slowest = (
            peer[concurrent]["latency"]["p95_ms"] / own[concurrent]["latency"]["p95_ms"]
        )
        aims += [
            at_least(f"throughput at {concurrent} concurrent", faster, 20, " x peer's"),
            Aim(
                f"p95 at {concurrent} concurrent ≤ 1/10 of the peer's",
                f"1/{slowest:.1f}",
                slowest >= 10,
            ),
        ]
    times = figures["training"]
    shorter, lighter = (
        times["peer_subset"][key] / times["own_subset"][key]
        for key in ("wall_s", "cpu_s")
    )
    right = figures["accuracy"]
    return [
        *aims,
        Aim(
            "training time ≤ 1/50 of the peer's, by the clock and in CPU time",
            f"1/{shorter:.1f}, 1/{lighter:.1f}",
            min(shorter, lighter) >= 50,
        ),
        Aim(
            "better accuracy on the same subset",
            f"{right['own_subset']:.1%} against {right['peer_subset']:.1%}",
            right["own_subset"] > right["peer_subset"],
        ),
    ]
