"""What a message means in its conversation."""

from typing import Any

import pytest

from community.interpretation import Context, choose, interpret, rephrase

OFFERED = (
    ("低保", '/service{"chosen_item": "service/subsistence_allowance"}'),
    ("临时救助", '/service{"chosen_item": "service/temporary_relief"}'),
    ("找网格员帮忙", "/talk_handoff"),
)


@pytest.mark.parametrize(
    ("said", "item"),
    [
        ("1", "service/subsistence_allowance"),
        ("第一个", "service/subsistence_allowance"),
        ("选2", "service/temporary_relief"),
        ("就是第二个吧", "service/temporary_relief"),
        ("临时救助", "service/temporary_relief"),
        ("低保。", "service/subsistence_allowance"),
    ],
)
def test_a_choice_is_taken_by_number_or_words(said, item):
    chosen = choose(said, None, OFFERED)
    assert chosen is not None
    assert chosen.item == item


@pytest.mark.parametrize("said", ["都不是", "不是这些", "全不对"])
def test_none_of_the_choices_is_a_no(said):
    chosen = choose(said, None, OFFERED)
    assert chosen is not None
    assert chosen.intent == "talk_deny"


@pytest.mark.parametrize(
    "said", ["4", "二楼漏水了", "我要低保和临时救助", "", "1200块"]
)
def test_other_words_are_no_choice(said):
    assert choose(said, None, OFFERED) is None


def test_numbers_mean_nothing_when_nothing_was_offered():
    assert choose("1", None, ()) is None


def test_a_tapped_choice_of_an_earlier_message_still_counts():
    chosen = choose("去哪办", '/service{"chosen_item": "service/id_card"}', OFFERED)
    assert chosen is not None
    assert chosen.item == "service/id_card"


@pytest.mark.parametrize(
    "payload", ["/restart", "/inform{}", "/emergency", "rm -rf", "/service{broken"]
)
def test_a_forged_payload_is_no_choice(payload):
    assert choose("x", payload, OFFERED) is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("不是低保，是临时救助", "临时救助"),
        ("我说的不是养老金，我问的是高龄津贴", "高龄津贴"),
        ("低保怎么办", "低保怎么办"),
        ("这不是我的错", "这不是我的错"),
    ],
)
def test_a_correction_leaves_what_is_meant(said, meant):
    assert rephrase(said) == meant


def parse(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "label_ranking": [{"label": label, "confidence": 0.9}],
        "decision": "answer",
        **more,
    }


def test_an_emergency_comes_before_everything(catalog):
    meaning = interpret(
        parse(
            "我不想活了低保也不给我",
            "service/subsistence_allowance",
            emergency="self_harm",
        ),
        Context(requested_slot="report_place"),
        catalog,
    )
    assert meaning.intent == "emergency"


def test_an_ellipsis_asks_the_same_of_another_item(catalog):
    context = Context(item="service/subsistence_allowance", facets=("materials",))
    meaning = interpret(
        parse("那特困呢", "service/destitute_support"), context, catalog
    )
    assert meaning.item == "service/destitute_support"
    assert meaning.facets == ("materials",)


def test_a_follow_up_that_names_nothing_keeps_the_item(catalog):
    context = Context(item="service/subsistence_allowance")
    meaning = interpret(
        parse(
            "要户口本吗",
            "service/household_registration",
            facets=["materials"],
            decision="clarify",
        ),
        context,
        catalog,
    )
    assert meaning.intent == "talk_ask_facet"
    assert meaning.item == "service/subsistence_allowance"


def test_an_unsure_message_is_clarified(catalog):
    meaning = interpret(
        parse(
            "那个补助",
            "service/disability_subsidies",
            decision="clarify",
            candidates=["a", "b"],
        ),
        Context(),
        catalog,
    )
    assert meaning.intent == "nlu_fallback"
    assert meaning.candidates == ("a", "b")


def test_two_named_services_are_compared(catalog):
    meaning = interpret(
        parse("低保和临时救助有啥区别", "service/subsistence_allowance"),
        Context(),
        catalog,
    )
    assert meaning.intent == "compare"
    assert meaning.candidates == (
        "service/subsistence_allowance",
        "service/temporary_relief",
    )


@pytest.mark.parametrize(
    ("said", "label", "intent"),
    [
        ("东关街三号楼", "oos_other", "inform"),
        ("对", "talk_affirm", "inform"),
        ("不报了", "talk_cancel", "talk_cancel"),
        ("找人", "talk_handoff", "talk_handoff"),
        ("公租房怎么申请", "service/public_rental_housing", "service"),
        ("公租房楼下那个垃圾桶边上", "service/public_rental_housing", "inform"),
    ],
)
def test_within_a_form_only_clear_digressions_leave_the_question(
    said, label, intent, catalog
):
    meaning = interpret(
        parse(said, label), Context(requested_slot="report_place"), catalog
    )
    assert meaning.intent == intent
