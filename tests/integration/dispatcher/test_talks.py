"""The assistant comes back by itself when staff fall silent in a live conversation."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from adapters.sql.outbox import SqlOutbox
from adapters.sql.tables import outbox
from adapters.talks import SILENCE, Talks
from community.tickets import TicketDraft, TicketKind
from dispatcher.talks import end_silent_talks
from tests.conftest import NOW

LATER = NOW + SILENCE + timedelta(seconds=1)
RESIDENT = "wechat:oTESTopenid_of_nobody_0001"


@pytest.fixture
def talks(conversations):
    return Talks(conversations.redis, conversations.keys)


@pytest.fixture
async def number(tickets):
    draft = TicketDraft("m1#0", TicketKind.REPORT, RESIDENT, None, "灯坏了")
    return (await tickets.open(draft, now=NOW)).number


@pytest.fixture
async def told(tickets):
    """Returns what was put into residents' conversations."""

    async def read():
        query = sa.select(outbox).where(outbox.c.payload.contains("takeover"))
        async with tickets._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [(row["recipient"], json.loads(row["payload"])) for row in rows]

    return read


async def end(talks, tickets, now):
    return await end_silent_talks(talks, tickets, SqlOutbox(tickets._engine), now=now)


async def fall_silent(talks, number):
    """Half an hour passes for Redis, too."""
    await talks._redis.delete(talks._keys.desk_talk(RESIDENT))


async def test_after_half_an_hour_the_assistant_says_that_it_is_back(
    talks, tickets, number, told
):
    assert await talks.begin(number, RESIDENT, "w1", now=NOW) is None
    assert await end(talks, tickets, NOW + SILENCE / 2) == 0
    await fall_silent(talks, number)
    assert await end(talks, tickets, LATER) == 1
    assert await end(talks, tickets, LATER) == 0
    extra = {"number": number, "reason": "silence"}
    assert await told() == [(RESIDENT, {"event": "takeover_end", "extra": extra})]


async def test_every_word_gives_another_half_hour(talks, tickets, number, told):
    await talks.begin(number, RESIDENT, "w1", now=NOW)
    await talks.go_on(number, RESIDENT, now=NOW + SILENCE / 2)
    assert await talks.silent(LATER) == []
    assert [t.number for t in await talks.silent(LATER + SILENCE)] == [number]


async def test_a_talk_that_was_ended_is_not_ended_again(talks, tickets, number, told):
    await talks.begin(number, RESIDENT, "w1", now=NOW)
    await talks.end(number, RESIDENT)
    assert await end(talks, tickets, LATER) == 0
    assert await told() == []


async def test_a_crash_before_it_is_noted_tells_nobody_twice(
    talks, tickets, number, told
):
    await talks.begin(number, RESIDENT, "w1", now=NOW)
    await fall_silent(talks, number)
    await end(talks, tickets, LATER)
    later = NOW + SILENCE
    await talks._redis.zadd(talks._keys.desk_talks, {number: later.timestamp()})
    assert await end(talks, tickets, LATER + timedelta(seconds=30)) == 1
    assert len(await told()) == 1


async def test_whoever_began_again_goes_on(talks, tickets, number, told):
    await talks.begin(number, RESIDENT, "w1", now=NOW)
    assert await end(talks, tickets, LATER) == 0  # the key lives: somebody talks
    assert await told() == []


async def test_a_ticket_that_is_gone_ends_quietly(talks, tickets, told):
    await talks.begin("0000-0000", RESIDENT, "w1", now=NOW)
    await fall_silent(talks, "0000-0000")
    assert await end(talks, tickets, LATER) == 1
    assert await told() == []


async def test_a_co_reporter_hears_it_once_the_reporter_is_gone(
    talks, tickets, number, told
):
    neighbour = "wechat:oTESTopenid_of_nobody_0002"
    await tickets.join(number, neighbour, key="j", now=NOW)
    await tickets.forget(RESIDENT, now=NOW)
    await talks.begin(number, neighbour, "w1", now=NOW)
    await talks._redis.delete(talks._keys.desk_talk(neighbour))
    assert await end(talks, tickets, LATER) == 1
    assert [recipient for recipient, _ in await told()] == [neighbour]
