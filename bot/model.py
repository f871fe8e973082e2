"""Loads a Rasa model with this project's endpoints, and refuses silent fall-backs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
# The matrix products of one message are tiny: more threads only spin.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from rasa.core.agent import Agent
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints

from bot import rasa_patches
from bot.lock_store import LeaseLockStore
from bot.tracker_store import RedisTurnTrackerStore
from community.errors import ConfigurationError


def newest_model(path: Path) -> Path:
    """Returns the model archive at `path`, or the newest one in that folder.

    Raises:
        ConfigurationError: There is none; the message says how to train one.
    """
    if path.is_file():
        return path
    archives = sorted(path.glob("*.tar.gz"), key=lambda p: p.stat().st_mtime_ns)
    if not archives:
        raise ConfigurationError(f"no model at {path}: run `make train` first")
    return archives[-1]


def load_agent(path: Path, *, with_actions: bool) -> Agent:
    """Loads a model; its stores are set by the worker."""
    from bot.action_endpoint import InProcessActionEndpoint

    rasa_patches.apply()
    agent = Agent(action_endpoint=InProcessActionEndpoint() if with_actions else None)
    agent.load_model(str(newest_model(path)))
    if agent.processor is None:
        raise ConfigurationError(f"model {path} could not be loaded")
    return agent


def check_endpoints(endpoints_file: str = "endpoints.yml") -> None:
    """Refuses to start where Rasa would silently use in-memory stores.

    Raises:
        ConfigurationError: A class path in `endpoints.yml` does not resolve.
    """
    endpoints = AvailableEndpoints.read_endpoints(endpoints_file)
    tracker_store: Optional[TrackerStore] = TrackerStore.create(endpoints.tracker_store)
    inner = getattr(tracker_store, "_tracker_store", tracker_store)
    if not isinstance(inner, RedisTurnTrackerStore):
        raise ConfigurationError(
            f"{endpoints_file}: tracker_store is {type(inner).__name__}, expected"
            " bot.tracker_store.RedisTurnTrackerStore"
        )
    try:
        lock_store = LockStore.create(endpoints.lock_store)
    except Exception as err:  # Rasa raises a bare Exception here
        raise ConfigurationError(f"{endpoints_file}: lock_store: {err}") from err
    if not isinstance(lock_store, LeaseLockStore):
        raise ConfigurationError(
            f"{endpoints_file}: lock_store is {type(lock_store).__name__}, expected"
            " bot.lock_store.LeaseLockStore"
        )
