"""Which messages of an outbox row have left, so that a retry sends only the rest."""

from collections.abc import Awaitable
from datetime import datetime
from typing import cast

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import REPLY_TTL_S, RedisKeys

SENT, DOUBTFUL, DOUBTED_AT = "sent", "doubtful", "doubted_at"
KEPT_S = 60 * REPLY_TTL_S
"""A held message may wait for weeks between its parts."""


class RedisProgress:
    """Implements `adapters.wechat.sender.Progress`."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        self._redis = redis
        self._keys = keys

    async def n_sent(self, key: str) -> int:
        """See the port."""
        return int(await self._field(key, SENT) or 0)

    async def is_doubtful(self, key: str) -> bool:
        """See the port."""
        return await self._field(key, DOUBTFUL) is not None

    async def passed(self, key: str, *, is_doubtful: bool = False) -> None:
        """See the port."""
        name = self._keys.parts(key)
        async with translated_errors():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.hincrby(name, SENT, 1)
            if is_doubtful:
                pipeline.hset(name, DOUBTFUL, "1")
            pipeline.expire(name, KEPT_S)
            await pipeline.execute()

    async def doubted_at(self, key: str) -> datetime | None:
        """See the port."""
        found = await self._field(key, DOUBTED_AT)
        return datetime.fromisoformat(found) if found else None

    async def doubted(self, key: str, now: datetime) -> None:
        """See the port."""
        name = self._keys.parts(key)
        async with translated_errors():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.hsetnx(name, DOUBTED_AT, now.isoformat())
            pipeline.expire(name, KEPT_S)
            await pipeline.execute()

    async def _field(self, key: str, field: str) -> str | None:
        async with translated_errors():
            return await cast(
                "Awaitable[str | None]",
                self._redis.hget(self._keys.parts(key), field),
            )
