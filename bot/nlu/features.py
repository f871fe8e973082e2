"""Sparse features of a message: character, word and pinyin n-grams.

Pinyin makes speech-recognition homophones (底保 for 低保) look alike; its second,
coarser form also merges sounds that speakers of the region do not keep apart.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from typing import Dict, Iterable, List, Sequence, Tuple, TypeVar

import numpy as np
import scipy.sparse as sp

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # 40 MB that are not needed
from pypinyin import Style, lazy_pinyin

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NUMBER = re.compile(r"\d+")
SPACE_OR_MARK = re.compile(r"[\s\W_]+", re.UNICODE)
COARSE = (
    (re.compile(r"^zh"), "z"),
    (re.compile(r"^ch"), "c"),
    (re.compile(r"^sh"), "s"),
    (re.compile(r"^r"), "y"),
    (re.compile(r"^f"), "h"),
    (re.compile(r"^n(?=[aeiouv])"), "l"),
    (re.compile(r"ng$"), "n"),
)
HEAD_CHARS, TAIL_CHARS = 400, 300
"""Of longer messages only this much at both ends makes features."""
Clippable = TypeVar("Clippable", str, Sequence[str])
_SYLLABLES: Dict[str, Tuple[str, str]] = {}


def _syllable(char: str) -> Tuple[str, str]:
    found = _SYLLABLES.get(char)
    if found is None:
        plain = lazy_pinyin(char, style=Style.NORMAL)[0]
        coarse = plain
        for pattern, sound in COARSE:
            coarse = pattern.sub(sound, coarse)
        found = _SYLLABLES[char] = (plain, coarse)
    return found


def normalise(text: str) -> str:
    """Lower-cases, folds digits to 0 and white space and marks to one space."""
    text = NUMBER.sub(lambda m: "0" * min(len(m.group()), 4), text.lower())
    return SPACE_OR_MARK.sub(" ", text).strip()


def clipped(symbols: Clippable, head: int, tail: int) -> Clippable:
    """Returns beginning and end of something long; the ask stands in one of them."""
    if len(symbols) <= head + tail:
        return symbols
    return symbols[:head] + symbols[len(symbols) - tail :]  # type: ignore[operator]


def ngrams(symbols: Sequence[str], low: int, high: int, mark: str) -> List[str]:
    """Returns all n-grams of `low` to `high` symbols, prefixed with `mark`."""
    return [
        mark + "\x1f".join(symbols[start : start + size])
        for size in range(low, high + 1)
        for start in range(len(symbols) - size + 1)
    ]


def blocks(text: str, words: Sequence[str]) -> List[List[str]]:
    """Returns the n-grams of a message, one list for each family."""
    clean = clipped(normalise(text), HEAD_CHARS, TAIL_CHARS)
    words = clipped(words, HEAD_CHARS // 2, TAIL_CHARS // 2)
    chars = ["^", *clean, "$"]
    sounds = [_syllable(c) if CHINESE.match(c) else (c, c) for c in clean]
    tokens = [w for w in (normalise(word) for word in words) if w]
    return [
        ngrams(chars, 1, 4, "c"),
        ngrams(tokens, 1, 2, "w"),
        ngrams(["^", *(s[0] for s in sounds), "$"], 2, 4, "p"),
        ngrams([s[1] for s in sounds], 2, 3, "q"),
    ]


@dataclass(frozen=True)
class Vectorizer:
    """TF-IDF over the four families, each normalised to length one.

    `vocabulary` maps an n-gram to its column, `idf` has shape (n_features,) and
    `weights` one factor for each family.
    """

    vocabulary: Dict[str, int]
    idf: np.ndarray
    weights: Tuple[float, ...] = (1.0, 0.8, 0.7, 0.4)

    @classmethod
    def fit(
        cls, documents: Iterable[List[List[str]]], *, min_df: int = 2
    ) -> Vectorizer:
        """Learns vocabulary and document frequencies from training messages."""
        counts: Counter[str] = Counter()
        n_documents = 0
        for document in documents:
            n_documents += 1
            for block in document:
                counts.update(set(block))
        kept = sorted(gram for gram, count in counts.items() if count >= min_df)
        idf = np.array(
            [np.log((1 + n_documents) / (1 + counts[gram])) + 1 for gram in kept],
            dtype=np.float32,
        )
        return cls({gram: column for column, gram in enumerate(kept)}, idf)

    def row(self, document: List[List[str]]) -> Tuple[np.ndarray, np.ndarray]:
        """Returns columns and values of one message."""
        all_columns: List[int] = []
        all_values: List[float] = []
        for block, weight in zip(document, self.weights, strict=False):
            counts = Counter(
                column
                for gram in block
                if (column := self.vocabulary.get(gram)) is not None
            )
            if not counts:
                continue
            columns = list(counts)
            values = (1 + np.log(list(counts.values()))) * self.idf[columns]
            values *= weight / np.sqrt(values @ values)
            all_columns += columns
            all_values += values.tolist()
        return (
            np.array(all_columns, dtype=np.int32),
            np.array(all_values, dtype=np.float32),
        )

    def matrix(self, documents: Iterable[List[List[str]]]) -> sp.csr_matrix:
        """Returns features of shape (n_messages, n_features), float32."""
        columns, values, starts = [], [], [0]
        for document in documents:
            row_columns, row_values = self.row(document)
            columns.append(row_columns)
            values.append(row_values)
            starts.append(starts[-1] + len(row_columns))
        return sp.csr_matrix(
            (np.concatenate(values), np.concatenate(columns), starts),
            shape=(len(starts) - 1, len(self.idf)),
            dtype=np.float32,
        )
