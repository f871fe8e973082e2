"""What happened to a family leads to what helps."""

from typing import Any

import pytest

from community.catalog.situations import situation_in, unknown_words
from community.dialogue.interpretation import interpret
from community.dialogue.meaning import Context, Meaning
from community.payloads import item_payload


def parse(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "label_ranking": [{"label": label, "confidence": 0.9}],
        "decision": "answer",
        **more,
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("俺奶奶前天没了", "bereavement"),
        ("我公公去年冬天病故的", "bereavement"),
        ("姥姥卧床五年了", "bedridden"),
        ("对象怀上了", "pregnancy"),
        ("俺家添了个小子", "childbirth"),
        ("外孙脑瘫", "child_with_disability"),
        ("俺大大前年没了", "bereavement"),
        ("姥爷前两天走的", "bereavement"),
        ("孙女她爹妈离了婚都不要她", "child_without_parents"),
        ("俺闺女智力障碍", "child_with_disability"),
        ("公公在县医院住院呢", "serious_illness"),
        ("侄女她爹坐牢了", "child_without_parents"),
        ("孙子在家没人带", "child_left_alone"),
        ("老伴查出来得了肺癌", "serious_illness"),
        ("摔了一下骨折了", "injury"),
        ("上个月被厂里辞退了", "job_loss"),
        ("怕老人在卫生间滑倒", "fear_of_falls"),
        ("我今年七十一", "old_age"),
        ("想学点修车的手艺", "new_trade"),
        ("给闺女换个名字", "new_name"),
        ("我弟刑满回来了", "released"),
        ("俺们是新搬来的", "newcomer"),
    ],
)
def test_what_happened_is_recognised(catalog, text: str, told: str) -> None:
    found = situation_in(text, "", catalog.situations)
    assert found is not None
    assert found.id == told


@pytest.mark.parametrize(
    "text",
    [
        "俺娘走了二里地",
        "孩子户口没了",
        "爸妈都生了病的气",
        "手机摔断了线",
        "电梯瘫了",
        "我妈72小时没吃饭",
        "想离婚",
        "邻居家孩子没人管",
        "老人去世搭灵棚堵了路",
        "男人住院了 老板还欠着工资",
    ],
)
def test_other_things_are_no_situation(catalog, text: str) -> None:
    assert situation_in(text, "", catalog.situations) is None


def test_what_happened_follows_whom_the_message_before_names(catalog):
    found = situation_in("走了", "我爷爷是老党员", catalog.situations)
    assert found is not None
    assert found.id == "bereavement"
    assert situation_in("走了", "低保怎么办", catalog.situations) is None


def test_a_situation_is_no_report_about_an_old_person(catalog):
    meaning = interpret(
        parse("俺婆婆没了", "matter/elder_welfare_check"), Context(), catalog
    )
    assert meaning.value == "situation:bereavement"
    assert meaning.candidates[0] == "service/pension_claim"


def test_a_service_that_is_asked_for_is_answered(catalog):
    meaning = interpret(
        parse("俺婆婆没了 丧葬费咋领", "service/pension_claim"), Context(), catalog
    )
    assert meaning.intent == "service"


def test_a_problem_of_the_street_stays_a_report(catalog):
    meaning = interpret(
        parse("俺娘踩空井盖骨折了", "matter/road_manhole"), Context(), catalog
    )
    assert meaning.intent == "matter"


def offered(catalog, told: str) -> tuple[tuple[str, str], ...]:
    found = next(s for s in catalog.situations if s.id == told)
    return tuple((catalog.item_name(k), item_payload(k)) for k in found.items)


def test_a_few_words_more_keep_the_choices(catalog):
    context = Context(is_unclear=True, offered=offered(catalog, "bedridden"))
    meaning = interpret(
        parse("三年了", "oos_other", decision="abstain"), context, catalog
    )
    assert meaning.value == "situation:bedridden"


def test_a_question_without_a_name_is_about_the_choices(catalog):
    context = Context(is_unclear=True, offered=offered(catalog, "bedridden"))
    meaning = interpret(
        parse("有没有啥政策", "talk_ask_facet", facets=["policy_basis"]),
        context,
        catalog,
    )
    assert meaning == Meaning(
        "nlu_fallback",
        candidates=context.offered_items,
        facets=("policy_basis",),
        value="these",
    )


def test_unknown_words_of_a_wording_are_named():
    assert unknown_words("{elder}{when}走了") == []
    assert unknown_words("{grandma}走了") == ["grandma"]


def test_what_is_told_of_others_is_no_situation(catalog):
    meaning = interpret(
        parse("楼上住户怀孕了", "oos_other", decision="abstain"), Context(), catalog
    )
    assert meaning.intent == "oos_other"


def test_a_situation_that_was_misread_is_taken_back(catalog):
    context = Context(is_unclear=True, offered=offered(catalog, "bereavement"))
    meaning = interpret(
        parse("你误会了 她赶集去了", "oos_other", decision="abstain"), context, catalog
    )
    assert meaning.intent == "talk_deny"


def test_a_fact_in_a_talk_about_a_service_is_about_that(catalog):
    key = "service/subsistence_allowance"
    said = parse("我失业了", "oos_other", decision="abstain")
    talk = Context(item=key, service=key)
    assert interpret(said, talk, catalog).item == key
    assert interpret(said, Context(), catalog).value == "situation:job_loss"


IN_TALK = Context(
    item="service/volunteer_service",
    service="service/volunteer_service",
    facets=("process",),
)


def test_a_question_that_the_classifier_is_sure_of_needs_no_menu(catalog):
    meaning = interpret(
        parse(
            "俺老伴卧床三年了 抵保到哪申请",
            "service/subsistence_allowance",
            facets=["place"],
        ),
        Context(),
        catalog,
    )
    assert (meaning.item, meaning.facets) == (
        "service/subsistence_allowance",
        ("place",),
    )


@pytest.mark.parametrize(
    ("text", "label", "decision"),
    [
        ("我今年六十八还行吗", "service/senior_age_allowance", "clarify"),
        ("我妈七十了", "oos_other", "abstain"),
    ],
)
def test_an_age_or_an_illness_is_told_for_the_service_talked_of(
    catalog, text: str, label: str, decision: str
) -> None:
    meaning = interpret(parse(text, label, decision=decision), IN_TALK, catalog)
    assert meaning == Meaning(
        "talk_ask_facet", item=IN_TALK.service, facets=("eligibility",)
    )


@pytest.mark.parametrize(
    ("key", "facet"),
    [
        ("service/id_card", "proxy_visit"),
        ("service/subsistence_allowance", "eligibility"),
    ],
)
def test_who_cannot_come_asks_who_may_or_whether_that_is_enough(catalog, key, facet):
    parsed = parse("我爸卧床", "service/home_care_services", decision="clarify")
    meaning = interpret(parsed, Context(item=key, service=key), catalog)
    assert meaning == Meaning("talk_ask_facet", item=key, facets=(facet,))


@pytest.mark.parametrize(
    "text", ["俺爹上个月走了", "我爸卧床 国家有啥补贴吗", "我娘怀了二胎"]
)
def test_an_event_and_a_wish_for_any_help_leave_the_service(catalog, text: str) -> None:
    meaning = interpret(parse(text, "oos_other", decision="abstain"), IN_TALK, catalog)
    assert (meaning.value or "").startswith("situation:")


def test_a_death_that_fits_the_service_talked_of_stays_with_it(catalog):
    key = "service/family_planning_support"
    meaning = interpret(
        parse("俺儿子前年没了", key), Context(item=key, service=key), catalog
    )
    assert meaning == Meaning("talk_ask_facet", item=key, facets=("eligibility",))


def test_a_question_between_choices_is_about_the_service_talked_of(catalog):
    key = "service/disability_certificate"
    offered = tuple(
        (name, item_payload(f"service/{name}"))
        for name in ("disability_subsidies", "disability_certificate")
    )
    context = Context(item=key, service=key, is_unclear=True, offered=offered)
    parsed = parse("收费吗", "talk_ask_facet", facets=["fee"])
    meaning = interpret(parsed, context, catalog)
    assert meaning == Meaning("talk_ask_facet", item=key, facets=("fee",))
