"""Rasa's conversation lock as the same lease that workers take."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import Any, AsyncGenerator, Optional

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from adapters.redis_conversations import Lease, RedisConversations
from bot.tracker_store import _from_environment


class LeaseLockStore(LockStore):
    """Lock store for plain `rasa` commands; waits for the release, never polls."""

    def __init__(
        self,
        endpoint_config: Optional[EndpointConfig] = None,
        conversations: Optional[RedisConversations] = None,
        **kwargs: Any,
    ) -> None:
        """Connects by the environment unless `conversations` is given."""
        self.conversations = conversations or _from_environment()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[Lease, None]:
        """Takes the lease and renews it; see parent class for full docstring.

        Raises:
            LockError: Nobody released the conversation within `lock_lifetime`.
        """
        lease = await self._wait(conversation_id, lock_lifetime)
        renewal = asyncio.create_task(self._renew(lease))
        try:
            yield lease
        finally:
            renewal.cancel()
            await self.conversations.release(lease)
            # Workers leave a locked conversation to its holder; this one answers no mail.
            await self.conversations.signal_waiting(conversation_id)

    async def _wait(self, conversation_id: str, lock_lifetime: float) -> Lease:
        store = self.conversations
        lease = await store.acquire(conversation_id)
        if lease is not None:
            return lease
        pubsub = store.redis.pubsub()
        await pubsub.subscribe(store.keys.released(conversation_id))
        deadline = asyncio.get_running_loop().time() + lock_lifetime
        try:
            while (left := deadline - asyncio.get_running_loop().time()) > 0:
                lease = await store.acquire(conversation_id)
                if lease is not None:
                    return lease
                await pubsub.get_message(
                    ignore_subscribe_messages=True, timeout=min(left, store.lease_s)
                )
        finally:
            await pubsub.aclose()
        raise LockError(f"conversation {conversation_id!r} stayed locked")

    async def _renew(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(self.conversations.lease_s / 3)
            await self.conversations.renew(lease)

    def get_lock(self, conversation_id: str) -> Optional[TicketLock]:
        """Not used: `lock` is overridden."""
        return None

    def delete_lock(self, conversation_id: str) -> None:
        """Not used: a lease ends by itself."""

    def save_lock(self, lock: TicketLock) -> None:
        """Not used: `lock` is overridden."""
