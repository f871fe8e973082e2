"""Features of short and long messages."""

from bot.nlu.features import HEAD_CHARS, TAIL_CHARS, blocks, clipped, normalise


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
