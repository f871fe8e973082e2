"""Live conversations: which member of staff talks through the assistant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import cast

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys

SILENCE = timedelta(minutes=30)
"""After this without a word from the member of staff, the assistant is back."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A conversation in which the member of staff has fallen silent."""

    number: str
    since: datetime
    """When the silence was long enough; names this talk among those of a ticket."""


class Talks:
    """Remembers who has taken a conversation over, for as long as they speak.

    Every call raises `StoreUnavailableError` where Redis did not answer.
    """

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        self._redis = redis
        self._keys = keys

    async def begin(self, number: str, staff: str, *, now: datetime) -> bool:
        """Takes a conversation over; tells whether nobody else had it."""
        key = self._keys.desk_talk(number)
        async with translated_errors():
            taken = await self._redis.set(key, staff, nx=True, ex=SILENCE)
            if taken:
                await self._redis.zadd(self._keys.desk_talks, _ends(number, now))
        return bool(taken) or await self.who(number) == staff

    async def go_on(self, number: str, *, now: datetime) -> None:
        """Notes that something was said."""
        async with translated_errors():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.expire(self._keys.desk_talk(number), SILENCE)
            pipeline.zadd(self._keys.desk_talks, _ends(number, now), xx=True)
            await pipeline.execute()

    async def who(self, number: str) -> str | None:
        """Returns the staff id of who talks; `None` where the assistant does."""
        async with translated_errors():
            found = await self._redis.get(self._keys.desk_talk(number))
        value = cast(str | bytes | None, found)
        return value.decode() if isinstance(value, bytes) else value

    async def end(self, number: str) -> None:
        """Gives the conversation back."""
        async with translated_errors():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.delete(self._keys.desk_talk(number))
            pipeline.zrem(self._keys.desk_talks, number)
            await pipeline.execute()

    async def silent(self, now: datetime) -> Sequence[Silent]:
        """Returns talks that nobody has ended and in which nobody has spoken."""
        async with translated_errors():
            found = await self._redis.zrangebyscore(
                self._keys.desk_talks, "-inf", now.timestamp(), withscores=True
            )
        return [
            Silent(
                number.decode() if isinstance(number, bytes) else number,
                datetime.fromtimestamp(score, timezone.utc),
            )
            for number, score in found
        ]


def _ends(number: str, now: datetime) -> dict[str, float]:
    return {number: (now + SILENCE).timestamp()}
