"""Which filed ticket a message is about, and what is wanted of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from community.dialogue.filed_tickets import about_filed, may_mean_filed
from community.dialogue.meaning import Context, Said
from community.tickets import Ticket, TicketKind, running
from tests.ticket_world import MONDAY, draft, office

OFFICE = office()
LAMP, RUBBISH, HOLE = "1123-0001", "1123-0002", "1123-0003"


def ticket(number, item, place, hour, told="报给社区"):
    filed = draft(item=item, place=place, description=told)
    at = MONDAY + timedelta(hours=hour)
    return Ticket(number, filed, running.filed(filed, OFFICE, at), at)


@pytest.fixture
def filed():
    return (
        ticket(HOLE, "matter/road_manhole", "银杏路口", 2, "学校外头有个坑"),
        ticket(RUBBISH, "matter/garbage_cleaning", "桂花小区5号楼", 1),
        ticket(LAMP, "matter/street_lighting", "桂花小区3号楼", 0),
    )


def read(text, filed, catalog, *, label="oos_other", entities=(), **context):
    clear = "answer" if "/" in label else "abstain"
    said = Said(text, label, 0.9, (), clear, (), entities, None)
    return about_filed(said, Context(filed=filed, **context), catalog)


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [
        ("路灯那件撤了", "ticket_withdraw", f"of:{LAMP}"),
        ("头一个好了", "ticket_withdraw", f"of:{LAMP}"),
        ("第二件别来了", "ticket_withdraw", f"of:{RUBBISH}"),
        ("最后那个催一下", "ticket_urge", f"of:{HOLE}"),
        ("垃圾的催催", "ticket_urge", f"of:{RUBBISH}"),
        ("昨天报的路灯修好了", "ticket_withdraw", f"of:{LAMP}"),
        ("都撤了吧", "ticket_withdraw", "all"),
        ("全都不用修了", "ticket_withdraw", "all"),
        ("俺报了几件", "talk_ticket_status", None),
        ("现在修好了", "ticket_withdraw", None),
        ("来暖了", "ticket_withdraw", None),
        ("刚才报的那件取消", "ticket_withdraw", None),
        ("那个坑的催一下", "ticket_urge", f"of:{HOLE}"),
    ],
)
def test_a_ticket_is_meant_by_matter_order_or_all(text, intent, value, filed, catalog):
    meaning = read(text, filed, catalog)
    assert (meaning.intent, meaning.value) == (intent, value)


@pytest.mark.parametrize(
    "text",
    ["还没修好", "路灯那件先别撤", "路灯修好了没", "那好了", "低保取消了", "谢谢你"],
)
def test_what_says_nothing_of_the_kind(text, filed, catalog):
    meaning = read(text, filed, catalog)
    assert meaning is None or meaning.intent == "ticket_urge"
    assert meaning is None or meaning.value is None


def test_the_problem_told_again_presses_for_it(filed, catalog):
    again = read("垃圾还没人收", filed, catalog, label="matter/garbage_cleaning")
    assert (again.intent, again.value) == ("ticket_urge", f"of:{RUBBISH}")


def test_another_place_is_another_report(filed, catalog):
    label, place = "matter/garbage_cleaning", (("building", "9号楼"),)
    text = "9号楼垃圾还没人收"
    assert read(text, filed, catalog, label=label, entities=place) is None
    assert read("那边垃圾也没人收", filed, catalog, label=label) is None


def test_within_a_report_only_another_one_is_meant(filed, catalog):
    form = {"requested_slot": "report_place", "report_item": "matter/garbage_cleaning"}
    assert read("垃圾那个撤了", filed, catalog, **form) is None
    assert read("现在修好了", filed, catalog, **form) is None
    assert read("路灯底下三天没人收了", filed, catalog, **form) is None
    assert read("路灯那个撤了", filed, catalog, **form).value == f"of:{LAMP}"
    everything = read("都撤了吧", filed, catalog, **form)
    assert (everything.intent, everything.value) == ("talk_cancel", "all")


def test_tickets_are_looked_up_only_for_such_words():
    assert may_mean_filed("第一个修好了")
    assert not may_mean_filed("低保要啥材料")
    assert not may_mean_filed("桂花小区3号楼")


@pytest.mark.parametrize(
    ("text", "intent"),
    [("管事的来弄了 通了", "ticket_withdraw"), ("管事的来弄了", None)],
)
def test_it_is_over_whoever_came(text, intent, filed, catalog):
    label = "matter/property_service"
    meaning = read(text, filed[:1], catalog, label=label, item=filed[0].life.item)
    assert (meaning and meaning.intent) == intent


def test_what_was_mended_is_no_wish_for_a_person(catalog):
    """帮我修好了水管, after praise: nothing of a report is over."""
    told = replace(draft(place=""), kind=TicketKind.HANDOFF, item=None)
    handoff = Ticket("1123-0009", told, running.filed(told, OFFICE, MONDAY), MONDAY)
    assert read("帮我修好了水管", (handoff,), catalog) is None
