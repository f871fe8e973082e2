"""Stores the outcomes of tries: many at a time, because each transaction is a sync."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from adapters.sql.outbox_rows import Claimed, Outcome
from community.errors import StoreUnavailableError
from community.outbox import SendResult

RETRY_PAUSES_S = (0.2, 1.0)
"""What was sent cannot be found out again, so a short outage is waited out."""


class Store(Protocol):
    """Where outcomes are kept."""

    async def finish_many(self, outcomes: Sequence[Outcome], *, now: datetime) -> None:
        """Notes outcomes in one transaction."""


class Outcomes:
    """Collects what is noted while a transaction runs, and stores it with the next."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """Binds the store and a clock."""
        self._store = store
        self._now = now
        self._waiting: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def note(self, row: Claimed, result: SendResult, retry_s: float) -> None:
        """Returns when the outcome is stored.

        Raises:
            StoreUnavailableError: It is not, after several tries.
        """
        retry_at = self._now() + timedelta(seconds=retry_s)
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((Outcome(row, result, retry_at), stored))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await stored

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            error = await self._store_batch([outcome for outcome, _ in batch])
            for _, stored in batch:
                if stored.done():
                    continue
                if error is None:
                    stored.set_result(None)
                else:
                    stored.set_exception(error)

    async def _store_batch(self, batch: Sequence[Outcome]) -> Exception | None:
        for pause_s in (*RETRY_PAUSES_S, None):
            try:
                await self._store.finish_many(batch, now=self._now())
            except StoreUnavailableError as err:
                if pause_s is None:
                    return err
                await asyncio.sleep(pause_s)
            except Exception as err:  # noqa: BLE001 - whoever waits has to hear of it
                return err
            else:
                return None
        return None
