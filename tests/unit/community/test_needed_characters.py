"""What a pattern needs to match, read from the pattern itself."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.emergencies.detection import _RULES
from community.emergencies.needed_characters import needed


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [
        ("着火", {"着"}),
        ("的火", {"火"}),
        ("火|烟", {"火", "烟"}),
        ("[火烟]灾?", {"火", "烟"}),
        ("灾?", None),
        ("(?:着|起)火(?!车)", {"火"}),
        ("煤气.{0,9}(?=漏|炸)", {"煤"}),
        (".(?=漏|炸)", {"漏", "炸"}),
        ("(?:火灾){2,}", {"火"}),
        ("[^火]|烟", None),
        (r"\d+", None),
        ("(?<!不)着火", {"着"}),
        ("", None),
    ],
)
def test_the_set_that_rules_out_most_is_found(pattern, characters):
    assert needed(pattern) == (None if characters is None else frozenset(characters))


PATTERNS = [
    (pattern, of_these)
    for patterns in _RULES.values()
    for pattern, of_these in patterns
]


@given(st.data())
def test_every_match_of_a_danger_pattern_holds_a_needed_character(data):
    pattern, of_these = data.draw(st.sampled_from(PATTERNS))
    text = data.draw(st.from_regex(pattern, fullmatch=False).filter(pattern.search))
    assert of_these is None or not of_these.isdisjoint(text)


def test_most_danger_patterns_are_not_tried_on_an_ordinary_message():
    text = set("低保怎么申请要带什么材料")
    tried = [p for p, of_these in PATTERNS if not text.isdisjoint(of_these or text)]
    assert len(tried) < len(PATTERNS) / 4


def test_patterns_are_compiled_as_they_are_read():
    assert all(pattern.flags == re.compile("火").flags for pattern, _ in PATTERNS)
