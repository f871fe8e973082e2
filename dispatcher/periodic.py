"""Periodic tasks, of which several dispatchers do each one only once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.redis_keys import RedisKeys

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done every so often; doing it twice does no harm."""

    name: str
    every_s: float
    run: Callable[[datetime], Awaitable[int]]
    """Returns how much it did; only for the log."""


class Periodic:
    """Runs tasks; who sets a task's key in Redis does it this time.

    The key ends a little before the interval, so that a dispatcher that dies in the
    middle delays a task by one interval at most.
    """

    def __init__(
        self,
        redis: Redis,
        keys: RedisKeys,
        name: str,
        tasks: Sequence[Task],
        *,
        now: Callable[[], datetime],
        on_run: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        """Runs nothing yet.

        Args:
            redis: Client.
            keys: Key registry.
            name: Unique among living dispatchers.
            tasks: What to do.
            now: Clock, aware UTC.
            on_run: Called with a task's name and `done` or `failed`, for figures.
        """
        self._redis = redis
        self._keys = keys
        self._name = name
        self._tasks = tasks
        self._now = now
        self._on_run = on_run

    async def run(self, stopping: asyncio.Event) -> None:
        """Runs all tasks until `stopping` is set; what is under way is finished."""
        await asyncio.gather(*(self._repeat(task, stopping) for task in self._tasks))

    async def _repeat(self, task: Task, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.run_once(task)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stopping.wait(), task.every_s)

    async def run_once(self, task: Task) -> bool:
        """Runs a task if it is due and nobody else does; tells whether it did."""
        try:
            if not await self._take(task):
                return False
            amount = await task.run(self._now())
        except Exception as err:  # noqa: BLE001 - a failing task must not end the others
            logger.warning("task.failed", task=task.name, error=repr(err))
            self._on_run(task.name, "failed")
            return False
        self._on_run(task.name, "done")
        if amount:
            logger.info("task.done", task=task.name, amount=amount)
        return True

    async def _take(self, task: Task) -> bool:
        ttl_ms = max(1, int(task.every_s * 900))
        try:
            return bool(
                await self._redis.set(
                    self._keys.task(task.name), self._name, nx=True, px=ttl_ms
                )
            )
        except (RedisError, OSError) as err:
            logger.warning("task.redis.unavailable", task=task.name, error=str(err))
            return False
