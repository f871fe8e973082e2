"""Signals in Redis: which conversations have mail.

Each public method raises `StoreUnavailableError` where Redis does not answer.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from adapters import redis_scripts as scripts
from adapters.redis_errors import translated_errors as _translated
from adapters.redis_history import RedisHistory
from adapters.redis_keys import WORKER_GROUP, RedisKeys


@dataclass(frozen=True, slots=True)
class Signal:
    """One entry of a ready stream, to be acknowledged when handled."""

    stream: str
    entry: str
    conversation: str


class RedisSignals(RedisHistory):
    """What workers wait for; `lease_s` is set by the class that has leases."""

    lease_s: float

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        super().__init__(redis, keys)
        self._scripts["FINISH"] = redis.register_script(scripts.FINISH)

    async def create_group(self) -> None:
        """Creates the workers' consumer group on both streams, once."""
        for stream in (self.keys.ready, self.keys.ready_urgent):
            async with _translated():
                try:
                    await self.redis.xgroup_create(
                        stream, WORKER_GROUP, id="0", mkstream=True
                    )
                except ResponseError as err:
                    if "BUSYGROUP" not in str(err):
                        raise

    async def next_signals(
        self, consumer: str, *, count: int, block_ms: int
    ) -> list[Signal]:
        """Waits for conversations with mail; emergencies come first.

        Args:
            consumer: Name of the worker.
            count: Of emergencies, and of others, at a time.
            block_ms: Time to wait.
        """
        keys = self.keys
        async with _translated():
            found = await self.redis.xreadgroup(
                WORKER_GROUP,
                consumer,
                {keys.ready_urgent: ">", keys.ready: ">"},
                count=count,
                block=block_ms,
            )
        return [
            Signal(stream, entry, fields["conversation"])
            for stream, entries in found or []
            for entry, fields in entries
        ]

    async def abandoned_signals(self, consumer: str, *, count: int) -> list[Signal]:
        """Takes over signals that nobody has finished for one lease time."""
        signals: list[Signal] = []
        for stream in (self.keys.ready_urgent, self.keys.ready):
            async with _translated():
                _, entries, *_ = await self.redis.xautoclaim(
                    stream,
                    WORKER_GROUP,
                    consumer,
                    min_idle_time=int(self.lease_s * 1_000),
                    count=count,
                )
            signals += [
                Signal(stream, entry, fields["conversation"])
                for entry, fields in entries
                if fields
            ]
        return signals

    async def finish_signal(self, signal: Signal) -> None:
        """Acknowledges and removes a signal."""
        await self._run("FINISH", [signal.stream], [WORKER_GROUP, signal.entry])

    async def signal_waiting(self, conversation: str) -> None:
        """Calls a worker if there is mail: whoever held the lease answered none."""
        async with _translated():
            n_waiting = await cast(
                "Awaitable[int]", self.redis.llen(self.keys.mailbox(conversation))
            )
            if n_waiting:
                await self.redis.xadd(self.keys.ready, {"conversation": conversation})
