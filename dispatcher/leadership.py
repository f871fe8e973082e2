"""Lets one dispatcher at a time do what must be done in order."""

from redis.asyncio import Redis

_HOLD = """
-- KEYS holder; ARGV name, ttl_ms
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return holder and 1 or 2
"""
_GIVE_UP = """
-- KEYS holder; ARGV name
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""
STANDBY, HELD, NEW = 0, 1, 2


class Leadership:
    """A key in Redis that its holder renews; whoever dies loses it after a while."""

    def __init__(self, redis: Redis, key: str, name: str, *, ttl_s: float) -> None:
        """Holds nothing yet.

        Args:
            redis: Client.
            key: What is led.
            name: Unique among living dispatchers.
            ttl_s: After how long a silent holder is replaced.
        """
        self._key = key
        self._name = name
        self.ttl_s = ttl_s
        self._hold = redis.register_script(_HOLD)
        self._give_up = redis.register_script(_GIVE_UP)

    async def hold(self) -> int:
        """Takes or renews; returns `STANDBY`, `HELD` or `NEW`."""
        args: list[str | int] = [self._name, int(self.ttl_s * 1_000)]
        return int(await self._hold(keys=[self._key], args=args))

    async def give_up(self) -> None:
        """Lets another one go on at once."""
        await self._give_up(keys=[self._key], args=[self._name])
