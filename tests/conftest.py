"""Shared fixtures: a real Redis, a real database, the real catalogue and model."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from adapters.content_files import CatalogFiles
from adapters.model_archives import find_model
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.redis_server import start_for_tests
from adapters.settings import ROOT, Settings
from adapters.sql.engine import create_engine
from adapters.sql.tickets import SqlTicketRepository
from community.catalog.model import Catalog
from community.errors import ConfigurationError
from tests.databases import migrated

os.environ.setdefault("FIELD_KEY", secrets.token_hex(32))
# Other tests run on the same processors: what waits for them would never run.
os.environ.setdefault("TRAINING_GIVES_WAY", "0")
MAX_ID_CHARS = 60
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=timezone.utc)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real Redis with the settings of production."""
    folder = Path(f"/tmp/yxl-{secrets.token_hex(6)}")
    process = start_for_tests(folder)
    yield f"unix://{folder}/redis.sock"
    process.terminate()
    process.wait(10)
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if not path.is_dir() else path.rmdir()
    folder.rmdir()


@pytest.fixture
async def conversations(redis_url: str) -> AsyncIterator[RedisConversations]:
    """Conversation state below a random prefix."""
    redis = open_redis(redis_url)
    keys = RedisKeys(f"test-{secrets.token_hex(6)}")
    yield RedisConversations(redis, keys, lease_s=3.0)
    await redis.aclose()


@pytest.fixture
async def tickets(tmp_path: Path) -> AsyncIterator[SqlTicketRepository]:
    """Tickets in a migrated SQLite file."""
    url = f"sqlite:///{tmp_path}/test.db"
    await asyncio.to_thread(migrated, url)
    engine = create_engine(url)
    yield SqlTicketRepository(engine)
    await engine.dispose()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalogue of this checkout, without local facts."""
    return CatalogFiles(ROOT / "catalog", default_place="junan").load()


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The archive of the model that serves in this checkout."""
    try:
        registry, model = find_model(ROOT / "models", Settings.from_env().learning)
    except ConfigurationError:
        pytest.skip("no trained model: run `make train`")
    return registry.verified_archive(model)


HEAVY = ("stack", "browser")
"""Markers of tests that start many processes, the heavier first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps a file's tests together, and what starts processes in two lines."""
    for item in items:
        heavy = [name for name in HEAVY if item.get_closest_marker(name)]
        group = heavy[0] if heavy else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names long values by their argument: some hold the time or a cipher."""
    is_long = isinstance(val, (str, bytes)) and len(val) > MAX_ID_CHARS
    return argname if is_long else None
