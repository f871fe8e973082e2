"""Access tokens: one for all processes, fetched by one of them at a time."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys
from adapters.wechat.errors import TemporaryError

MARGIN_S = 200
"""A token is dropped before it ends, so that none ends on its way."""
LOCK_S = 15
"""Longer than a fetch may take."""
FORCE_EVERY_S = 60
"""The platform allows a forced token every 30 s, and 20 a day."""
_POLL_S = 0.05

_RELEASE = """
-- KEYS lock; ARGV owner
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FetchedToken:
    """A token as the platform gives it."""

    value: str
    expires_in_s: int

    @property
    def usable_s(self) -> int:
        """How long it is handed out."""
        return max(1, self.expires_in_s - MARGIN_S)


Fetch = Callable[[bool], Awaitable[FetchedToken]]
"""Fetches a token; `True` asks for another one than the platform's current one."""


class TokenSource(Protocol):
    """Where a client gets its token."""

    async def get(self) -> str:
        """Returns a token that should be valid."""

    async def refresh(self, failing: str) -> str:
        """Returns another token than the one that was refused, where there is one."""


class SharedToken:
    """A token in Redis: every process reads it, one at a time refreshes it."""

    def __init__(
        self, redis: Redis, keys: RedisKeys, fetch: Fetch, *, account: str
    ) -> None:
        """Uses a client that somebody else closes.

        Args:
            redis: Client with `decode_responses=True`.
            keys: Key registry.
            fetch: Asks the platform.
            account: Whose token: app id, or corporation and app.
        """
        self._redis = redis
        self._fetch = fetch
        self._key = keys.token(account)
        self._lock = keys.token_lock(account)
        self._forced = keys.token_forced(account)
        self._release = redis.register_script(_RELEASE)

    async def get(self) -> str:
        """Returns the shared token; fetches it where there is none.

        Raises:
            StoreUnavailableError: Redis did not answer.
            WeChatError: The platform gives no token.
        """
        return await self._stored() or await self._renew("")

    async def refresh(self, failing: str) -> str:
        """Returns another token than the refused one.

        Where another process has replaced it already, that one is returned and
        nothing is fetched.

        Raises:
            StoreUnavailableError: Redis did not answer.
            WeChatError: The platform gives no token.
        """
        stored = await self._stored()
        return stored if stored not in ("", failing) else await self._renew(failing)

    async def _stored(self) -> str:
        async with translated_errors():
            return str(await self._redis.get(self._key) or "")

    async def _renew(self, failing: str) -> str:
        owner = secrets.token_hex(8)
        deadline = time.monotonic() + 2 * LOCK_S
        while not await self._take_lock(owner):
            # Somebody else is at it: the result is the same for all.
            await asyncio.sleep(_POLL_S)
            stored = await self._stored()
            if stored not in ("", failing):
                return stored
            if time.monotonic() > deadline:
                raise TemporaryError(0, "", "token: another process is fetching it")
        try:
            stored = await self._stored()
            if stored not in ("", failing):
                return stored
            return await self._fetch_and_store(failing)
        finally:
            async with translated_errors():
                await self._release(keys=[self._lock], args=[owner])

    async def _take_lock(self, owner: str) -> bool:
        async with translated_errors():
            return bool(await self._redis.set(self._lock, owner, nx=True, ex=LOCK_S))

    async def _fetch_and_store(self, failing: str) -> str:
        token = await self._fetch(False)
        if token.value == failing and await self._may_force():
            token = await self._fetch(True)
        async with translated_errors():
            await self._redis.set(self._key, token.value, ex=token.usable_s)
        log.info("token.fetched", usable_s=token.usable_s, replaced=bool(failing))
        return token.value

    async def _may_force(self) -> bool:
        async with translated_errors():
            key, ttl_s = self._forced, FORCE_EVERY_S
            return bool(await self._redis.set(key, "1", nx=True, ex=ttl_s))


class OwnToken:
    """A token of one short-lived process, for commands that run without Redis.

    The platform gives the same stable token to all who ask, so nobody is disturbed.
    """

    def __init__(self, fetch: Fetch) -> None:
        """Fetches at the first use."""
        self._fetch = fetch
        self._value = ""

    async def get(self) -> str:
        """Returns the token (see `TokenSource`)."""
        return self._value or await self.refresh("")

    async def refresh(self, failing: str) -> str:
        """Fetches another one (see `TokenSource`)."""
        self._value = (await self._fetch(False)).value
        return self._value
