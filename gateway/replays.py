"""Refuses signed requests that are old, or whose signature served another message.

In plaintext mode the signature covers only time and nonce: whoever has seen one request
could send anything with it. A messenger's own repeat of a message passes.
"""

from datetime import datetime

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys
from adapters.wechat.errors import RefusedPushError
from community.messages import log_id


class ReplayedError(RefusedPushError):
    """Raised when a request is too old, or its signature was used before."""


class ReplayGuard:
    """Remembers nonces in Redis for as long as their requests are young enough."""

    def __init__(self, redis: Redis, keys: RedisKeys, *, window_s: int) -> None:
        """Uses a client that somebody else closes.

        Args:
            redis: Client with `decode_responses=True`.
            keys: Key registry.
            window_s: How far the time of a request may be from ours.
        """
        self._redis = redis
        self._keys = keys
        self._window_s = window_s

    def check_time(self, timestamp: str, now: datetime) -> None:
        """Refuses an old request.

        Raises:
            ReplayedError: Its time is missing, malformed or too far from ours.
        """
        if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:
            raise ReplayedError("the timestamp is malformed")
        if abs(now.timestamp() - int(timestamp)) > self._window_s:
            raise ReplayedError("the timestamp is outside the window")

    async def check_nonce(
        self, timestamp: str, nonce: str, message_id: str, *, person: str = ""
    ) -> bool:
        """Refuses a signature that came with another message.

        Returns:
            Whether a deletion of the person is under way; asked with it, because each
            way to Redis costs time. `False` where no conversation is given.

        Raises:
            ReplayedError: It did.
            StoreUnavailableError: Redis did not answer.
        """
        key = self._keys.nonce(timestamp, log_id(nonce))
        mark = log_id(message_id)
        async with translated_errors():
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.set(key, mark, nx=True, ex=2 * self._window_s + 1)
            pipeline.get(key)
            if person:
                pipeline.zscore(self._keys.forgetting, person)
            _, known, *due = await pipeline.execute()
        if known not in (mark, None):
            raise ReplayedError("the nonce was used with another message")
        return any(at is not None for at in due)
