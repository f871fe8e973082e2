"""Messages are answered passively, late, or again."""

import asyncio
from typing import Any

from redis.asyncio.client import Pipeline

from adapters.redis_conversations import RedisConversations
from adapters.settings import Settings
from community.messages import Kind
from community.replies import Choice, Choices, Text
from gateway import messengers
from tests.conftest import NOW
from tests.integration.wechat_gateway.hand_worker import answered, work
from tests.integration.wechat_peer import (
    ACCOUNT,
    CONVERSATION,
    OPENID,
    Peer,
    text,
)


async def test_the_consoles_check_is_answered_with_the_bare_echo(client):
    query = Peer(client).plain() | {"echostr": "4375120948345356249"}
    response = await client.get("/wechat", params=query)
    assert (response.status, await response.text()) == (200, "4375120948345356249")
    forged = query | {"signature": "0" * 40}
    assert (await client.get("/wechat", params=forged)).status == 403
    assert (await client.get("/wechat")).status == 403


async def test_without_an_account_there_is_no_webhook(start):
    client = await start(WECHAT_APPID="")
    assert (await client.get("/wechat")).status == 404
    assert (await client.post("/wechat", data="x")).status == 404


async def test_a_text_is_answered_passively_and_confirmed(peer, store):
    status, answer = await answered(peer, store, text("低保怎么办"), Text("带身份证。"))
    assert status == 200
    assert f"<ToUserName><![CDATA[{OPENID}]]>" in answer
    assert f"<FromUserName><![CDATA[{ACCOUNT}]]>" in answer
    assert "带身份证。" in answer
    [event] = [e for e in await store.history(CONVERSATION) if e.inbound]
    assert event.inbound.kind is Kind.TEXT
    assert event.inbound.reply_to
    for _ in range(2_000):  # confirmed after the bytes have left
        if await store.claimed(event.inbound.id) == "sent":
            break
        await asyncio.sleep(0.01)
    assert await store.claimed(event.inbound.id) == "sent"


async def test_a_message_takes_four_ways_to_redis(peer, store, monkeypatch):
    """Each costs CPU time, which a gateway under load is short of."""
    ways: list[str] = []
    run, execute = RedisConversations._run, Pipeline.execute

    async def noted_run(self: Any, name: str, *arguments: Any) -> Any:
        ways.append(name)
        return await run(self, name, *arguments)

    async def noted_execute(self: Any, *arguments: Any, **options: Any) -> Any:
        ways.append("pipeline")
        return await execute(self, *arguments, **options)

    await answered(peer, store, text("一"), Text("甲"))
    monkeypatch.setattr(RedisConversations, "_run", noted_run)
    monkeypatch.setattr(Pipeline, "execute", noted_execute)
    await answered(peer, store, text("二"), Text("乙"))
    for _ in range(2_000):
        if "LEAVE" in ways:
            break
        await asyncio.sleep(0.01)
    of_the_worker = {"ACQUIRE", "COMMIT", "RELEASE"}
    assert [way for way in ways if way not in of_the_worker] == [
        *("pipeline", "ACCEPT", "TAKE", "LEAVE"),
    ]


async def test_a_repeat_grants_nothing_anew(peer, store, environment):
    quota = messengers.open_quota(Settings.from_env(environment), store.redis)
    xml = text("你好", msg_id=77)
    await answered(peer, store, xml, Text("好。"))
    assert await quota.take(CONVERSATION, NOW) is not None
    await peer.push(xml)
    left = [await quota.take(CONVERSATION, NOW) for _ in range(5)]
    assert [spent is not None for spent in left] == [True] * 4 + [False]


async def test_the_quota_of_a_message_is_granted(peer, store, client, environment):
    quota = messengers.open_quota(Settings.from_env(environment), store.redis)
    await answered(peer, store, text("你好"), Text("好。"))
    spent = [await quota.take(CONVERSATION, NOW) for _ in range(6)]
    assert [s is not None for s in spent] == [True] * 5 + [False]


async def test_choices_are_links_and_a_tap_is_a_text(peer, store):
    choices = Choices("", (Choice("报修", "/talk_handoff"),))
    _, answer = await answered(peer, store, text("灯坏了"), Text("好。"), choices)
    assert "weixin://bizmsgmenu?msgmenucontent=报修" in answer
    tap = text("报修", bizmsgmenuid="101")
    await answered(peer, store, tap, Text("记下了。"))
    last = [e for e in await store.history(CONVERSATION) if e.inbound][-1]
    assert (last.inbound.kind, last.inbound.text) == (Kind.TEXT, "报修")


async def test_an_answer_without_words_is_success(peer, store):
    assert await answered(peer, store, text("在吗")) == (200, "success")


async def test_without_an_answer_in_time_it_is_success_and_late(peer, store, quick):
    status, answer = await peer.push(text("低保怎么办"))
    assert (status, answer) == (200, "success")
    letter = await store.head(CONVERSATION)
    assert letter.inbound.text == "低保怎么办"
    assert await store.claimed(letter.inbound.id) == "late"


async def test_a_repeat_gets_the_stored_answer_and_nothing_is_stored_twice(peer, store):
    xml = text("低保怎么办", msg_id=42)
    first = await answered(peer, store, xml, Text("带身份证。"))
    again = await peer.push(xml)
    assert "带身份证。" in first[1]
    assert "带身份证。" in again[1]
    assert len(await store.history(CONVERSATION)) == 2


async def test_a_repeat_after_success_is_success(peer, store, quick):
    xml = text("低保怎么办", msg_id=43)
    await peer.push(xml)
    await work(store, Text("带身份证。"))
    assert await peer.push(xml) == (200, "success")
    assert len([e for e in await store.history(CONVERSATION) if e.inbound]) == 1


async def test_overlapping_deliveries_get_the_same_answer(peer, store):
    xml = text("低保怎么办", msg_id=44)
    first, second, said = await asyncio.gather(
        peer.push(xml), peer.push(xml), work(store, Text("带身份证。"))
    )
    assert said == "低保怎么办"
    assert "带身份证。" in first[1]
    assert "带身份证。" in second[1]
    assert len(await store.history(CONVERSATION)) == 2


async def test_a_repeat_at_another_gateway_waits_for_the_answer(start, store, peer):
    other = Peer(await start())
    xml = text("低保怎么办", msg_id=45)
    first, second, _ = await asyncio.gather(
        peer.push(xml), other.push(xml), work(store, Text("带身份证。"))
    )
    assert "带身份证。" in first[1]
    assert "带身份证。" in second[1]


async def test_an_answer_claimed_before_a_crash_is_given_to_the_repeat(peer, store):
    xml = text("低保怎么办", msg_id=46)
    await answered(peer, store, xml, Text("带身份证。"))
    [asked] = [e.inbound for e in await store.history(CONVERSATION) if e.inbound]
    await store.redis.set(store.keys.claim(asked.id), "passive")
    assert "带身份证。" in (await peer.push(xml))[1]
    assert await store.claimed(asked.id) == "sent"


async def test_typing_is_shown_after_a_second(peer, store, api, monkeypatch):
    monkeypatch.setattr("gateway.passive.TYPING_AFTER_S", 0.05)

    async def slow() -> None:
        await asyncio.sleep(0.4)
        await work(store, Text("好。"))

    await asyncio.gather(peer.push(text("你好")), slow())
    assert api.calls == [("typing", {"touser": OPENID, "command": "Typing"})]


async def test_a_quick_answer_shows_no_typing(peer, store, api):
    await answered(peer, store, text("你好"), Text("好。"))
    assert api.calls == []
