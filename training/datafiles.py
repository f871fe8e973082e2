"""Writes accepted examples into the training files; provenance stays in SQL."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from adapters.kept_files import replace_text
from adapters.sql.models import SqlModels, Waiting
from adapters.training_files import Change, TrainingExample, path_of, rewrite

_ANNOTATION = str.maketrans("[](){}", "［］（）｛｝")
"""Brackets would be read as entities by Rasa."""


def safe(text: str) -> str:
    """Returns a text that Rasa's format takes for nothing but a message."""
    clean = re.sub(r"\s+", " ", text).translate(_ANNOTATION).strip()
    return f"／{clean[1:]}" if clean.startswith("/") else clean


def changes(waiting: Sequence[Waiting]) -> dict[str, Change]:
    """Groups examples by label, in an order that does not depend on who came first."""
    added: dict[str, list[TrainingExample]] = defaultdict(list)
    removed: dict[str, list[str]] = defaultdict(list)
    for one in waiting:
        label, text = one.example.label, safe(one.example.text)
        if one.is_withdrawn:
            removed[label].append(text)
        else:
            example = one.example
            added[label].append(
                TrainingExample(
                    text, label, example.voice, example.facets, example.emergency
                )
            )
    return {
        label: Change(
            tuple(sorted(added[label], key=lambda e: e.text)),
            tuple(sorted(set(removed[label]))),
        )
        for label in sorted({*added, *removed})
    }


async def write_examples(store: SqlModels, folder: Path, now: datetime) -> list[Path]:
    """Brings the files up to date and notes it; returns the changed files.

    Interrupted between the two, the next call finds the lines there and only notes.

    Args:
        store: Accepted and withdrawn examples.
        folder: `nlu/` of the training data.
        now: Current instant, aware UTC.
    """
    waiting = await store.waiting_examples()
    changed = []
    for label, change in changes(waiting).items():
        path = folder / path_of(label)
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        new = rewrite(old, label, change)
        if new != old:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_text(path, new)
            changed.append(path)
    await store.written(waiting, now)
    return changed
