"""Changes one statement of a catalogue file; every other line stays as it is."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from community.errors import CatalogError

FIELDS = ("text", "items", "local", "source", "checked_on", "expires_on", "confidence")
"""Keys of a statement, in the order in which the files write them."""
Statement = Mapping[str, Any]


def quoted(text: str) -> str:
    """Returns a text as the files write it; JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)


def with_statement(text: str, slot: str, statement: Statement) -> str:
    """Returns a file with another statement in a slot.

    Args:
        text: The file.
        slot: `overview`, `advice` or `facets.<id>`.
        statement: What is to stand there.

    Raises:
        CatalogError: The file has no such slot.
    """
    lines = text.splitlines()
    start, end, indent = _block(lines, slot)
    name = slot.rsplit(".", 1)[-1]
    block = [f"{indent}{name}:", *_lines(statement, indent + "  ")]
    return "\n".join([*lines[:start], *block, *lines[end:]]) + "\n"


def with_source(text: str, key: str, title: str, ref: str) -> str:
    """Returns a file that knows one more source.

    Raises:
        CatalogError: The file has no list of sources.
    """
    entry = f"  {key}: {{title: {quoted(title)}, ref: {quoted(ref)}}}"
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("sources:"):
            rest = lines[number + 1 :]
            return "\n".join([*lines[:number], "sources:", entry, *rest]) + "\n"
    raise CatalogError(["sources: is missing"])


def _block(lines: Sequence[str], slot: str) -> tuple[int, int, str]:
    name, inside, indent = slot, 0, ""
    if slot.startswith("facets."):
        name, indent = slot.removeprefix("facets."), "  "
        inside = _line(lines, "facets:", 0, slot) + 1
    start = _line(lines, f"{indent}{name}:", inside, slot)
    end = start + 1
    while end < len(lines) and _belongs(lines[end], indent):
        end += 1
    return start, end, indent


def _line(lines: Sequence[str], wanted: str, after: int, slot: str) -> int:
    for number in range(after, len(lines)):
        if lines[number].rstrip() == wanted:
            return number
    raise CatalogError([f"{slot}: is not written as a block of its own"])


def _belongs(line: str, indent: str) -> bool:
    """Tells whether a line still stands within the block."""
    return not line.strip() or bool(re.match(rf"{indent} +\S", line))


def _lines(statement: Statement, indent: str) -> list[str]:
    found = []
    for field in FIELDS:
        value = statement.get(field)
        if not value:
            continue
        if field == "items":
            found.append(f"{indent}items:")
            found += [f"{indent}  - {quoted(item)}" for item in value]
        elif field == "local":
            found.append(f"{indent}local: [{', '.join(map(quoted, value))}]")
        else:
            found.append(f"{indent}{field}: {quoted(value)}")
    return found


def with_referral(text: str, entry: str) -> str:
    """Returns the referrals with a new entry in front: the special ones come first.

    Raises:
        CatalogError: It is no list of referrals.
    """
    head, found, rest = text.partition("referrals:\n")
    if not found:
        raise CatalogError(["referrals: is missing"])
    return f"{head}{found}{entry.rstrip()}\n{rest}"
