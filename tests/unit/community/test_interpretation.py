"""What a message means in its conversation."""

from typing import Any

import pytest

from community.dialogue.interpretation import interpret
from community.dialogue.meaning import Ask, Context, Meaning
from community.dialogue.two_services import combine
from community.payloads import item_payload


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
            "那个事情",
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


def said_in_form(catalog, said, label, slot="report_place", **more):
    context = Context(requested_slot=slot, report_item="matter/street_lighting")
    return interpret(parse(said, label, **more), context, catalog)


@pytest.mark.parametrize(
    ("said", "label", "intent"),
    [
        ("谢谢啊", "talk_thanks", "talk_thanks"),
        ("没听清再说一遍", "talk_goodbye", "repeat"),
        ("你个破机器人", "oos_other", "talk_feedback_bad"),
        ("算了不报了", "talk_affirm", "talk_cancel"),
        ("低保", "service/subsistence_allowance", "service"),
        ("邻居家领了多少低保", "service/subsistence_allowance", "oos_other"),
    ],
)
def test_a_digression_leaves_the_forms_question(said, label, intent, catalog):
    assert said_in_form(catalog, said, label).intent == intent


@pytest.mark.parametrize(
    ("said", "label", "value"),
    [
        ("行", "talk_affirm", "yes"),
        ("不对，重说", "talk_feedback_bad", "no"),
        ("地点不对", "talk_feedback_bad", None),
        ("红绿灯坏了", "matter/traffic_facility", "next"),
    ],
)
def test_the_summary_is_answered_or_corrected(said, label, value, catalog):
    meaning = said_in_form(catalog, said, label, slot="report_confirm")
    assert (meaning.intent, meaning.value) == ("inform", value)


def test_a_no_is_no_answer_to_where(catalog):
    meaning = said_in_form(catalog, "没有", "talk_deny", slot="report_what")
    assert (meaning.intent, meaning.value) == ("inform", None)


def test_the_danger_of_the_reported_matter_ends_the_form(catalog):
    context = Context(requested_slot="report_what", report_item="matter/elevator_fault")
    meaning = interpret(parse("里头有人困着出不来", "oos_other"), context, catalog)
    assert meaning.intent == "emergency"
    assert meaning.item == "matter/elevator_fault"


def test_an_address_alone_is_no_emergency_whatever_a_model_says(catalog):
    address = [{"entity": "address", "value": "幸福小区"}]
    meaning = said_in_form(
        catalog,
        "幸福小区3号楼",
        "oos_other",
        emergency="violence_home",
        entities=[*address, {"entity": "building", "value": "3号楼"}],
    )
    assert meaning.intent == "inform"


def test_a_correction_keeps_the_question(catalog):
    context = Context(item="service/subsistence_allowance", facets=("materials",))
    meaning = interpret(
        parse("不是低保，是临时救助", "service/temporary_relief"), context, catalog
    )
    assert (meaning.item, meaning.facets) == (
        "service/temporary_relief",
        ("materials",),
    )


def test_a_remembered_wording_is_not_asked_again(catalog):
    context = Context(meanings={"优待证": "service/veteran_services"})
    meaning = interpret(parse("优待证", "service/senior_preference"), context, catalog)
    assert meaning.item == "service/veteran_services"


def test_a_facility_noun_is_asked_back(catalog):
    meaning = interpret(parse("路灯", "matter/street_lighting"), Context(), catalog)
    assert meaning.intent == "nlu_fallback"
    assert meaning.candidates == ("matter/street_lighting",)


def test_a_named_complaint_is_not_asked_back(catalog):
    meaning = interpret(parse("路灯坏了", "matter/street_lighting"), Context(), catalog)
    assert meaning.intent == "matter"


def test_a_yes_after_an_unclear_list_is_still_unclear(catalog):
    context = Context(
        is_unclear=True, offered=(("低保", "/service"), ("五保", "/service"))
    )
    meaning = interpret(parse("对", "talk_affirm"), context, catalog)
    assert meaning.intent == "nlu_fallback"


def outside(text: str):
    ranking = [{"label": "oos_other", "confidence": 0.6}]
    return parse(text, "oos_other", decision="abstain", label_ranking=ranking)


def test_a_service_that_seems_outside_is_answered_where_little_else_is_said(catalog):
    meaning = interpret(outside("你就说俺能不能吃上低保"), Context(), catalog)
    assert (meaning.intent, meaning.item) == (
        "service",
        "service/subsistence_allowance",
    )


def test_a_service_that_seems_outside_is_asked_for_rather_than_turned_away(catalog):
    text = "东头老李家的二小子回来说人家那边的低保都涨了"
    meaning = interpret(outside(text), Context(), catalog)
    assert meaning.candidates == ("service/subsistence_allowance",)


def test_a_telephone_number_belongs_to_the_ticket_filed_before(catalog):
    phone = [{"entity": "phone", "value": "13800138000"}]
    meaning = interpret(
        parse("13800138000", "oos_other", entities=phone),
        Context(open_ticket="1125-0001"),
        catalog,
    )
    assert meaning.intent == "supplement"


def test_a_problem_comes_before_a_question_of_the_same_message():
    question = Meaning("service", item="service/id_card", facets=("place",))
    problem = Meaning("matter", item="matter/noise")
    both = combine(question, ("身份证去哪办", "楼上太吵"), (question, problem))
    assert both.item == "matter/noise"
    assert both.clause == "楼上太吵"
    assert both.also == (Ask("service/id_card", ("place",), "身份证去哪办"),)


def test_clauses_that_are_not_clear_change_nothing():
    whole = Meaning("service", item="service/id_card")
    unclear = Meaning("nlu_fallback")
    assert combine(whole, ("甲", "乙"), (whole, unclear)) is whole


def test_a_question_about_the_community_does_not_take_the_item(catalog):
    context = Context(item="service/id_card")
    meaning = interpret(
        parse("社区在哪", "service/community_certificate"), context, catalog
    )
    assert (meaning.intent, meaning.item, meaning.facets) == (
        "talk_ask_facet",
        None,
        ("place",),
    )


def test_both_compared_services_are_asked_about(catalog):
    pair = ("service/senior_preference", "service/veteran_services")
    meaning = interpret(
        parse("都要带啥", "talk_ask_facet", facets=["materials"]),
        Context(item=pair[0], compared=pair),
        catalog,
    )
    assert meaning.item == pair[0]
    assert meaning.also == (Ask(pair[1], ("materials",)),)


def test_yesterdays_item_is_not_looked_up_among_reports(catalog):
    key = "service/public_rental_housing"
    meaning = interpret(
        parse("昨天说的那个在哪办", "talk_ticket_status", facets=["place"]),
        Context(item=key, service=key),
        catalog,
    )
    assert (meaning.intent, meaning.item) == ("talk_ask_facet", key)


@pytest.mark.parametrize(
    ("said", "context", "intent"),
    [
        ("打我手机", Context(), "nlu_fallback"),
        ("打我手机", Context(unclear_text="俺的低保"), "talk_handoff"),
        ("找个人给我打电话", Context(), "talk_handoff"),
    ],
)
def test_a_call_about_nothing_is_asked_what_for(said, context, intent, catalog):
    assert interpret(parse(said, "talk_handoff"), context, catalog).intent == intent


def test_an_unsure_topic_of_another_office_is_a_question_within_a_form(catalog):
    context = Context(requested_slot="report_place", report_item="matter/noise")
    told = parse("去哪告他", "oos_gov", facets=["place"], decision="abstain")
    told["label_ranking"][0]["confidence"] = 0.51
    assert interpret(told, context, catalog).intent == "talk_ask_facet"


def test_a_service_that_is_named_and_likeliest_is_answered(catalog):
    key = "service/subsistence_allowance"
    parsed = parse("俺寻思着吃低保", key, decision="abstain", facets=["process"])
    meaning = interpret(parsed, Context(), catalog)
    assert meaning == Meaning("service", item=key, facets=("process",))


def test_a_likely_service_is_asked_for_and_a_likely_problem_is_not(catalog):
    key = "service/child_welfare"
    asked = interpret(
        parse("没娘的娃有啥说法", key, decision="abstain"), Context(), catalog
    )
    assert asked.candidates == (key,)
    key = "matter/public_facility"
    unclear = interpret(parse("那边那个", key, decision="abstain"), Context(), catalog)
    assert unclear.candidates == ()


@pytest.mark.parametrize("noun", ["材料", "手续", "办事"])
def test_a_noun_of_any_service_reports_nobody(catalog, noun: str) -> None:
    parsed = parse(noun, "matter/service_conduct", facets=["materials"])
    meaning = interpret(parsed, Context(), catalog)
    assert (meaning.intent, meaning.item) == ("talk_ask_facet", None)


def test_a_yes_or_no_question_is_answered_by_the_aspect_asked(catalog):
    key = "service/subsistence_allowance"
    context = Context(is_unclear=True, offered=(("是的", item_payload(key)),))
    parsed = parse("要带啥材料", "talk_ask_facet", facets=["materials"])
    meaning = interpret(parsed, context, catalog)
    assert meaning == Meaning("service", item=key, facets=("materials",))
