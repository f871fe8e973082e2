"""Turns the Redis client's errors into the domain's, in one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.exceptions import RedisError

from community.errors import StoreUnavailableError


@asynccontextmanager
async def translated_errors() -> AsyncIterator[None]:
    """Raises `StoreUnavailableError` where Redis does not answer."""
    try:
        yield
    except (RedisError, OSError) as err:
        raise StoreUnavailableError(f"Redis did not answer: {err!r}") from err
