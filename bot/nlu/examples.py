"""Reads examples with their marks from files in Rasa's NLU format.

Used where voices, facets or alternatives matter: reports, calibration, evaluation.
Rasa itself reads the same files for training.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, Optional, Tuple

from adapters.yaml_files import read_yaml


@dataclass(frozen=True)
class Example:
    """One message with everything that is marked on it."""

    text: str
    label: str
    """Full label: `service/<id>`, `matter/<id>`, `talk_<kind>`, `oos_<kind>`."""
    voice: str
    facets: Optional[Tuple[str, ...]] = None
    """`None` where facets are not marked at all."""
    emergency: Optional[str] = None
    alternatives: Tuple[str, ...] = ()
    """Other labels that a reasonable judge would accept."""
    path: str = ""


def read_examples(folder: Path) -> List[Example]:
    """Reads all `*.yml` below a folder, in file order."""
    return [
        example
        for path in sorted(folder.rglob("*.yml"))
        for example in _read_file(path)
    ]


def _read_file(path: Path) -> Iterator[Example]:
    for block in read_yaml(path).get("nlu", []):
        marks = block.get("metadata") or {}
        facets = marks.get("facets")
        for line in block["examples"].splitlines():
            if not line.startswith("- "):
                continue
            yield Example(
                text=line[2:].strip(),
                label=block["intent"],
                voice=marks.get("voice", ""),
                facets=None if facets is None else tuple(facets),
                emergency=marks.get("emergency"),
                alternatives=tuple(marks.get("alternatives") or ()),
                path=str(path),
            )
