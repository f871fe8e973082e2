"""Which of several matters the words of a story speak for."""

import pytest

from community.dialogue.likeness import likeliest

GUESSES = ("matter/minor_protection", "matter/road_manhole", "matter/micro_wish")


@pytest.mark.parametrize(
    ("story", "item"),
    [
        ("小区门口有个大坑", "matter/road_manhole"),
        ("帮我买袋米", "matter/micro_wish"),
        ("有人打孩子", "matter/minor_protection"),
        ("一窝马蜂", None),
        ("没人来看", None),
        ("", None),
    ],
)
def test_words_of_the_names_count(story, item, catalog):
    assert likeliest(story, GUESSES, catalog) == item


def test_a_word_that_many_share_weighs_little(catalog):
    shared, rare = "matter/stray_livestock", "matter/road_manhole"
    assert likeliest("小区里井盖没了", (shared, rare), catalog) == rare


def test_of_nothing_nothing_is_likely(catalog):
    assert likeliest("路灯坏了", (), catalog) is None
