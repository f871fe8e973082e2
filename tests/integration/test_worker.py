"""Nothing lost, nothing doubled: the worker under failures, on a real Redis."""

import asyncio
from datetime import datetime, timezone
from typing import Any

import pytest

from adapters.redis_conversations import Lease, RedisConversations
from bot.lock_store import LeaseLockStore
from bot.worker import GIVEN_UP, Worker
from community.errors import LeaseLostError, StoreUnavailableError
from community.replies import Reply, as_plain_text
from community.tickets import TicketDraft

pytestmark = pytest.mark.model


async def test_an_answer_is_stored_and_shown_in_the_chat(worker, talk, message):
    reply = await talk("公租房怎么申请", message_id="web:grandma:1")
    assert "公租房" in as_plain_text(reply.parts)
    history = await worker.conversations.history("web:grandma")
    assert [event.inbound is not None for event in history] == [True, False]


async def test_a_repeated_message_is_accepted_once(worker, message):
    inbound = message("你好")
    assert await worker.conversations.accept(inbound)
    assert not await worker.conversations.accept(inbound)
    await worker.drain(inbound.conversation)
    assert not await worker.conversations.accept(inbound)
    assert len(await worker.conversations.history(inbound.conversation)) == 2


async def test_two_quick_messages_are_answered_once_each_in_order(
    worker, agent, conversations, catalog, message
):
    other = Worker(agent, conversations, lambda: catalog, name="other")
    first, second = message("低保怎么申请"), message("要带什么")
    await conversations.accept(first)
    await conversations.accept(second)
    await asyncio.gather(worker.drain(first.conversation), other.drain("web:grandma"))
    history = await conversations.history("web:grandma")
    answered = [e.reply.in_reply_to for e in history if e.reply is not None]
    assert answered == [first.id, second.id]


async def test_a_commit_under_a_lost_lease_changes_nothing(
    worker, conversations, message, monkeypatch
):
    inbound = message("低保怎么申请")
    await conversations.accept(inbound)
    original = worker._answer

    async def stopped_meanwhile(received: Any) -> Any:
        parts = await original(received)
        await conversations.redis.delete(conversations.keys.lease("web:grandma"))
        assert await conversations.acquire("web:grandma") is not None
        return parts

    monkeypatch.setattr(worker, "_answer", stopped_meanwhile)
    with pytest.raises(LeaseLostError):
        await worker.drain("web:grandma")
    assert await conversations.stored_reply(inbound.id) is None
    assert await conversations.head("web:grandma") is not None
    assert await conversations.all_turns("web:grandma") == []


async def test_a_stopped_worker_that_continues_is_refused(
    worker, agent, conversations, catalog, message, monkeypatch
):
    """As with SIGSTOP beyond the lease: the successor answers, the first is fenced."""
    inbound = message("公租房怎么申请")
    await conversations.accept(inbound)
    successor = Worker(agent, conversations, lambda: catalog, name="successor")
    original = worker._answer

    async def overtaken(received: Any) -> Any:
        parts = await original(received)
        await conversations.redis.delete(conversations.keys.lease("web:grandma"))
        assert await successor.drain("web:grandma")
        return parts

    monkeypatch.setattr(worker, "_answer", overtaken)
    with pytest.raises(LeaseLostError):
        await worker.drain("web:grandma")
    history = await conversations.history("web:grandma")
    assert len([event for event in history if event.reply is not None]) == 1
    assert len(await conversations.all_turns("web:grandma")) == 1


async def test_redis_dying_before_load_loses_nothing(
    worker, conversations, message, monkeypatch
):
    inbound = message("公租房怎么申请")
    await conversations.accept(inbound)

    async def down(*_: Any) -> Any:
        raise StoreUnavailableError("down")

    with monkeypatch.context() as patch:
        patch.setattr(RedisConversations, "open", down)
        with pytest.raises(StoreUnavailableError):
            await worker.drain("web:grandma")
    assert await worker.drain("web:grandma")
    assert await conversations.stored_reply(inbound.id) is not None


async def test_redis_dying_before_commit_is_retried_without_doubling(
    worker, conversations, message, monkeypatch
):
    inbound = message("公租房怎么申请")
    await conversations.accept(inbound)
    original, calls = RedisConversations.commit, []

    async def once_down(self: Any, *args: Any, **kwargs: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise StoreUnavailableError("down")
        await original(self, *args, **kwargs)

    monkeypatch.setattr(RedisConversations, "commit", once_down)
    assert await worker.drain("web:grandma")
    assert len(calls) == 2
    assert len(await conversations.all_turns("web:grandma")) == 1


async def test_the_database_dying_inside_an_action_is_retried(
    worker, tickets, message, conversations, monkeypatch
):
    inbound = message("找网格员", choice="/talk_handoff")
    await conversations.accept(inbound)
    original, calls = type(tickets).open, []

    async def once_down(self: Any, draft: TicketDraft, **kwargs: Any) -> Any:
        calls.append(draft.idempotency_key)
        if len(calls) == 1:
            raise StoreUnavailableError("down")
        return await original(self, draft, **kwargs)

    monkeypatch.setattr(type(tickets), "open", once_down)
    assert await worker.drain("web:grandma")
    assert len(set(calls)) == 1
    assert len(await tickets.of_conversation("web:grandma", limit=9)) == 1


async def test_a_replayed_message_opens_no_second_ticket(
    worker, tickets, message, conversations, monkeypatch
):
    """The worker dies between the ticket and the commit."""
    inbound = message("找网格员", choice="/talk_handoff")
    await conversations.accept(inbound)

    async def dies(*_: Any, **__: Any) -> None:
        raise LeaseLostError("died")

    with monkeypatch.context() as patch:
        patch.setattr(RedisConversations, "commit", dies)
        with pytest.raises(LeaseLostError):
            await worker.drain("web:grandma")
    assert await worker.drain("web:grandma")
    assert len(await tickets.of_conversation("web:grandma", limit=9)) == 1


async def test_a_message_that_always_fails_gets_an_honest_reply(
    worker, message, conversations, monkeypatch
):
    bad, good = message("公租房怎么申请"), message("你好呀")
    await conversations.accept(bad)
    await conversations.accept(good)
    monkeypatch.setattr("bot.worker.RETRY_DELAYS_S", (0.0, 0.0, 0.0))
    original = worker._answer

    async def fails(inbound: Any) -> Any:
        if inbound.id == bad.id:
            raise RuntimeError("broken")
        return await original(inbound)

    monkeypatch.setattr(worker, "_answer", fails)
    assert await worker.drain("web:grandma")
    reply = await conversations.stored_reply(bad.id)
    assert reply is not None
    assert as_plain_text(reply.parts) == GIVEN_UP
    assert await conversations.redis.xlen(conversations.keys.dead) == 1
    assert await conversations.stored_reply(good.id) is not None


async def test_an_action_that_raises_commits_nothing(
    worker, message, conversations, monkeypatch
):
    inbound = message("谢谢你")
    await conversations.accept(inbound)
    monkeypatch.setattr("bot.worker.RETRY_DELAYS_S", (0.0, 0.0, 0.0))

    async def raises(*_: Any) -> Any:
        raise RuntimeError("action broke")

    monkeypatch.setattr("actions.talk.Thanks.speak", raises)
    monkeypatch.setattr("actions.answers.Unclear.speak", raises)
    monkeypatch.setattr("actions.answers.OutOfScope.speak", raises)
    assert await worker.drain("web:grandma")
    reply = await conversations.stored_reply(inbound.id)
    assert reply is not None
    assert as_plain_text(reply.parts) == GIVEN_UP
    assert await conversations.all_turns("web:grandma") == []


async def test_the_running_worker_answers_and_stops_cleanly(worker, message):
    running = asyncio.create_task(worker.run())
    inbound = message("公租房怎么申请")
    await asyncio.sleep(0.1)
    await worker.conversations.accept(inbound)
    for _ in range(400):
        if await worker.conversations.stored_reply(inbound.id):
            break
        await asyncio.sleep(0.05)
    worker.stop()
    await asyncio.wait_for(running, 10)
    assert await worker.conversations.stored_reply(inbound.id) is not None


async def test_mail_of_a_dead_worker_is_taken_over(worker, message):
    """A signal was taken and never finished; its lease has run out."""
    inbound = message("公租房怎么申请")
    store = worker.conversations
    await store.create_group()
    await store.accept(inbound)
    assert await store.next_signals("dead", count=1, block_ms=100)
    running = asyncio.create_task(worker.run())
    for _ in range(400):
        if await store.stored_reply(inbound.id):
            break
        await asyncio.sleep(0.05)
    worker.stop()
    await asyncio.wait_for(running, 10)
    assert await store.stored_reply(inbound.id) is not None


async def test_emergencies_jump_the_queue(conversations, message):
    await conversations.create_group()
    await conversations.accept(message("你好", who="web:a"))
    urgent = message("我家着火了", who="web:b")
    object.__setattr__(urgent, "urgent", True)
    await conversations.accept(urgent)
    signals = await conversations.next_signals("w", count=1, block_ms=100)
    assert [signal.conversation for signal in signals] == ["web:b", "web:a"]


async def test_leases_carry_growing_fencing_tokens(conversations):
    first = await conversations.acquire("web:a")
    assert isinstance(first, Lease)
    assert await conversations.acquire("web:a") is None
    await conversations.release(first)
    second = await conversations.acquire("web:a")
    assert second is not None
    assert second.token > first.token
    assert not await conversations.renew(first)


async def test_a_conversation_is_opened_with_its_message_and_last_turns(
    conversations, message
):
    for n in range(3):
        await conversations.append_turn("web:grandma", f'{{"at": {n}}}')
    empty = await conversations.open("web:grandma", 2)
    assert empty is not None
    assert (empty.letter, empty.turns) == (None, ())
    assert await conversations.open("web:grandma", 2) is None  # held
    assert await conversations.release(empty.lease)
    first, second = message("一"), message("二")
    await conversations.accept(first)
    await conversations.accept(second)
    opened = await conversations.open("web:grandma", 2)
    assert opened is not None
    assert opened.lease.token > empty.lease.token
    assert opened.letter is not None
    assert opened.letter.inbound == first
    assert opened.turns == ({"at": 1}, {"at": 2})


async def test_the_last_commit_gives_the_lease_up(conversations, message):
    first, second = message("一"), message("二")
    for inbound in (first, second):
        await conversations.accept(inbound)
    lease = await conversations.acquire("web:grandma")
    freed = []
    for inbound in (first, second):
        letter = await conversations.head("web:grandma")
        reply = Reply(inbound.id, "web:grandma", (), datetime.now(timezone.utc))
        freed.append(
            await conversations.commit(lease, letter, turn="", reply=reply, frees=True)
        )
    assert freed == [False, True]
    assert not await conversations.renew(lease)
    assert await conversations.acquire("web:grandma") is not None


async def test_a_lease_is_kept_while_mail_is_waiting(conversations, message):
    lease = await conversations.acquire("web:grandma")
    assert lease is not None
    await conversations.accept(message("你好"))
    assert not await conversations.release(lease, only_if_empty=True)
    assert await conversations.renew(lease)


async def signals_left(store) -> int:
    return int(await store.redis.xlen(store.keys.ready))


async def test_a_new_signal_of_a_conversation_at_work_is_left_to_its_holder(
    worker, message
):
    store = worker.conversations
    await store.create_group()
    await store.accept(message("你好"))
    lease = await store.acquire("web:grandma")
    (signal,) = await store.next_signals("other", count=1, block_ms=100)
    await worker._serve(signal, is_new=True)
    assert await signals_left(store) == 0
    # Its holder cannot give it up while there is mail.
    assert not await store.release(lease, only_if_empty=True)


async def test_a_signal_that_was_taken_over_stays_while_somebody_is_at_work(
    worker, message
):
    """It may be the last one: if the holder dies, nobody else knows of the mail."""
    store = worker.conversations
    await store.create_group()
    await store.accept(message("你好"))
    lease = await store.acquire("web:grandma")
    await store.next_signals("dead", count=1, block_ms=100)
    await asyncio.sleep(1.05 * store.lease_s)
    lease = lease if await store.renew(lease) else await store.acquire("web:grandma")
    (signal,) = await store.abandoned_signals("other", count=10)
    await worker._serve(signal, is_new=False)
    assert await signals_left(store) == 1


async def test_whoever_locked_a_conversation_calls_a_worker_for_its_mail(
    worker, message
):
    store = worker.conversations
    await store.create_group()
    async with LeaseLockStore(conversations=store).lock("web:grandma"):
        await store.accept(message("你好"))
        (signal,) = await store.next_signals("w", count=1, block_ms=100)
        await worker._serve(signal, is_new=True)
        assert await signals_left(store) == 0
    assert await signals_left(store) == 1
