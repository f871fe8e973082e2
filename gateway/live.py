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

    def __init__(self, redis: Redis, keys: RedisKeys, instance: str = "") -> None:
        """Uses a client that somebody else closes.

        Args:
            redis: Client with `decode_responses=True`.
            keys: Key registry.
            instance: Name of this process in `reply_to`; empty where nothing it
                stores waits for a reply.
        """
        self._redis = redis
        self._prefix = keys.live("")
        self._replies = keys.gateway(instance) if instance else ""
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def watch(self, *keys: str) -> Iterator[asyncio.Event]:
        """Yields an event that is set whenever one of the keys has news.

        Args:
            keys: Conversations, which grow, and ids of messages stored by this
                process, which are answered.
        """
        event = asyncio.Event()
        for key in keys:
            self._waiting[key].add(event)
        try:
            yield event
        finally:
            for key in keys:
                self._waiting[key].discard(event)
                if not self._waiting[key]:
                    del self._waiting[key]

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
        if self._replies:
            await pubsub.subscribe(self._replies)
        self._wake_all()
        try:
            while True:
                message = await pubsub.get_message(
                    ignore_subscribe_messages=True, timeout=5
                )
                if message is not None:
                    self._wake(message["channel"], message["data"])
        finally:
            with suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]  # no hint

    def _wake(self, channel: str, data: str) -> None:
        key = data if channel == self._replies else channel[len(self._prefix) :]
        for event in self._waiting.get(key, ()):
            event.set()

    def _wake_all(self) -> None:
        for events in self._waiting.values():
            for event in events:
                event.set()
