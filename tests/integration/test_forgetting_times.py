"""When a person's data goes, by a clock of the test's own.

Whoever unfollows is deleted at once; whoever says so in the dialogue gets the answer
first. Either way it is done twice, for what a worker was about to store meanwhile.
"""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_forgetting import ANSWERED_FIRST, RedisForgetting
from adapters.redis_keys import RedisKeys
from community.errors import StoreUnavailableError
from gateway.forgetting import AGAIN_AFTER, Forgetting
from tests.conftest import NOW

WHO, OTHER = "wechat:oTESTopenid_of_nobody_0001", "web:nobody-2"


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self):
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Store:
    """Stands for every store: notes who was deleted, may be down."""

    deleted: list = field(default_factory=list)
    is_down: bool = False

    async def forget(self, conversation, *_, **__):
        if self.is_down:
            raise StoreUnavailableError("down")
        self.deleted.append(conversation)
        return 0

    async def kept(self, _):
        return set()

    async def delete(self, _):
        return None


@dataclass
class World:
    clock: Clock
    residents: Store
    forgetting: Forgetting
    asked: RedisForgetting
    conversations: RedisConversations
    done: set = field(default_factory=set)

    async def looks(self) -> list[str]:
        """Looks once, as the gateway does every so often; returns who was deleted."""
        before = len(self.residents.deleted)
        self.done = await self.forgetting._sweep(self.done)
        return self.residents.deleted[before:]

    async def waiting(self) -> list[str]:
        redis, keys = self.conversations.redis, self.conversations.keys
        return list(await redis.zrange(keys.forgetting, 0, -1))


@pytest.fixture
async def world(redis_url: str) -> AsyncIterator[World]:
    redis = open_redis(redis_url)
    keys = RedisKeys(f"times-{secrets.token_hex(6)}")
    conversations, clock, residents = (
        RedisConversations(redis, keys, lease_s=2.0),
        Clock(),
        Store(),
    )
    forgetting = gateway(conversations, clock, residents)
    yield World(
        clock, residents, forgetting, RedisForgetting(redis, keys), conversations
    )
    await redis.aclose()


def gateway(conversations, clock, residents) -> Forgetting:
    return Forgetting(
        conversations,
        Store(),
        residents,
        Store(),
        ticket_photos=Store(),
        outbox=Store(),
        log=Store(),
        pseudonym=lambda conversation: f"pseudonym of {conversation}",
        quota=None,
        now=clock,
    )


async def test_whoever_unfollows_is_deleted_at_once_and_once_more(world):
    await world.forgetting.ask(WHO, "m1")
    assert await world.looks() == [WHO]
    world.clock.passes(AGAIN_AFTER.total_seconds() - 1)
    assert await world.looks() == [], "not before the time"
    assert await world.waiting() == [WHO]
    world.clock.passes(1)
    assert await world.looks() == [WHO]
    assert await world.waiting() == []
    assert await world.looks() == []


async def test_whoever_says_so_in_the_dialogue_gets_the_answer_first(world):
    await world.asked.ask(WHO, world.clock())
    first_s = (ANSWERED_FIRST - AGAIN_AFTER).total_seconds()
    for _ in range(4):  # the gateway looks several times meanwhile
        assert await world.looks() == [], "the answer has not gone out"
        world.clock.passes(first_s / 4 - 0.1)
    world.clock.passes(0.4)
    assert await world.looks() == [WHO]
    assert await world.waiting() == [WHO]
    world.clock.passes(AGAIN_AFTER.total_seconds())
    assert await world.looks() == [WHO]
    assert await world.waiting() == []


async def test_it_is_done_within_the_two_minutes_that_were_promised(world):
    await world.asked.ask(WHO, world.clock())
    passed_s = 0.0
    while await world.waiting():
        await world.looks()
        world.clock.passes(15)  # how often it looks
        passed_s += 15
    assert passed_s <= 120


async def test_asking_again_begins_the_grace_anew(world):
    await world.asked.ask(WHO, world.clock())
    world.clock.passes(50)
    await world.asked.ask(WHO, world.clock())
    world.clock.passes(50)
    assert await world.looks() == []
    world.clock.passes(15)
    assert await world.looks() == [WHO]


async def test_unfollowing_within_the_grace_does_not_wait(world):
    await world.asked.ask(WHO, world.clock())
    assert await world.looks() == []
    await world.forgetting.ask(WHO, "m1")
    assert await world.looks() == [WHO]


async def test_a_repeated_push_changes_nothing(world):
    await world.forgetting.ask(WHO, "m1")
    assert await world.looks() == [WHO]
    world.clock.passes(20)
    await world.forgetting.ask(WHO, "m1")
    world.clock.passes(10)
    assert await world.looks() == [WHO], "the time of the first push counts"
    assert await world.waiting() == []


async def test_who_comes_back_meanwhile_begins_with_nothing(world):
    await world.asked.ask(WHO, world.clock())
    world.clock.passes(20)
    await world.forgetting.finish(WHO)
    assert world.residents.deleted == [WHO]
    assert await world.waiting() == []
    world.clock.passes(200)
    assert await world.looks() == [], "what they say now stays"


async def test_finishing_for_somebody_who_stays_deletes_nothing(world):
    await world.asked.ask(OTHER, world.clock())
    await world.forgetting.finish(WHO)
    assert world.residents.deleted == []
    assert await world.waiting() == [OTHER]


async def test_a_store_that_is_down_delays_and_loses_nothing(world):
    await world.forgetting.ask(WHO, "m1")
    world.residents.is_down = True
    with pytest.raises(StoreUnavailableError):
        await world.looks()
    world.clock.passes(600)
    with pytest.raises(StoreUnavailableError):
        await world.looks()
    assert await world.waiting() == [WHO]
    world.residents.is_down = False
    assert await world.looks() == [WHO]
    assert await world.waiting() == []


async def test_another_gateway_finishes_what_one_began(world):
    await world.forgetting.ask(WHO, "m1")
    assert await world.looks() == [WHO]
    heir = gateway(world.conversations, world.clock, world.residents)
    world.clock.passes(AGAIN_AFTER.total_seconds())
    await heir._sweep(set())
    assert world.residents.deleted == [WHO, WHO]
    assert await world.waiting() == []
