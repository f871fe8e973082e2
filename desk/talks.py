"""Live conversations: which member of staff talks through the assistant."""

from datetime import timedelta
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.redis_keys import RedisKeys
from community.errors import StoreUnavailableError

SILENCE = timedelta(minutes=30)
"""After this without a word from the member of staff, pages show it as ended."""


class Talks:
    """Remembers who has taken a conversation over, for as long as they speak."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        self._redis = redis
        self._keys = keys

    async def begin(self, number: str, staff: str) -> bool:
        """Takes a conversation over; tells whether nobody else had it."""
        key = self._keys.desk_talk(number)
        try:
            taken = await self._redis.set(key, staff, nx=True, ex=SILENCE)
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"talk: Redis: {err!r}") from err
        return bool(taken) or await self.who(number) == staff

    async def go_on(self, number: str) -> None:
        """Notes that something was said."""
        try:
            await self._redis.expire(self._keys.desk_talk(number), SILENCE)
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"talk: Redis: {err!r}") from err

    async def who(self, number: str) -> str | None:
        """Returns the staff id of who talks; `None` where the assistant does."""
        try:
            found = await self._redis.get(self._keys.desk_talk(number))
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"talk: Redis: {err!r}") from err
        value = cast(str | bytes | None, found)
        return value.decode() if isinstance(value, bytes) else value

    async def end(self, number: str) -> None:
        """Gives the conversation back."""
        try:
            await self._redis.delete(self._keys.desk_talk(number))
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"talk: Redis: {err!r}") from err
