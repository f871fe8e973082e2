"""The scenery of written conversations: this checkout's model, Redis and catalogue."""

import pytest
from rasa.core.agent import Agent

from adapters.settings import ROOT
from adapters.sql.migrate import upgrade
from bot.trial.play import Scenery
from tests.integration.conftest import agent

__all__ = ["agent", "scenery"]


@pytest.fixture(scope="session")
def scenery(
    agent: Agent, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Scenery:
    """What all conversations share; each has its own database and keys."""
    folder = tmp_path_factory.mktemp("trial")
    database = folder / "migrated.db"
    upgrade(f"sqlite:///{database}")
    return Scenery.of(agent, ROOT / "catalog", redis_url, database, folder)
