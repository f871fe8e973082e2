"""Two services in one message."""

from typing import Any

import pytest

from community.dialogue.interpretation import interpret
from community.dialogue.meaning import Ask, Context, Meaning

HOME, INSURANCE = "service/home_care_services", "service/long_term_care_insurance"
BOUNDARY = ("service/destitute_support", "service/subsistence_allowance")


def parse(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "label_ranking": [{"label": label, "confidence": 0.9}],
        "decision": "answer",
        **more,
    }


def test_what_is_asked_of_two_is_answered_for_both(catalog):
    parsed = parse(
        "失业金跟4050能同时拿吗",
        "service/unemployment_benefit",
        facets=["eligibility"],
    )
    meaning = interpret(parsed, Context(), catalog)
    assert meaning == Meaning(
        "service",
        item="service/unemployment_benefit",
        facets=("eligibility",),
        also=(Ask("service/flexible_employment_subsidy", ("eligibility",)),),
    )


def test_two_names_and_nothing_else_are_both_told(catalog):
    parsed = parse("老年证、高龄津贴", "service/senior_age_allowance")
    meaning = interpret(parsed, Context(), catalog)
    assert meaning.item == "service/senior_preference"
    assert meaning.also == (Ask("service/senior_age_allowance"),)


@pytest.mark.parametrize(
    "text",
    [
        "五保还是低保合适",
        "五保和低保先办哪个",
        "五保跟低保哪样划算",
        "五保和低保一样吗",
    ],
)
def test_which_of_two_is_asked(catalog, text: str) -> None:
    parsed = parse(text, BOUNDARY[1], decision="clarify")
    meaning = interpret(parsed, Context(), catalog)
    assert meaning == Meaning("compare", candidates=BOUNDARY)


def test_which_one_is_asked_after_both_were_answered(catalog):
    context = Context(item=HOME, service=HOME, compared=(HOME, INSURANCE))
    parsed = parse("那我选哪个", "oos_other", decision="abstain")
    meaning = interpret(parsed, context, catalog)
    assert meaning == Meaning("compare", candidates=(HOME, INSURANCE))


def test_papers_of_a_third_service_are_no_two_questions(catalog):
    key = "service/residence_permit"
    parsed = parse("办居住证得拿身份证和户口本不", key, facets=["materials"])
    meaning = interpret(parsed, Context(), catalog)
    assert (meaning.item, meaning.also) == (key, ())


def test_what_else_helps_is_what_lies_next_to_the_service(catalog):
    key = "service/medical_assistance"
    parsed = parse("还有其他能帮上忙的吗", "talk_ask_facet", facets=["eligibility"])
    meaning = interpret(parsed, Context(item=key, service=key), catalog)
    assert meaning.value == "others"
    assert "service/temporary_relief" in meaning.candidates
    assert interpret(parsed, Context(), catalog).value != "others"
