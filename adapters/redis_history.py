"""What has been said in conversations: chat history, answers, dialogue turns.

Each public method raises `StoreUnavailableError` where Redis does not answer.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Collection
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

from adapters import redis_scripts as scripts
from adapters.redis_deliveries import RedisDeliveries
from adapters.redis_errors import translated_errors as _translated
from adapters.redis_keys import RedisKeys
from community.messages import Inbound
from community.replies import Reply

READ_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """One entry of what a chat page shows."""

    id: str
    """Stream id; grows within a conversation."""
    inbound: Inbound | None
    reply: Reply | None


class RedisHistory(RedisDeliveries):
    """Reads what was said, and deletes it with the person."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        super().__init__(redis, keys)
        self._scripts["TRIM"] = redis.register_script(scripts.TRIM)

    async def stored_reply(self, message_id: str) -> Reply | None:
        """Returns the answer to a message, if there is one yet."""
        async with _translated():
            text = await self.redis.get(self.keys.reply(message_id))
        return None if text is None else Reply.from_json(text)

    async def history(
        self, conversation: str, *, after: str = "-", count: int = 100
    ) -> list[ChatEvent]:
        """Returns chat events, oldest first.

        Args:
            conversation: Whose.
            after: Stream id after which to start; `-` gives the newest `count`.
            count: Upper bound.
        """
        key = self.keys.out(conversation)
        async with _translated():
            if after == "-":
                entries = await self.redis.xrevrange(key, count=count)
                entries.reverse()
            else:
                entries = await self.redis.xrange(key, min=f"({after}", count=count)
        return [
            ChatEvent(
                id=entry,
                inbound=Inbound.from_json(fields["in"]) if "in" in fields else None,
                reply=Reply.from_json(fields["out"]) if "out" in fields else None,
            )
            for entry, fields in entries
        ]

    async def last_turns(self, conversation: str, count: int) -> list[Any]:
        """Returns the newest turn records, oldest first."""
        async with _translated():
            rows = await cast(
                "Awaitable[list[str]]",
                self.redis.lrange(self.keys.turns(conversation), -count, -1),
            )
        return [json.loads(row) for row in rows]

    async def all_turns(self, conversation: str) -> list[Any]:
        """Returns every kept turn record, oldest first."""
        async with _translated():
            rows = await cast(
                "Awaitable[list[str]]",
                self.redis.lrange(self.keys.turns(conversation), 0, -1),
            )
        return [json.loads(row) for row in rows]

    async def trim_turns(self, conversation: str, *, oldest_s: float) -> None:
        """Drops turns that began before `oldest_s` (Unix seconds)."""
        await self._run("TRIM", [self.keys.turns(conversation)], [oldest_s])

    async def conversations(self) -> AsyncIterator[str]:
        """Yields every conversation that has turns, in no order."""
        start = len(self.keys.turns("")) - len(":turns")
        async with _translated():
            async for key in self.redis.scan_iter(match=self.keys.turns("*")):
                yield key[start : -len(":turns")]

    async def messages(self, conversation: str) -> AsyncIterator[Inbound]:
        """Yields every kept message of a conversation, oldest first."""
        last, is_more = "0-0", True
        while is_more:
            events = await self.history(conversation, after=last, count=READ_AT_ONCE)
            for event in events:
                last = event.id
                if event.inbound is not None:
                    yield event.inbound
            is_more = len(events) == READ_AT_ONCE

    async def forget_pages(self, marks: Collection[str]) -> None:
        """Deletes the pages of long answers, by the marks of their messages."""
        if marks:
            async with _translated():
                await self.redis.delete(*(self.keys.answer_page_of(m) for m in marks))

    async def empty_mailbox(self, conversation: str) -> None:
        """Drops what waits; a worker that is about to commit is then refused."""
        async with _translated():
            await self.redis.delete(self.keys.mailbox(conversation))

    async def forget(self, conversation: str) -> int:
        """Deletes everything about one person; returns how many keys there were.

        The marks of accepted messages stay: they name nobody, and a repeat on its way
        must not begin the conversation anew.
        """
        keys = self.keys
        ids = {message.id async for message in self.messages(conversation)}
        async with _translated():
            await self.redis.zrem(keys.unfinished, conversation)
            return int(
                await self.redis.delete(
                    *(keys.reply(message_id) for message_id in ids),
                    *(keys.claim(message_id) for message_id in ids),
                    keys.turns(conversation),
                    keys.out(conversation),
                    keys.mailbox(conversation),
                    keys.attempts(conversation),
                    keys.unsent(conversation),
                )
            )
