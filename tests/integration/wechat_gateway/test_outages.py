"""Workers, mailboxes or Redis are away; an emergency still gets its number."""

import asyncio
import time
from typing import Any

import pytest

from adapters.redis_conversations import RedisConversations
from community.errors import StoreUnavailableError
from community.replies import Text
from gateway.passive import BUDGET_S, GRACE_S
from gateway.wechat import CHANNEL, NOT_STORED, TOO_FAST
from tests.integration.wechat_gateway.hand_worker import answered, work
from tests.integration.wechat_peer import (
    CONVERSATION,
    text,
)

WECHAT_WAITS_S = 5.0
BUSY_S = 15.0
"""As long as WeChat tries; a processor that others use may need more than its wait."""


async def test_an_emergency_without_workers_gets_its_number_in_time(peer, store, quick):
    started = time.monotonic()
    status, answer = await peer.push(text("俺家着火了快来人"))
    assert time.monotonic() - started < BUSY_S
    assert status == 200
    content = answer.split("<Content><![CDATA[")[1]
    assert "119" in content.split("。")[0]
    letter = await store.head(CONVERSATION)
    assert letter.inbound.urgent
    assert await store.claimed(letter.inbound.id) == "late"


async def test_an_emergency_waits_almost_as_long_as_wechat_does(peer, store):
    assert BUDGET_S + GRACE_S < WECHAT_WAITS_S
    started = time.monotonic()
    status, answer = await peer.push(text("俺家着火了快来人"))
    assert 4 < time.monotonic() - started < BUSY_S
    assert status == 200
    assert "119" in answer.split("<Content><![CDATA[")[1].split("。")[0]


async def test_an_emergency_at_overload_gets_its_number_in_time(peer, client):
    async def push(number: int, words: str) -> tuple[float, int, str]:
        started = time.monotonic()
        xml = text(words, FromUserName=f"oCrowd{number}")
        status, answer = await peer.push(xml)
        return time.monotonic() - started, status, answer

    crowd = [push(number, "低保要带什么材料") for number in range(50)]
    found = await asyncio.gather(*crowd)
    assert {answer[1:] for answer in found} == {(200, "success")}
    assert client.app[CHANNEL].answers.waiting.is_overloaded
    crowd = [push(number, "那去哪里办") for number in range(50)]
    urgent = push(999, "有人触电倒在地上了")
    *late, (seconds, status, answer) = await asyncio.gather(*crowd, urgent)
    assert {answer[1:] for answer in late} == {(200, "success")}
    assert seconds < BUSY_S
    assert status == 200
    assert "120" in answer.split("<Content><![CDATA[")[1].split("。")[0]


async def test_the_repeat_of_an_emergency_gets_the_number_too(peer, store, quick):
    xml = text("俺家着火了快来人", msg_id=50)
    await peer.push(xml)
    assert "119" in (await peer.push(xml))[1]


async def test_redis_down_acknowledges_nothing(peer, store, quick, monkeypatch):
    async def down(*_: Any) -> Any:
        raise StoreUnavailableError("down")

    monkeypatch.setattr(RedisConversations, "accept", down)
    started = time.monotonic()
    status, answer = await peer.push(text("低保怎么办"))
    assert status == 503
    assert "success" not in answer
    assert time.monotonic() - started >= 0.7


async def test_redis_that_comes_back_in_time_is_noticed_by_nobody(
    peer, store, monkeypatch
):
    original, calls = RedisConversations.accept, []

    async def twice_down(self: Any, inbound: Any, *more: Any) -> bool:
        calls.append(1)
        if len(calls) < 3:
            raise StoreUnavailableError("down")
        return await original(self, inbound, *more)

    monkeypatch.setattr(RedisConversations, "accept", twice_down)
    _, answer = await answered(peer, store, text("低保怎么办"), Text("带身份证。"))
    assert "带身份证。" in answer
    assert len(calls) == 3


def failing(monkeypatch: pytest.MonkeyPatch, n_times: float) -> list[int]:
    """Lets Redis fail when answers are taken, some times or always."""
    original, calls = RedisConversations.take_passive, []

    async def take(self: Any, *arguments: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) <= n_times:
            raise StoreUnavailableError("down")
        return await original(self, *arguments, **options)

    monkeypatch.setattr(RedisConversations, "take_passive", take)
    return calls


async def test_a_short_outage_is_waited_out_and_the_answer_comes_in_time(
    peer, store, monkeypatch
):
    """`success` at once would make WeChat ignore what another delivery answers."""
    calls = failing(monkeypatch, 3)
    _, answer = await answered(peer, store, text("低保怎么办"), Text("带身份证。"))
    assert "带身份证。" in answer
    assert len(calls) > 3


async def test_a_long_outage_is_acknowledged_because_the_message_is_stored(
    peer, store, quick, monkeypatch
):
    failing(monkeypatch, float("inf"))
    status, answer = await peer.push(text("低保怎么办"))
    assert (status, answer) == (200, "success")
    assert await store.head(CONVERSATION) is not None


async def test_nothing_is_answered_after_an_acknowledgement_that_could_not_be_noted(
    peer, store, quick, monkeypatch
):
    """Of two overlapping deliveries the first gives up while Redis is away."""
    is_down = [True]
    take, claim = RedisConversations.take_passive, RedisConversations.claim

    def if_up(original: Any) -> Any:
        async def call(self: Any, *arguments: Any, **options: Any) -> Any:
            if is_down:
                raise StoreUnavailableError("down")
            return await original(self, *arguments, **options)

        return call

    monkeypatch.setattr(RedisConversations, "take_passive", if_up(take))
    monkeypatch.setattr(RedisConversations, "claim", if_up(claim))
    xml = text("低保怎么办", msg_id=7)
    first = asyncio.create_task(peer.push(xml))
    await asyncio.sleep(0.5)
    second = asyncio.create_task(peer.push(xml))
    assert await first == (200, "success")
    is_down.clear()
    await work(store, Text("带身份证。"))
    assert await second == (200, "success")
    letter = (await store.history(CONVERSATION))[0].inbound
    for _ in range(1_000):
        if await store.claimed(letter.id) == "late":
            break
        await asyncio.sleep(0.02)
    assert await store.claimed(letter.id) == "late"


async def test_a_long_outage_still_gives_the_number_in_an_emergency(
    peer, store, quick, monkeypatch
):
    failing(monkeypatch, float("inf"))
    _, answer = await peer.push(text("俺家着火了快来人"))
    assert "119" in answer


async def test_an_emergency_with_redis_down_gets_its_number_and_is_stored_later(
    peer, store, quick, monkeypatch
):
    original, is_down = RedisConversations.accept, [True]

    async def down(self: Any, inbound: Any, *more: Any) -> bool:
        if is_down:
            raise StoreUnavailableError("down")
        return await original(self, inbound, *more)

    monkeypatch.setattr(RedisConversations, "accept", down)
    _, answer = await peer.push(text("俺家着火了快来人"))
    assert "119" in answer.split("<Content><![CDATA[")[1].split("。")[0]
    assert NOT_STORED in answer
    is_down.clear()
    assert await work(store, Text("打了吗")) == "俺家着火了快来人"


async def test_a_full_mailbox_is_said_and_nothing_is_acknowledged(
    peer, store, quick, monkeypatch
):
    monkeypatch.setattr("adapters.redis_conversations.MAX_WAITING", 1)
    await peer.push(text("一"))
    _, answer = await peer.push(text("二"))
    assert TOO_FAST in answer
    assert await store.redis.llen(store.keys.mailbox(CONVERSATION)) == 1
    _, urgent = await peer.push(text("俺家着火了快来人"))
    assert "119" in urgent.split("<Content><![CDATA[")[1].split("。")[0]
