"""A hundred thousand logged turns: how long harvest and review take."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from adapters.settings import ROOT
from adapters.sql.engine import create_engine
from adapters.sql.harvest import SqlHarvest
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.migrate import upgrade
from adapters.sql.review import SqlReviewStore
from adapters.training_files import index_of, read_folder
from benchmarks.measure import note
from community.learning.entry import LogEntry, Pseudonyms
from community.learning.review import Decision, Review, Verdict
from training.harvest import harvest

TURNS, PERSONS = 100_000, 8_000
LISTINGS, DECISIONS = 60, 30
START = datetime(2026, 9, 1, tzinfo=timezone.utc)
RESULT = ROOT / "benchmarks" / "results" / "review_list.json"
TAILS = ("", "", "", "啊", "呢", "，急", "，谢谢", "，俺不会弄", "，问问", "吧")


def entries(chance: random.Random) -> list[str]:
    """Makes turns out of all written messages, varied, with many repeats."""
    texts = [e.text for e in read_folder(ROOT / "data" / "nlu")]
    people = [Pseudonyms("bench").person(f"web:{n}") for n in range(PERSONS)]
    labels = ["service/id_card", "matter/noise", "oos_other", "service/legal_service"]
    found = []
    for number in range(TURNS):
        # A few questions are asked by many, most by few.
        place = int(len(texts) * chance.random() ** 2)
        text = texts[place] + chance.choice(TAILS)
        roll = chance.random()
        decision = "abstain" if roll < 0.1 else "clarify" if roll < 0.25 else "answer"
        best = 0.9 if decision == "answer" and roll < 0.95 else 0.45
        found.append(
            LogEntry(
                message=f"{number:032x}",
                person=chance.choice(people),
                at=START + timedelta(seconds=60 * number),
                channel="wechat",
                kind="text",
                text=text,
                model="m",
                latency_ms=20,
                ranking=((chance.choice(labels), best), ("talk_greet", 1 - best)),
                decision=decision,
                intent="service",
            ).to_json()
        )
    return found


async def measure(folder: Path) -> dict[str, Any]:
    """Stores, harvests, lists and decides; returns seconds and milliseconds."""
    url = f"sqlite:///{folder}/bench.db"
    await asyncio.to_thread(upgrade, url)
    engine = create_engine(url)
    log, store = SqlDialogueLog(engine, Pseudonyms("bench")), SqlReviewStore(engine)
    lines = entries(random.Random(1))
    result: dict[str, Any] = {"turns": TURNS}
    began = time.perf_counter()
    for start in range(0, TURNS, 500):
        await log.store(lines[start : start + 500])
    result["store_s"] = round(time.perf_counter() - began, 1)
    began = time.perf_counter()
    index = index_of(ROOT / "data", ROOT / "evaluation")
    result["index_s"] = round(time.perf_counter() - began, 1)
    began = time.perf_counter()
    found = await harvest(SqlHarvest(engine), index.is_known, START)
    result["harvest_s"] = round(time.perf_counter() - began, 1)
    result["signals"] = found.n_signals
    now = START + timedelta(days=80)
    listings = []
    for _ in range(LISTINGS):
        began = time.perf_counter()
        clusters = await store.clusters("anna", now, limit=50)
        listings.append((time.perf_counter() - began) * 1e3)
    review = Review(store, index, index.counts)
    decisions = []
    for cluster in clusters[:DECISIONS]:
        began = time.perf_counter()
        ids = [question.id for question in cluster.questions]
        await review.decide(ids, Verdict(Decision.DISCARD), "anna", now)
        decisions.append((time.perf_counter() - began) * 1e3)
    began = time.perf_counter()
    await harvest(SqlHarvest(engine), index.is_known, now)
    result["next_harvest_s"] = round(time.perf_counter() - began, 2)
    await engine.dispose()
    for name, times in (("list", listings), ("decide", decisions)):
        result[f"{name}_p50_ms"] = round(statistics.median(times), 1)
        result[f"{name}_p95_ms"] = round(sorted(times)[int(len(times) * 0.95)], 1)
    return result


def main() -> None:
    """Measures and writes the figures."""
    note(f"{TURNS:,} turns")
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder)))
    text = json.dumps(result, indent=1)
    RESULT.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
