"""Measures how well places are found: `python -m adapters.places evaluate FILE…`."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from adapters.yaml_files import read_yaml
from community.places import Gazetteer, PlaceBook, PlaceMatch, is_sure


class Outcome(str, Enum):
    """What became of one mention."""

    RIGHT = "right"
    """As expected: the grid, the question, the community, or an honest unknown."""
    ASKED = "asked"
    """A question too many, but with the right answer among its choices."""
    MISSED = "missed"
    """Unknown to the gazetteer, or asked without the right answer: a person sorts it out."""
    WRONG = "wrong"
    """Sure of something else: the worst outcome."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One mention with its outcome."""

    say: str
    outcome: Outcome
    found: tuple[PlaceMatch, ...]
    took_ms: float


def judge(
    mention: Mapping[str, Any], found: tuple[PlaceMatch, ...], book: PlaceBook
) -> Outcome:
    """Compares what was found with what a mention expects."""
    grids = {match.grid for match in found}
    if is_sure(found):
        return _judge_sure(mention, found[0], book)
    if "grid" in mention:
        return Outcome.ASKED if mention["grid"] in grids else Outcome.MISSED
    if "ask" in mention:
        return Outcome.RIGHT if set(mention["ask"]) <= grids else Outcome.MISSED
    if "unknown" in mention:
        return Outcome.ASKED if found else Outcome.RIGHT
    communities = {match.community for match in found}
    is_there = mention["community"] in communities
    return Outcome.ASKED if is_there else Outcome.MISSED


def _judge_sure(
    mention: Mapping[str, Any], match: PlaceMatch, book: PlaceBook
) -> Outcome:
    expected = {mention["grid"]} if "grid" in mention else set(mention.get("ask", ()))
    if (
        match.grid is not None
    ):  # one place to confirm may also be found without a question
        return Outcome.RIGHT if expected == {match.grid} else Outcome.WRONG
    if "community" in mention:
        is_it = match.community == mention["community"]
        return Outcome.RIGHT if is_it else Outcome.WRONG
    # Only the community, whose people find the grid: no harm if it is the right one.
    communities = {book.grids[grid].community for grid in expected}
    return Outcome.MISSED if communities == {match.community} else Outcome.WRONG


def evaluate(gazetteer: Gazetteer, files: Iterable[Path]) -> list[Judged]:
    """Judges every mention of the files."""
    judged = []
    for path in files:
        for mention in read_yaml(path)["mentions"]:
            start = time.perf_counter()
            found = gazetteer.locate(mention["say"], community=mention.get("home"))
            took_ms = (time.perf_counter() - start) * 1_000
            outcome = judge(mention, found, gazetteer.book)
            judged.append(Judged(mention["say"], outcome, found, took_ms))
    return judged


def summary(judged: list[Judged]) -> str:
    """Returns the figures as text."""
    counts = Counter(item.outcome for item in judged)
    total = len(judged) or 1
    times = sorted(item.took_ms for item in judged) or [0.0]
    lines = [f"{len(judged)} mentions"]
    lines += [
        f"{outcome.value}\t{counts[outcome]}\t{counts[outcome] / total:.1%}"
        for outcome in Outcome
    ]
    p95 = times[int(len(times) * 0.95)] if len(times) > 1 else times[0]
    lines.append(f"p95\t{p95:.2f} ms")
    return "\n".join(lines) + "\n"


def errors(judged: list[Judged]) -> str:
    """Returns every mention that was not right."""
    return "".join(
        f"{item.outcome.value}\t{item.say}\t"
        + "; ".join(
            f"{m.grid or m.community} {m.name} {m.score:.2f}" for m in item.found
        )
        + "\n"
        for item in judged
        if item.outcome is not Outcome.RIGHT
    )
