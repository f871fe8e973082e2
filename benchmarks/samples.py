"""Stated random subsets of the training data, in each system's own label form."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from pathlib import Path

import yaml

from adapters.settings import ROOT
from bot.nlu.examples import Example

SEED = 20_261_125
PEER_SHARE = 0.12
PEER_AT_LEAST = 12
TRAINING = ROOT / "data" / "nlu"
VALIDATION = ROOT / "evaluation" / "validation"


def by_label(examples: list[Example]) -> dict[str, list[Example]]:
    """Groups examples by their full label, labels in order."""
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.label].append(example)
    return dict(sorted(groups.items()))


def peer_subset(examples: list[Example]) -> list[Example]:
    """Returns 12 % of the examples, at least 12 a label."""
    chance = random.Random(SEED)
    return [
        example
        for group in by_label(examples).values()
        for example in chance.sample(
            group,
            min(len(group), max(PEER_AT_LEAST, round(PEER_SHARE * len(group)))),
        )
    ]


def sized_subset(examples: list[Example], size: int) -> list[Example]:
    """Returns `size` examples, each label's share kept, at least 3 a label."""
    chance = random.Random(SEED)
    share = min(1.0, size / len(examples))
    kept, spare = [], []
    for group in by_label(examples).values():
        mixed = chance.sample(group, len(group))
        n_kept = min(len(group), max(3, int(share * len(group))))
        kept += mixed[:n_kept]
        spare += mixed[n_kept:]
    missing = max(0, size - len(kept))
    return kept + chance.sample(spare, min(missing, len(spare)))


def flat(label: str) -> str:
    """Returns a label as a plain intent name: `service/x` becomes `service_x`."""
    return label.replace("/", "_", 1)


def write_examples(examples: list[Example], file: Path, *, flat_labels: bool) -> None:
    """Writes examples in Rasa's format; marks are kept for full labels only."""
    blocks: dict[tuple[str, str, tuple[str, ...] | None], list[str]] = defaultdict(list)
    for e in examples:
        key = (flat(e.label), "", None) if flat_labels else (e.label, e.voice, e.facets)
        blocks[key].append(f"- {e.text}\n")
    docs = []
    for (label, voice, facets), lines in blocks.items():
        doc: dict[str, object] = {"intent": label}
        marks = {"voice": voice} if voice else {}
        if marks or facets is not None:
            doc["metadata"] = marks | (
                {} if facets is None else {"facets": list(facets)}
            )
        docs.append(doc | {"examples": "".join(lines)})
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as out:
        yaml.safe_dump(
            {"version": "3.1", "nlu": docs}, out, allow_unicode=True, width=10_000
        )


def write_own_data(examples: list[Example], folder: Path) -> Path:
    """Writes a training folder for the assistant: these examples, all its rules."""
    shutil.rmtree(folder, ignore_errors=True)
    write_examples(examples, folder / "nlu" / "examples.yml", flat_labels=False)
    for name in ("rules", "stories"):
        if (ROOT / "data" / name).is_dir():
            shutil.copytree(ROOT / "data" / name, folder / name)
    return folder
