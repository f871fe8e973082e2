"""A few words after an answer stay with the service talked of."""

from typing import Any

import pytest

from community.dialogue.following import is_unwritten
from community.dialogue.interpretation import interpret
from community.dialogue.meaning import Context, Meaning

KEY = "service/public_health"
TALK = Context(item=KEY, service=KEY, facets=("place",))


def parse(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "label_ranking": [{"label": label, "confidence": 0.9}],
        "decision": "answer",
        **more,
    }


@pytest.mark.parametrize("text", ["大人的", "不是小孩的", "我是外地的"])
def test_a_kind_of_what_was_talked_of(catalog, text):
    said = parse(text, "oos_other", decision="abstain")
    meaning = interpret(said, TALK, catalog)
    assert meaning == Meaning("talk_ask_facet", item=KEY, facets=("place",))


@pytest.mark.parametrize("text", ["好的", "是的", "知道的", "谢谢你的"])
def test_a_yes_is_no_kind(catalog, text):
    said = parse(text, "oos_other", decision="abstain")
    assert interpret(said, TALK, catalog).item is None


def test_a_general_word_names_no_other_service(catalog):
    key = "service/temporary_relief"
    meaning = interpret(
        parse("那补助咋领", "service/student_aid", facets=["process"]),
        Context(item=key, service=key),
        catalog,
    )
    assert (meaning.intent, meaning.item) == ("talk_ask_facet", key)


def test_a_service_that_is_named_is_another_one(catalog):
    key = "service/temporary_relief"
    meaning = interpret(
        parse("那助学金咋领", "service/student_aid", facets=["process"]),
        Context(item=key, service=key),
        catalog,
    )
    assert meaning.item == "service/student_aid"


def test_what_is_told_of_ones_mother_is_no_wish_to_look_after_her(catalog):
    key = "service/subsistence_allowance"
    talk = Context(item=key, service=key)
    told = parse("俺婆婆自己过", "matter/elder_welfare_check")
    alarming = parse("俺婆婆不接电话", "matter/elder_welfare_check")
    assert interpret(told, talk, catalog).item == key
    assert interpret(told, Context(), catalog).intent == "matter"
    assert interpret(alarming, talk, catalog).intent == "matter"


def test_a_question_held_for_a_yes_is_none(catalog):
    said = parse("得多少户同意", "talk_affirm")
    assert interpret(said, TALK, catalog).intent == "nlu_fallback"


def test_only_what_nothing_else_is_likely_for_stays_unwritten():
    assert is_unwritten("要几户人同意", Meaning("nlu_fallback"))
    assert is_unwritten("纹身呢", Meaning("oos_other"))
    assert not is_unwritten("今天天气咋样", Meaning("oos_other"))


def test_a_hum_is_no_topic_of_another_office(catalog):
    assert interpret(parse("哦哦", "oos_other"), TALK, catalog).intent == "talk_affirm"


def test_the_likeliest_service_is_answered_where_it_is_named(catalog):
    said = parse(
        "奶奶腿坏了，想申请轮椅",
        "service/disability_rehab_aids",
        decision="clarify",
        candidates=["service/disability_rehab_aids", "service/home_care_services"],
    )
    assert interpret(said, Context(), catalog).intent == "service"
    other = parse(
        "奶奶想申请轮椅",
        "service/home_care_services",
        decision="clarify",
        candidates=["service/home_care_services", "service/disability_rehab_aids"],
    )
    assert interpret(other, Context(), catalog).intent == "nlu_fallback"


BENEFIT_TALK = Context(
    item="service/unemployment_benefit", service="service/unemployment_benefit"
)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("在厂里上了四年班 厂里给上着保险", "matter/wage_labor_dispute"),
        ("说俺名下有门面房", "matter/fraud_clue"),
    ],
)
def test_what_is_told_of_work_and_money_reports_nothing(catalog, text, label):
    meaning = interpret(parse(text, label), BENEFIT_TALK, catalog)
    assert (meaning.intent, meaning.item) == ("talk_ask_facet", BENEFIT_TALK.service)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("厂里欠我仨月工钱", "matter/wage_labor_dispute"),
        ("有人冒充社保局要转账", "matter/fraud_clue"),
        ("建议装个快递柜", "matter/opinion_suggestion"),
        ("楼道灯不亮", "matter/street_lighting"),
    ],
)
def test_a_problem_told_in_a_service_talk_is_a_problem(catalog, text, label):
    assert interpret(parse(text, label), BENEFIT_TALK, catalog).intent == "matter"
