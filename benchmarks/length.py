"""Question 2: does a message cost more as the conversation grows?"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

from adapters.settings import Settings
from adapters.sql.migrate import upgrade
from benchmarks.load import rest_residents
from benchmarks.measure import latency, machine, note, probe
from benchmarks.probes import cycle_of_messages
from benchmarks.results import Result, at_most
from benchmarks.stacks import Stack, peer_stack, redis_on_socket, temporary_folder
from benchmarks.training import peer_of_this_run
from bot.model import model_archive

MESSAGES = 5_000
PEER_MESSAGES = 800
BLOCK = 100
SHOWN = (100, 400, 800, 2_000, 5_000)


def own_times() -> dict[str, Any]:
    """Returns the time of each of 5,000 messages of one resident."""
    model = model_archive(Settings.from_env().model_path)
    with temporary_folder() as folder, redis_on_socket(folder) as (redis_url, _):
        database = f"sqlite+aiosqlite:///{folder}/bench.db"
        upgrade(database)
        found: dict[str, Any] = probe(
            "length", str(model), redis_url, database, str(MESSAGES), log="length"
        )
    return found


def peer_times(stack: Stack) -> list[float]:
    """Returns the time of each of the peer's messages."""
    cycle = cycle_of_messages()

    async def talk() -> list[float]:
        times = []
        async with rest_residents(stack) as enter:
            async with enter() as other:
                for text in cycle[:20]:
                    await other.say(text)
            async with enter() as resident:
                for number in range(PEER_MESSAGES):
                    sent = time.perf_counter()
                    await resident.say(cycle[number % BLOCK])
                    times.append(time.perf_counter() - sent)
        return times

    return asyncio.run(talk())


def run(*, reuse: bool) -> Result:
    """Answers the question."""
    where = machine()
    note(f"{MESSAGES:,} messages of one resident")
    own = own_times()
    trained = peer_of_this_run(reuse=reuse)
    note(f"{PEER_MESSAGES} messages of one resident to the peer")
    with peer_stack(trained.project) as stack:
        peer = peer_times(stack)
    return describe(own, peer, where)


def blocks(times_s: list[float]) -> list[dict[str, float]]:
    """Returns the latency of each hundred messages."""
    return [
        latency(times_s[start : start + BLOCK])
        for start in range(0, len(times_s), BLOCK)
    ]


def describe(own: dict[str, Any], peer_s: list[float], where: dict[str, Any]) -> Result:
    """Turns the figures into tables and judges the aim."""
    ours, theirs, cpu = (blocks(t) for t in (own["times_s"], peer_s, own["cpu_s"]))
    growth = ours[-1]["mean_ms"] / ours[0]["mean_ms"]
    busier = cpu[-1]["mean_ms"] / cpu[0]["mean_ms"]
    means = [block["mean_ms"] for block in ours]

    def cell(found: list[dict[str, float]], until: int) -> str:
        if until > BLOCK * len(found):
            return "stopped"
        block = found[until // BLOCK - 1]
        return (
            f"{block['mean_ms']:,.1f} / {block['p50_ms']:,.1f} / {block['p95_ms']:,.1f}"
        )

    return Result(
        name="length",
        question="Does a message cost more as the conversation grows?",
        data=(
            f"one resident repeats the same {BLOCK} random messages of"
            f" evaluation/validation: {MESSAGES:,} messages, the peer is stopped at"
            f" {PEER_MESSAGES}"
        ),
        command="python -m benchmarks length",
        machine=where,
        columns=["mean / p50 / p95 in ms of the 100 messages until", "peer", "云小路"],
        rows=[[f"{n:,}", cell(theirs, n), cell(ours, n)] for n in SHOWN],
        aims=[
            at_most("last 100 messages: mean", growth, 1.2, " x the first 100"),
            at_most("last 100 messages: CPU time", busier, 1.2, " x the first 100"),
        ],
        notes=[
            "云小路: acceptance into the mailbox, lease, retrieval, understanding,"
            " dialogue, actions and commit, on a real Redis (`appendfsync always`) and"
            " SQLite, without HTTP; a conversation of another resident warms it up. Over"
            f" all {len(means)} blocks of {BLOCK} messages the mean is"
            f" {statistics.median(means):.2f} ms ({min(means):.2f} to {max(means):.2f})."
            f" Messages given up: {own['dead_letters']}.",
            "Peer: as in the first benchmark, over its REST channel.",
        ],
        figures={"own_blocks": ours, "own_cpu_blocks": cpu, "peer_blocks": theirs},
    )
