"""Notes durably that a resident wants all data deleted; the gateway does it."""

from datetime import datetime, timedelta

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys

ANSWERED_FIRST = timedelta(seconds=90)
"""Until the last deletion; the first one waits until the answer has gone out."""


class RedisForgetting:
    """The worker's side of `gateway.forgetting`."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        self._redis = redis
        self._keys = keys

    async def ask(self, conversation: str, now: datetime) -> None:
        """Asks for the deletion; a repeat changes nothing that matters.

        Raises:
            StoreUnavailableError: Redis did not answer; nothing may be promised.
        """
        due = (now + ANSWERED_FIRST).timestamp()
        async with translated_errors():
            await self._redis.zadd(self._keys.forgetting, {conversation: due})
