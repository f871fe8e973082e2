"""What Redis has to do with residents who want all data deleted."""

import json
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import FORGOTTEN_TTL_S, RedisKeys

ANSWERED_FIRST = timedelta(seconds=90)
"""Until the last deletion; the first one waits until the answer has gone out."""
ENTRIES_AT_ONCE = 500
MARK, BLOB = "message:", "blob:"


class RedisForgetting:
    """The worker's side of `gateway.forgetting`: notes durably what the gateway does."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        self._redis = redis
        self._keys = keys

    async def ask(self, conversation: str, now: datetime) -> None:
        """Asks for the deletion; a repeat changes nothing that matters.

        Raises:
            StoreUnavailableError: Redis did not answer; nothing may be promised.
        """
        due = (now + ANSWERED_FIRST).timestamp()
        async with translated_errors():
            await self._redis.zadd(self._keys.forgetting, {conversation: due})


async def note_seen(
    redis: Redis,
    keys: RedisKeys,
    conversation: str,
    *,
    marks: Collection[str],
    blob_ids: Collection[str],
) -> tuple[set[str], set[str]]:
    """Notes what a deletion is about to lose sight of, for the one that follows it.

    A page or a photo may be written after the first deletion, by who was at it then.

    Returns:
        Marks of messages and ids of blobs that this or an earlier deletion has seen.

    Raises:
        StoreUnavailableError: Redis did not answer; call again.
    """
    key = keys.forgotten(conversation)
    names = [*(f"{MARK}{m}" for m in marks), *(f"{BLOB}{b}" for b in blob_ids)]
    async with translated_errors():
        pipeline = redis.pipeline(transaction=True)
        if names:
            pipeline.sadd(key, *names)
            pipeline.expire(key, FORGOTTEN_TTL_S)
        pipeline.smembers(key)
        *_, seen = await pipeline.execute()
    return (
        {name.removeprefix(MARK) for name in seen if name.startswith(MARK)},
        {name.removeprefix(BLOB) for name in seen if name.startswith(BLOB)},
    )


async def forget_on_the_way(
    redis: Redis,
    keys: RedisKeys,
    conversation: str,
    *,
    pseudonym: str,
    blob_ids: Collection[str],
) -> int:
    """Removes what streams still hold of a person; returns how many entries.

    Args:
        redis: Client with `decode_responses=True`.
        keys: Key registry.
        conversation: Whose.
        pseudonym: What the dialogue log calls them.
        blob_ids: Photos and recordings that need not be downloaded any more.

    Raises:
        StoreUnavailableError: Redis did not answer; call again.
    """

    def is_ordered(entry: str) -> bool:
        return json.loads(entry).get("blob_id") in blob_ids

    def is_theirs(entry: str) -> bool:
        return f'"{conversation}"' in entry

    def is_logged(entry: str) -> bool:
        return f'"{pseudonym}"' in entry

    def names_them(letter: str) -> bool:
        return conversation in letter  # within message ids and quoted entries

    def calls_for_them(name: str) -> bool:
        return name == conversation

    n_entries = await _drop(redis, keys.outgoing, "entry", is_theirs)
    n_entries += await _drop(redis, keys.log, "entry", is_logged)
    n_entries += await _drop(redis, keys.dead, "letter", names_them)
    for stream in (keys.ready, keys.ready_urgent):
        n_entries += await _drop(redis, stream, "conversation", calls_for_them)
    for field in ("person", "allowed_by"):
        n_entries += await _drop(redis, keys.delivery_reports, field, calls_for_them)
    if blob_ids:
        n_entries += await _drop(redis, keys.media, "entry", is_ordered)
    return n_entries


async def _drop(
    redis: Redis, stream: str, field: str, is_meant: Callable[[str], bool]
) -> int:
    n_dropped, last = 0, "-"
    while True:
        async with translated_errors():
            entries = await redis.xrange(stream, min=last, count=ENTRIES_AT_ONCE)
            meant = [
                entry for entry, fields in entries if is_meant(fields.get(field, "{}"))
            ]
            if meant:
                n_dropped += int(await redis.xdel(stream, *meant))
        if len(entries) < ENTRIES_AT_ONCE:
            return n_dropped
        last = f"({entries[-1][0]}"
