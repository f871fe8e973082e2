"""Figures of the desk: what they count, and that nobody can be read from them."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters.sql.accounts import SqlAccounts
from community.errors import StoreUnavailableError
from desk.app import build_app
from desk.services import SERVICES
from tests.integration.desk.conftest import (
    NAME,
    PHONE,
    STAFF,
    Clock,
    Desk,
    desk_settings,
)


@pytest.fixture
async def watched(
    tmp_path, redis_url, migrated, unused_tcp_port
) -> AsyncIterator[tuple[Desk, str]]:
    """A desk, and the address of its figures."""
    (tmp_path / "desk.db").write_bytes(migrated.read_bytes())
    clock = Clock()
    settings = desk_settings(tmp_path, redis_url, METRICS_PORT=str(unused_tcp_port))
    app = build_app(settings, clock=clock)
    client = TestClient(TestServer(app))
    await client.start_server()
    yield Desk(client, app[SERVICES], clock), f"http://127.0.0.1:{unused_tcp_port}"
    await client.close()


async def read(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_calls_are_counted_by_endpoint_and_status(watched):
    desk, url = watched
    number = await desk.file()
    worker, other = await desk.as_("worker"), await desk.as_("elsewhere")
    await worker.read(number)
    assert (await other.get(f"/api/tickets/{number}")).status == 404
    assert (await desk.client.get(f"/api/tickets/{number}")).status == 401
    text = await read(f"{url}/metrics")
    for status in (200, 404, 401):
        line = f'desk_calls_total{{endpoint="read_ticket",status="{status}"}} 1.0'
        assert line in text
    assert 'desk_call_seconds_count{group="' in text


async def test_no_figure_tells_of_a_person(watched):
    desk, url = watched
    number = await desk.file()
    worker = await desk.as_("worker")
    await worker.read(number)
    await worker.post(
        "/api/session/password", {"account": STAFF["worker"], "password": PHONE}
    )
    text = await read(f"{url}/metrics")
    for told in (number, STAFF["worker"], NAME, PHONE, "127.0.0.1"):
        assert told not in text
    names = set(re.findall(r'(\w+)="', text))
    assert names <= {"endpoint", "status", "group", "le"}


async def test_readiness_is_told_beside_the_figures(watched):
    desk, url = watched
    assert await read(f"{url}/healthz") == '{"ok": true}'
    assert await read(f"{url}/readyz") == '{"ok": true}'
    assert (await desk.client.get("/metrics")).status == 404


async def test_without_its_database_the_desk_is_not_ready(watched, monkeypatch):
    async def get(self: SqlAccounts, staff: str) -> None:
        raise StoreUnavailableError("accounts")

    monkeypatch.setattr(SqlAccounts, "get", get)
    desk, url = watched
    async with aiohttp.ClientSession() as session:
        for address in (f"{url}/readyz", str(desk.client.make_url("/readyz"))):
            async with session.get(address) as answer:
                assert answer.status == 503, address
