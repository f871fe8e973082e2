"""Wakes waiting requests when Redis announces something new."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.redis_keys import RedisKeys
from community.errors import StoreUnavailableError

logger = structlog.get_logger()


class LiveUpdates:
    """One subscription for all requests of this process."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client with `decode_responses=True` that somebody else closes."""
        self._redis = redis
        self._prefix = keys.live("")
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def watch(self, conversation: str) -> Iterator[asyncio.Event]:
        """Yields an event that is set whenever a conversation has news."""
        event = asyncio.Event()
        self._waiting[conversation].add(event)
        try:
            yield event
        finally:
            self._waiting[conversation].discard(event)
            if not self._waiting[conversation]:
                del self._waiting[conversation]

    async def run(self) -> None:
        """Listens until cancelled; after a lost connection everybody looks again."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, StoreUnavailableError) as err:
                logger.warning("gateway.live.lost", error=repr(err))
                await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        pubsub = self._redis.pubsub()
        await pubsub.psubscribe(f"{self._prefix}*")
        self._wake_all()
        try:
            while True:
                message = await pubsub.get_message(
                    ignore_subscribe_messages=True, timeout=5
                )
                if message is not None:
                    self._wake(message["channel"].removeprefix(self._prefix))
        finally:
            with suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]  # no hint

    def _wake(self, conversation: str) -> None:
        for event in self._waiting.get(conversation, ()):
            event.set()

    def _wake_all(self) -> None:
        for events in self._waiting.values():
            for event in events:
                event.set()
