"""Stream consumers over a real Redis."""

import asyncio
import json

import pytest

from community.errors import StoreUnavailableError
from dispatcher import streams
from dispatcher.leadership import Leadership
from dispatcher.streams import Pace, StreamConsumer, consume

PACE = Pace(count=10, block_ms=20, again_s=0.02, abandoned_after_s=0.2)


@pytest.fixture
def redis(conversations):
    return conversations.redis


@pytest.fixture
def stream(conversations):
    return conversations.keys.outgoing


@pytest.fixture
def dead(conversations):
    return conversations.keys.dead


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(streams, "BACKOFF_S", (0.02,))


async def until(condition, timeout_s=20.0):
    for _ in range(int(timeout_s / 0.02)):
        if await condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


class Running:
    """A consumer in a task."""

    def __init__(self, redis, stream, dead, handle, name="c1", leads=None):
        leadership = Leadership(redis, leads, name, ttl_s=0.4) if leads else None
        self.stopping = asyncio.Event()
        self.task = asyncio.create_task(
            consume(
                redis,
                stream,
                "g",
                name,
                handle,
                dead=dead,
                stopping=self.stopping,
                pace=PACE,
                leadership=leadership,
            )
        )

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.stopping.set()
        await self.task


async def fill(redis, stream, *texts):
    return [await redis.xadd(stream, {"entry": text}) for text in texts]


def empty(redis, stream):
    async def check():
        return await redis.xlen(stream) == 0

    return check


async def test_entries_are_handled_in_order_and_removed(redis, stream, dead):
    seen = []

    async def handle(entries):
        seen.extend(e.fields["entry"] for e in entries)

    await fill(redis, stream, *map(str, range(25)))
    async with Running(redis, stream, dead, handle):
        await until(empty(redis, stream))
    assert seen == [str(n) for n in range(25)]
    assert (await redis.xpending(stream, "g"))["pending"] == 0


async def test_entries_stay_while_the_store_is_down(redis, stream, dead):
    down, seen = True, []

    async def handle(entries):
        if down:
            raise StoreUnavailableError("down")
        seen.extend(e.fields["entry"] for e in entries)

    await fill(redis, stream, "a", "b")
    async with Running(redis, stream, dead, handle):
        await asyncio.sleep(0.3)
        assert await redis.xlen(stream) == 2
        down = False
        await until(empty(redis, stream))
    assert seen == ["a", "b"]
    assert await redis.xlen(dead) == 0


async def test_unfinished_entries_are_given_again(redis, stream, dead):
    rounds = []

    async def handle(entries):
        rounds.append([e.fields["entry"] for e in entries])
        return [e.id for e in entries if e.fields["entry"] != "slow" or len(rounds) > 3]

    await fill(redis, stream, "slow", "quick")
    async with Running(redis, stream, dead, handle):
        await until(empty(redis, stream))
    assert rounds[0] == ["slow", "quick"]
    assert rounds[1] == ["slow"]


async def test_a_poison_entry_is_put_aside_and_the_others_go_on(redis, stream, dead):
    seen = []

    async def handle(entries):
        for entry in entries:
            if entry.fields["entry"] == "poison":
                raise ValueError("bad")
        seen.extend(e.fields["entry"] for e in entries)

    await fill(redis, stream, "a", "poison", "b")
    async with Running(redis, stream, dead, handle):
        await until(empty(redis, stream))
    assert seen == ["a", "b"]
    ((_, fields),) = await redis.xrange(dead)
    letter = json.loads(fields["letter"])
    assert letter["entry"] == {"entry": "poison"}
    assert letter["stream"] == stream


async def test_what_a_dead_consumer_left_is_taken_over(redis, stream, dead):
    await fill(redis, stream, "a")
    await redis.xgroup_create(stream, "g", id="0")
    await redis.xreadgroup("g", "dead one", {stream: ">"})
    seen = []

    async def handle(entries):
        seen.extend(e.fields["entry"] for e in entries)

    async with Running(redis, stream, dead, handle):
        await until(empty(redis, stream))
    assert seen == ["a"]


async def test_two_consumers_share_the_work(redis, stream, dead):
    seen = []

    async def handle(entries):
        await asyncio.sleep(0.01)
        seen.extend(e.fields["entry"] for e in entries)

    await fill(redis, stream, *map(str, range(60)))
    async with (
        Running(redis, stream, dead, handle, "c1"),
        Running(redis, stream, dead, handle, "c2"),
    ):
        await until(empty(redis, stream))
    assert sorted(seen, key=int) == [str(n) for n in range(60)]


async def test_a_lost_group_is_made_again(redis, stream, dead):
    seen = []

    async def handle(entries):
        seen.extend(e.fields["entry"] for e in entries)

    async with Running(redis, stream, dead, handle):
        await asyncio.sleep(0.1)
        await redis.delete(stream)
        await fill(redis, stream, "a")
        await until(empty(redis, stream))
    assert seen == ["a"]


async def test_stopping_finishes_the_batch_under_way(redis, stream, dead):
    begun, seen = asyncio.Event(), []

    async def handle(entries):
        begun.set()
        await asyncio.sleep(0.1)
        seen.extend(e.fields["entry"] for e in entries)

    await fill(redis, stream, "a")
    stopping = asyncio.Event()
    consumer = StreamConsumer(redis, stream, "g", "c", handle, dead=dead, pace=PACE)
    running = asyncio.create_task(consumer.run(stopping))
    await begun.wait()
    stopping.set()
    await running
    assert seen == ["a"]
    assert await redis.xlen(stream) == 0


async def test_where_order_counts_one_consumer_reads(
    conversations, redis, stream, dead
):
    key, seen = conversations.keys.task("read"), []

    def of(name):
        async def handle(entries):
            await asyncio.sleep(0.01)
            seen.extend((name, int(e.fields["entry"])) for e in entries)

        return handle

    async with Running(redis, stream, dead, of("c1"), "c1", leads=key):
        await asyncio.sleep(0.1)
        async with Running(redis, stream, dead, of("c2"), "c2", leads=key):
            await fill(redis, stream, *map(str, range(40)))
            await until(empty(redis, stream))
    assert seen == [("c1", n) for n in range(40)]


async def test_a_dead_leader_is_replaced_and_its_entries_come_first(
    conversations, redis, stream, dead
):
    key, seen = conversations.keys.task("read"), []

    async def hang(entries):
        await asyncio.sleep(60)

    async def handle(entries):
        seen.extend(e.fields["entry"] for e in entries)

    await fill(redis, stream, "a", "b")
    first = Running(redis, stream, dead, hang, "c1", leads=key)
    await asyncio.sleep(0.1)
    first.task.cancel()
    await asyncio.gather(first.task, return_exceptions=True)
    await fill(redis, stream, "c")
    async with Running(redis, stream, dead, handle, "c2", leads=key):
        await until(empty(redis, stream))
    assert seen == ["a", "b", "c"]
