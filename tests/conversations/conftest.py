"""Fixtures of the integration tests serve the conversations too."""

import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from actions.wiring import ports, set_ports
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from bot.worker import Worker
from tests.conftest import NOW
from tests.conversations.stage import Stage
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
    "stage",
    "talk",
    "wait",
    "worker",
]


@pytest.fixture
async def conversations(redis_url: str) -> AsyncIterator[RedisConversations]:
    """Conversation state with the lease of production: a busy machine loses none."""
    redis = open_redis(redis_url)
    keys = RedisKeys(f"test-{secrets.token_hex(6)}")
    yield RedisConversations(redis, keys, lease_s=5.0)
    await redis.aclose()


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch, worker: Worker) -> Callable[..., None]:
    """Lets hours pass: for actions, and for Rasa's sessions, which read the clock."""
    real, passed = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + passed[0])
    set_ports(replace(ports(), now=lambda: NOW + timedelta(seconds=passed[0])))

    def let_pass(*, hours: float) -> None:
        passed[0] += hours * 3600

    return let_pass


@pytest.fixture
def stage(talk, tickets, residents, gazetteer, wait) -> Stage:
    """Everything that may happen in a conversation."""
    return Stage(talk, tickets, residents, gazetteer, wait)
