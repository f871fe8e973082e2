"""Cuts long texts where a reader would pause, counting UTF-8 bytes.

A cut never falls inside a link, an escaped character, or what a phone shows as one
character: an emoji joined of several, a flag, a letter with its marks.
"""

import re
from collections.abc import Sequence

MAX_TEXT_BYTES = 1_900
"""WeChat refuses texts above 2,048 bytes; this leaves room for what it may add."""
MAX_PARTS = 4

_LINK = re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL)
_JOINED = (
    "[\u0300-\u036f\u1ab0-\u1aff\u200d\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]"
)
"""Marks, selectors, skin tones, tags and the joiner: they belong to what precedes."""
_ATOM = re.compile(
    r"<a\b[^>]*>.*?</a>"
    r"|&(?:[a-z]{2,6}|#\d{1,6});"
    r"|\r\n"
    rf"|(?:[\U0001f1e6-\U0001f1ff]{{2}}|.)(?:{_JOINED}|(?<=\u200d).)*",
    re.DOTALL,
)
_STOPS: tuple[frozenset[str], ...] = (
    frozenset("\n\r"),
    frozenset("。！？；!?;…"),
    frozenset("，、：,: 　"),
)
"""Where to cut, the best first: paragraph, sentence, clause."""


def split_text(
    text: str,
    *,
    limit_bytes: int = MAX_TEXT_BYTES,
    max_parts: int = MAX_PARTS,
    more: str = "",
) -> list[str]:
    """Cuts a text into numbered parts.

    Args:
        text: A text of WeChat, escaped, perhaps with links.
        limit_bytes: Most bytes of a part, its number included; at least 100.
        max_parts: Most parts; what is beyond them is left out.
        more: Closes the last part where something is left out.

    Returns:
        The parts in order; none for an empty text.
    """
    text = text.strip()
    if len(text.encode()) <= limit_bytes:
        return [text] if text else []
    # The number stands last: nothing may stand before an emergency's first word.
    room = limit_bytes - len(f"\n({max_parts}/{max_parts})")
    parts, rest = _fill(_atoms(text, room), room, max_parts)
    if rest:
        ending = f"\n{more}" if more else ""
        parts[-1] = _shorten(parts[-1], room - len(ending.encode())) + ending
    if len(parts) == 1:
        return parts
    return [f"{part}\n({n}/{len(parts)})" for n, part in enumerate(parts, start=1)]


def cut_text(text: str, limit_bytes: int, *, ending: str = "…") -> str:
    """Returns the text, or its beginning and an ending, within a limit of bytes."""
    if len(text.encode()) <= limit_bytes:
        return text
    room = limit_bytes - len(ending.encode())
    return _shorten(text, room) + ending if room > 0 else _shorten(text, limit_bytes)


def cut_chars(text: str, limit_chars: int) -> str:
    """Returns the text, or its beginning and `…`, within a limit of characters."""
    if len(text) <= limit_chars:
        return text
    kept = ""
    for atom in _ATOM.findall(text):
        if len(kept) + len(atom) > limit_chars - 1:
            break
        kept += atom
    return kept + "…"


def _atoms(text: str, limit_bytes: int) -> list[str]:
    atoms: list[str] = []
    for match in _ATOM.finditer(text):
        atom = match.group()
        if len(atom.encode()) <= limit_bytes:
            atoms.append(atom)
            continue
        # Longer than a whole part: a link loses its address, joined marks their joint.
        link = _LINK.fullmatch(atom)
        atoms += list(link.group(1) if link else atom)
    return atoms


def _fill(
    atoms: Sequence[str], limit_bytes: int, max_parts: int
) -> tuple[list[str], str]:
    parts: list[str] = []
    start = 0
    while start < len(atoms) and len(parts) < max_parts:
        end = _end_of_part(atoms, start, limit_bytes)
        part = "".join(atoms[start:end]).strip()
        if part:
            parts.append(part)
        start = end
    return parts, "".join(atoms[start:]).strip()


def _end_of_part(atoms: Sequence[str], start: int, limit_bytes: int) -> int:
    used, end = 0, start
    while end < len(atoms):
        used += len(atoms[end].encode())
        if used > limit_bytes:
            break
        end += 1
    if end == len(atoms):
        return end
    # A cut in the first half would make short parts, and too many of them.
    half = start + max(1, (end - start) // 2)
    for stops in _STOPS:
        for position in range(end, half, -1):
            if atoms[position - 1] in stops:
                return position
    return max(end, start + 1)


def _shorten(text: str, limit_bytes: int) -> str:
    if len(text.encode()) <= limit_bytes:
        return text
    atoms = _atoms(text, limit_bytes)
    if len(atoms[0].encode()) > limit_bytes:
        return ""
    return "".join(atoms[: _end_of_part(atoms, 0, limit_bytes)]).strip()
