"""Money that did not come is looked up by a person."""

from typing import Any

import pytest

from community.dialogue.interpretation import interpret
from community.dialogue.looking_up import (
    asks_for_help_with_it,
    asks_to_look_up,
    calls_in_vain,
    calls_somebody_in_vain,
    misses_money,
)
from community.dialogue.meaning import Context


def parse(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "label_ranking": [{"label": label, "confidence": 0.9}],
        "decision": "answer",
        **more,
    }


@pytest.mark.parametrize(
    "text",
    [
        "低保少了一百块",
        "上月扣了我五十",
        "残补这个月还没打",
        "津贴没到账",
        "钱没发下来",
    ],
)
def test_money_is_missing(text: str) -> None:
    assert misses_money(text)


@pytest.mark.parametrize("text", ["低保多少钱", "少了一张证", "没带身份证", "钱打到哪"])
def test_money_is_not_missing(text: str) -> None:
    assert not misses_money(text)


def test_less_money_of_a_benefit_is_looked_up(catalog):
    meaning = interpret(
        parse("俺爹的养老金少了三百", "service/pension_claim"), Context(), catalog
    )
    assert (meaning.intent, meaning.item) == ("reason", "service/pension_claim")


def test_wages_that_did_not_come_stay_a_report(catalog):
    meaning = interpret(
        parse("工钱没发", "matter/wage_labor_dispute"), Context(), catalog
    )
    assert meaning.intent == "matter"


def test_the_same_is_asked_again_only_after_it_was_passed_on(catalog):
    key = "service/pension_claim"
    talk = Context(item=key, service=key)
    passed_on = Context(item=key, service=key, open_ticket="1128-1234")
    said = parse("到底咋回事啊", "oos_other", decision="abstain")
    assert interpret(said, talk, catalog).intent != "reason"
    assert interpret(said, passed_on, catalog).intent == "reason"


def test_who_asks_for_help_is_passed_on_or_asked_with_what(catalog):
    said = parse("你帮俺打听打听", "oos_other", decision="abstain")
    key = "service/medical_assistance"
    assert asks_for_help_with_it("能帮我登个记不")
    assert not asks_for_help_with_it("帮我问问低保咋办")
    assert asks_to_look_up("该找谁问去")
    assert interpret(said, Context(item=key), catalog).intent == "talk_handoff"
    assert interpret(said, Context(), catalog).value == "report"


def test_an_office_that_does_not_answer_is_passed_on(catalog):
    said = parse("12333一直占线", "oos_other", decision="abstain")
    key = "service/pension_claim"
    assert interpret(said, Context(item=key), catalog).intent == "talk_handoff"
    assert calls_in_vain("社区电话没人接")
    assert not calls_in_vain("俺娘电话打不通")


def test_which_money_is_asked_where_nobody_said_it(catalog):
    said = parse("上个月没发", "oos_other", decision="abstain")
    meaning = interpret(said, Context(), catalog)
    assert (meaning.value, len(meaning.candidates)) == ("which", 3)


def test_a_vaccination_that_is_missing_is_no_money(catalog):
    key = "service/public_health"
    said = parse("第三针还没打", "oos_other", decision="abstain")
    assert interpret(said, Context(item=key, service=key), catalog).intent != "reason"


def test_whose_telephone_is_dead_is_asked(catalog):
    said = parse("打了几遍电话都没人接", "matter/elevator_fault")
    assert interpret(said, Context(), catalog).value == "whom"
    assert not calls_somebody_in_vain("俺娘的电话没人接")
