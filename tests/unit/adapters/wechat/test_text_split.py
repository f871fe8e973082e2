"""Long texts are cut at pauses, by bytes, and never within what belongs together."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wechat.text_split import cut_chars, cut_text, split_text

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
THUMB = "\U0001f44d\U0001f3fd"
FLAG = "\U0001f1e8\U0001f1f3"
HEART = "\u2764\ufe0f"
LINK = '<a href="weixin://bizmsgmenu?msgmenucontent=报修。报修&msgmenuid=1">报修</a>'
PIECES = st.lists(
    st.sampled_from(
        ["好", "一句话。", "a", " ", "\n", FAMILY, THUMB, FLAG, HEART, LINK, "&lt;"]
    ),
    max_size=120,
).map("".join)


def bare(parts):
    """The parts without their numbers."""
    return [re.sub(r"\n\(\d/\d\)$", "", part) for part in parts]


def test_a_short_text_stays_as_it_is():
    assert split_text(" 好 \n") == ["好"]
    assert split_text(" ") == []


def test_a_text_is_cut_after_a_paragraph_a_sentence_or_a_clause():
    for stop in "\n。，":
        half = "字" * 45 + stop
        parts = split_text(half * 2, limit_bytes=200)
        assert bare(parts) == [half.strip(), half.strip()]


def test_parts_are_numbered_at_their_end():
    parts = split_text("一句话。" * 40, limit_bytes=200)
    assert [part[-5:] for part in parts] == [f"({n}/3)" for n in (1, 2, 3)]


def test_what_is_beyond_the_last_part_is_replaced_by_a_link():
    more = '<a href="https://x/y">看全部</a>'
    parts = split_text("一句话。" * 400, limit_bytes=200, max_parts=2, more=more)
    assert len(parts) == 2
    assert bare(parts)[1].endswith(f"。\n{more}")
    assert all(len(part.encode()) <= 200 for part in parts)


def test_a_link_longer_than_a_part_loses_its_address_only():
    parts = split_text(f'<a href="{"x" * 300}">点这里</a>', limit_bytes=200)
    assert parts == ["点这里"]


def test_endless_joiners_are_cut_in_the_end():
    parts = split_text("a\u200d" * 400, limit_bytes=200, max_parts=50)
    assert all(len(part.encode()) <= 200 for part in parts)


@pytest.mark.parametrize(
    "cluster", [FAMILY, THUMB, FLAG, HEART, "e\u0301", LINK, "&amp;"]
)
def test_what_belongs_together_is_never_cut(cluster):
    for lead in range(120, 200):
        parts = bare(
            split_text("a" * lead + cluster * 8, limit_bytes=200, max_parts=50)
        )
        assert "".join(parts) == "a" * lead + cluster * 8
        assert all(len(re.sub(f"^a*|{re.escape(cluster)}", "", p)) == 0 for p in parts)


@given(PIECES)
def test_nothing_is_lost_and_every_part_fits(text):
    parts = split_text(text, limit_bytes=200, max_parts=1_000)
    assert all(0 < len(part.encode()) <= 200 for part in parts)
    joined = "".join("".join(bare(parts)).split())
    assert joined == "".join(text.split())


@given(st.text(max_size=300), st.integers(100, 400))
def test_any_text_fits(text, limit):
    clean = text.encode("utf-8", "ignore").decode()
    parts = split_text(clean, limit_bytes=limit)
    assert len(parts) <= 4
    assert all(len(part.encode()) <= limit for part in parts)


@given(st.text(max_size=60), st.integers(1, 40))
def test_cutting_keeps_its_limits(text, limit):
    clean = text.encode("utf-8", "ignore").decode()
    assert len(cut_text(clean, limit).encode()) <= limit
    assert len(cut_chars(clean, limit)) <= limit


def test_a_cut_text_says_so():
    assert cut_text("一二三四五", 12) == "一二三…"
    assert cut_text("一二三四", 12) == "一二三四"
    assert cut_chars("一二三四五", 4) == "一二三…"
    assert cut_chars(f"一{FAMILY}", 5) == "一…"
