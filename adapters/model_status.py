"""Which models the living workers serve with, and which ones they refused."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass

from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.redis_keys import RedisKeys
from community.errors import StoreUnavailableError

ANNOUNCED_S = 30
EVERY_S = 10.0
REFUSED_S = 86_400


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What the workers say."""

    serving: dict[str, str]
    """Worker → its model."""
    refused: dict[str, str]
    """Model → why it was refused, within the last day."""


async def announce(redis: Redis, keys: RedisKeys, worker: str, model: str) -> None:
    """Says again and again what a worker serves with, until cancelled."""
    text = json.dumps({"model": model})
    try:
        while True:
            with suppress(RedisError, OSError):
                await redis.set(keys.worker(worker), text, ex=ANNOUNCED_S)
            await asyncio.sleep(EVERY_S)
    finally:
        with suppress(RedisError, OSError):
            await redis.delete(keys.worker(worker))


def note_refusal(redis_url: str, keys: RedisKeys, model: str, reason: str) -> None:
    """Leaves the reason for the operators; does nothing where Redis is down.

    Opens and closes its own connection: the caller forks.
    """
    with suppress(RedisError, OSError):
        client = BlockingRedis.from_url(redis_url, socket_timeout=2)
        try:
            client.set(keys.refused(model), reason, ex=REFUSED_S)
        finally:
            client.close()


async def read_status(redis: Redis, keys: RedisKeys) -> ModelStatus:
    """Returns what the living workers serve with.

    Raises:
        StoreUnavailableError: Redis did not answer.
    """
    try:
        serving = await _texts(redis, keys.worker(""))
        refused = await _texts(redis, keys.refused(""))
    except (RedisError, OSError) as err:
        raise StoreUnavailableError(f"Redis did not answer: {err!r}") from err
    return ModelStatus(
        {name: str(json.loads(text)["model"]) for name, text in serving.items()},
        refused,
    )


async def _texts(redis: Redis, prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    async for key in redis.scan_iter(match=f"{prefix}*", count=500):
        text = await redis.get(key)
        if text is not None:
            found[key[len(prefix) :]] = text
    return found
