"""并案: only of what can be one thing; words, photos and people go with it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from adapters.sql.tables import outbox
from community.errors import ImplausibleMergeError
from community.tickets import Action, Command, Origin, TicketState
from tests.ticket_world import MONDAY, actor, draft

ONE, OTHER, THIRD = (f"wechat:oFictitiousOpenId0{n}" for n in (1, 2, 3))


async def does(tickets, number, action, who="worker1", now=MONDAY, **more):
    key = f"{who}:{action.value}:{number}"
    return await tickets.act(number, Command(actor(who), action, key, **more), now=now)


async def merge(tickets, source, target, who="head", now=MONDAY):
    return await does(
        tickets, source, Action.MERGE, who, now, to=target, reason="同一堆"
    )


@pytest.mark.parametrize(
    ("changed", "days", "differs"),
    [
        ({"item": "matter/street_lighting"}, 0, "item"),
        ({"grid": "willow-2", "place": "东关花园9号楼"}, 0, "place"),
        ({"grid": None, "place": ""}, 0, "place"),
        ({}, 31, "time"),
    ],
)
async def test_what_can_hardly_be_one_thing_is_not_merged(
    tickets, changed, days, differs
):
    first = await tickets.open(draft("m1#0"), now=MONDAY)
    later = MONDAY + timedelta(days=days)
    filed = replace(draft("m2#0", who=OTHER), **changed)
    second = await tickets.open(filed, now=later)
    before = [len(await tickets.events(t.number)) for t in (first, second)]
    with pytest.raises(ImplausibleMergeError) as refused:
        await merge(tickets, second.number, first.number, "county1", later)
    assert refused.value.differs == differs
    after = [len(await tickets.events(t.number)) for t in (first, second)]
    assert after == before, "nothing of it is stored"


@pytest.mark.parametrize(
    ("changed", "days"),
    [
        ({"place": "柳树小区9号楼"}, 0),
        ({"grid": "willow-2"}, 0),
        ({"grid": None, "place": "柳树小区3号楼"}, 30),
    ],
)
async def test_the_same_grid_or_a_place_in_the_same_words_is_near(
    tickets, changed, days
):
    first = await tickets.open(draft("m1#0"), now=MONDAY)
    later = MONDAY + timedelta(days=days)
    filed = replace(draft("m2#0", who=OTHER), **changed)
    second = await tickets.open(filed, now=later)
    merged = await merge(tickets, second.number, first.number, "county1", later)
    assert merged.state is TicketState.MERGED


async def two(tickets, **changed):
    """A ticket, and another one with a remark, photos and a co-reporter."""
    first = await tickets.open(draft("m1#0"), now=MONDAY)
    filed = draft("m2#0", who=OTHER, description="整条巷子都堆满了")
    filed = replace(filed, photos=("heap1",), **changed)
    second = (await tickets.open(filed, now=MONDAY)).number
    return first.number, second


async def test_words_and_photos_are_seen_on_the_ticket_that_goes_on(tickets):
    target, source = await two(tickets)
    await tickets.remark(
        source, OTHER, text="老鼠也来了", photos=["rat"], key="r", now=MONDAY
    )
    await tickets.join(source, THIRD, key="j", now=MONDAY)
    await tickets.remark(source, THIRD, text="我家也受影响", key="t", now=MONDAY)
    await merge(tickets, source, target)
    said = {m.actor: m for m in await tickets.messages(target)}
    assert set(said) == {"resident-2", "resident-3"}
    first, second = said["resident-2"], said["resident-3"]
    for words in (source, "整条巷子都堆满了", "柳树小区3号楼", "三天前", "老鼠也来了"):
        assert words in first.text
    assert first.photos == ("heap1", "rat")
    assert "我家也受影响" in second.text
    for number in (target, source):
        assert await tickets.verify(number) == []


async def test_what_was_taken_over_is_forgotten_with_its_person(tickets):
    target, source = await two(tickets)
    await tickets.remark(
        source, OTHER, text="我是王秀英，找我", photos=[], key="r", now=MONDAY
    )
    await merge(tickets, source, target)
    await tickets.forget(OTHER)
    texts = [m.text for m in await tickets.messages(target)]
    assert any("整条巷子都堆满了" in text for text in texts)
    assert not any("王秀英" in text for text in texts)
    assert await tickets.verify(target) == []


async def test_what_a_worker_saw_is_taken_over_too(tickets):
    target, source = await two(
        tickets, conversation="", origin=Origin.PATROL, filed_by="worker2"
    )
    await merge(tickets, source, target)
    event = (await tickets.events(target))[-1]
    assert event.action is Action.ABSORB
    assert "整条巷子都堆满了" in event.text
    assert event.photos == ("heap1",)
    assert (await tickets.get(target)).followers == ()


async def test_it_goes_on_through_a_second_merge(tickets):
    target, source = await two(tickets)
    await merge(tickets, source, target)
    third = (await tickets.open(draft("m3#0", who=THIRD), now=MONDAY)).number
    await merge(tickets, target, third)
    texts = [m.text for m in await tickets.messages(third)]
    assert any("整条巷子都堆满了" in text for text in texts)
    assert (await tickets.get(third)).followers == (ONE, OTHER)


async def test_every_co_reporter_is_told_every_result(tickets, engine):
    target, source = await two(tickets)
    await tickets.join(source, THIRD, key="j", now=MONDAY)
    await merge(tickets, source, target)
    for action in (Action.CLAIM, Action.CONTACT):
        await does(tickets, target, action)
    await does(tickets, target, Action.RESOLVE, text="清走了", photos=("clean",))
    await tickets.answer(target, THIRD, satisfied=False, key="no", now=MONDAY)
    for action in (Action.CLAIM, Action.CONTACT):
        await does(tickets, target, action, "street1")
    await does(tickets, target, Action.RESOLVE, "street1", text="这回真清走了")
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.select(outbox))).all()
    for result in ("清走了", "这回真清走了"):
        told = {r.recipient for r in rows if f"：{result}" in r.payload}
        assert told == {ONE, OTHER, THIRD}, result


async def test_a_repeated_merge_changes_nothing(tickets):
    target, source = await two(tickets)
    await merge(tickets, source, target)
    n_events = len(await tickets.events(target))
    await merge(tickets, source, target)
    assert len(await tickets.events(target)) == n_events
