"""Questions about the topic of a problem open no report."""

from typing import Any

import pytest

from community.dialogue.interpretation import interpret
from community.dialogue.meaning import Context, Meaning


def parse(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "label_ranking": [{"label": label, "confidence": 0.95}],
        "decision": "answer",
        **more,
    }


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("暖气费多少钱", "matter/heating"),
        ("水卡去哪充值", "matter/water_supply"),
        ("明天要停电吗", "matter/power_gas_supply"),
        ("旧沙发扔哪", "matter/garbage_cleaning"),
        ("楼下能晾被子吗", "matter/outdoor_clutter"),
        ("物业费又要涨钱", "matter/property_service"),
        ("消防演练", "matter/fire_access_facility"),
        ("群里通知下周要停气", "matter/power_gas_supply"),
        ("供暖有没有补助", "matter/heating"),
        ("水费有啥优惠", "matter/water_supply"),
    ],
)
def test_a_question_without_a_problem_is_no_report(catalog, text, label):
    meaning = interpret(parse(text, label), Context(), catalog)
    assert meaning == Meaning("nlu_fallback", candidates=(label,), value="inquiry")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("井盖坏了能不能换一个", "matter/road_manhole"),
        ("院里能不能加个路灯", "matter/street_lighting"),
        ("垃圾几天没人清了能来拉吗", "matter/garbage_cleaning"),
        ("半夜装修能管吗", "matter/noise"),
        ("停水了吗", "matter/water_supply"),
    ],
)
def test_a_problem_told_as_a_question_is_a_report(catalog, text, label):
    assert interpret(parse(text, label), Context(), catalog).intent == "matter"


def test_a_question_with_the_name_of_a_service_is_about_that(catalog):
    meaning = interpret(
        parse("吃低保的能养猫吗", "matter/dog_nuisance"), Context(), catalog
    )
    assert meaning.item == "service/subsistence_allowance"


def test_a_short_question_stays_with_the_service_talked_of(catalog):
    key = "service/public_rental_housing"
    meaning = interpret(
        parse("能养猫吗", "matter/dog_nuisance"),
        Context(item=key, service=key),
        catalog,
    )
    assert meaning == Meaning("talk_ask_facet", item=key, facets=("eligibility",))


def test_who_only_asks_something_leaves_the_form_too(catalog):
    said = parse("我就想问一下几号停暖", "matter/heating")
    context = Context(requested_slot="report_place", report_item="matter/heating")
    assert interpret(said, context, catalog).intent == "talk_cancel"


@pytest.mark.parametrize("text", ["我就问问", "我不是报修，就打听一下", "不是举报"])
def test_who_only_asks_leaves_the_form(catalog, text):
    context = Context(
        requested_slot="report_place", report_item="matter/property_service"
    )
    meaning = interpret(parse(text, "oos_other"), context, catalog)
    assert meaning.intent == "talk_cancel"
    assert interpret(parse(text, "oos_other"), Context(), catalog).intent == (
        "talk_affirm"
    )


def test_who_announces_a_question_is_asked_to_go_on(catalog):
    said = parse("想跟你打听个事", "oos_other")
    assert interpret(said, Context(), catalog).intent == "talk_affirm"
    in_form = Context(
        requested_slot="report_place", report_item="matter/street_lighting"
    )
    assert interpret(said, in_form, catalog).intent != "talk_cancel"


def test_a_question_that_may_be_of_two_matters_is_no_report_either(catalog):
    said = parse(
        "燃气本上哪过户",
        "matter/power_gas_supply",
        decision="clarify",
        candidates=["matter/power_gas_supply", "matter/gas_safety"],
    )
    assert interpret(said, Context(), catalog).value == "inquiry"
    either = parse(
        "燃气补贴去哪领",
        "matter/power_gas_supply",
        decision="clarify",
        candidates=["matter/power_gas_supply", "service/temporary_relief"],
    )
    assert interpret(either, Context(), catalog).value is None
