"""Rate limits in Redis, shared by all processes."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.redis_keys import RedisKeys
from community.errors import StoreUnavailableError


class RateLimit:
    """At most `n` uses of a bucket in each window of `window_s` seconds."""

    def __init__(self, redis: Redis, keys: RedisKeys, *, n: int, window_s: int) -> None:
        """Uses a client that somebody else closes."""
        self._redis = redis
        self._keys = keys
        self._n = n
        self._window_s = window_s

    async def allows(self, bucket: str) -> bool:
        """Counts one use and tells whether it is within the limit.

        Raises:
            StoreUnavailableError: Redis did not answer.
        """
        key = self._keys.rate(bucket)
        try:
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.set(key, 0, ex=self._window_s, nx=True)
            pipeline.incr(key)
            _, count = await pipeline.execute()
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"rate limit: Redis: {err!r}") from err
        return int(count) <= self._n

    async def clear(self, bucket: str) -> None:
        """Forgets the uses of a bucket.

        Raises:
            StoreUnavailableError: Redis did not answer.
        """
        try:
            await self._redis.delete(self._keys.rate(bucket))
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"rate limit: Redis: {err!r}") from err
