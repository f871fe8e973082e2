"""Simulator, gateway and dispatcher in one process; only the worker is played by hand.

What the phone shows is what counts: neither side shares code with the other.
"""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestServer

from adapters.redis_conversations import RedisConversations
from adapters.settings import Settings
from adapters.sql.outbox import SqlOutbox
from adapters.sql.tables import outbox
from community.outbox import Channel, Outgoing, OutgoingKind
from community.replies import Part, Reply, Text
from dispatcher.process import opened, run
from dispatcher.wiring import Stores
from gateway.app import build_app
from gateway.keys import CONVERSATIONS
from simulator.options import Options
from simulator.resident import Resident
from simulator.wechat import SimulatedWeChat
from tests.databases import migrated

OPENID = "oGrandma_1234567890"
CONVERSATION = f"wechat:{OPENID}"
LONG = tuple(Text(f"第{n}段：" + "材料带齐再来，少跑一趟。" * 40) for n in range(9))
TEMPLATES = {
    "result": {
        "id": "T1",
        "fields": {"thing1": "text", "phrase2": "what", "no3": "number"},
    }
}


@pytest.fixture
async def wechat() -> AsyncIterator[SimulatedWeChat]:
    async with SimulatedWeChat(Options(port=0)) as simulated:
        yield simulated


@pytest.fixture
def environment(redis_url: str, tmp_path: Path, wechat: SimulatedWeChat):
    options = wechat.options
    return {
        "STATE_DIR": str(tmp_path),
        "REDIS_URL": redis_url,
        "REDIS_PREFIX": f"loop-{secrets.token_hex(4)}",
        "DATABASE_URL": f"sqlite:///{tmp_path}/loop.db",
        "FIELD_KEY": "f" * 64,
        "WECHAT_APPID": options.app_id,
        "WECHAT_SECRET": options.secret,
        "WECHAT_TOKEN": options.token,
        "WECHAT_AES_KEY": options.aes_key,
        "WECHAT_ACCOUNT": options.account,
        "WECHAT_API_URL": wechat.url,
        "WECHAT_TEMPLATES": json.dumps(TEMPLATES),
        "QUIET_HOURS": "",
    }


@pytest.fixture
async def gateway(
    environment: dict[str, str], wechat: SimulatedWeChat, tmp_path: Path
) -> AsyncIterator[TestServer]:
    """The gateway; its address is known to the dispatcher as PUBLIC_URL."""
    settings = Settings.from_env(environment)
    await asyncio.to_thread(migrated, settings.database_url)
    server = TestServer(build_app(settings, pages=tmp_path / "none"))
    await server.start_server()
    environment["PUBLIC_URL"] = str(server.make_url("")).rstrip("/")
    wechat.options.webhook = str(server.make_url("/wechat"))
    yield server
    await server.close()


@pytest.fixture
async def stores(
    environment: dict[str, str], gateway: TestServer
) -> AsyncIterator[Stores]:
    """A dispatcher that runs, and its stores."""
    stopping = asyncio.Event()
    async with opened(Settings.from_env(environment)) as found:
        running = asyncio.create_task(run(found, "d1", stopping))
        yield found
        stopping.set()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(running, 10)


@pytest.fixture
def store(gateway: TestServer) -> RedisConversations:
    return gateway.app[CONVERSATIONS]


@pytest.fixture
def resident(wechat: SimulatedWeChat, stores: Stores) -> Resident:
    return wechat.resident(OPENID)


async def answer(store: RedisConversations, parts: tuple[Part, ...]) -> None:
    """Answers the oldest message as a worker does."""
    for _ in range(1_000):
        letter = await store.head(CONVERSATION)
        if letter is not None:
            break
        await asyncio.sleep(0.01)
    assert letter is not None
    inbound = letter.inbound
    lease = await store.acquire(CONVERSATION)
    assert lease is not None
    reply = Reply(inbound.id, CONVERSATION, parts, datetime.now(timezone.utc))
    entry = {
        "v": 1,
        "reply": json.loads(reply.to_json()),
        "kind": "chat",
        "passive": True,
        "received_at": inbound.received_at.isoformat(),
    }
    await store.commit(lease, letter, turn="", reply=reply, outgoing=json.dumps(entry))
    await store.release(lease)


async def open_page(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as phone, phone.get(url) as page:
        return page.status, await page.text()


async def test_a_long_answer_ends_in_its_page(wechat, resident, store):
    said, _ = await asyncio.gather(resident.say("都要啥"), answer(store, LONG))
    assert said.bubbles[0].via == "passive"
    last = await resident.wait_for(lambda b: "看全部" in b.text)
    shown = [b for b in resident.chat if b.via in ("passive", "custom")]
    assert [b.via for b in shown] == ["passive", "custom", "custom", "custom"]
    assert last is shown[-1]
    assert [b.defects for b in shown] == [()] * 4
    [link] = [s for s in last.data["segments"] if s["title"] == "看全部"]
    assert OPENID not in link["href"]
    status, text = await open_page(link["href"])
    assert status == 200
    for n in range(9):
        assert f"第{n}段" in text
    assert OPENID not in text
    assert wechat.errors == []

    # Who leaves takes the page along.
    await resident.unfollow()
    for _ in range(400):
        status, text = await open_page(link["href"])
        if status == 410:
            break
        await asyncio.sleep(0.05)
    assert status == 410
    assert "已经打不开了" in text


async def ended(stores: Stores, state: str) -> tuple[str, str]:
    """Waits until the only row has a state; returns how it went and its error."""
    query = sa.select(outbox.c.state, outbox.c.via, outbox.c.error)
    for _ in range(700):
        async with stores.engine.connect() as connection:
            row = (await connection.execute(query)).one()
        if row.state == state:
            break
        await asyncio.sleep(0.03)
    assert row.state == state
    return row.via, row.error


async def news(stores: Stores) -> None:
    """A result, told outside the window."""
    now = stores.now()
    reply = Reply("event", CONVERSATION, (Text("您报的路灯修好了。"),), now)
    message = Outgoing(
        "n1",
        Channel.WECHAT,
        CONVERSATION,
        OutgoingKind.RESULT,
        {
            "reply": json.loads(reply.to_json()),
            "facts": {"number": "1125-4837", "what": "result"},
        },
        now,
    )
    await SqlOutbox(stores.engine).add([message], now=now)


async def test_a_template_is_delivered_and_says_what_happened(wechat, resident, stores):
    await news(stores)
    bubble = await resident.wait_for(lambda b: b.kind == "template")
    assert bubble.data["fields"] == {
        "thing1": "您报的路灯修好了。",
        "phrase2": "已办好",
        "no3": "1125-4837",
    }
    assert await ended(stores, "delivered") == ("template", "")
    await wechat.settle(quiet_s=0.3)
    assert await ended(stores, "delivered") == ("template", "")


@pytest.mark.parametrize(
    ("is_blocked", "reason"),
    [(True, "failed:user block"), (False, "failed: system failed")],
)
async def test_a_template_that_does_not_arrive_ends_as_a_failure(
    wechat, resident, stores, is_blocked, reason
):
    resident.state.blocks_templates = is_blocked
    wechat.faults.add("undelivered", "message/template/send")
    await news(stores)
    via, error = await ended(stores, "permanent-failure")
    assert (via, error) == ("template", reason)
    assert [b for b in resident.chat if re.match("template", b.kind)] == []
