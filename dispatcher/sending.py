"""The sending loop: claims due rows, lets senders try, notes what came of it."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from adapters.sql.outbox_rows import Claimed, Outcome
from community.errors import StoreUnavailableError
from community.outbox import (
    NOT_CONFIGURED,
    Channel,
    DeliveryState,
    Outgoing,
    Sender,
    SendResult,
    is_sent_again,
)
from dispatcher.outcomes import Outcomes

logger = structlog.get_logger()
CONCURRENT = 32
LEASE = timedelta(seconds=60)
POLL_S = 0.3
GATHER_S = 0.01
"""What becomes possible in this time is claimed together."""
EXPIRE_EVERY_S = 5.0
"""At most; more often where leases are short."""
MAX_FAILURES = 20
FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 900.0
"""Twenty tries take about three hours."""
PAUSE = timedelta(seconds=60)
"""How long a channel that is set up wrongly is left alone."""


class Rows(Protocol):
    """What the loop needs of the outbox."""

    async def claim_due(
        self,
        by: str,
        *,
        now: datetime,
        limit: int,
        lease: timedelta,
        channels: list[Channel] | None = None,
        is_quiet: bool = False,
    ) -> list[Claimed]:
        """Claims rows that may be sent now."""

    async def finish_many(self, outcomes: Sequence[Outcome], *, now: datetime) -> None:
        """Notes outcomes."""

    async def expire(self, *, now: datetime) -> tuple[int, int]:
        """Decides about rows of silent dispatchers."""


def retry_delay_s(
    failures: int, wanted_s: float | None, jitter: Callable[[], float] = random.random
) -> float:
    """Returns how long to wait after the n-th failure: doubling, spread by a half.

    Args:
        failures: 1 after the first.
        wanted_s: The platform's wish; never less than that.
        jitter: Random number from 0 to 1.
    """
    doubled = min(FIRST_RETRY_S * 2.0 ** min(failures - 1, 20), LONGEST_RETRY_S)
    return max(doubled * (0.75 + 0.5 * jitter()), wanted_s or 0.0)


class SendingLoop:
    """Delivers the outbox; several may run at a time, here and elsewhere."""

    def __init__(
        self,
        rows: Rows,
        senders: Mapping[Channel, Sender],
        *,
        name: str,
        now: Callable[[], datetime],
        is_quiet: Callable[[datetime], bool] = lambda _: False,
        on_sent: Callable[[Outgoing, SendResult, float], None] = lambda *_: None,
        concurrent: int = CONCURRENT,
        lease: timedelta = LEASE,
    ) -> None:
        """Sends nothing yet.

        Args:
            rows: The outbox.
            senders: One of each channel; rows of other channels are left.
            name: Unique among living dispatchers.
            now: Clock, aware UTC.
            is_quiet: Whether notices to people wait.
            on_sent: Called after each try with its outcome and seconds, for figures.
            concurrent: Messages under way at a time.
            lease: After which others decide about a message that is under way here.
        """
        self._rows = rows
        self._senders = senders
        self._name = name
        self._now = now
        self._is_quiet = is_quiet
        self._on_sent = on_sent
        self._outcomes = Outcomes(rows, now)
        self._concurrent = concurrent
        self._lease = lease
        # Less than the lease, so that an outcome is known before others may try.
        self._try_timeout_s = lease.total_seconds() / 2
        self._expire_every_s = min(EXPIRE_EVERY_S, lease.total_seconds() / 4)
        self._tasks: set[asyncio.Task[None]] = set()
        self._more = asyncio.Event()
        self._paused_until: dict[Channel, datetime] = {}

    def wake_up(self) -> None:
        """Looks at the outbox now instead of at the next poll."""
        self._more.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Sends until `stopping` is set; what is under way is finished."""
        expiry = asyncio.create_task(self._expire())
        try:
            while not stopping.is_set():
                self._more.clear()
                await self._claim()
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._more.wait(), POLL_S)
                    await asyncio.sleep(GATHER_S)
        finally:
            expiry.cancel()
            with suppress(asyncio.CancelledError):
                await expiry
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self._try_timeout_s)

    async def drain(self) -> int:
        """Sends what is due now, until nothing is; returns how many tries."""
        n_tries = 0
        while await self._claim():
            n_tries += len(self._tasks)
            await asyncio.gather(*self._tasks)
        return n_tries

    async def _claim(self) -> bool:
        free = self._concurrent - len(self._tasks)
        if free <= 0:
            return False
        now = self._now()
        channels = [
            channel
            for channel in self._senders
            if now >= self._paused_until.get(channel, now)
        ]
        try:
            claimed = await self._rows.claim_due(
                self._name,
                now=now,
                limit=free,
                lease=self._lease,
                channels=channels,
                is_quiet=self._is_quiet(now),
            )
        except StoreUnavailableError as err:
            logger.warning("outbox.unavailable", error=str(err))
            await asyncio.sleep(1)
            return False
        for row in claimed:
            task = asyncio.create_task(self._deliver(row))
            self._tasks.add(task)
            task.add_done_callback(self._done)
        return bool(claimed)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._more.set()  # the recipient's next row may go now
        if not task.cancelled() and task.exception() is not None:
            logger.error("outbox.task.failed", error=repr(task.exception()))

    async def _deliver(self, row: Claimed) -> None:
        started_s = time.monotonic()
        result = await self._try(row)
        if result.pauses_channel:
            self._pause(row.message.channel, result)
        failures = row.failures + 1
        if (
            result.state is DeliveryState.TEMPORARY_FAILURE
            and not (result.is_held or result.pauses_channel)
            and failures >= MAX_FAILURES
        ):
            logger.error(
                "outbox.gave_up", row=row.id, channel=row.message.channel.value
            )
            error = f"given up after {failures} tries: {result.error}"
            result = SendResult(DeliveryState.PERMANENT_FAILURE, error=error)
        delay_s = retry_delay_s(failures, result.retry_after_s)
        try:
            await self._outcomes.note(row, result, delay_s)
        except StoreUnavailableError as err:
            # The lease runs out, and the policy of its kind decides.
            logger.warning("outbox.outcome.not_stored", row=row.id, error=str(err))
            return
        self._on_sent(row.message, result, time.monotonic() - started_s)
        _log(row, result)

    async def _try(self, row: Claimed) -> SendResult:
        message = row.message
        sender = self._senders[message.channel]
        try:
            return await asyncio.wait_for(
                sender.send(message, attempt=row.attempt), self._try_timeout_s
            )
        except asyncio.TimeoutError:
            again = is_sent_again(message.channel, message.kind)
            return SendResult(
                DeliveryState.TEMPORARY_FAILURE if again else DeliveryState.UNKNOWN,
                error=f"no outcome within {self._try_timeout_s:g} s",
            )
        except Exception as err:
            # A defect of ours: other messages must go on.
            logger.exception(
                "outbox.sender.failed", row=row.id, channel=message.channel.value
            )
            return SendResult(DeliveryState.TEMPORARY_FAILURE, error=repr(err))

    def _pause(self, channel: Channel, result: SendResult) -> None:
        self._paused_until[channel] = self._now() + PAUSE
        logger.error("outbox.channel.paused", channel=channel.value, error=result.error)

    async def _expire(self) -> None:
        while True:
            try:
                again, unknown = await self._rows.expire(now=self._now())
                if again or unknown:
                    logger.warning("outbox.expired", again=again, unknown=unknown)
                    self._more.set()
            except StoreUnavailableError as err:
                logger.warning("outbox.unavailable", error=str(err))
            await asyncio.sleep(self._expire_every_s)


def _log(row: Claimed, result: SendResult) -> None:
    facts = {
        "row": row.id,
        "channel": row.message.channel.value,
        "state": result.state.value,
        "attempt": row.attempt,
    }
    if result.state is DeliveryState.DELIVERED or result.error == NOT_CONFIGURED:
        logger.debug("outbox.ended", via=result.via, **facts)
    elif result.state is DeliveryState.TEMPORARY_FAILURE:
        logger.info("outbox.later", error=result.error, **facts)
    else:
        logger.warning("outbox.failed", error=result.error, **facts)
