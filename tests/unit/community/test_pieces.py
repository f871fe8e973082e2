"""A problem told in pieces: what goes on with it, what takes a choice, what is guessed."""

import pytest

from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.pieces import (
    GUESSED,
    may_go_on,
    other_matter,
    read_together,
    takes_first,
)
from community.payloads import item_payload

LEAK, QUARREL = "matter/common_area_repair", "matter/neighbor_dispute"
OFFERED = (
    ("反映：邻居闹矛盾", item_payload(QUARREL)),
    ("反映：房屋漏水维修", item_payload(LEAK)),
)
STORY = Context(offered=OFFERED, is_unclear=True, n_unclear=1, unclear_text="滴水了")


def said(text, label="oos_other", entities=(), decision="abstain"):
    return Said(text, label, 0.6, (), decision, (), entities, None)


@pytest.mark.parametrize("text", ["行 报上", "你报吧", "中", "赶紧叫人来", "报"])
def test_a_yes_takes_the_first_choice(text, catalog):
    meaning = takes_first(said(text), STORY, catalog)
    assert (meaning.intent, meaning.item, meaning.chosen) == ("matter", QUARREL, True)


def test_a_yes_to_services_takes_none(catalog):
    offered = (("低保", item_payload("service/subsistence_allowance")), *OFFERED)
    context = Context(offered=offered, is_unclear=True, n_unclear=1)
    assert takes_first(said("中"), context, catalog) is None


def test_report_it_with_nothing_told_asks_what(catalog):
    meaning = takes_first(said("报吧"), Context(), catalog)
    assert (meaning.intent, meaning.value) == ("nlu_fallback", "report")
    form = Context(requested_slot="report_place")
    assert takes_first(said("报吧"), form, catalog) is None
    bills = Context(item="service/medical_reimbursement")
    assert takes_first(said("报"), bills, catalog) is None


@pytest.mark.parametrize(
    ("text", "intent", "goes_on"),
    [
        ("别家也没有", "talk_deny", True),
        ("不是这个", "talk_deny", False),
        ("不", "talk_deny", False),
        ("通知也没见着", "talk_greet", True),
        ("你好", "talk_greet", False),
        ("再见", "talk_goodbye", False),
        ("谢谢", "talk_thanks", False),
        ("俺八十了", "service", True),
        ("低保要啥材料", "service", False),
    ],
)
def test_what_may_be_the_rest_of_it(text, intent, goes_on, catalog):
    meaning = Meaning(intent, item="service/senior_age_allowance")
    assert may_go_on(said(text), meaning, STORY, catalog) is goes_on
    assert not may_go_on(said(text), meaning, Context(), catalog)


def together(text, joined, *, context=STORY, entities=()):
    told = f"{context.unclear_text}，{text}"
    own = Meaning("nlu_fallback")
    return read_together(said(text, entities=entities), own, joined, told, context)


def test_a_guess_that_was_offered_is_taken():
    joined = Meaning("nlu_fallback", candidates=(QUARREL, LEAK))
    meaning = together("滴得厉害", joined)
    assert (meaning.item, meaning.value) == (QUARREL, GUESSED)
    assert meaning.clause == "滴水了，滴得厉害"


def test_another_guess_is_asked_once_more_and_then_taken():
    other = "matter/noise"
    joined = Meaning("nlu_fallback", candidates=(other, QUARREL))
    assert together("滴得厉害", joined).intent == "nlu_fallback"
    later = Context(offered=OFFERED, is_unclear=True, n_unclear=2, unclear_text="滴水")
    assert together("滴得厉害", joined, context=later).item == other


def test_a_place_is_enough_and_a_question_is_not():
    joined = Meaning("nlu_fallback", candidates=(LEAK,))
    place = (("building", "8号楼"),)
    assert together("8号楼", joined, entities=place).item == QUARREL
    later = Context(offered=OFFERED, is_unclear=True, n_unclear=2, unclear_text="滴水")
    assert together("谁来管", joined, context=later).intent == "nlu_fallback"


def test_what_is_denied_leaves_the_other():
    joined = Meaning("matter", item=QUARREL)
    meaning = together("不是闹矛盾 就是滴水", joined)
    assert (meaning.item, meaning.value) == (LEAK, GUESSED)


LAMP = {"requested_slot": "report_place", "report_item": "matter/street_lighting"}


@pytest.mark.parametrize(
    ("text", "label", "intent"),
    [
        ("不是路灯 是下水道冒水", "matter/drainage_flooding", "matter"),
        ("不是路灯是楼道灯", "matter/street_lighting", None),
        ("不是路灯", "oos_other", "talk_deny"),
        ("不是3号楼是5号楼", "matter/drainage_flooding", None),
        ("不是路灯坏了一个 是一排", "oos_other", None),
    ],
)
def test_within_a_report_another_matter_is_told(text, label, intent, catalog):
    context = Context(account="黑乎乎的", **LAMP)
    meaning = other_matter(said(text, label), context, catalog)
    assert (meaning and meaning.intent) == intent
    if intent == "matter":
        assert meaning.clause == f"黑乎乎的，{text}"
    assert other_matter(said(text, label), Context(), catalog) is None
