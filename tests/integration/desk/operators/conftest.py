"""A desk with made-up dialogues, and content of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters.content_repository import ContentRepository
from adapters.git_command import has_git
from adapters.settings import ROOT
from community.staff import Role
from community.tiers import Tier
from desk.app import build_app
from desk.demo_dialogues import seed_dialogues
from desk.people import profile_of
from desk.services import SERVICES
from tests.integration.desk.conftest import Clock, Desk, desk_settings
from training.harvest import harvest

OPERATOR, COLLEAGUE = "county-operator", "second-operator"


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Content of a community's own, to be copied."""
    return ContentRepository.seed(tmp_path_factory.mktemp("own") / "content", ROOT).root


@pytest.fixture
async def world(
    tmp_path: Path, redis_url: str, migrated: Path, seeded: Path
) -> AsyncIterator[Desk]:
    """A desk with made-up dialogues, harvested, and content of its own."""
    if not has_git():
        pytest.skip("git is not installed")
    (tmp_path / "desk.db").write_bytes(await asyncio.to_thread(migrated.read_bytes))
    copy = await asyncio.to_thread(_copy, seeded, tmp_path / "content")
    (tmp_path / "models").mkdir()
    clock = Clock()
    settings = desk_settings(
        tmp_path,
        redis_url,
        CONTENT_DIR=str(copy / "catalog"),
        TRAINING_DATA_DIR=str(copy / "data"),
    )
    await seed_dialogues(settings, clock())
    app = build_app(settings, clock=clock)
    client = TestClient(TestServer(app))
    await client.start_server()
    services = app[SERVICES]
    profile = profile_of(
        "同事", Tier.COUNTY, "county", None, frozenset({Role.OPERATOR})
    )
    await services.accounts.change(COLLEAGUE, now=clock(), profile=profile)
    await harvest(services.learning.harvest, lambda gram: True, clock())
    yield Desk(client, services, clock)
    await client.close()


def _copy(source: Path, target: Path) -> Path:
    return Path(shutil.copytree(source, target))


async def claim(caller: Any) -> list[dict[str, Any]]:
    answer = await caller.post("/api/learn/review/claim", {})
    assert answer.status == 200, await answer.text()
    return list((await answer.json())["clusters"])


def decision(questions: list[dict[str, Any]], what: str, **more: Any) -> dict[str, Any]:
    seen = [{"id": one["id"], "version": one["version"]} for one in questions]
    return {"questions": seen, "decision": what, **more}
