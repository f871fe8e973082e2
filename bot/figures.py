"""Prometheus figures of a worker."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram

from community.messages import Inbound

SECONDS = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 30.0, 60.0)


class Figures:
    """What operators watch; no label holds anything of a person."""

    def __init__(self) -> None:
        """Creates all of them, so that a dashboard shows zeros and not gaps."""
        self.registry = CollectorRegistry()
        self._messages = Counter(
            "worker_messages",
            "Messages by kind and by what became of them.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "worker_message_seconds",
            "From the receipt of a message to the commit of its answer.",
            ["channel"],
            buckets=SECONDS,
            registry=self.registry,
        )

    def answered(self, inbound: Inbound, now: datetime) -> None:
        """Counts a committed answer and the time since the message came in."""
        self._messages.labels(inbound.kind.value, "answered").inc()
        waited_s = (now - inbound.received_at).total_seconds()
        self._seconds.labels(inbound.channel).observe(max(0.0, waited_s))

    def failed(self, inbound: Inbound) -> None:
        """Counts a try that failed."""
        self._messages.labels(inbound.kind.value, "failed").inc()

    def given_up(self, inbound: Inbound) -> None:
        """Counts a message that was given up."""
        self._messages.labels(inbound.kind.value, "given_up").inc()
