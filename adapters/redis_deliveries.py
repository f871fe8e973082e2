"""Who delivers each answer, and whose turn it is (`docs/contracts.md`).

The answers of one person leave in the order in which they were given: a passive one
waits for those before it, which the dispatcher may still be sending.
"""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from adapters import redis_scripts as scripts
from adapters.redis_errors import translated_errors as _translated
from adapters.redis_keys import REPLY_TTL_S, RedisKeys
from community.replies import Reply


class RedisDeliveries:
    """Claims and the line of answers that have not left, for each conversation."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        self.redis = redis
        self.keys = keys
        self._scripts = {
            name: redis.register_script(getattr(scripts, name))
            for name in ("TAKE", "LEAVE")
        }

    async def _run(self, name: str, keys: list[str], args: list[Any]) -> Any:
        async with _translated():
            return await self._scripts[name](keys=keys, args=args)

    async def claim(self, message_id: str, holder: str) -> str:
        """Decides once who delivers the answer to a message, and returns who.

        Args:
            message_id: The resident's message.
            holder: `passive` for the gateway that answers within the messenger's
                time, `late` for the dispatcher.

        Returns:
            `passive` or `late`, whoever came first, or `sent` where the passive
            answer has left completely.
        """
        key = self.keys.claim(message_id)
        async with _translated():
            await self.redis.set(key, holder, nx=True, ex=REPLY_TTL_S)
            return str(await self.redis.get(key) or holder)

    async def take_passive(
        self, message_id: str, conversation: str, *, overtakes: bool = False
    ) -> tuple[str | None, Reply | None]:
        """Claims an answer for the passive way, once it is there and next in line.

        Args:
            message_id: The resident's message.
            conversation: Whose.
            overtakes: It need not wait for earlier answers: an emergency.

        Returns:
            Who delivers (see `claim`) and the answer; two `None` for not yet.
        """
        keys = self.keys
        holder, text = await self._run(
            "TAKE",
            [keys.claim(message_id), keys.unsent(conversation), keys.reply(message_id)],
            [message_id, REPLY_TTL_S, "1" if overtakes else "0"],
        )
        return holder, None if text is None else Reply.from_json(text)

    async def confirm_passive(
        self,
        message_id: str,
        conversation: str,
        *,
        is_whole: bool = True,
        alone: bool = False,
    ) -> None:
        """Notes that a passive answer was written to the messenger completely.

        Args:
            message_id: The resident's message.
            conversation: Whose.
            is_whole: The dispatcher has nothing to send after it.
            alone: It has overtaken earlier ones, which still wait.
        """
        if not is_whole:
            key = self.keys.claim(message_id)
            async with _translated():
                await self.redis.set(key, "sent", ex=REPLY_TTL_S)
            return
        await self._leave(message_id, conversation, alone=alone, holder="sent")

    async def has_left(
        self, message_id: str, conversation: str, *, alone: bool = False
    ) -> None:
        """Lets the next answer of a person go: this one was tried, or never will be.

        Args:
            message_id: The resident's message.
            conversation: Whose.
            alone: It has overtaken earlier ones, which still wait.
        """
        await self._leave(message_id, conversation, alone=alone, holder="")

    async def _leave(
        self, message_id: str, conversation: str, *, alone: bool, holder: str
    ) -> None:
        keys = self.keys
        await self._run(
            "LEAVE",
            [
                keys.unsent(conversation),
                keys.live(conversation),
                keys.claim(message_id),
            ],
            [message_id, "1" if alone else "0", holder, REPLY_TTL_S],
        )

    async def claimed(self, message_id: str) -> str | None:
        """Returns who delivers the answer, `None` while that is open."""
        async with _translated():
            holder = await self.redis.get(self.keys.claim(message_id))
        return None if holder is None else str(holder)

    async def claims(self, message_ids: Sequence[str]) -> list[str | None]:
        """Returns what `claimed` would for each of several messages."""
        if not message_ids:
            return []
        async with _translated():
            holders = await self.redis.mget([self.keys.claim(i) for i in message_ids])
        return [None if holder is None else str(holder) for holder in holders]
