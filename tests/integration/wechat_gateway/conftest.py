"""A gateway with its stores, and the API servers that it calls."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.redis_conversations import RedisConversations
from adapters.settings import Settings
from gateway.app import build_app
from gateway.keys import CONVERSATIONS
from tests.databases import migrated
from tests.integration.wechat_peer import (
    ACCOUNT,
    APP_ID,
    KEY,
    TOKEN,
    Peer,
)


@pytest.fixture
async def api() -> AsyncIterator[TestServer]:
    """Stands in for the API servers; remembers what was called."""
    app = web.Application()
    calls: list[tuple[str, Any]] = []

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "T" * 20, "expires_in": 7200})

    async def typing(request: web.Request) -> web.Response:
        calls.append(("typing", await request.json()))
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    app.router.add_post("/cgi-bin/stable_token", token)
    app.router.add_post("/cgi-bin/message/custom/typing", typing)
    server = TestServer(app)
    server.calls = calls  # type: ignore[attr-defined]
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
def environment(redis_url: str, tmp_path: Path, api: TestServer) -> dict[str, str]:
    return {
        "REDIS_URL": redis_url,
        "REDIS_PREFIX": f"wx-{secrets.token_hex(4)}",
        "DATABASE_URL": f"sqlite:///{tmp_path}/wechat.db",
        "COOKIE_SECRET": "test",
        "FIELD_KEY": "f" * 64,
        "BLOB_DIR": str(tmp_path / "blobs"),
        "WECHAT_APPID": APP_ID,
        "WECHAT_SECRET": "secret",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_AES_KEY": KEY,
        "WECHAT_ACCOUNT": ACCOUNT,
        "WECHAT_API_URL": str(api.make_url("")),
    }


@pytest.fixture
async def start(aiohttp_client, environment, tmp_path):
    """Starts a gateway; keywords replace settings."""
    await asyncio.to_thread(migrated, environment["DATABASE_URL"])

    async def build(**changes: str) -> TestClient:
        settings = Settings.from_env({**environment, **changes})
        return await aiohttp_client(build_app(settings, pages=tmp_path / "none"))

    return build


@pytest.fixture
async def client(start) -> TestClient:
    return await start()


@pytest.fixture
def peer(client: TestClient) -> Peer:
    return Peer(client)


@pytest.fixture
def store(client: TestClient) -> RedisConversations:
    return client.app[CONVERSATIONS]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes WeChat's five seconds short."""
    monkeypatch.setattr("gateway.wechat.BUDGET_S", 0.4)
    monkeypatch.setattr("gateway.wechat.HOLD_S", 0.7)
