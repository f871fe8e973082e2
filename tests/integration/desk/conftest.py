"""The real desk over real Redis and SQLite, with fictitious staff and tickets."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from adapters.settings import ROOT, Settings
from adapters.sql.migrate import upgrade
from community.tickets import Origin, TicketDraft, TicketKind
from desk.app import build_app
from desk.calls import COOKIE, CSRF_HEADER
from desk.services import SERVICES, Services
from desk.sessions import Stage

NOW = datetime(2026, 11, 25, 2, 30, tzinfo=timezone.utc)
"""Wednesday, 10:30 in China: everybody is on duty."""
NAME = "赵铁蛋"
PHONE = "13900001234"
OPENID = "oTESTopenid_of_nobody_0001"
STAFF = {
    "worker": "bugu-w1",
    "neighbour": "bugu-w5",
    "elsewhere": "caihong-w1",
    "head": "bugu-head",
    "clerk": "bugu-desk",
    "street": "maitian-street1",
    "other_street": "tongyao-street1",
    "county": "county-duty1",
    "operator": "county-operator",
    "auditor": "county-auditor",
    "admin": "county-admin",
}


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Caller:
    """One signed-in person, as a page calls for them."""

    client: "TestClient[Any, Any]"
    token: str
    csrf: str
    n_keys: int = field(default=0)

    def headers(self, **more: str) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.token}", CSRF_HEADER: self.csrf, **more}

    async def get(self, path: str, **query: Any) -> ClientResponse:
        return await self.client.get(path, params=query, headers=self.headers())

    async def post(self, path: str, body: Any = None, **options: Any) -> ClientResponse:
        return await self.client.post(
            path, json=body, headers=self.headers(), **options
        )

    async def post_file(self, path: str, data: bytes) -> ClientResponse:
        return await self.client.post(path, data=data, headers=self.headers())

    async def delete(self, path: str) -> ClientResponse:
        return await self.client.delete(path, headers=self.headers())

    async def act(self, number: str, what: str, **body: Any) -> ClientResponse:
        key = secrets.token_hex(8)
        return await self.post(f"/api/tickets/{number}/{what}", {"key": key, **body})

    async def read(self, number: str) -> dict[str, Any]:
        answer = await self.get(f"/api/tickets/{number}")
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


@dataclass
class Desk:
    """The running application."""

    client: "TestClient[Any, Any]"
    services: Services
    clock: Clock

    async def as_(self, who: str) -> Caller:
        staff = STAFF.get(who, who)
        token = await self.services.sessions.open(
            staff, stage=Stage.FULL, now=self.clock()
        )
        session = await self.services.sessions.find(token, now=self.clock())
        assert session is not None
        return Caller(self.client, token, session.csrf)

    async def file(self, **values: Any) -> str:
        """Files a ticket of a resident who gave away too much."""
        draft = TicketDraft(
            **{
                "idempotency_key": secrets.token_hex(8),
                "kind": TicketKind.REPORT,
                "conversation": f"wechat:{OPENID}",
                "item": "matter/corridor_clutter",
                "description": f"楼道堆了杂物，我叫{NAME}，电话{PHONE}",
                "place": "樱桃花园3号楼2单元501室",
                "contact": f"{NAME} {PHONE}",
                "grid": "bugu-01",
                "community": "bugu",
                "origin": Origin.CHAT,
                **values,
            }
        )
        ticket = await self.services.tickets.open(draft, now=self.clock())
        return ticket.number


Upload = Callable[[Caller, bytes], Awaitable[ClientResponse]]


def desk_settings(folder: Path, redis_url: str, **more: str) -> Settings:
    """Settings with a private database, blobs and key prefix."""
    return Settings.from_env(
        {
            "REDIS_URL": redis_url,
            "REDIS_PREFIX": f"test-{secrets.token_hex(6)}",
            "DATABASE_URL": f"sqlite:///{folder}/desk.db",
            "BLOB_DIR": str(folder / "blobs"),
            "FIELD_KEY": secrets.token_hex(32),
            "CONTENT_DIR": str(ROOT / "catalog"),
            "MODEL": str(folder / "models"),
            "PSEUDONYM_KEY": "test",
            "MODEL_SIGNING_KEY": str(folder / "signing.key"),
            **more,
        }
    )


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, to be copied: migrations take longer than most tests."""
    folder = tmp_path_factory.mktemp("migrated")
    upgrade(f"sqlite:///{folder}/desk.db")
    return folder / "desk.db"


@pytest.fixture
async def desk(tmp_path: Path, redis_url: str, migrated: Path) -> AsyncIterator[Desk]:
    """A running desk."""
    (tmp_path / "desk.db").write_bytes(await asyncio.to_thread(migrated.read_bytes))
    clock = Clock()
    app = build_app(desk_settings(tmp_path, redis_url), clock=clock)
    client = TestClient(TestServer(app))
    await client.start_server()
    yield Desk(client, app[SERVICES], clock)
    await client.close()


def text_of(document: Any) -> str:
    """Returns a document as one text, to look for what must not be in it."""
    return json.dumps(document, ensure_ascii=False)
