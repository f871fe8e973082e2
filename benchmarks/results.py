"""What a benchmark finds: a JSON file each, and the tables in docs/benchmarks.md."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from adapters.settings import ROOT

FOLDER = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
ORDER = ("peer", "length", "parse", "memory", "deadlines", "wechat", "desk")
HEAD = """# Benchmarks

Written by `make bench` (`python -m benchmarks`) from `benchmarks/results/*.json`; do not edit by hand. One question alone:
`python -m benchmarks peer` (or `length`, `parse`, `memory`, `deadlines`, `wechat`, `desk`); `--reuse` takes the peer's model of an earlier run on the same data.
Where several runs were made, a figure is their median with the lowest and highest in brackets.
"""


@dataclass(frozen=True, slots=True)
class Aim:
    """One stated aim and what was measured."""

    text: str
    measured: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One benchmark's answer."""

    name: str
    question: str
    data: str
    command: str
    machine: dict[str, Any]
    columns: list[str]
    rows: list[list[str]]
    aims: list[Aim]
    notes: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    """Everything measured, unrounded text apart."""


def at_most(text: str, value: float, limit: float, unit: str) -> Aim:
    """Builds an aim that holds where `value` is not above `limit`."""
    return Aim(f"{text} ≤ {limit:g}{unit}", f"{value:,.4g}{unit}", value <= limit)


def at_least(text: str, value: float, limit: float, unit: str) -> Aim:
    """Builds an aim that holds where `value` is not below `limit`."""
    return Aim(f"{text} ≥ {limit:g}{unit}", f"{value:,.4g}{unit}", value >= limit)


def save(result: Result) -> None:
    """Writes a result's JSON file."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{result.name}.json").write_text(
        json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )


def write_page() -> None:
    """Writes docs/benchmarks.md from the JSON files that there are."""
    docs = [
        json.loads(path.read_text(encoding="utf-8"))
        for name in ORDER
        if (path := Path(FOLDER) / f"{name}.json").is_file()
    ]
    PAGE.write_text(page(docs), encoding="utf-8")


def page(docs: list[dict[str, Any]]) -> str:
    """Returns the page for some results."""
    missed = [
        f"- {doc['name']}: {aim['text']} — measured {aim['measured']}"
        for doc in docs
        for aim in doc["aims"]
        if not aim["is_met"]
    ]
    summary = (
        ["Aims that are **missed**:\n", *missed, ""]
        if missed
        else ["All aims of the results below are met.", ""]
    )
    return "\n".join([HEAD, *summary, *(section(doc) for doc in docs)])


def section(doc: dict[str, Any]) -> str:
    """Returns one result as Markdown."""
    where = doc["machine"]
    return "\n".join(
        [
            f"## {doc['question']}",
            f"- Data: {doc['data']}",
            f"- Command: `{doc['command']}`",
            f"- Machine: {where['cores']} cores ({where['cpu']}), {where['memory_gb']} GB,"
            f" {where['system']}, Python {where['python']}; load {where['load_before']}"
            f" before the start; {where['at']}",
            "",
            *table(doc["columns"], doc["rows"]),
            "",
            *table(
                ["aim", "measured", ""],
                [
                    [a["text"], a["measured"], "met" if a["is_met"] else "**missed**"]
                    for a in doc["aims"]
                ],
            ),
            "",
            *(f"{text}\n" for text in doc["notes"]),
        ]
    )


def table(columns: list[str], rows: list[list[str]]) -> list[str]:
    """Returns the lines of a Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]
