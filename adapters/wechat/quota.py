"""How many customer-service messages each person's last steps allow.

A message allows five in 48 hours; a menu click, a follow and a scan three in a minute
each. How the platform combines them is not documented: here each kind has a bucket of
its own, a repeat fills its bucket anew, and what ends first is spent first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from redis.asyncio import Redis

from adapters.redis_conversations import Allowed
from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys
from adapters.redis_scripts import GRANT
from adapters.wechat.settings import PER_MESSAGE, PER_TOUCH, Allowance, Trigger

_GRANT = f"""
-- KEYS buckets; ARGV trigger, n_messages, ends_ms, now_ms
{GRANT}
return grant(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
"""

_TAKE = """
-- KEYS buckets; ARGV now_ms
local now, best, best_ends, best_left = tonumber(ARGV[1]), false, 0, 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local left, ends = string.match(all[i + 1], '^(%d+):(%d+)$')
  left, ends = tonumber(left), tonumber(ends)
  if left > 0 and ends > now and (not best or ends < best_ends) then
    best, best_ends, best_left = all[i], ends, left
  end
end
if not best then return false end
local ends = string.format('%.0f', best_ends)
redis.call('HSET', KEYS[1], best, (best_left - 1) .. ':' .. ends)
return {best, ends}
"""

_GIVE_BACK = """
-- KEYS buckets; ARGV trigger, ends_ms
local old = redis.call('HGET', KEYS[1], ARGV[1])
if not old then return 0 end
local left, ends = string.match(old, '^(%d+):(%d+)$')
-- A bucket that was filled anew meanwhile is full without it.
if ends ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], (tonumber(left) + 1) .. ':' .. ends)
return 1
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """The right to send one message, to be given back where it was not sent."""

    conversation: str
    trigger: Trigger
    ends_ms: int
    """When it would have ended, milliseconds since 1970."""

    @property
    def ends_at(self) -> datetime:
        """When it would have ended."""
        return datetime.fromtimestamp(self.ends_ms / 1000, timezone.utc)


class QuotaLedger:
    """Counts what may still be sent to each person, shared by all processes."""

    def __init__(
        self,
        redis: Redis,
        keys: RedisKeys,
        *,
        per_message: Allowance = PER_MESSAGE,
        per_touch: Allowance = PER_TOUCH,
    ) -> None:
        """Uses a client that somebody else closes.

        Args:
            redis: Client with `decode_responses=True`.
            keys: Key registry.
            per_message: What a message allows.
            per_touch: What a click, a follow or a scan allows.
        """
        self._keys = keys
        self._redis = redis
        self._allowances: dict[Trigger, Allowance] = {
            "message": per_message,
            "click": per_touch,
            "follow": per_touch,
            "scan": per_touch,
        }
        self._grant = redis.register_script(_GRANT)
        self._take = redis.register_script(_TAKE)
        self._give_back = redis.register_script(_GIVE_BACK)

    async def grant(self, conversation: str, trigger: Trigger, now: datetime) -> None:
        """Fills the bucket of what the person has just done.

        Raises:
            StoreUnavailableError: Redis did not answer.
        """
        allowed = self.allowed(trigger, now)
        async with translated_errors():
            await self._grant(
                keys=[self._keys.quota(conversation)], args=list(allowed.arguments())
            )

    def allowed(self, trigger: Trigger, now: datetime) -> Allowed:
        """Returns what a trigger allows, to be granted with a message's acceptance."""
        allowance = self._allowances[trigger]
        ends = now + timedelta(seconds=allowance.lifetime_s)
        return Allowed(trigger, allowance.n_messages, _ms(ends), _ms(now))

    async def take(self, conversation: str, now: datetime) -> Spent | None:
        """Spends the right to one message; `None` where there is none.

        Raises:
            StoreUnavailableError: Redis did not answer; nothing may be sent.
        """
        keys = [self._keys.quota(conversation)]
        async with translated_errors():
            taken = await self._take(keys=keys, args=[_ms(now)])
        return Spent(conversation, taken[0], int(taken[1])) if taken else None

    async def give_back(self, spent: Spent) -> None:
        """Returns a right whose message certainly did not go out.

        Raises:
            StoreUnavailableError: Redis did not answer; the right is lost.
        """
        keys = [self._keys.quota(spent.conversation)]
        async with translated_errors():
            await self._give_back(keys=keys, args=[spent.trigger, spent.ends_ms])

    async def forget(self, conversation: str) -> None:
        """Drops all rights: the person left, or WeChat says there are none.

        Raises:
            StoreUnavailableError: Redis did not answer.
        """
        async with translated_errors():
            await self._redis.delete(self._keys.quota(conversation))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
