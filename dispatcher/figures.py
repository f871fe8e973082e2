"""Prometheus figures of the dispatcher."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from adapters.sql.outbox_upkeep import Backlog
from community.outbox import Outgoing, SendResult
from dispatcher.intake import Fate


class Figures:
    """Counters and gauges below one registry."""

    def __init__(self) -> None:
        """Creates all of them, so that a dashboard shows zeros and not gaps."""
        self.registry = CollectorRegistry()
        self._tries = Counter(
            "dispatcher_tries",
            "Tries to deliver a message",
            ["channel", "kind", "state", "via"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "dispatcher_try_seconds",
            "Duration of a try",
            ["channel"],
            registry=self.registry,
        )
        self._answers = Counter(
            "dispatcher_answers",
            "Answers by what became of them",
            ["fate"],
            registry=self.registry,
        )
        self._waiting = Gauge(
            "dispatcher_outbox_open",
            "Messages that have not ended",
            ["channel", "state"],
            registry=self.registry,
        )
        self._oldest = Gauge(
            "dispatcher_outbox_oldest_timestamp_seconds",
            "When the oldest message that has not ended was stored",
            ["channel", "state"],
            registry=self.registry,
        )
        self._streams = Gauge(
            "dispatcher_stream_entries",
            "Entries of a stream that are not finished",
            ["stream"],
            registry=self.registry,
        )
        self._tasks = Counter(
            "dispatcher_task_runs",
            "Runs of a periodic task",
            ["task", "outcome"],
            registry=self.registry,
        )
        for fate in Fate:
            self._answers.labels(fate.value)

    def on_sent(self, message: Outgoing, result: SendResult, seconds: float) -> None:
        """Counts a try."""
        self._tries.labels(
            message.channel.value, message.kind.value, result.state.value, result.via
        ).inc()
        self._seconds.labels(message.channel.value).observe(seconds)

    def on_fate(self, fate: Fate) -> None:
        """Counts an answer."""
        self._answers.labels(fate.value).inc()

    def on_task(self, task: str, outcome: str) -> None:
        """Counts a run of a periodic task, `done` or `failed`."""
        self._tasks.labels(task, outcome).inc()

    def show(self, backlog: Sequence[Backlog], lengths: Mapping[str, int]) -> None:
        """Shows what waits, in the outbox and in streams."""
        self._waiting.clear()
        self._oldest.clear()
        for part in backlog:
            labels = (part.channel.value, part.state.value)
            self._waiting.labels(*labels).set(part.n)
            self._oldest.labels(*labels).set(part.oldest_at.timestamp())
        for stream, length in lengths.items():
            self._streams.labels(stream).set(length)


def refresher(
    figures: Figures,
    backlog: Callable[[], Awaitable[Sequence[Backlog]]],
    lengths: Callable[[], Awaitable[Mapping[str, int]]],
) -> Callable[[], Awaitable[None]]:
    """Returns what brings the gauges up to date."""

    async def refresh() -> None:
        figures.show(await backlog(), await lengths())

    return refresh
