"""Who is signed in: kept in Redis, named by a random cookie."""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.redis_keys import SESSION_IDLE_S, RedisKeys
from community.errors import StoreUnavailableError

LONGEST = timedelta(days=7)
"""Whoever is always busy signs in again after a week."""


class Stage(str, Enum):
    """How far a person has come with signing in."""

    FULL = "full"
    ENROL = "enrol"
    """The password was right; a second factor must be set up before anything else."""


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one member of staff."""

    staff: str
    csrf: str
    """What a page must send along with every change."""
    since: str
    """ISO 8601, UTC."""
    stage: str


class Sessions:
    """Opens, finds and ends sessions; the cookie's value itself is stored nowhere."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        self._redis = redis
        self._keys = keys

    async def open(self, staff: str, *, stage: Stage, now: datetime) -> str:
        """Returns the value of a new session's cookie.

        Raises:
            StoreUnavailableError: Redis did not answer; nobody is signed in.
        """
        token = secrets.token_urlsafe(32)
        session = Session(
            staff=staff,
            csrf=secrets.token_urlsafe(24),
            since=now.isoformat(),
            stage=stage.value,
        )
        digest, of_staff = _digest(token), self._keys.desk_sessions(staff)
        try:
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.set(
                self._keys.desk_session(digest),
                json.dumps(asdict(session)),
                ex=SESSION_IDLE_S,
            )
            pipeline.sadd(of_staff, digest)
            pipeline.expire(of_staff, int(LONGEST.total_seconds()))
            await pipeline.execute()
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"session: Redis: {err!r}") from err
        return token

    async def find(self, token: str, *, now: datetime) -> Session | None:
        """Returns a session and gives it another day's work to live.

        Raises:
            StoreUnavailableError: Redis did not answer.
        """
        key = self._keys.desk_session(_digest(token))
        try:
            stored = cast(str | bytes | None, await self._redis.get(key))
            if stored is None:
                return None
            session = Session(**json.loads(stored))
            if now - datetime.fromisoformat(session.since) > LONGEST:
                await self._redis.delete(key)
                return None
            await self._redis.expire(key, SESSION_IDLE_S)
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"session: Redis: {err!r}") from err
        return session

    async def end(self, token: str) -> None:
        """Signs out here."""
        try:
            await self._redis.delete(self._keys.desk_session(_digest(token)))
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"session: Redis: {err!r}") from err

    async def end_all(self, staff: str) -> None:
        """Signs out everywhere: after a new password, or when somebody leaves."""
        of_staff = self._keys.desk_sessions(staff)
        try:
            members = await self._redis.smembers(of_staff)  # type: ignore[misc]  # redis' own hint mixes sync and async
            digests = [m.decode() if isinstance(m, bytes) else m for m in members]
            await self._redis.delete(
                of_staff, *[self._keys.desk_session(d) for d in digests]
            )
        except (RedisError, OSError) as err:
            raise StoreUnavailableError(f"session: Redis: {err!r}") from err


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
