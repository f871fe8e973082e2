"""Consumes a Redis stream in a group, so that no entry is lost and none blocks.

An entry is acknowledged and deleted after it was handled, never before. What a dead
dispatcher left is taken over; an entry that fails again and again is put aside.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from community.errors import StoreUnavailableError
from dispatcher.leadership import NEW, STANDBY, Leadership

logger = structlog.get_logger()
BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
MAX_FAILURES = 5
"""Tries of one entry by itself before it is put aside."""
UNAVAILABLE = (StoreUnavailableError, RedisError, OSError)
"""Nobody's fault: nothing is counted, the entries stay."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a stream."""

    id: str
    """`<milliseconds>-<sequence>`; grows within the stream."""
    fields: Mapping[str, str]


HandleBatch = Callable[[Sequence[Entry]], Awaitable[Collection[str] | None]]
"""Handles entries, oldest first. Returns the ids that are finished, `None` for all;
the others are given again with the next batch. Raises `StoreUnavailableError` where
nothing can be done now."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a consumer reads."""

    count: int = 100
    """Entries of one batch."""
    block_ms: int = 1_000
    """How long to wait for new entries."""
    again_s: float = 0.25
    """When to look again at entries that were not finished."""
    max_unfinished: int = 5_000
    """No new entries are read while so many are unfinished."""
    gather_s: float = 0.0
    """Pause after new entries came, so that many are handled together."""
    abandoned_after_s: float = 60.0
    """Entries that another consumer has held for so long are taken over."""


class StreamConsumer:
    """One consumer of one stream."""

    def __init__(
        self,
        redis: Redis,
        stream: str,
        group: str,
        consumer: str,
        handle_batch: HandleBatch,
        *,
        dead: str,
        pace: Pace | None = None,
        leadership: Leadership | None = None,
    ) -> None:
        """Connects nothing yet.

        Args:
            redis: Client with `decode_responses=True`.
            stream: Its key.
            group: Consumer group, created if need be.
            consumer: Name; unique among living consumers.
            handle_batch: See `HandleBatch`.
            dead: Key of the stream for entries that are put aside.
            pace: How to read.
            leadership: Where order counts: only its holder reads the stream.
        """
        self._redis = redis
        self._stream = stream
        self._group = group
        self._consumer = consumer
        self._handle = handle_batch
        self._dead = dead
        self._pace = pace or Pace()
        self._leadership = leadership
        self._unfinished: dict[str, Entry] = {}
        self._failures: dict[str, int] = {}
        self._n_outages = 0
        self._has_group = False
        self._next_takeover_s = 0.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Consumes until `stopping` is set; the batch under way is finished."""
        while not stopping.is_set():
            try:
                if await self._may_read():
                    await self._round()
                else:
                    await _sleep(stopping, self._pace.block_ms / 1_000)
            except UNAVAILABLE as err:
                self._has_group = False  # Redis may have come back empty
                await self._back_off(err, stopping)
            else:
                self._n_outages = 0
        if self._leadership is not None:
            with suppress(*UNAVAILABLE):
                await self._leadership.give_up()

    async def _may_read(self) -> bool:
        if self._leadership is None:
            return True
        held = await self._leadership.hold()
        if held == STANDBY:
            self._unfinished.clear()
        elif held == NEW:
            self._next_takeover_s = 0.0
        return held != STANDBY

    async def _round(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if not self._has_group:
            await self._create_group()
            self._has_group = True
        if now_s >= self._next_takeover_s:
            await self._take_over()
            self._next_takeover_s = now_s + self._pace.abandoned_after_s / 2
        await self._read()
        await self._work()

    async def _back_off(self, err: Exception, stopping: asyncio.Event) -> None:
        delay_s = BACKOFF_S[min(self._n_outages, len(BACKOFF_S) - 1)]
        self._n_outages += 1
        logger.warning(
            "stream.unavailable", stream=self._stream, error=str(err), retry_s=delay_s
        )
        await _sleep(stopping, delay_s)

    async def _create_group(self) -> None:
        try:
            await self._redis.xgroup_create(
                self._stream, self._group, id="0", mkstream=True
            )
        except ResponseError as err:
            if "BUSYGROUP" not in str(err):
                raise

    async def _take_over(self) -> None:
        # Whoever leads need not wait: nobody else works on these entries.
        idle_s = self._pace.abandoned_after_s if self._leadership is None else 0.0
        start = "0-0"
        while True:
            start, entries, *_ = await self._redis.xautoclaim(
                self._stream,
                self._group,
                self._consumer,
                min_idle_time=int(idle_s * 1_000),
                start_id=start,
                count=self._pace.count,
            )
            self._keep(entries)
            if start == "0-0" or len(self._unfinished) >= self._pace.max_unfinished:
                return

    async def _read(self) -> None:
        if len(self._unfinished) >= self._pace.max_unfinished:
            await asyncio.sleep(self._pace.again_s)
            return
        block_ms = self._pace.block_ms
        if self._unfinished:
            block_ms = int(self._pace.again_s * 1_000)
        found = await self._redis.xreadgroup(
            self._group,
            self._consumer,
            {self._stream: ">"},
            count=self._pace.count,
            block=block_ms,
        )
        for _, entries in found or []:
            self._keep(entries)
        if found and self._pace.gather_s:
            await asyncio.sleep(self._pace.gather_s)

    def _keep(self, entries: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        # An entry that was deleted meanwhile has no fields.
        self._unfinished |= {
            entry_id: Entry(entry_id, fields) for entry_id, fields in entries if fields
        }

    async def _work(self) -> None:
        batch = sorted(self._unfinished.values(), key=_position)
        if not batch:
            return
        try:
            finished = await self._handle(batch)
        except UNAVAILABLE:
            raise
        except Exception as err:  # noqa: BLE001 - any defect: find the entry it is in
            logger.warning("stream.batch.failed", stream=self._stream, error=repr(err))
            await self._work_one_by_one(batch)
            return
        await self._finish([e.id for e in batch] if finished is None else finished)

    async def _work_one_by_one(self, batch: Sequence[Entry]) -> None:
        for entry in batch:
            try:
                finished = await self._handle([entry])
            except UNAVAILABLE:
                raise
            except Exception as err:  # noqa: BLE001 - as above
                await self._count_failure(entry, err)
            else:
                await self._finish([entry.id] if finished is None else finished)

    async def _count_failure(self, entry: Entry, err: Exception) -> None:
        failures = self._failures.get(entry.id, 0) + 1
        self._failures[entry.id] = failures
        if failures < MAX_FAILURES:
            return
        logger.error(
            "stream.entry.put_aside",
            stream=self._stream,
            entry=entry.id,
            error=repr(err),
        )
        letter = {"stream": self._stream, "entry": dict(entry.fields)}
        await self._redis.xadd(
            self._dead, {"letter": json.dumps({**letter, "error": repr(err)})}
        )
        await self._finish([entry.id])

    async def _finish(self, ids: Collection[str]) -> None:
        if not ids:
            return
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.xack(self._stream, self._group, *ids)
        pipeline.xdel(self._stream, *ids)
        await pipeline.execute()
        for entry_id in ids:
            self._unfinished.pop(entry_id, None)
            self._failures.pop(entry_id, None)


async def consume(
    redis: Redis,
    stream: str,
    group: str,
    consumer: str,
    handle_batch: HandleBatch,
    *,
    dead: str,
    stopping: asyncio.Event,
    pace: Pace | None = None,
    leadership: Leadership | None = None,
) -> None:
    """Runs a `StreamConsumer` until `stopping` is set; arguments as there."""
    await StreamConsumer(
        redis,
        stream,
        group,
        consumer,
        handle_batch,
        dead=dead,
        pace=pace,
        leadership=leadership,
    ).run(stopping)


async def _sleep(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


def _position(entry: Entry) -> tuple[int, int]:
    milliseconds, _, sequence = entry.id.partition("-")
    return int(milliseconds), int(sequence or 0)
