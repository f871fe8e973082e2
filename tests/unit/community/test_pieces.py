"""A problem told in pieces: what goes on with it, what takes a choice, what is guessed."""

from dataclasses import replace

import pytest

from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.pieces import (
    GUESSED,
    may_be_a_beginning,
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
def test_a_yes_takes_the_choice_that_the_story_has_a_word_of(text, catalog):
    meaning = takes_first(said(text), STORY, catalog)
    assert (meaning.intent, meaning.item, meaning.chosen) == ("matter", LEAK, True)
    lone = replace(STORY, offered=OFFERED[:1], unclear_text="愁死了")
    assert takes_first(said(text), lone, catalog).item == QUARREL


@pytest.mark.parametrize(
    ("text", "intent"),
    [("行 报上", "talk_handoff"), ("叫人来吧", "talk_handoff"), ("中", "nlu_fallback")],
)
def test_report_it_goes_to_a_person_where_no_word_speaks_for_a_choice(
    text, intent, catalog
):
    context = replace(STORY, unclear_text="愁死了")
    assert takes_first(said(text), context, catalog).intent == intent


def test_a_yes_to_services_takes_none(catalog):
    offered = (("低保", item_payload("service/subsistence_allowance")), *OFFERED)
    context = Context(offered=offered, is_unclear=True, n_unclear=1)
    assert takes_first(said("中"), context, catalog) is None


def test_report_it_with_nothing_told_asks_what(catalog):
    meaning = takes_first(said("报吧"), Context(), catalog)
    assert (meaning.intent, meaning.value) == ("nlu_fallback", "report")
    form = Context(requested_slot="report_place")
    assert takes_first(said("报吧"), form, catalog) is None
    told = Context(is_unclear=True, unclear_text="树上一窝马蜂")
    assert takes_first(said("报吧"), told, catalog).intent == "talk_handoff"
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


def together(text, joined, catalog, *, context=STORY, own=None, entities=()):
    told = f"{context.unclear_text}，{text}"
    own = own or Meaning("nlu_fallback")
    what = said(text, entities=entities)
    return read_together(what, own, joined, told, context, catalog)


def test_a_guess_that_was_offered_and_named_is_taken(catalog):
    joined = Meaning("nlu_fallback", candidates=(QUARREL, LEAK))
    meaning = together("一屋都是", joined, catalog)
    assert (meaning.item, meaning.value) == (LEAK, GUESSED)
    assert meaning.clause == "滴水了，一屋都是"


def test_another_guess_is_asked_once_more_and_then_taken(catalog):
    other = "matter/noise"
    joined = Meaning("nlu_fallback", candidates=(other,))
    context = replace(STORY, offered=OFFERED[:1], unclear_text="咚咚的")
    assert together("半夜也有", joined, catalog, context=context).candidates == (other,)
    later = replace(context, n_unclear=2)
    assert together("半夜也有", joined, catalog, context=later).item == other


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("8号楼", (("building", "8号楼"),)),
        ("坊前镇 小河头", (("address", "坊前镇"),)),
        ("前天", (("time", "前天"),)),
        ("没人管", ()),
    ],
)
@pytest.mark.parametrize("n_unclear", [1, 3])
def test_no_choice_is_taken_that_no_word_speaks_for(text, entities, n_unclear, catalog):
    joined = Meaning("nlu_fallback", candidates=(QUARREL, LEAK))
    context = replace(STORY, unclear_text="愁死了", n_unclear=n_unclear)
    meaning = together(text, joined, catalog, context=context, entities=entities)
    assert meaning.intent == "nlu_fallback"
    assert (meaning.candidates, meaning.clause) == (
        (QUARREL, LEAK),
        f"愁死了，{text}",
    )


def test_a_place_is_no_vote(catalog):
    """The name of a road holds a word of some matter, and says nothing of this one."""
    offered = (OFFERED[0], ("反映：路灯照明", item_payload("matter/street_lighting")))
    context = replace(STORY, offered=offered, unclear_text="愁死了")
    joined = Meaning("nlu_fallback", candidates=context.offered_items)
    place = (("address", "路灯厂"),)
    meaning = together("路灯厂", joined, catalog, context=context, entities=place)
    assert meaning.intent == "nlu_fallback"


@pytest.mark.parametrize(
    ("text", "intent"), [("沭河大桥下边", "nlu_fallback"), ("家里漏水", "matter")]
)
def test_a_place_is_no_matter_whatever_it_is_held_for(text, intent, catalog):
    what = Said(text, LEAK, 0.9, (), "answer", (), (), None)
    own = Meaning("matter", item=LEAK)
    context = replace(STORY, unclear_text="愁死了")
    joined = Meaning("nlu_fallback", candidates=context.offered_items)
    told = f"愁死了，{text}"
    assert may_go_on(what, own, context, catalog)
    read = read_together(what, own, joined, told, context, catalog)
    assert read.intent == intent


def test_a_question_takes_no_choice(catalog):
    joined = Meaning("nlu_fallback", candidates=(LEAK,))
    later = replace(STORY, n_unclear=2)
    meaning = together("谁来管", joined, catalog, context=later)
    assert meaning.intent == "nlu_fallback"


@pytest.mark.parametrize("intent", ["oos_gov", "oos_other", "talk_ticket_status"])
def test_where_and_when_go_on_with_what_was_told(intent, catalog):
    context = Context(is_unclear=True, n_unclear=1, unclear_text="一窝马蜂")
    own, joined = Meaning(intent), Meaning("oos_other")
    for text in ("桥头镇 大杨庄", "前天看到的"):
        assert may_go_on(said(text), own, context, catalog)
        meaning = together(text, joined, catalog, context=context, own=own)
        assert (meaning.intent, meaning.clause) == ("nlu_fallback", f"一窝马蜂，{text}")


def test_what_may_be_the_first_of_a_story():
    assert may_be_a_beginning(said("死鱼漂了一片"))
    assert not may_be_a_beginning(said("附近哪家饭店好吃"))
    joke = Said("来一段", "oos_other", 0.999, (), "abstain", (), (), None)
    assert not may_be_a_beginning(joke)


def test_what_is_denied_leaves_the_other(catalog):
    joined = Meaning("matter", item=QUARREL)
    meaning = together("不是闹矛盾 就是滴水", joined, catalog)
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
