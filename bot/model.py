"""Loads a signed Rasa model with this project's endpoints, without silent fall-backs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Tuple

from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig

from adapters.model_archives import find_model
from adapters.model_registry import ModelRegistry
from adapters.settings import Settings
from bot import rasa_patches
from bot.lock_store import LeaseLockStore
from bot.tracker_store import RedisTurnTrackerStore
from community.errors import ConfigurationError


@dataclass
class LoadedModel:
    """A model in memory."""

    id: str
    """Its name in the registry."""
    agent: Agent


def model_archive(path: Path) -> Path:
    """Returns the checked archive of the model that `path` means.

    Args:
        path: The registry (then what serves), a model in it, or its archive.

    Raises:
        ConfigurationError: There is none; the message says how to train one.
        ModelRefusedError: It is unsigned, altered or incomplete.
    """
    registry, model = find_model(path, Settings.from_env().learning)
    return registry.verified_archive(model)


def load_agent(path: Path, *, with_actions: bool) -> Agent:
    """Loads the model that `path` means; its stores are set by the worker."""
    return _agent(model_archive(path), with_actions=with_actions)


def load_model(registry: ModelRegistry, model: str) -> LoadedModel:
    """Checks and loads a model for serving.

    Raises:
        ModelRefusedError: It is unsigned, altered, incomplete or unknown.
        ConfigurationError: Rasa could not load it.
    """
    agent = _agent(registry.verified_archive(model), with_actions=True)
    assert agent.processor is not None
    # What is built at the first message is built here, before children are forked.
    asyncio.run(agent.processor.parse_message(UserMessage(text="你好，路灯不亮")))
    return LoadedModel(model, agent)


def _agent(archive: Path, *, with_actions: bool) -> Agent:
    from bot.action_endpoint import InProcessActionEndpoint

    rasa_patches.apply()
    agent = Agent(action_endpoint=InProcessActionEndpoint() if with_actions else None)
    try:
        agent.load_model(str(archive))
    except Exception as err:  # whatever a component of an older program raises
        raise ConfigurationError(
            f"model {archive.parent.name}: this program cannot load it"
            f" ({err}): run `make train`"
        ) from err
    if agent.processor is None:
        raise ConfigurationError(f"model {archive} could not be loaded")
    return agent


def check_endpoints(endpoints_file: str = "endpoints.yml") -> None:
    """Refuses to start where Rasa would silently use in-memory stores or no broker.

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


def broker_endpoint(endpoints_file: str = "endpoints.yml") -> Optional[EndpointConfig]:
    """Reads which event broker is configured."""
    return AvailableEndpoints.read_endpoints(endpoints_file).event_broker


async def event_broker(endpoint: Optional[EndpointConfig]) -> EventBroker:
    """Creates the configured event broker.

    Raises:
        ConfigurationError: Its class path does not resolve; Rasa would go on
            without one and nothing would be logged.
    """
    broker = await EventBroker.create(endpoint)
    if broker is None:
        raise ConfigurationError(
            "endpoints.yml: event_broker is missing or its type does not exist,"
            " expected bot.event_log.StagedEventBroker or a broker of Rasa's"
        )
    return broker


def served(settings: Settings) -> Tuple[ModelRegistry, str, bool]:
    """Returns registry and model to serve, and whether promotions are followed."""
    registry, model = find_model(settings.model_path, settings.learning)
    return registry, model, settings.model_path.resolve() == registry.folder.resolve()
