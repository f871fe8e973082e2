"""Deletes a person's data, and keeps at it until that is done.

The wish is durable before it is acknowledged. The deletion is done at once and again
after a while: what a worker was about to store in that moment is found the second time.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from adapters.redis_conversations import RedisConversations
from adapters.redis_errors import translated_errors
from adapters.redis_forgetting import forget_on_the_way, note_seen
from adapters.redis_keys import ACCEPTED_TTL_S, message_mark
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


class OutgoingMessages(Protocol):
    """What was sent or waits to be sent (`adapters.sql.outbox.SqlOutbox`)."""

    async def forget(self, recipient: str, *, now: datetime) -> int:
        """Removes a recipient's id and every text to them."""


class DialogueLog(Protocol):
    """What was learned from (`adapters.sql.learning.SqlDialogueLog`)."""

    async def forget(self, conversation: str, now: datetime) -> int:
        """Deletes a person's turns, and what only they asked."""


class TicketPhotos(Protocol):
    """Which photos tickets need (`adapters.sql.ticket_photos.SqlTicketPhotos`)."""

    async def kept(self, blob_ids: Collection[str]) -> set[str]:
        """Returns those of the photos that stand in a ticket's file."""


class Forgetting:
    """Everything that must go when a person leaves."""

    def __init__(
        self,
        conversations: RedisConversations,
        tickets: TicketRepository,
        residents: ResidentRepository,
        blobs: BlobStore,
        *,
        ticket_photos: TicketPhotos,
        outbox: OutgoingMessages,
        log: DialogueLog,
        pseudonym: Callable[[str], str],
        quota: Rights | None,
        now: Callable[[], datetime],
    ) -> None:
        """Binds the stores.

        Args:
            conversations: Mailbox, dialogue, history, answers.
            tickets: They go on without the person.
            residents: Grid, follower, block.
            blobs: Photos and recordings.
            ticket_photos: Tells which of these tickets need.
            outbox: What was sent or waits.
            log: The dialogue log with its queues.
            pseudonym: Returns what the log calls a conversation's person.
            quota: Only where there is a messenger.
            now: Clock, aware UTC.
        """
        self._conversations = conversations
        self._tickets = tickets
        self._residents = residents
        self._blobs = blobs
        self._ticket_photos = ticket_photos
        self._outbox = outbox
        self._log = log
        self._pseudonym = pseudonym
        self._quota = quota
        self._now = now
        self._asked = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, conversation: str, message_id: str) -> None:
        """Notes durably that a person's data must go; a repeat changes nothing.

        Args:
            conversation: Whose.
            message_id: Of the push or request that asks for it.

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

    async def finish(self, conversation: str, message_id: str = "") -> None:
        """Completes a deletion that is under way, before the person's first new word.

        Args:
            conversation: Whose.
            message_id: Of the word. A repeat of an earlier one, perhaps of the word that
                asked for the deletion, completes nothing: its answer must go out.

        Raises:
            StoreUnavailableError: It cannot be completed now.
        """
        redis, keys = self._conversations.redis, self._conversations.keys
        key = keys.forgetting
        async with translated_errors():
            if await redis.zscore(key, conversation) is None:
                return
            if message_id and await redis.exists(keys.accepted(message_id)):
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
        async with self._one_at_a_time:
            await self._forget(conversation)
        logger.info("gateway.forgotten", conversation=log_id(conversation))

    async def _forget(self, conversation: str) -> None:
        """Deletes in an order in which a call that fails can be repeated.

        The history tells which photos are loose, the tickets which are not: both go
        only after the photos. Tickets go before the outbox: they may write into it.
        """
        conversations, now = self._conversations, self._now()
        await conversations.empty_mailbox(conversation)
        marks, photos = await self._seen(conversation)
        for photo in photos - await self._ticket_photos.kept(photos):
            await self._blobs.delete(photo)
        await forget_on_the_way(
            conversations.redis,
            conversations.keys,
            conversation,
            pseudonym=self._pseudonym(conversation),
            blob_ids=photos,
        )
        await conversations.forget(conversation)
        await conversations.forget_pages(marks)
        await self._tickets.forget(conversation, now=now)
        await self._outbox.forget(conversation, now=now)
        await self._log.forget(conversation, now)
        await self._residents.forget(conversation)
        if self._quota is not None:
            await self._quota.forget(conversation)

    async def _seen(self, conversation: str) -> tuple[set[str], set[str]]:
        """Returns the marks of a person's messages, and ids of photos and recordings.

        Also of those that the deletion before this one has seen.
        """
        marks: set[str] = set()
        photos: set[str] = set()
        async for message in self._conversations.messages(conversation):
            marks.add(message_mark(message.id))
            sent = (message.extra.get(name) for name in ("photo", "recording"))
            photos |= {str(blob_id) for blob_id in sent if blob_id}
        redis, keys = self._conversations.redis, self._conversations.keys
        return await note_seen(redis, keys, conversation, marks=marks, blob_ids=photos)

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
        done_once = set()
        for conversation, due in asked:
            is_due = due <= self._now().timestamp()
            if due > (self._now() + AGAIN_AFTER).timestamp():
                continue  # asked in the dialogue, which has to answer first
            if is_due or conversation not in done:
                await self.forget(conversation)
            if not is_due:
                done_once.add(conversation)
                continue
            async with translated_errors():
                await redis.zrem(key, conversation)
        return done_once
