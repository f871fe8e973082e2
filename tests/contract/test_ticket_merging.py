"""并案: only of what can be one thing; words, photos and people go with it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from adapters.sql.tables import outbox
from community.errors import (
    ImplausibleMergeError,
    NotFoundError,
    TransitionRefusedError,
)
from community.tickets import Action, Command, Origin, TicketState
from tests.contract.ticket_acts import WHO, command, told
from tests.ticket_world import MONDAY, actor, draft, hours

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


async def test_merged_tickets_tell_everybody_the_result(tickets, engine):
    first = await tickets.open(draft("m1#0"), now=MONDAY)
    second = await tickets.open(draft("m2#0", who=OTHER), now=MONDAY)
    merging = command("worker1", Action.MERGE, to=first.number)
    with pytest.raises(TransitionRefusedError):
        await tickets.act(second.number, merging, now=MONDAY)
    merging = replace(merging, reason="同一堆垃圾")
    merged = await tickets.act(second.number, merging, now=MONDAY)
    assert merged.state is TicketState.MERGED
    target = await tickets.get(first.number)
    assert target.followers == (OTHER,)
    for act in (Action.CLAIM, Action.CONTACT):
        await tickets.act(first.number, command("worker1", act), now=MONDAY)
    await tickets.act(
        first.number, command("worker1", Action.RESOLVE, text="清了"), now=MONDAY
    )
    assert await told(engine, "result") == {WHO, OTHER}
    for number in (first.number, second.number):
        assert await tickets.verify(number) == []


async def test_a_merged_danger_stays_a_danger(tickets):
    item = "matter/gas_safety"
    normal = await tickets.open(draft("m1#0", item=item), now=MONDAY)
    gas = draft("m2#0", who=OTHER, item=item, urgency="critical")
    gas = await tickets.open(gas, now=MONDAY)
    merging = command("county1", Action.MERGE, to=normal.number, reason="同一处")
    await tickets.act(gas.number, merging, now=MONDAY)
    target = await tickets.get(normal.number)
    assert target.life.urgency == "critical"
    assert target.life.respond_by == MONDAY + hours(0.5)
    assert await tickets.verify(normal.number) == []


async def test_a_ticket_does_not_go_into_itself_or_into_nothing(tickets):
    opened = await tickets.open(draft(), now=MONDAY)
    for to, error in (
        (opened.number, TransitionRefusedError),
        ("0000-0000", NotFoundError),
    ):
        act = command("worker1", Action.MERGE, to=to, reason="同一件事")
        with pytest.raises(error):
            await tickets.act(opened.number, act, now=MONDAY)
    assert len(await tickets.events(opened.number)) == 1


async def test_crosswise_merges_leave_one_ticket_open(repository):
    first, second = repository(), repository()
    one = await first.open(draft("m1#0"), now=MONDAY)
    two = await first.open(draft("m2#0", who=OTHER), now=MONDAY)

    async def merge(tickets, source, target):
        key = f"{source}>{target}"
        act = command("head", Action.MERGE, to=target, key=key, reason="同一件事")
        try:
            await tickets.act(source, act, now=MONDAY)
        except TransitionRefusedError:
            return False
        return True

    done = await asyncio.gather(
        merge(first, one.number, two.number), merge(second, two.number, one.number)
    )
    assert sorted(done) == [False, True]
