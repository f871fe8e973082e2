"""In a talk about a service, what names nothing else stays with it."""

from typing import Any

import pytest

from community.dialogue.interpretation import interpret
from community.dialogue.meaning import Context
from community.dialogue.staying import TOLD, asks_only, person_told
from community.dialogue.wordings import named_services
from community.payloads import item_payload

SCHOOL = "service/school_enrollment"
TALK = Context(item=SCHOOL, service=SCHOOL, facets=("process",))


def parse(text: str, label: str, confidence: float = 0.5, **more: Any):
    is_sure = confidence > 0.6 and not label.startswith("oos")
    return {
        "text": text,
        "label_ranking": [{"label": label, "confidence": confidence}],
        "decision": "answer" if is_sure else "abstain",
        **more,
    }


@pytest.mark.parametrize(
    ("text", "label", "confidence"),
    [
        ("俺租的两间屋", "service/public_rental_housing", 0.8),
        ("户口还在老家呢", "service/household_registration", 0.9),
        ("刚买了二手房", "oos_gov", 0.5),
        ("孩子五岁半", "oos_other", 0.4),
        ("她有残疾证，二级", "service/disability_certificate", 0.9),
    ],
)
def test_a_fact_is_told_of_the_case(catalog, text, label, confidence):
    meaning = interpret(parse(text, label, confidence), TALK, catalog)
    assert (meaning.intent, meaning.item, meaning.value) == (
        "talk_ask_facet",
        SCHOOL,
        TOLD,
    )


@pytest.mark.parametrize(
    ("text", "label", "confidence"),
    [
        ("身份证也掉了", "service/id_card", 0.95),
        ("不是上学，是补助学金", "service/student_aid", 0.95),
        ("想给俺娘办残疾证", "service/disability_certificate", 0.95),
        ("驾驶证快审了", "oos_gov", 0.95),
        ("今儿个天真冷", "oos_other", 0.95),
        ("门口路灯全灭了", "matter/street_lighting", 0.95),
        ("谢谢你啊", "talk_thanks", 0.95),
        ("大闺女念大学没钱", "service/student_aid", 0.97),
    ],
)
def test_another_topic_is_no_fact(catalog, text, label, confidence):
    meaning = interpret(parse(text, label, confidence), TALK, catalog)
    assert meaning.item != SCHOOL


def test_a_question_that_names_no_topic_is_about_the_talk(catalog):
    said = parse("网上咋弄", "service/pension_enrollment", 0.95, facets=["online"])
    meaning = interpret(said, TALK, catalog)
    assert (meaning.item, meaning.facets) == (SCHOOL, ("online",))


def test_whether_something_is_enough_is_about_the_talk(catalog):
    said = parse(
        "单位写个条行不", "service/community_certificate", 0.95, facets=["materials"]
    )
    meaning = interpret(said, TALK, catalog)
    assert (meaning.item, meaning.facets) == (SCHOOL, ("materials",))


def test_a_named_service_is_asked_about(catalog):
    said = parse("低保咋办", "service/subsistence_allowance", 0.95, facets=["process"])
    assert interpret(said, TALK, catalog).item == "service/subsistence_allowance"


def test_a_fact_among_other_choices_is_none_of_the_talk(catalog):
    offered = (("低保", item_payload("service/subsistence_allowance")),)
    context = Context(item=SCHOOL, service=SCHOOL, offered=offered)
    meaning = interpret(parse("俺租的两间屋", "oos_other"), context, catalog)
    assert meaning.value != TOLD


@pytest.mark.parametrize("text", ["怎么报", "手机上能交不", "能领几个月", "去哪办"])
def test_words_of_any_errand_name_no_topic(text):
    assert asks_only(text)


@pytest.mark.parametrize("text", ["门诊能报几成", "冷静期多久", "产假多少天", "好"])
def test_a_topic_is_named(text):
    assert not asks_only(text)


def test_few_words_that_name_a_service_ask_about_it(catalog):
    said = parse("俺要吃低保", "oos_gov", 0.7)
    meaning = interpret(said, Context(), catalog)
    assert (meaning.intent, meaning.item) == (
        "service",
        "service/subsistence_allowance",
    )


def test_a_short_question_stays_with_the_office_talked_of(catalog):
    context = Context(outside="驾驶证快到期了")
    said = parse("还得体检不", "service/id_card", 0.8, facets=["materials"])
    assert interpret(said, context, catalog).intent == "oos_gov"
    sure = parse("残疾证咋办", "service/disability_certificate", 0.95)
    assert interpret(sure, context, catalog).intent == "service"


def test_another_office_is_named_within_a_talk_of_one(catalog):
    context = Context(outside="想办营业执照")
    said = parse("护照去哪换", "talk_ask_facet", 0.8, facets=["place"])
    assert interpret(said, context, catalog).clause != "想办营业执照"


def test_a_service_that_is_named_is_said_again(catalog):
    said = parse("低保的材料再说一遍", "service/student_aid", 0.8, facets=["materials"])
    meaning = interpret(said, TALK, catalog)
    assert (meaning.intent, meaning.item) == (
        "repeat",
        "service/subsistence_allowance",
    )


def test_an_identity_number_names_no_service(catalog):
    assert named_services("俺不说身份证号", catalog) == ()
    assert named_services("身份证丢了", catalog) == ("service/id_card",)


MARRIAGE = "service/marriage_registration"
OF_MARRIAGE = Context(item=MARRIAGE, service=MARRIAGE, facets=("materials",))


@pytest.mark.parametrize(
    "text", ["那离婚呢", "补办呢", "那补领的呢", "离婚登记呢？", "要是证丢了呢"]
)
def test_the_same_is_asked_of_another_errand(catalog, text):
    said = parse(text, "service/id_card", 0.9, facets=["eligibility"])
    meaning = interpret(said, OF_MARRIAGE, catalog)
    assert (meaning.item, meaning.facets, meaning.value) == (
        MARRIAGE,
        ("materials",),
        None,
    )


@pytest.mark.parametrize(
    "text", ["那我妈呢", "俺老伴呢", "换证呢", "外地的呢", "纹身呢"]
)
def test_what_is_no_errand_of_the_service_is_told_of_the_case(catalog, text):
    meaning = interpret(parse(text, "oos_other", 0.95), OF_MARRIAGE, catalog)
    assert (meaning.item, meaning.value) == (MARRIAGE, TOLD)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("那材料呢", "talk_ask_facet"),
        ("那低保呢", "service/subsistence_allowance"),
        ("那特困呢", "service/destitute_support"),
        ("那路灯呢", "matter/street_lighting"),
        ("今天天气怎么样", "oos_other"),
    ],
)
def test_another_aspect_or_topic_is_no_other_case(catalog, text, label):
    said = parse(text, label, 0.95, facets=["materials"])
    meaning = interpret(said, OF_MARRIAGE, catalog)
    assert meaning.value != TOLD


@pytest.mark.parametrize(
    ("text", "person"),
    [("俺婆婆", "婆婆"), ("是我妈", "妈"), ("那俺老伴呢", "老伴"), ("婆婆打我", None)],
)
def test_whom_few_words_name(text, person):
    assert person_told(text) == person


@pytest.mark.parametrize("text", ["有个大坑没人填", "有辆车挡着门", "有个井盖松了"])
def test_a_problem_is_nothing_that_somebody_has(catalog, text):
    meaning = interpret(parse(text, "matter/road_manhole", 0.95), TALK, catalog)
    assert meaning.intent == "matter"
