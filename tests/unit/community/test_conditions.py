"""A no, or an excuse, that says how things are."""

from typing import Any

import pytest

from community.dialogue.interpretation import interpret
from community.dialogue.meaning import Context, Meaning

LOAN = Context(item="service/startup_training", service="service/startup_training")


def parse(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "label_ranking": [{"label": label, "confidence": 0.9}],
        "decision": "answer",
        **more,
    }


def test_a_no_with_a_condition_asks_about_the_service_talked_of(catalog):
    parsed = parse("不用找担保人吧", "talk_deny", facets=["eligibility"])
    assert interpret(parsed, LOAN, catalog) == Meaning(
        "talk_ask_facet", item=LOAN.service, facets=("eligibility",)
    )


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("不用", LOAN),
        ("那就不要了", LOAN),
        ("材料不用问了", LOAN),
        ("贷款的事不想弄了", LOAN),
        ("不用找担保人吧", Context()),
    ],
)
def test_a_bare_no_stays_a_no(catalog, text: str, context: Context) -> None:
    parsed = parse(text, "talk_deny", facets=["eligibility"])
    assert interpret(parsed, context, catalog).intent == "talk_deny"


def test_not_of_that_kind_asks_who_the_service_is_for(catalog):
    key = "service/resident_medical_insurance"
    context = Context(item=key, service=key)
    meaning = interpret(parse("俺不是居民的", "talk_deny"), context, catalog)
    assert meaning == Meaning("talk_ask_facet", item=key, facets=("eligibility",))
    denied = interpret(parse("不是问居民医保", "talk_deny"), context, catalog)
    assert denied.intent == "talk_deny"


def test_who_cannot_write_asks_who_helps_with_the_service(catalog):
    key = "service/disability_certificate"
    named = parse("俺不认字 残疾证在哪办", key, facets=["place"])
    assert interpret(named, Context(), catalog) == Meaning(
        "service", item=key, facets=("place", "proxy_visit")
    )
    later = parse("可俺不会写字", "oos_other", decision="abstain")
    assert interpret(later, Context(item=key, service=key), catalog) == Meaning(
        "talk_ask_facet", item=key, facets=("proxy_visit",)
    )


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("我不识字", Context()),
        ("俺不识字，填表咋弄", Context()),
        ("不会写字 不会打字", LOAN),
    ],
)
def test_who_cannot_type_is_told_how_to_speak(catalog, text: str, context: Context):
    meaning = interpret(parse(text, "talk_identity"), context, catalog)
    assert meaning == Meaning("talk_identity", value="dictating")


def test_a_problem_of_who_cannot_write_is_a_problem(catalog):
    parsed = parse("俺不识字 楼道灯不亮", "matter/street_lighting")
    assert interpret(parsed, Context(), catalog).intent == "matter"
