"""What the messenger tells later about messages that it took, such as templates.

A report may come before the outcome of its sending is stored here; it then waits.
That a person allowed notifications wakes what was held for want of that.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from community.errors import RecordError
from dispatcher.streams import Entry

logger = structlog.get_logger()
VERSION = "1"
WAITS = timedelta(minutes=15)
"""For its message. Longer than a try, its lease and what follows from a crash."""


class Store(Protocol):
    """Where the messages are."""

    async def settle(
        self, external_id: str, failure: str, *, now: datetime, recipient: str = ""
    ) -> bool:
        """Notes what became of a message; `False` where there is none."""

    async def wake(self, recipients: Sequence[str], *, now: datetime) -> int:
        """Makes held messages due."""


class DeliveryReports:
    """Handles batches of the stream `delivery_reports`; repeats change nothing."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        on_woken: Callable[[], None] = lambda: None,
    ) -> None:
        """Binds the outbox, a clock, and who sends what has become due."""
        self._store = store
        self._now = now
        self._on_woken = on_woken

    async def handle(self, entries: Sequence[Entry]) -> list[str]:
        """Notes reports; returns the entries that are finished.

        Raises:
            StoreUnavailableError: The database is down; nothing is lost.
            RecordError: An entry is malformed.
        """
        finished = []
        for entry in entries:
            job, failure, at = _read(entry)
            now = self._now()
            if person := entry.fields.get("allowed_by"):
                if await self._store.wake([person], now=now):
                    self._on_woken()
                finished.append(entry.id)
            elif await self._store.settle(
                job, failure, now=now, recipient=entry.fields.get("person", "")
            ):
                finished.append(entry.id)
                if failure:
                    logger.warning("delivery.failed", job=job, error=failure)
            elif now - at > WAITS:
                # Sent by somebody else of the account, or lost in a crash.
                logger.info("delivery.report.nobodys", job=job)
                finished.append(entry.id)
        return finished


def _read(entry: Entry) -> tuple[str, str, datetime]:
    fields = entry.fields
    try:
        if fields["v"] != VERSION:
            raise RecordError(f"delivery report: version {fields['v']!r} is unknown")
        return fields["job"], fields["failure"], datetime.fromisoformat(fields["at"])
    except (KeyError, ValueError) as err:
        raise RecordError(f"delivery report is malformed: {err!r}") from err
