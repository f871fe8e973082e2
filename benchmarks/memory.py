"""Question 4: how much memory does it take?"""

from __future__ import annotations

from typing import Any

from adapters.settings import Settings
from adapters.sql.migrate import upgrade
from benchmarks.measure import machine, note, probe
from benchmarks.probes import FORK_MESSAGES, FORKS
from benchmarks.results import Result, at_most
from benchmarks.stacks import redis_on_socket, temporary_folder, throwaway_secrets
from bot.model import model_archive


def run(*, reuse: bool) -> Result:
    """Answers the question."""
    where = machine()
    model = str(model_archive(Settings.from_env().model_path))
    note("memory of Rasa's import, of parent and forks, of a second model")
    imported = probe("import_rasa", log="memory-import")
    with temporary_folder() as folder, redis_on_socket(folder) as (redis_url, _):
        database = f"sqlite+aiosqlite:///{folder}/bench.db"
        upgrade(database)
        forked = probe(
            "forks",
            model,
            log="memory-forks",
            REDIS_URL=redis_url,
            DATABASE_URL=database,
            LOG_LEVEL="WARNING",
            **throwaway_secrets(),
        )
    models = probe("second_model", model, log="memory-second")
    return describe({"import": imported, **forked, "models": models}, where)


def describe(figures: dict[str, Any], where: dict[str, Any]) -> Result:
    """Turns the figures into tables and judges the aims."""
    imported, parent = figures["import"], figures["parent"]
    forks, (one, two) = figures["forks"], figures["models"]
    own = parent["rss_mb"] - imported["rss_mb"]
    second = two["rss_mb"] - one["rss_mb"]
    largest = max(fork["private_mb"] for fork in forks)

    def row(name: str, found: dict[str, float]) -> list[str]:
        return [
            name,
            *(f"{found[key]:,.0f}" for key in ("rss_mb", "pss_mb", "private_mb")),
        ]

    return Result(
        name="memory",
        question="How much memory does it take?",
        data=(
            f"the model that is served; {FORKS} forks answer {FORK_MESSAGES} messages"
            " of evaluation/validation together, through Redis and SQLite"
        ),
        command="python -m benchmarks memory",
        machine=where,
        columns=["in MB (10^6 bytes)", "resident", "proportional", "private"],
        rows=[
            row("Rasa imported, nothing else", imported),
            row("parent: model and actions loaded", parent),
            *(row(f"fork {i}, after its messages", f) for i, f in enumerate(forks, 1)),
            row("one model, used", one),
            row("two models, both used", two),
        ],
        aims=[
            at_most("parent above Rasa's import", own, 300, " MB"),
            at_most("largest private memory of a fork", largest, 60, " MB"),
            at_most("second loaded model", second, 120, " MB"),
        ],
        notes=[
            "Parent and forks as `bot/process.py` makes them (`gc.freeze`, then fork)."
            " The second model is the same archive loaded again in the same process;"
            " equal word lists share one segmenter, as after a retraining that changes no"
            " alias."
        ],
        figures=figures,
    )
