"""Deletes a person's data, and keeps at it until that is done.

The wish is durable before it is acknowledged. The deletion is done at once and again
after a while: what a worker was about to store in that moment is found the second time.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from adapters.redis_conversations import RedisConversations
from adapters.redis_errors import translated_errors
from adapters.redis_keys import ACCEPTED_TTL_S
from community.blobs import BlobStore
from community.errors import StoreUnavailableError
from community.messages import log_id
from community.residents import ResidentRepository
from community.tickets import TicketRepository

logger = structlog.get_logger()
AGAIN_AFTER = timedelta(seconds=30)
LOOK_EVERY_S = 15.0


class Rights(Protocol):
    """What may still be sent to a person (`adapters.wechat.quota.QuotaLedger`)."""

    async def forget(self, conversation: str) -> None:
        """Drops all rights."""


class Forgetting:
    """Everything that must go when a person leaves."""

    def __init__(
        self,
        conversations: RedisConversations,
        tickets: TicketRepository,
        residents: ResidentRepository,
        blobs: BlobStore,
        *,
        quota: Rights | None,
        now: Callable[[], datetime],
    ) -> None:
        """Binds the stores; `quota` only where there is a messenger."""
        self._conversations = conversations
        self._tickets = tickets
        self._residents = residents
        self._blobs = blobs
        self._quota = quota
        self._now = now
        self._asked = asyncio.Event()

    async def ask(self, conversation: str, message_id: str) -> None:
        """Notes durably that a person's data must go; a repeat changes nothing.

        Raises:
            StoreUnavailableError: Redis did not answer; nothing may be promised.
        """
        redis, keys = self._conversations.redis, self._conversations.keys
        due = (self._now() + AGAIN_AFTER).timestamp()
        async with translated_errors():
            if await redis.exists(keys.accepted(message_id)):
                return
            await redis.zadd(keys.forgetting, {conversation: due})
            await redis.set(keys.accepted(message_id), "1", ex=ACCEPTED_TTL_S)
        self._asked.set()

    async def finish(self, conversation: str) -> None:
        """Completes a deletion that is under way, before the person's first new word.

        Raises:
            StoreUnavailableError: It cannot be completed now.
        """
        redis, key = self._conversations.redis, self._conversations.keys.forgetting
        async with translated_errors():
            if await redis.zscore(key, conversation) is None:
                return
        await self.forget(conversation)
        async with translated_errors():
            await redis.zrem(key, conversation)

    async def forget(self, conversation: str) -> None:
        """Deletes everything about a person; their open tickets go on without them.

        Photos stay only where a ticket needs them.

        Raises:
            StoreUnavailableError: A store did not answer; call again.
        """
        photos = await self._loose_photos(conversation)
        # The mailbox first: a worker that is about to commit is then refused.
        await self._conversations.forget(conversation)
        await self._tickets.forget(conversation)
        await self._residents.forget(conversation)
        if self._quota is not None:
            await self._quota.forget(conversation)
        for photo in photos:
            await self._blobs.delete(photo)
        logger.info("gateway.forgotten", conversation=log_id(conversation))

    async def _loose_photos(self, conversation: str) -> set[str]:
        history = await self._conversations.history(
            conversation, after="0-0", count=10_000
        )
        sent = {
            str(event.inbound.extra[name])
            for event in history
            if event.inbound is not None
            for name in ("photo", "recording")
            if event.inbound.extra.get(name)
        }
        if not sent:
            return sent
        for ticket in await self._tickets.of_conversation(conversation, limit=200):
            sent -= set(ticket.draft.photos)
            for message in await self._tickets.messages(ticket.number):
                sent -= set(message.photos)
        return sent

    async def run(self) -> None:
        """Does what was asked until cancelled; several processes may do so."""
        done: set[str] = set()
        while True:
            try:
                done = await self._sweep(done)
            except StoreUnavailableError as err:
                logger.warning("gateway.forgetting.delayed", error=str(err))
            self._asked.clear()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._asked.wait(), LOOK_EVERY_S)

    async def _sweep(self, done: set[str]) -> set[str]:
        """Deletes what is new or due; returns who was deleted once and is not due."""
        redis, key = self._conversations.redis, self._conversations.keys.forgetting
        async with translated_errors():
            asked = await redis.zrange(key, 0, -1, withscores=True)
        for conversation, due in asked:
            is_due = due <= self._now().timestamp()
            if due > (self._now() + AGAIN_AFTER).timestamp():
                continue  # asked in the dialogue, which has to answer first
            if conversation in done and not is_due:
                continue
            await self.forget(conversation)
            if is_due:
                async with translated_errors():
                    await redis.zrem(key, conversation)
        return {name for name, due in asked if due > self._now().timestamp()}
