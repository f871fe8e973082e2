"""Sparse features of a message: character, word and pinyin n-grams.

Pinyin makes speech-recognition homophones (底保 for 低保) look alike; its second,
coarser form also merges sounds that speakers of the region do not keep apart.

An n-gram is known by a 64-bit hash of its symbols. So a message costs a few operations
on whole arrays, and a vocabulary of 400,000 n-grams is an array of 3 MB.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Dict, List, Mapping, Sequence, Tuple, TypeVar

import numpy as np
import scipy.sparse as sp

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # 40 MB that are not needed
from pypinyin import Style, lazy_pinyin

from bot.nlu.asides import without_asides
from community.errors import ConfigurationError

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
Document = List[np.ndarray]
"""The keys of a message's n-grams, uint64 with repeats, one array for each family."""
FAMILY_SIZES = ((1, 4), (1, 2), (2, 4), (2, 3))
"""Shortest and longest n-gram: characters, words, sounds, coarse sounds."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
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


def _sequences(text: str, words: Sequence[str]) -> List[Sequence[str]]:
    """Returns the symbols of each family."""
    text, words = without_asides(text, words)
    clean = clipped(normalise(text), HEAD_CHARS, TAIL_CHARS)
    words = clipped(words, HEAD_CHARS // 2, TAIL_CHARS // 2)
    sounds = [_syllable(c) if CHINESE.match(c) else (c, c) for c in clean]
    return [
        f"^{clean}$",
        [token for word in words if (token := _token(word))],
        ["^", *(s[0] for s in sounds), "$"],
        [s[1] for s in sounds],
    ]


@lru_cache(maxsize=50_000)
def _token(word: str) -> str:
    return normalise(word)


def ngrams(text: str, words: Sequence[str]) -> List[List[Tuple[str, ...]]]:
    """Returns the readable n-grams of a message, in the order of their keys."""
    return [
        [
            tuple(symbols[start : start + size])
            for size in range(low, high + 1)
            for start in range(len(symbols) - size + 1)
        ]
        for symbols, (low, high) in zip(
            _sequences(text, words), FAMILY_SIZES, strict=True
        )
    ]


def blocks(text: str, words: Sequence[str]) -> Document:
    """Returns the keys of a message's n-grams, one array for each family."""
    sequences = _sequences(text, words)
    return [
        _ngram_keys(_symbol_keys(symbols), family, *FAMILY_SIZES[family])
        for family, symbols in enumerate(sequences)
    ]


def keys_of(names: Sequence[str]) -> np.ndarray:
    """Returns the keys of features that have a name instead of n-grams."""
    return np.array([_key("=" + name) for name in names], dtype=np.uint64)


@lru_cache(maxsize=100_000)
def _key(symbol: str) -> int:
    if len(symbol) == 1:
        return ord(symbol)
    digest = blake2b(symbol.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _symbol_keys(symbols: Sequence[str]) -> np.ndarray:
    if isinstance(symbols, str):
        encoded = symbols.encode("utf-32-le", "surrogatepass")
        return np.frombuffer(encoded, dtype=np.uint32).astype(np.uint64)
    return np.array([_key(symbol) for symbol in symbols], dtype=np.uint64)


def _ngram_keys(symbols: np.ndarray, family: int, low: int, high: int) -> np.ndarray:
    """Returns a polynomial of the scattered symbols for each n-gram, modulo 2^64."""
    scattered = _scattered(symbols + np.uint64((family + 1) << 56))
    keys, found = scattered, []
    for size in range(1, high + 1):
        if size > 1:
            keys = keys[:-1] * _MULTIPLIER + scattered[size - 1 :]
        if size > len(symbols):
            break
        if size >= low:
            found.append(keys)
    return np.concatenate(found) if found else np.array([], dtype=np.uint64)


def _scattered(values: np.ndarray) -> np.ndarray:
    """Spreads values over all 64 bits (the finish of SplitMix64)."""
    values = values * _MULTIPLIER
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _joined(documents: Sequence[Document]) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns all keys with the number of their document and of their family."""
    arrays = [array for document in documents for array in document]
    lengths = [len(array) for array in arrays]
    numbers = [n for n, document in enumerate(documents) for _ in document]
    families = [f for document in documents for f in range(len(document))]
    return (
        np.concatenate(arrays),
        np.repeat(np.array(numbers, dtype=np.int64), lengths),
        np.repeat(np.array(families, dtype=np.int64), lengths),
    )


@dataclass(frozen=True)
class Vectorizer:
    """TF-IDF over the families, each normalised to length one.

    `keys` holds the known n-grams in ascending order, shape (n_features,), `idf` has
    the same shape and `weights` one factor for each family.
    """

    keys: np.ndarray
    idf: np.ndarray
    weights: Tuple[float, ...] = (1.0, 0.8, 0.7, 0.4)

    @classmethod
    def fit(cls, documents: Sequence[Document], *, min_df: int = 2) -> Vectorizer:
        """Learns n-grams and their document frequencies from training messages."""
        keys, numbers, _ = _joined(documents)
        known, columns = np.unique(keys, return_inverse=True)
        once = np.unique(columns * len(documents) + numbers)
        counts = np.bincount(once // len(documents), minlength=len(known))
        kept = counts >= min_df
        idf = np.log((1 + len(documents)) / (1 + counts[kept])) + 1
        return cls(known[kept], idf.astype(np.float32))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Vectorizer:
        """Reads what `arrays` gave.

        Raises:
            ConfigurationError: The model is of a release that kept them otherwise.
        """
        try:
            weights = tuple(float(weight) for weight in arrays["family_weights"])
            return cls(arrays["keys"], arrays["idf"], weights)
        except KeyError:
            raise ConfigurationError(
                "this model is of an earlier release: run `make train`"
            ) from None

    def arrays(self) -> Dict[str, np.ndarray]:
        """Returns its parts by name, to be stored beside a model's weights."""
        weights = np.array(self.weights, dtype=np.float64)
        return {"keys": self.keys, "idf": self.idf, "family_weights": weights}

    def only(self, columns: np.ndarray) -> Vectorizer:
        """Returns it with these columns alone, given in ascending order."""
        return replace(self, keys=self.keys[columns], idf=self.idf[columns])

    def row(self, document: Document) -> Tuple[np.ndarray, np.ndarray]:
        """Returns columns and values of one message."""
        lengths = [len(keys) for keys in document]
        keys, first, counts = np.unique(
            np.concatenate(document), return_index=True, return_counts=True
        )
        columns, is_known = self.columns(keys)
        columns = columns[is_known]
        families = np.searchsorted(np.cumsum(lengths), first[is_known], side="right")
        values = self._weighed(columns, counts[is_known], families)
        return columns, values

    def matrix(self, documents: Sequence[Document]) -> sp.csr_matrix:
        """Returns features of shape (n_messages, n_features), float32."""
        keys, numbers, families = _joined(documents)
        columns, is_known = self.columns(keys)
        width = max(len(self.keys), 1)
        cells, first, counts = np.unique(
            numbers[is_known] * width + columns[is_known],
            return_index=True,
            return_counts=True,
        )
        rows, columns = np.divmod(cells, width)
        parts = rows * len(self.weights) + families[is_known][first]
        starts = np.searchsorted(rows, np.arange(len(documents) + 1))
        return sp.csr_matrix(
            (self._weighed(columns, counts, parts), columns.astype(np.int32), starts),
            shape=(len(documents), len(self.keys)),
        )

    def _weighed(
        self, columns: np.ndarray, counts: np.ndarray, parts: np.ndarray
    ) -> np.ndarray:
        """Returns the values of cells; `parts` numbers families, message by message.

        Families share no column: each cell belongs to one of them.
        """
        values = (1 + np.log(counts)) * self.idf[columns]
        lengths = np.sqrt(np.bincount(parts, values * values))
        weights = np.array(self.weights)
        scale = weights[np.arange(len(lengths)) % len(weights)] / np.maximum(
            lengths, np.finfo(float).tiny
        )
        return (values * scale[parts]).astype(np.float32)

    def columns(self, keys: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Returns the column of each key, and which keys have one."""
        if not len(self.keys):
            return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=bool)
        columns = np.searchsorted(self.keys, keys)
        columns[columns == len(self.keys)] = 0
        return columns, self.keys[columns] == keys
