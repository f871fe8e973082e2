"""Neighbours who follow one ticket, over every database."""

from adapters.sql.ticket_rates import Scope, SqlTicketRates
from community.tickets import (
    Action,
    TicketState,
    TicketStatus,
)
from tests.contract.ticket_acts import OTHER, WHO, command, told
from tests.ticket_world import MONDAY, draft, hours


async def test_co_reporters_are_offered_join_and_are_told_the_result(tickets, engine):
    opened = await tickets.open(draft(), now=MONDAY)
    item, place = draft().item, "柳树小区三号楼"
    near = await tickets.similar(item, grid="willow-1", place=place, now=MONDAY)
    assert [ticket.number for ticket in near] == [opened.number]
    elsewhere = await tickets.similar(
        item, grid="willow-1", place="柳树小区9号楼", now=MONDAY
    )
    assert elsewhere == []
    own = await tickets.similar(
        item, grid="willow-1", place=place, now=MONDAY, exclude=WHO
    )
    assert own == []
    joined = await tickets.join(opened.number, OTHER, key="j", now=MONDAY)
    again = await tickets.join(opened.number, OTHER, key="j2", now=MONDAY)
    assert joined.followers == again.followers == (OTHER,)
    mine = await tickets.of_conversation(OTHER, limit=5)
    assert [ticket.number for ticket in mine] == [opened.number]
    for act in (Action.CLAIM, Action.CONTACT):
        await tickets.act(opened.number, command("worker1", act), now=MONDAY)
    await tickets.act(
        opened.number, command("worker1", Action.RESOLVE, text="清了"), now=MONDAY
    )
    assert await told(engine, "result") == {WHO, OTHER}
    said = await tickets.answer(
        opened.number, OTHER, satisfied=True, key="a", now=MONDAY
    )
    assert said.state is TicketState.RESOLVED
    assert "同报的居民说解决了" in [
        m.text for m in await tickets.messages(opened.number)
    ]
    closed = await tickets.answer(
        opened.number, WHO, satisfied=True, key="b", now=MONDAY
    )
    assert closed.state is TicketState.CONFIRMED
    assert await told(engine, "closed") == {OTHER}


async def test_a_co_reporter_s_yes_leaves_the_complainant_s_no(tickets, engine):
    number = await resolved_with_a_co_reporter(tickets)
    await tickets.answer(number, OTHER, satisfied=True, key="a", now=MONDAY)
    opened = await tickets.answer(number, WHO, satisfied=False, key="b", now=MONDAY)
    assert (opened.life.n_reopened, opened.life.satisfied) == (1, False)
    rates, scope = SqlTicketRates(engine), Scope(MONDAY - hours(1), MONDAY + hours(1))
    figures = await rates.from_state(scope, now=MONDAY)
    assert figures == await rates.from_events(scope, now=MONDAY)
    assert (figures[""].n_answered, figures[""].n_satisfied) == (1, 0)


async def test_without_a_reporter_a_co_reporter_closes(tickets):
    number = await resolved_with_a_co_reporter(tickets)
    await tickets.withdraw(number, WHO, now=MONDAY)
    closed = await tickets.answer(number, OTHER, satisfied=True, key="a", now=MONDAY)
    assert closed.state is TicketState.CONFIRMED


async def resolved_with_a_co_reporter(tickets):
    number = (await tickets.open(draft(), now=MONDAY)).number
    await tickets.join(number, OTHER, key="j", now=MONDAY)
    for act in (Action.CLAIM, Action.CONTACT, Action.RESOLVE):
        await tickets.act(number, command("worker1", act, text="清了"), now=MONDAY)
    return number


async def test_a_withdrawal_goes_on_for_those_who_follow(tickets):
    opened = await tickets.open(draft(), now=MONDAY)
    await tickets.join(opened.number, OTHER, key="j", now=MONDAY)
    left = await tickets.withdraw(opened.number, WHO, now=MONDAY)
    assert left.status is TicketStatus.OPEN
    assert await tickets.of_conversation(WHO, limit=5) == []
    ended = await tickets.withdraw(opened.number, OTHER, now=MONDAY)
    assert ended.status is TicketStatus.OPEN  # a co-reporter only leaves
