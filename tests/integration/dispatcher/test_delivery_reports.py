"""From WeChat's event to the end of the row: real gateway, Redis and SQLite."""

import asyncio
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestClient

from adapters.redis_keys import DISPATCHER_GROUP
from adapters.settings import Settings
from adapters.sql.engine import create_engine
from adapters.sql.outbox import SqlOutbox
from adapters.sql.tables import outbox
from community.errors import StoreUnavailableError
from community.outbox import (
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    SendResult,
)
from dispatcher.delivery_reports import DeliveryReports
from dispatcher.streams import Pace, consume
from gateway.app import build_app
from gateway.keys import CONVERSATIONS
from tests.conftest import NOW
from tests.databases import migrated
from tests.integration.wechat_peer import (
    ACCOUNT,
    APP_ID,
    CONVERSATION,
    KEY,
    TOKEN,
    Peer,
    event,
)

PACE = Pace(count=50, block_ms=20, again_s=0.02, abandoned_after_s=0.3)


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    return Settings.from_env(
        {
            "STATE_DIR": str(tmp_path),
            "REDIS_URL": redis_url,
            "REDIS_PREFIX": f"report-{secrets.token_hex(4)}",
            "DATABASE_URL": f"sqlite:///{tmp_path}/report.db",
            "FIELD_KEY": "f" * 64,
            "WECHAT_APPID": APP_ID,
            "WECHAT_SECRET": "secret",
            "WECHAT_TOKEN": TOKEN,
            "WECHAT_AES_KEY": KEY,
            "WECHAT_ACCOUNT": ACCOUNT,
            "WECHAT_API_URL": "http://127.0.0.1:9",
        }
    )


@pytest.fixture
async def client(aiohttp_client, settings: Settings, tmp_path: Path) -> TestClient:
    await asyncio.to_thread(migrated, settings.database_url)
    found: TestClient = await aiohttp_client(build_app(settings, pages=tmp_path / "no"))
    return found


@pytest.fixture
async def engine(settings: Settings, client: TestClient):
    found = create_engine(settings.database_url)
    yield found
    await found.dispose()


@pytest.fixture
async def dispatcher(client: TestClient, engine):
    """Consumes reports as the dispatcher does."""
    store, stopping = client.app[CONVERSATIONS], asyncio.Event()
    running = asyncio.create_task(
        consume(
            store.redis,
            store.keys.delivery_reports,
            DISPATCHER_GROUP,
            "d1",
            DeliveryReports(SqlOutbox(engine), lambda: NOW).handle,
            dead=store.keys.dead,
            stopping=stopping,
            pace=PACE,
        )
    )
    yield
    stopping.set()
    await running


async def claimed(engine):
    """A row whose template is being sent."""
    message = Outgoing("m1", Channel.WECHAT, CONVERSATION, OutgoingKind.RESULT, {}, NOW)
    store = SqlOutbox(engine)
    await store.add([message], now=NOW)
    lease = timedelta(seconds=60)
    [row] = await store.claim_due("d1", now=NOW, limit=1, lease=lease)
    return row


async def commit(engine, row, *, via: str, job: str = "4711") -> None:
    accepted = SendResult(DeliveryState.DELIVERED, via=via, external_id=job)
    await SqlOutbox(engine).finish(row, accepted, now=NOW, retry_at=NOW)


async def state(engine) -> tuple[str, str]:
    async with engine.connect() as connection:
        query = sa.select(outbox.c.state, outbox.c.error)
        return tuple((await connection.execute(query)).one())


async def drained(client: TestClient) -> bool:
    store = client.app[CONVERSATIONS]
    for _ in range(1_000):
        if not await store.redis.xlen(store.keys.delivery_reports):
            return True
        await asyncio.sleep(0.02)
    return False


BLOCKED = event("TEMPLATESENDJOBFINISH", MsgID="4711", Status="failed:user block")
ARRIVED = event("TEMPLATESENDJOBFINISH", MsgID="4711", Status="success")
REFUSED = event(
    "subscribe_msg_sent_event",
    SubscribeMsgSentEventInfo="",
).replace(
    "<SubscribeMsgSentEventInfo></SubscribeMsgSentEventInfo>",
    "<SubscribeMsgSentEvent><List><TemplateId>S1</TemplateId><MsgID>4711</MsgID>"
    "<ErrorCode>43101</ErrorCode><ErrorStatus>user refuse</ErrorStatus></List>"
    "</SubscribeMsgSentEvent>",
)


@pytest.mark.parametrize("order", ["commit first", "report first"])
@pytest.mark.parametrize(
    ("xml", "via", "expected"),
    [
        (ARRIVED, "template", ("delivered", "")),
        (BLOCKED, "template", ("permanent-failure", "failed:user block")),
        (REFUSED, "subscribe", ("permanent-failure", "43101 user refuse")),
    ],
)
async def test_a_report_ends_the_row_in_any_order(
    order, xml, via, expected, client, engine, dispatcher
):
    row, peer = await claimed(engine), Peer(client)
    if order == "commit first":
        await commit(engine, row, via=via)
    assert await peer.push(xml) == (200, "success")
    await asyncio.sleep(0.1)
    if order == "report first":
        assert (await state(engine))[0] == "sending"
        await commit(engine, row, via=via)
    assert await drained(client)
    assert await state(engine) == expected


async def test_a_message_taken_without_an_id_ends_by_its_report(
    client, engine, dispatcher
):
    await commit(engine, await claimed(engine), via="subscribe", job="")
    for _ in range(2):
        assert await Peer(client).push(REFUSED) == (200, "success")
    assert await drained(client)
    assert await state(engine) == ("permanent-failure", "43101 user refuse")


async def test_repeats_change_nothing_and_a_failure_stays(client, engine, dispatcher):
    await commit(engine, await claimed(engine), via="template")
    for xml in (BLOCKED, BLOCKED, ARRIVED):
        assert await Peer(client).push(xml) == (200, "success")
    assert await drained(client)
    assert await state(engine) == ("permanent-failure", "failed:user block")


async def test_a_report_that_cannot_be_kept_is_not_acknowledged(client, monkeypatch):
    async def down(*_, **__):
        raise StoreUnavailableError("down")

    monkeypatch.setattr("gateway.wechat.HOLD_S", 0.5)
    store = client.app[CONVERSATIONS]
    monkeypatch.setattr(store.redis, "xadd", down)
    status, answer = await Peer(client).push(BLOCKED)
    assert status == 503
    assert "success" not in answer
