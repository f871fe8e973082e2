"""`make shell`: a terminal conversation with the running assistant."""

import asyncio
import sys
import uuid
from datetime import datetime, timezone

from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from community.emergencies.detection import detect
from community.messages import Inbound, Kind
from community.replies import as_plain_text
from gateway.live import LiveUpdates
from gateway.texts import clean_text

ANSWER_TIMEOUT_S = 30.0


async def shell(settings: Settings, sender: str) -> int:
    """Reads lines from stdin, prints answers; 1 if an answer did not come."""
    redis = open_redis(settings.redis_url)
    keys = RedisKeys(settings.redis_prefix)
    conversations = RedisConversations(
        redis, keys, retention_days=settings.retention_days, lease_s=settings.lease_s
    )
    live = LiveUpdates(redis, keys)
    listening = asyncio.create_task(live.run())
    interactive = sys.stdin.isatty()
    try:
        while True:
            if interactive:
                sys.stdout.write("您：")
                sys.stdout.flush()
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line:
                return 0
            text = clean_text(line)
            if not text:
                continue
            if not interactive:
                sys.stdout.write(f"您：{text}\n")
            answer = await ask(conversations, live, f"shell:{sender}", text)
            sys.stdout.write(f"云小路：{answer or '（没有等到回答）'}\n")
            sys.stdout.flush()
            if answer is None:
                return 1
    finally:
        listening.cancel()
        await redis.aclose()


async def ask(
    conversations: RedisConversations, live: LiveUpdates, conversation: str, text: str
) -> str | None:
    """Sends one message through the mailbox and returns the answer as text."""
    inbound = Inbound(
        id=f"{conversation}:{uuid.uuid4().hex}",
        conversation=conversation,
        channel="shell",
        kind=Kind.TEXT,
        text=text,
        received_at=datetime.now(timezone.utc),
        urgent=detect(text) is not None,
    )
    with live.watch(conversation) as grown:
        await conversations.accept(inbound)
        deadline = asyncio.get_running_loop().time() + ANSWER_TIMEOUT_S
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            reply = await conversations.stored_reply(inbound.id)
            if reply is not None:
                return as_plain_text(reply.parts)
            grown.clear()
            try:
                await asyncio.wait_for(grown.wait(), min(left, 1.0))
            except asyncio.TimeoutError:
                continue
    return None
