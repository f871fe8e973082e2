"""Tells without searching that a pattern cannot match: a character it needs is missing.

Danger patterns are long, and almost every message lacks what almost every one of them
needs. `needed` reads from a pattern a set of characters of which each match must hold
at least one; where a text holds none, the pattern need not be tried.
"""

import sre_constants
import sre_parse
from collections.abc import Iterable
from typing import Any

COMMON = frozenset("，。的了我不人在有是他家一个们这那到上子没说去就来要")
COMMON_COST = 25
"""A set with a common character rules little out: it counts as much as many others."""
_REPEATS = (sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT)


def needed(pattern: str) -> frozenset[str] | None:
    """Returns characters of which every match holds one; `None` if there are none.

    A match of a lookahead counts as well: it lies in the same text.
    """
    return _of_sequence(sre_parse.parse(pattern))


def _of_sequence(items: Any) -> frozenset[str] | None:
    """Returns the set that rules out most, of those that the parts need."""
    sets = [found for item in items if (found := _of_item(*item)) is not None]
    return min(sets, key=_cost, default=None)


def _of_item(kind: Any, value: Any) -> frozenset[str] | None:
    if kind is sre_constants.LITERAL:
        return frozenset(chr(value))
    if kind is sre_constants.IN:
        return _of_class(value)
    if kind is sre_constants.BRANCH:
        return _of_all(_of_sequence(choice) for choice in value[1])
    if kind is sre_constants.SUBPATTERN:
        return _of_sequence(value[-1])
    if kind is sre_constants.ASSERT:
        return _of_sequence(value[1])
    if kind in _REPEATS and value[0] >= 1:
        return _of_sequence(value[2])
    return None


def _of_class(members: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """Returns a class's characters; ranges and negated classes rule nothing out."""
    if any(kind is not sre_constants.LITERAL for kind, _ in members):
        return None
    return frozenset(chr(code) for _, code in members)


def _of_all(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    union: set[str] = set()
    for found in sets:
        if found is None:
            return None
        union |= found
    return frozenset(union)


def _cost(characters: frozenset[str]) -> int:
    return len(characters) + COMMON_COST * len(characters & COMMON)
