"""Features of short and long messages."""

import numpy as np
import pytest

from bot.nlu.features import (
    HEAD_CHARS,
    TAIL_CHARS,
    Vectorizer,
    blocks,
    clipped,
    ngrams,
    normalise,
)
from community.errors import ConfigurationError


def test_a_long_message_keeps_both_ends():
    assert clipped("a" * 10, 6, 4) == "a" * 10
    assert clipped("abcdefghijkl", 3, 2) == "abckl"


def test_the_number_of_features_stops_growing():
    longest = blocks("字" * (HEAD_CHARS + TAIL_CHARS), [])
    assert [len(b) for b in blocks("字" * 5_000, [])] == [len(b) for b in longest]


def test_homophones_share_their_sounds():
    one, other = blocks("低保", ["低保"]), blocks("底保", ["底保"])
    assert set(one[2]) == set(other[2])
    assert set(one[0]) != set(other[0])


def test_digits_and_marks_are_folded():
    assert normalise("ＡB，3号楼 138") == "ａb 0号楼 000"


def test_keys_and_readable_ngrams_go_together():
    text = "低保低保怎么办，在ｂ栋3楼"
    words = ["低保", "低保", "怎么办", "，", "在", "ｂ", "栋", "3", "楼"]
    for named, keys in zip(ngrams(text, words), blocks(text, words), strict=True):
        assert len(named) == len(keys)
        # As many different keys as different n-grams, and the same for the same.
        pairs = set(zip(named, keys.tolist(), strict=True))
        assert len(pairs) == len(set(named)) == len(set(keys.tolist()))


def test_families_share_no_key():
    families = [set(keys.tolist()) for keys in blocks("aba", ["aba"])]
    assert sum(len(family) for family in families) == len(set().union(*families))


def test_a_row_is_the_messages_line_of_the_matrix():
    documents = [
        blocks(text, list(text)) for text in ("低保怎么办", "低保", "路灯", "")
    ]
    vectorizer = Vectorizer.fit(documents, min_df=1)
    matrix = vectorizer.matrix(documents).toarray()
    assert matrix.shape == (4, len(vectorizer.keys))
    for document, line in zip(documents, matrix, strict=True):
        columns, values = vectorizer.row(document)
        dense = np.zeros(len(vectorizer.keys), dtype=np.float32)
        dense[columns] = values
        assert np.allclose(dense, line)
        lengths = [
            float(w)
            for w, keys in zip(vectorizer.weights, document, strict=True)
            if len(keys)
        ]
        assert np.isclose(np.linalg.norm(line), np.linalg.norm(lengths))


def test_unknown_ngrams_are_nothing():
    vectorizer = Vectorizer.fit([blocks("低保", ["低保"])], min_df=1)
    document = blocks("路灯", ["路灯"])
    columns, _ = vectorizer.row(document)
    edges = {"^", "$"}  # of the characters; all else of the message is new
    assert len(columns) == len(edges)
    empty = Vectorizer.fit([blocks("低保", ["低保"])], min_df=2)
    assert len(empty.row(blocks("低保", []))[0]) == 0


def test_a_vectorizer_is_read_as_it_was_written():
    vectorizer = Vectorizer.fit(
        [blocks("低保", ["低保"]), blocks("低保户", ["低保户"])]
    )
    again = Vectorizer.from_arrays(vectorizer.arrays())
    assert (again.keys == vectorizer.keys).all()
    assert again.weights == vectorizer.weights
    with pytest.raises(ConfigurationError, match="make train"):
        Vectorizer.from_arrays({"idf": vectorizer.idf})


def test_a_greeting_before_something_is_left_out():
    words = ["您好", "，", "低保", "怎么", "办"]
    for said, cut in (
        ("您好，低保怎么办", words),
        ("您好 低保怎么办", ["您好", " ", *words[2:]]),
        ("  你好 低保怎么办", [" ", " ", "你好", " ", *words[2:]]),
    ):
        for keys, bare in zip(
            blocks(said, cut), blocks("低保怎么办", words[2:]), strict=True
        ):
            assert keys.tolist() == bare.tolist()


def test_a_greeting_alone_stays():
    assert blocks("您好", ["您好"])[0].tolist() != blocks("", [])[0].tolist()
