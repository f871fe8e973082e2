"""Keeps below limits of a platform that drops what exceeds them without a word."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys

Limits = Sequence[tuple[int, int]]
"""Most uses, and the window in seconds; every one of them holds."""

_TAKE = """
-- KEYS one sorted set a bucket; ARGV now_ms, use, n_1, window_ms_1, n_2, window_ms_2, …
local now, longest, wait = tonumber(ARGV[1]), 0, 0
for i = 3, #ARGV, 2 do longest = math.max(longest, tonumber(ARGV[i + 1])) end
for _, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - longest)
  for i = 3, #ARGV, 2 do
    local n, window = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
    local uses = redis.call('ZREVRANGE', key, n - 1, n - 1, 'WITHSCORES')
    if uses[2] then wait = math.max(wait, tonumber(uses[2]) + window - now) end
  end
end
if wait > 0 then return wait end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[2])
  redis.call('PEXPIRE', key, longest)
end
return 0
"""


class Pace:
    """Sliding windows in Redis, shared by all processes."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        self._keys = keys
        self._take = redis.register_script(_TAKE)

    async def take(
        self, buckets: Sequence[str], limits: Limits, now: datetime
    ) -> float:
        """Counts one use of every bucket, or of none where one is full.

        Returns:
            0 where it was counted, else the seconds to wait before asking again.

        Raises:
            StoreUnavailableError: Redis did not answer; nothing was counted.
        """
        if not buckets:
            return 0.0
        args: list[str | int] = [int(now.timestamp() * 1000), secrets.token_hex(8)]
        for n_uses, window_s in limits:
            args += [n_uses, window_s * 1000]
        keys = [self._keys.pace(bucket) for bucket in buckets]
        async with translated_errors():
            wait_ms = await self._take(keys=keys, args=args)
        return float(wait_ms) / 1000
