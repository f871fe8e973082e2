"""Jieba segmenters that know the catalogue's words, each with its own dictionary."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import List, Tuple

import jieba

from adapters.content_files import CatalogFiles

WORDS_FILE = "words.txt"


@lru_cache(maxsize=2)
def shared_jieba(words: Tuple[str, ...]) -> jieba.Tokenizer:
    """Returns the tokenizer for a word list; equal lists share one instance."""
    return new_jieba(list(words))


def catalogue_words(content_dir: str) -> List[str]:
    """Returns the names and aliases of a catalogue, in stable order."""
    return list(CatalogFiles(Path(content_dir)).load().words)


def new_jieba(words: List[str]) -> jieba.Tokenizer:
    """Returns an own jieba tokenizer that knows `words`."""
    segmenter = jieba.Tokenizer()
    jieba.setLogLevel("WARNING")
    segmenter.initialize()
    for word in words:
        segmenter.add_word(word)
    return segmenter
