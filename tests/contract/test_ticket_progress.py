"""Nobody waits five working days without a word about an unsolved ticket."""

from datetime import timedelta

import sqlalchemy as sa

from adapters.sql.tables import outbox
from community.tickets import Action, Command
from tests.ticket_world import MONDAY, actor, draft, hours, office

WORK = office().work
LONG = draft(item="matter/illegal_building")
"""Ten working days, the street's."""
SECOND = timedelta(seconds=1)


def after(n, start=MONDAY):
    return WORK.add(start, WORK.days(n))


async def taken_on(tickets, filed=LONG, who="street1"):
    number = (await tickets.open(filed, now=MONDAY)).number
    for action in (Action.CLAIM, Action.CONTACT):
        await does(tickets, number, who, action, MONDAY)
    return number


async def does(tickets, number, who, action, now, **more):
    key = f"{who}:{action.value}:{now}"
    return await tickets.act(number, Command(actor(who), action, key, **more), now=now)


async def notices(tickets, number):
    return [
        event.at
        for event in await tickets.events(number)
        if event.action is Action.PROGRESS
    ]


async def runs(tickets, until, start=MONDAY):
    """Lets the dispatcher look once an hour, as if it never slept."""
    now = start
    while now <= until:
        await tickets.tick(now)
        now += hours(1)


async def test_it_is_told_again_every_five_days_as_long_as_it_runs(tickets, engine):
    number = await taken_on(tickets)
    await tickets.tick(after(4) - SECOND)
    assert await notices(tickets, number) == []
    for n, at in enumerate((after(4), after(9)), start=1):
        await tickets.tick(at)
        await tickets.tick(at + SECOND)
        assert len(await notices(tickets, number)) == n
    async with engine.connect() as connection:
        payloads = (await connection.execute(sa.select(outbox.c.payload))).scalars()
        told = [p for p in payloads if "还在办" in p]
    assert len(told) == 2


async def test_a_word_in_between_counts_as_one(tickets):
    number = await taken_on(tickets)
    await does(
        tickets, number, "street1", Action.NOTE, after(3), text="排好了", to="resident"
    )
    await does(tickets, number, "street1", Action.NOTE, after(3.5), text="自己记的")
    await tickets.tick(after(8) - SECOND)
    assert await notices(tickets, number) == []
    await tickets.tick(after(8))
    assert len(await notices(tickets, number)) == 1


async def test_exactly_five_days_are_no_long_matter(tickets):
    """The result is due then; only who still has none hears how it stands."""
    number = await taken_on(tickets, draft(item="matter/noise"), "worker1")
    ticket = await tickets.get(number)
    assert ticket.life.expected_at == after(5)
    assert ticket.life.progress_at == after(5)


async def test_a_reopened_ticket_is_told_of_too(tickets):
    number = await taken_on(tickets)
    await does(tickets, number, "street1", Action.RESOLVE, MONDAY, text="拆了")
    assert (await tickets.get(number)).life.progress_at is None
    reopened_at = after(1)
    await tickets.answer(
        number,
        LONG.conversation,
        satisfied=False,
        remark="没拆",
        key="no",
        now=reopened_at,
    )
    for action in (Action.CLAIM, Action.CONTACT):
        await does(tickets, number, "county1", action, reopened_at)
    await tickets.tick(after(4, reopened_at) - SECOND)
    assert await notices(tickets, number) == []
    await tickets.tick(after(4, reopened_at))
    assert len(await notices(tickets, number)) == 1


async def test_a_short_matter_that_is_extended_is_told_of(tickets):
    number = await taken_on(tickets, draft(item="matter/corridor_clutter"), "worker1")
    assert (await tickets.get(number)).life.expected_at < after(5)
    await does(
        tickets, number, "worker1", Action.EXTEND, after(0.5), reason="等车", days=10
    )
    await tickets.tick(after(5.5) - SECOND)
    assert await notices(tickets, number) == []
    await tickets.tick(after(5.5))
    assert len(await notices(tickets, number)) == 1


async def test_what_becomes_a_long_matter_is_told_of(tickets):
    number = await taken_on(tickets, draft(), "worker1")
    await does(
        tickets,
        number,
        "worker1",
        Action.RECLASSIFY,
        after(1),
        to="matter/greenery",
    )
    assert (await tickets.get(number)).life.progress_at == after(4)


async def test_within_a_pause_nothing_is_said(tickets):
    number = await taken_on(tickets)
    minutes = int(timedelta(days=20).total_seconds() // 60)
    await does(
        tickets,
        number,
        "street1",
        Action.PAUSE,
        MONDAY,
        reason="等公告",
        minutes=minutes,
    )
    paused = await does(tickets, number, "street2", Action.APPROVE, MONDAY)
    assert paused.life.progress_at is None
    await does(
        tickets, number, "street1", Action.NOTE, after(2), text="公告了", to="resident"
    )
    over = MONDAY + timedelta(days=20)
    await tickets.tick(over - SECOND)
    assert await notices(tickets, number) == []
    await tickets.tick(over)
    assert (await tickets.get(number)).life.progress_at == after(5, over)


async def test_whoever_waits_past_the_promise_is_told_so(tickets, engine):
    number = await taken_on(tickets, draft(), "worker1")
    await runs(tickets, MONDAY + timedelta(days=24))
    assert await notices(tickets, number)
    async with engine.connect() as connection:
        payloads = (await connection.execute(sa.select(outbox.c.payload))).scalars()
        assert any("比原来说的晚了" in payload for payload in payloads)
