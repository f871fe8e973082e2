"""How alike two places are, in the words of residents."""

import re
from collections import Counter

ALIKE = 0.34
"""Two places with less in common are not taken for the same."""
_NOISE = re.compile(r"[\s，。,.、！!？?；;：:（）()\-—]+")
_DIGITS = str.maketrans(
    "０１２３４５６７８９一二三四五六七八九两", "01234567891234567892"
)
_NUMBER_OF = re.compile(r"(\d+)\s*(?:号楼|栋|幢|号院|号)")


def likeness(one: str, other: str) -> float:
    """Returns 0 to 1: shared pairs of characters (Dice).

    Two places that name different buildings are not alike, whatever else they share.
    """
    first, second = _plain(one), _plain(other)
    if not first or not second:
        return 0.0
    if first in second or second in first:
        return 1.0
    buildings, others = _buildings(first), _buildings(second)
    if buildings and others and not buildings & others:
        return 0.0
    left, right = _pairs(first), _pairs(second)
    shared = sum((left & right).values())
    total = sum(left.values()) + sum(right.values())
    return 2 * shared / total if total else 0.0


def _plain(text: str) -> str:
    return _NOISE.sub("", text).translate(_DIGITS)


def _buildings(text: str) -> set[str]:
    return set(_NUMBER_OF.findall(text))


def _pairs(text: str) -> Counter[str]:
    return Counter(text[n : n + 2] for n in range(len(text) - 1))
