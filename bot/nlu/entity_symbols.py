"""Turns a message into a spaCy document of symbols that carry their word class."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import FrozenSet, List, Sequence, Tuple

import spacy
from spacy.tokens import Doc

from bot.nlu.entity_patterns import LEXICON
from community.privacy import PrivateSpan

Span = Tuple[int, int]

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Chinese punctuation keeps its form; only letters, digits and signs are folded.
for _kept in "，：；！？（）":
    del _FULL_WIDTH[ord(_kept)]
_SYMBOL = re.compile(
    "|".join(f"(?P<{name}>{regex})" for name, regex in LEXICON) + r"|(?P<CHAR>\S)"
)


@dataclass(frozen=True)
class Symbols:
    """A message as symbols, and where its words begin and end."""

    text: str
    doc: Doc
    forms: Sequence[str]
    tags: Sequence[str]
    spans: Sequence[Span]
    """Position of each symbol in the text, in code points."""
    words: Sequence[Span]
    """The tokenizer's words; longer than symbols in general."""
    edges: FrozenSet[int]
    """Positions between two words, start and end of the text included."""

    def word_at(self, position: int) -> Span:
        """Returns the word that covers a position, or the one character."""
        found = bisect_right(self.words, (position, len(self.text))) - 1
        if found >= 0 and position < self.words[found][1]:
            return self.words[found]
        return position, position + 1


def fold(text: str) -> str:
    """Folds full-width letters, digits and signs; positions do not change."""
    return text.translate(_FULL_WIDTH)


def read_symbols(
    nlp: spacy.language.Language,
    text: str,
    words: Sequence[Span],
    numbers: Sequence[PrivateSpan],
) -> Symbols:
    """Cuts a message into symbols; a telephone or ID number is one symbol."""
    forms: List[str] = []
    tags: List[str] = []
    spans: List[Span] = []
    folded = fold(text)
    position = 0
    for number in (*numbers, None):
        stop = number.start if number is not None else len(folded)
        for match in _SYMBOL.finditer(folded, position, stop):
            forms.append(match.group())
            tags.append(match.lastgroup or "CHAR")
            spans.append(match.span())
        if number is not None:
            forms.append(folded[number.start : number.end])
            tags.append("PRIVATE")
            spans.append((number.start, number.end))
            position = number.end
    doc = Doc(nlp.vocab, words=forms, spaces=[False] * len(forms), tags=tags)
    edges = frozenset({0, len(text), *(edge for word in words for edge in word)})
    return Symbols(text, doc, forms, tags, spans, words, edges)
