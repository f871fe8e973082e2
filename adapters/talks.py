"""Live conversations: which member of staff talks through the assistant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import cast

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys

_SEPARATOR = " "
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

    async def begin(
        self,
        number: str,
        conversation: str,
        staff: str,
        *,
        now: datetime,
        is_owner: bool = False,
    ) -> str | None:
        """Takes a conversation over; returns who else has it already.

        A resident talks with one person at a time, whatever tickets they have. Whoever
        owns the ticket takes its talk over from anybody else.
        """
        key, mine = self._keys.desk_talk(conversation), (number, staff)
        value = _SEPARATOR.join(mine)
        async with translated_errors():
            if not await self._redis.set(key, value, nx=True, ex=SILENCE):
                held = await self._held(conversation)
                if held and held != mine and not (is_owner and held[0] == number):
                    return held[1]
                await self._redis.set(key, value, ex=SILENCE)
            await self._redis.zadd(self._keys.desk_talks, _ends(number, now))
        return None

    async def go_on(self, number: str, conversation: str, *, now: datetime) -> None:
        """Notes that something was said."""
        async with translated_errors():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.expire(self._keys.desk_talk(conversation), SILENCE)
            pipeline.zadd(self._keys.desk_talks, _ends(number, now), xx=True)
            await pipeline.execute()

    async def who(self, number: str, conversation: str) -> str | None:
        """Returns who talks about a ticket; `None` where the assistant does."""
        async with translated_errors():
            held = await self._held(conversation)
        return held[1] if held and held[0] == number else None

    async def end(self, number: str, conversation: str) -> None:
        """Gives the conversation back."""
        is_held = await self.who(number, conversation) is not None
        async with translated_errors():
            if is_held:
                await self._redis.delete(self._keys.desk_talk(conversation))
            await self._redis.zrem(self._keys.desk_talks, number)

    async def _held(self, conversation: str) -> tuple[str, str] | None:
        """Returns the ticket that is talked about, and who talks."""
        found = await self._redis.get(self._keys.desk_talk(conversation))
        value = cast(str | bytes | None, found)
        if value is None:
            return None
        text = value.decode() if isinstance(value, bytes) else value
        number, _, staff = text.partition(_SEPARATOR)
        return number, staff

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
