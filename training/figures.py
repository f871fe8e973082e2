"""Prometheus figures of the training process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from training.harvest import Harvested

SECONDS = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0)
JOBS = ("train", "evaluate", "promote")
OUTCOMES = ("done", "failed")


class Figures:
    """What operators watch; no label holds anything of a person."""

    def __init__(self) -> None:
        """Creates all of them, so that a dashboard shows zeros and not gaps."""
        self.registry = CollectorRegistry()
        self._jobs = Counter(
            "training_jobs",
            "Trainings, evaluations and promotions by what became of them.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "training_job_seconds",
            "Duration of a job.",
            ["kind"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._looks = Counter(
            "training_looks",
            "Looks for work by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        self._harvest = Gauge(
            "training_last_harvest_timestamp_seconds",
            "When the dialogue log was looked through last.",
            registry=self.registry,
        )
        self._turns = Counter(
            "training_harvested_turns",
            "Turns of the dialogue log that were looked at.",
            registry=self.registry,
        )
        self._signals = Counter(
            "training_signals",
            "Signs of a bad answer that were found.",
            registry=self.registry,
        )
        for outcome in OUTCOMES:
            self._looks.labels(outcome)
            for kind in JOBS:
                self._jobs.labels(kind, outcome)

    @contextmanager
    def job(self, kind: str) -> Iterator[None]:
        """Counts a job; one that raises has failed."""
        began, outcome = time.monotonic(), "failed"
        try:
            yield
            outcome = "done"
        finally:
            self._jobs.labels(kind, outcome).inc()
            self._seconds.labels(kind).observe(time.monotonic() - began)

    @contextmanager
    def look(self) -> Iterator[None]:
        """Counts a look for work; one that raises has failed."""
        outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            self._looks.labels(outcome).inc()

    def harvested(self, found: Harvested, at: datetime) -> None:
        """Shows what a harvest has found."""
        self._harvest.set(at.timestamp())
        self._turns.inc(found.n_turns)
        self._signals.inc(found.n_signals)
