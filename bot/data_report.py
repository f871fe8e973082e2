"""`python -m bot.data_report [--check]`: what the training data are made of.

Checked: near-duplicates within a label, utterances that name no alias, counts for
each label, overlap with the kept-out sets.
"""

from __future__ import annotations

import re
import statistics
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterator, List, Set, Tuple

from adapters.content_files import CatalogFiles
from bot.nlu.examples import Example, read_examples
from community.catalog.model import Catalog

TRAINING = Path("data/nlu")
KEPT_OUT = (Path("evaluation/validation"), Path("evaluation/calibration"))
NEAR = 0.5
MAX_NEAR_SHARE = 0.02
MIN_ALIAS_FREE = 0.60
MIN_COUNTS = {"service": 110, "matter": 80, "talk": 40}
MIN_OUTSIDE = 1_500
UNAVOIDABLE_CHARS = 3
"""Bare words such as 你好 are in every set."""


def shingles(text: str) -> Set[str]:
    """Returns the set of character 3-grams of a text without marks."""
    clean = re.sub(r"\W", "", text)
    return {clean[i : i + 3] for i in range(max(1, len(clean) - 2))}


def jaccard(one: Set[str], other: Set[str]) -> float:
    """Returns the share of common 3-grams."""
    return len(one & other) / len(one | other)


def near_duplicates(texts: List[str]) -> Set[int]:
    """Returns positions of texts that nearly repeat an earlier one."""
    sets = [shingles(text) for text in texts]
    index: Dict[str, List[int]] = defaultdict(list)
    found: Set[int] = set()
    for position, grams in enumerate(sets):
        common = Counter(other for gram in grams for other in index[gram])
        for other, count in common.items():
            if count / (len(grams) + len(sets[other]) - count) > NEAR:
                found.add(position)
                break
        for gram in grams:
            index[gram].append(position)
    return found


def aliases(catalog: Catalog) -> Dict[str, Tuple[str, ...]]:
    """Returns the names of each item by its key."""
    names: Dict[str, Tuple[str, ...]] = {}
    for service in catalog.services.values():
        names[service.key] = (service.name, service.short_name, *service.aliases)
    for matter in catalog.matters.values():
        names[matter.key] = (matter.name, matter.short_name, *matter.aliases)
    return names


@dataclass
class Report:
    """Figures of the training data and what is wrong with them."""

    n_examples: int = 0
    near_share: float = 0.0
    alias_free: float = 0.0
    counts: Counter = field(default_factory=Counter)
    voices: Dict[str, List[int]] = field(default_factory=dict)
    """Voice → length of each of its messages."""
    problems: List[str] = field(default_factory=list)


def build_report(
    examples: List[Example], kept_out: List[Example], catalog: Catalog
) -> Report:
    """Measures everything at once."""
    report = Report(n_examples=len(examples))
    by_label: Dict[str, List[str]] = defaultdict(list)
    voices: Dict[str, List[int]] = defaultdict(list)
    for example in examples:
        by_label[example.label].append(example.text)
        voices[example.voice].append(len(example.text))
    report.voices = dict(voices)
    report.counts = Counter({label: len(t) for label, t in by_label.items()})
    n_near = sum(len(near_duplicates(texts)) for texts in by_label.values())
    report.near_share = n_near / max(1, len(examples))
    names = aliases(catalog)
    items = [e for e in examples if e.label in names]
    free = sum(not any(n in e.text for n in names[e.label]) for e in items)
    report.alias_free = free / max(1, len(items))
    report.problems = list(_problems(report, examples, kept_out, names))
    return report


def _letters(text: str) -> str:
    """Returns what two spellings of a message share; marks alone stay as they are."""
    return re.sub(r"\W", "", text) or text


def _problems(
    report: Report,
    examples: List[Example],
    kept_out: List[Example],
    names: Dict[str, Tuple[str, ...]],
) -> Iterator[str]:
    yield from _count_problems(report.counts, names)
    if report.near_share > MAX_NEAR_SHARE:
        yield f"near-duplicates: {report.near_share:.1%}, at most {MAX_NEAR_SHARE:.0%}"
    if report.alias_free < MIN_ALIAS_FREE:
        yield f"no alias named: {report.alias_free:.1%}, at least {MIN_ALIAS_FREE:.0%}"
    training = {_letters(e.text): e for e in examples}
    for example in kept_out:
        twin = training.get(_letters(example.text))
        if twin is not None and len(example.text) > UNAVOIDABLE_CHARS:
            yield f"{example.path}: {example.text!r} is also in {twin.path}"


def _count_problems(
    counts: Counter, names: Dict[str, Tuple[str, ...]]
) -> Iterator[str]:
    for label in sorted({*names, *counts}):
        kind = re.split(r"[/_]", label)[0]
        if "/" in label and label not in names:
            yield f"{label}: no such item in the catalogue"
        elif kind in MIN_COUNTS and counts[label] < MIN_COUNTS[kind]:
            yield f"{label}: {counts[label]} examples, {MIN_COUNTS[kind]} wanted"
    outside = counts["oos_gov"] + counts["oos_other"]
    if outside < MIN_OUTSIDE:
        yield f"outside the catalogue: {outside} examples, {MIN_OUTSIDE} wanted"


def as_text(report: Report) -> str:
    """Renders the figures for a terminal."""
    lines = [
        f"{report.n_examples} training examples, {len(report.counts)} labels",
        f"near-duplicates within a label: {report.near_share:.1%}",
        f"service and matter examples that name no alias: {report.alias_free:.1%}",
        "voice      messages  median length",
    ]
    for voice, lengths in sorted(report.voices.items()):
        lines.append(f"{voice:10} {len(lengths):8}  {statistics.median(lengths):8.0f}")
    return "\n".join(lines)


def main(argv: List[str]) -> int:
    """Prints the report; with `--check` the exit code tells whether all is well."""
    catalog = CatalogFiles(Path("catalog")).load()
    kept_out = [e for folder in KEPT_OUT for e in read_examples(folder)]
    report = build_report(read_examples(TRAINING), kept_out, catalog)
    sys.stdout.write(as_text(report) + "\n")
    for problem in report.problems:
        sys.stderr.write(f"[ERROR] {problem}\n")
    return 1 if report.problems and "--check" in argv else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
