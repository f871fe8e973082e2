"""A worker by hand: answers what the gateway stored."""

import asyncio

from adapters.redis_conversations import RedisConversations
from community.replies import Part, Reply
from tests.conftest import NOW
from tests.integration.wechat_peer import (
    CONVERSATION,
    Peer,
)


async def work(
    store: RedisConversations, *parts: Part, conversation: str = CONVERSATION
) -> str:
    """Answers the oldest message as a worker does; returns its text."""
    for _ in range(2_000):  # the first push of a gateway loads what it answers with
        letter = await store.head(conversation)
        if letter is not None:
            break
        await asyncio.sleep(0.01)
    assert letter is not None
    lease = await store.acquire(conversation)
    assert lease is not None
    reply = Reply(letter.inbound.id, conversation, parts, NOW)
    await store.commit(lease, letter, turn="", reply=reply)
    await store.release(lease)
    return letter.inbound.text


async def answered(peer: Peer, store: RedisConversations, xml: str, *parts: Part):
    pushed, _ = await asyncio.gather(peer.push(xml), work(store, *parts))
    return pushed
