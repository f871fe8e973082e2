"""Runs spaCy's matcher only near the words without which no pattern can match.

The matcher's cost grows with patterns times symbols, and most symbols of a message
belong to no entity. Each pattern has an anchor: the token that must be there and is
the rarest. Patterns with the same anchor share a matcher, which looks only as far
around the anchors as its patterns reach.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, Iterator, List, Sequence, Tuple

from spacy.matcher import Matcher
from spacy.vocab import Vocab

from bot.nlu.entity_patterns import Pattern, Token
from bot.nlu.entity_symbols import Span, Symbols

Anchor = FrozenSet[Tuple[str, str]]
"""What an anchor may be: pairs of an attribute, `TAG` or `TEXT`, and its value."""
COMMON_TAGS = {"NUMBER": 30, "HAN": 60}
"""How common these classes are, counted in words; other classes count one."""


@dataclass
class _Group:
    matcher: Matcher
    reach: Tuple[int, int] = (0, 0)
    """How many symbols its patterns extend before an anchor and after it."""


class AnchoredMatcher:
    """Finds all matches of patterns, as one matcher over all of them would."""

    def __init__(self, vocab: Vocab, patterns: Sequence[Pattern]) -> None:
        """Groups the patterns by their anchors.

        Raises:
            ValueError: A pattern has no token that must be there.
        """
        self._vocab = vocab
        groups: Dict[Anchor, _Group] = {}
        for position, pattern in enumerate(patterns):
            at, anchor = anchor_of(pattern.tokens)
            group = groups.setdefault(anchor, _Group(Matcher(vocab)))
            group.matcher.add(str(position), [list(pattern.tokens)])
            before, after = group.reach
            group.reach = max(before, at), max(after, len(pattern.tokens) - at)
        self._groups = list(groups.values())
        self._by_value: Dict[Tuple[str, str], List[int]] = defaultdict(list)
        for number, anchor in enumerate(groups):
            for value in anchor:
                self._by_value[value].append(number)

    def __call__(self, symbols: Symbols) -> Iterator[Tuple[int, int, List[int]]]:
        """Yields the pattern's position, the first symbol, and the alignment."""
        for number, anchors in self._anchors(symbols).items():
            group = self._groups[number]
            for start, end in _windows(anchors, group.reach, len(symbols.spans)):
                found: Any = group.matcher(symbols.doc[start:end], with_alignments=True)
                for key, first, _, alignment in found:
                    yield int(self._vocab.strings[key]), start + first, alignment

    def _anchors(self, symbols: Symbols) -> Dict[int, List[int]]:
        """Returns the positions of each group's anchors, ascending."""
        found: Dict[int, List[int]] = defaultdict(list)
        known = self._by_value
        for position, (form, tag) in enumerate(
            zip(symbols.forms, symbols.tags, strict=True)
        ):
            for value in (("TAG", tag), ("TEXT", form)):
                for number in known.get(value, ()):
                    found[number].append(position)
        return found


def anchor_of(tokens: Sequence[Token]) -> Tuple[int, Anchor]:
    """Returns the position of a pattern's rarest necessary token, and its values.

    Raises:
        ValueError: There is none.
    """
    known = [
        (position, values)
        for position, token in enumerate(tokens)
        if token.get("OP", "{1}") == "{1}" and (values := _values(token))
    ]
    if not known:
        raise ValueError(f"no token of this pattern must be there: {tokens}")
    return min(known, key=lambda found: sum(_share(value) for value in found[1]))


def _values(token: Token) -> Anchor:
    for attribute in ("TAG", "TEXT"):
        condition = token.get(attribute)
        if isinstance(condition, str):
            return frozenset({(attribute, condition)})
        if isinstance(condition, dict) and "IN" in condition:
            return frozenset((attribute, value) for value in condition["IN"])
    return frozenset()


def _share(value: Tuple[str, str]) -> int:
    attribute, name = value
    return COMMON_TAGS.get(name, 1) if attribute == "TAG" else 1


def _windows(
    anchors: Sequence[int], reach: Tuple[int, int], n_symbols: int
) -> Iterator[Span]:
    """Yields disjoint stretches that hold everything within reach of an anchor."""
    before, after = reach
    start, end = max(anchors[0] - before, 0), anchors[0] + after
    for position in anchors[1:]:
        if position - before > end:
            yield start, min(end, n_symbols)
            start = position - before
        end = position + after
    yield start, min(end, n_symbols)
