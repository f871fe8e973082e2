"""Trains both systems in processes of their own, and measures that."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import (
    WORK,
    Cost,
    as_doc,
    environment,
    note,
    python,
    run_measured,
)
from benchmarks.peer.project import HERE, write_project
from benchmarks.samples import TRAINING, peer_subset, write_own_data
from bot.nlu.examples import Example, read_examples

NICE = ("nice", "-n", "10")
RECORD = "trained.json"


@dataclass(frozen=True, slots=True)
class Peer:
    """A trained peer."""

    project: Path
    """Folder of its Rasa project; the model is `models/peer.tar.gz`."""
    subset: list[Example]
    """What it was trained on."""
    training: dict[str, Any]
    """Cost, and whether the model is one of an earlier run."""


def train_own(examples: list[Example], name: str) -> tuple[Path, Cost]:
    """Trains the assistant on some examples; returns archive and cost."""
    note(f"training the assistant on {len(examples):,} examples")
    data = write_own_data(examples, WORK / "data" / name)
    models = WORK / "models"
    cost = run_measured(
        [*NICE, *python("benchmarks.probes", "train", str(data), str(models), name)],
        WORK / "logs" / f"train-{name}.log",
        env=environment(),
    )
    return models / name / "model.tar.gz", cost


def peer_of_this_run(*, reuse: bool) -> Peer:
    """Trains the peer on the stated subset, or takes the one of an earlier run.

    Args:
        reuse: Take model and subset of an earlier run, if there is one.
    """
    project = WORK / "peer"
    record = project / RECORD
    if reuse and record.is_file():
        known = json.loads(record.read_text(encoding="utf-8"))
        if known["config"] == fingerprint():
            note("the peer's model of an earlier run is used again")
            subset = [example_from_doc(doc) for doc in known["subset"]]
            return Peer(project, subset, known["training"] | {"reused": True})
    return train_peer(peer_subset(read_examples(TRAINING)), project)


def example_from_doc(doc: dict[str, Any]) -> Example:
    """Reads an example that was kept as JSON."""
    facets = doc["facets"]
    return Example(
        **doc
        | {
            "facets": None if facets is None else tuple(facets),
            "alternatives": tuple(doc["alternatives"]),
        }
    )


def fingerprint() -> str:
    """Returns what identifies the peer's configuration."""
    total = hashlib.sha256()
    for name in ("config.yml", "project.py"):
        total.update((HERE / name).read_bytes())
    return total.hexdigest()[:16]


def train_peer(subset: list[Example], project: Path) -> Peer:
    """Trains the peer and records what it was trained on."""
    note(f"training the peer on {len(subset):,} examples: about 15 minutes")
    write_project(subset, project)
    cost = run_measured(
        [
            *NICE,
            *python("rasa", "train", "--out", "models", "--fixed-model-name", "peer"),
        ],
        WORK / "logs" / "train-peer.log",
        cwd=project,
        env=environment(),
    )
    keep_record(subset, project, as_doc(cost))
    return Peer(project, subset, as_doc(cost) | {"reused": False})


def keep_record(subset: list[Example], project: Path, training: dict[str, Any]) -> None:
    """Writes what `peer_of_this_run` needs to use a trained peer again."""
    doc = {
        "config": fingerprint(),
        "training": training,
        "subset": [asdict(example) for example in subset],
    }
    (project / RECORD).write_text(json.dumps(doc, ensure_ascii=False), encoding="utf-8")
