"""A resident files so many reports a day; alarms always get through."""

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.wiring import ports, set_ports
from community.replies import Choices, Emergency, as_plain_text
from community.tickets import TicketDraft, TicketKind
from tests.conftest import NOW

pytestmark = pytest.mark.model

WHO = "web:grandma"
REPORT = "东关花园三号楼前面路灯不亮，三天了"


@pytest.fixture(autouse=True)
def limit(worker):
    set_ports(replace(ports(), reports_a_day=2))


async def file(tickets, n, kind=TicketKind.REPORT, now=NOW):
    for nth in range(n):
        draft = TicketDraft(f"{kind.value}{nth}{now}", kind, WHO, None, f"第{nth}件")
        await tickets.open(draft, now=now)


def words(reply):
    return as_plain_text(reply.parts)


def titles(reply):
    return [c.title for p in reply.parts if isinstance(p, Choices) for c in p.items]


async def test_below_the_limit_reports_are_taken(talk, tickets):
    await file(tickets, 1)
    assert "对，报上去" in titles(await talk(REPORT))


async def test_beyond_it_a_report_is_refused_politely_and_a_person_offered(
    talk, tickets
):
    await file(tickets, 2)
    reply = await talk(REPORT)
    assert "一天最多收2件" in words(reply)
    assert "12345" in words(reply)
    assert titles(reply) == ["转人工"]
    told = await talk("转人工", choice="/talk_handoff")
    assert "转给网格员" in words(told)
    newest = (await tickets.of_conversation(WHO, limit=1))[0]
    assert newest.draft.kind is TicketKind.HANDOFF
    assert "身份证" in words(await talk("低保要带啥"))


async def test_wishes_for_a_person_have_the_same_limit(talk, tickets):
    await file(tickets, 2)
    await file(tickets, 2, TicketKind.HANDOFF)
    assert titles(await talk(REPORT)) == []
    assert "12345" in words(await talk("转人工"))
    assert len(await tickets.of_conversation(WHO, limit=9)) == 4


async def test_an_emergency_and_what_may_become_one_are_never_refused(talk, tickets):
    await file(tickets, 2)
    await file(tickets, 2, TicketKind.HANDOFF)
    reply = await talk("俺家着火了快来人")
    assert isinstance(reply.parts[0], Emergency)
    newest = (await tickets.of_conversation(WHO, limit=1))[0]
    assert newest.draft.kind is TicketKind.EMERGENCY
    urgent = await talk("路上井盖没了，东关花园门口，今天发现的")
    assert "一天最多" not in words(urgent)


async def test_a_new_day_begins_at_midnight_in_china(talk, tickets):
    await file(tickets, 2, now=NOW - timedelta(hours=18))
    assert "对，报上去" in titles(await talk(REPORT))
    await talk("不报了")
    await file(tickets, 2, now=NOW - timedelta(hours=17))
    assert "一天最多" in words(await talk("东关花园门口垃圾没人清，两天了"))


async def test_others_are_not_concerned(talk, tickets):
    await file(tickets, 2)
    reply = await talk(REPORT, who="web:neighbour")
    assert "对，报上去" in titles(reply)
