"""Fixtures of the integration tests serve the conversations too."""

import time
from collections.abc import Callable

import pytest

from tests.integration.conftest import (
    agent,
    blobs,
    gazetteer,
    message,
    residents,
    talk,
    worker,
)

__all__ = [
    "agent",
    "blobs",
    "gazetteer",
    "message",
    "residents",
    "talk",
    "wait",
    "worker",
]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets hours pass for Rasa's sessions, which read the clock of the process."""
    real, passed = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + passed[0])

    def let_pass(*, hours: float) -> None:
        passed[0] += hours * 3600

    return let_pass
