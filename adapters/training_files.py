"""Reads and writes training messages in Rasa's NLU format, with their marks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.yaml_files import read_yaml
from community.learning.guards import ExampleIndex, Known

KEPT_OUT = ("calibration", "validation")
"""Folders below the evaluation folder whose messages must not train."""
RESIDENT = "resident"
"""Voice of messages that came through the loop."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One message of a training or evaluation file."""

    text: str
    label: str
    voice: str = ""
    facets: tuple[str, ...] | None = None
    """`None` where facets are not marked."""
    emergency: str | None = None
    alternatives: tuple[str, ...] = ()


def read_folder(folder: Path) -> list[TrainingExample]:
    """Reads all `*.yml` below a folder, in file order.

    Raises:
        CatalogError: A file cannot be read.
    """
    return [e for path in sorted(folder.rglob("*.yml")) for e in read_file(path)]


def read_file(path: Path) -> list[TrainingExample]:
    """Reads one file."""
    return list(_examples(read_yaml(path)))


def _examples(doc: Any) -> Iterator[TrainingExample]:
    for block in (doc or {}).get("nlu", []):
        marks = block.get("metadata") or {}
        facets = marks.get("facets")
        for line in block["examples"].splitlines():
            if line.startswith("- "):
                yield TrainingExample(
                    text=line[2:].strip(),
                    label=block["intent"],
                    voice=marks.get("voice", ""),
                    facets=None if facets is None else tuple(facets),
                    emergency=marks.get("emergency"),
                    alternatives=tuple(marks.get("alternatives") or ()),
                )


def index_of(
    data_dir: Path, evaluation_dir: Path, before: ExampleIndex | None = None
) -> ExampleIndex:
    """Returns the guards' index of the training data as they are now.

    Args:
        data_dir: Training data, `nlu/` below it.
        evaluation_dir: Sets that judge models.
        before: An index of earlier data, to be brought up to date.
    """
    examples = read_folder(data_dir / "nlu")
    kept_out = [
        example.text
        for name in KEPT_OUT
        for example in read_folder(evaluation_dir / name)
    ]
    known = [Known(e.text, e.label) for e in examples]
    if before is None:
        return ExampleIndex(known, kept_out)
    before.update(known, kept_out)
    return before


def path_of(label: str) -> Path:
    """Returns the file of a label below `nlu/`: one label, one file.

    `service/id_card` is in `service/id_card.yml`, `talk_greet` in `talk/greet.yml`.
    """
    if "/" in label:
        return Path(f"{label}.yml")
    kind, _, name = label.partition("_")
    return Path(kind) / f"{name}.yml"


@dataclass(frozen=True, slots=True)
class Change:
    """What one file gains and loses."""

    added: tuple[TrainingExample, ...] = ()
    removed: tuple[str, ...] = ()
    """Texts of examples that were withdrawn."""


def rewrite(text: str, label: str, change: Change) -> str:
    """Returns a file's text with a change; every other line stays as it is.

    An example joins the end of the block that has its marks; a new block comes last.
    The order of `change` does not matter.
    """
    lines = text.splitlines() or ['version: "3.1"', "", "nlu:"]
    lines = _without(lines, set(change.removed))
    present = {line.strip()[2:].strip() for line in lines if _is_example(line)}
    for example in sorted(change.added, key=lambda e: (_marks(e), e.text)):
        if example.text not in present:
            lines = _with(lines, label, example)
            present.add(example.text)
    return "\n".join(lines) + "\n"


def _is_example(line: str) -> bool:
    return line.startswith("      - ")


def _without(lines: list[str], texts: set[str]) -> list[str]:
    """Takes lines out, but only such as the loop itself has written."""
    if not texts:
        return lines
    doomed = {
        number
        for start, end in _blocks(lines)
        if f"voice: {RESIDENT}" in _block_marks(lines[start:end])
        for number in range(start, end)
        if _is_example(lines[number]) and lines[number].strip()[2:].strip() in texts
    }
    kept = [line for number, line in enumerate(lines) if number not in doomed]
    return _without_empty_blocks(kept)


def _without_empty_blocks(lines: list[str]) -> list[str]:
    blocks = _blocks(lines)
    if not blocks:
        return lines
    result = lines[: blocks[0][0]]
    for start, end in blocks:
        if any(_is_example(line) for line in lines[start:end]):
            result += lines[start:end]
    return result


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    starts = [n for n, line in enumerate(lines) if line.startswith("  - intent:")]
    return list(zip(starts, [*starts[1:], len(lines)][: len(starts)], strict=True))


def _with(lines: list[str], label: str, example: TrainingExample) -> list[str]:
    marks, line = _marks(example), f"      - {example.text}"
    for start, end in _blocks(lines):
        if _block_marks(lines[start:end]) == marks:
            last = max(n for n in range(start, end) if _is_example(lines[n]))
            return [*lines[: last + 1], line, *lines[last + 1 :]]
    head = [f"  - intent: {label}"]
    if marks:
        head.append(f"    metadata: {marks}")
    return [*lines, *head, "    examples: |", line]


def _block_marks(block: list[str]) -> str:
    for line in block:
        if line.startswith("    metadata: "):
            return line[len("    metadata: ") :].strip()
    return ""


def _marks(example: TrainingExample) -> str:
    """Writes the marks as the files do: `{voice: elder, facets: [materials]}`."""
    marks: Mapping[str, str | None] = {
        "voice": example.voice or None,
        "facets": (
            None if example.facets is None else f"[{', '.join(example.facets)}]"
        ),
        "emergency": example.emergency,
    }
    found = ", ".join(f"{k}: {v}" for k, v in marks.items() if v is not None)
    return f"{{{found}}}" if found else ""


def labels_of(examples: Iterable[TrainingExample]) -> frozenset[str]:
    """Returns the labels that occur."""
    return frozenset(example.label for example in examples)
