"""Dispatchers of their own process, killed again and again while they send."""

import asyncio
import os
import secrets
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.redis_conversations import open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import ROOT
from adapters.sql.engine import create_engine
from adapters.sql.migrate import upgrade
from adapters.sql.outbox import SqlOutbox
from adapters.sql.tables import outbox
from adapters.wechat.quota import QuotaLedger
from adapters.wechat.settings import Allowance
from community.outbox import Channel, Outgoing, OutgoingKind
from community.replies import Text, part_to_doc

pytestmark = pytest.mark.stack
PEOPLE = [f"o{n}" for n in range(12)]
EACH = 12
KILLS = 4


class Platform:
    """WeChat's API, as slow as it is, counting what arrives."""

    def __init__(self) -> None:
        self.arrived: dict[str, list[str]] = defaultdict(list)

    async def token(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 7200})

    async def send(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.arrived[message["touser"]].append(message["text"]["content"])
        await asyncio.sleep(0.03)
        return web.json_response({"errcode": 0, "errmsg": "ok"})


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
async def environment(
    platform: Platform, redis_url: str, tmp_path: Path
) -> AsyncIterator[dict[str, str]]:
    app = web.Application()
    app.router.add_post("/cgi-bin/stable_token", platform.token)
    app.router.add_post("/cgi-bin/message/custom/send", platform.send)
    server = TestServer(app)
    await server.start_server()
    database = f"sqlite:///{tmp_path}/stack.db"
    await asyncio.to_thread(upgrade, database)
    yield {
        **os.environ,
        "REDIS_URL": redis_url,
        "REDIS_PREFIX": f"stack-{secrets.token_hex(4)}",
        "DATABASE_URL": database,
        "FIELD_KEY": "k" * 40,
        "PSEUDONYM_KEY": "p" * 40,
        "WECHAT_APPID": "wx0000000000000001",
        "WECHAT_SECRET": "s",
        "WECHAT_TOKEN": "token",
        "WECHAT_ACCOUNT": "gh_1",
        "WECHAT_API_URL": str(server.make_url("")).rstrip("/"),
        "SEND_LEASE_S": "2",
        "LOG_LEVEL": "WARNING",
    }
    await server.close()


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[object]:
    processes: list[subprocess.Popen[bytes]] = []

    def launch() -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", "dispatcher"], cwd=ROOT, env=environment
        )
        processes.append(process)
        return process

    yield launch
    for process in processes:
        if process.poll() is None:
            process.terminate()
            assert process.wait(20) == 0


def row(who: str, n: int, kind: OutgoingKind, now: datetime) -> Outgoing:
    text = f"{kind.value} {n}"
    reply = {"parts": [part_to_doc(Text(text))], "created_at": now.isoformat()}
    return Outgoing(
        f"{who}-{n}", Channel.WECHAT, f"wechat:{who}", kind, {"reply": reply}, now
    )


async def until_ended(store: SqlOutbox, timeout_s: float) -> Counter[str]:
    query = sa.select(outbox.c.state, outbox.c.finished_at)
    for _ in range(int(timeout_s * 5)):
        async with store._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        if all(finished for _, finished in rows):
            return Counter(state for state, _ in rows)
        await asyncio.sleep(0.2)
    raise AssertionError(f"still open: {Counter(state for state, _ in rows)}")


async def test_killed_dispatchers_lose_nothing_and_double_only_by_policy(
    environment, start, platform
):
    now = datetime.now(timezone.utc)
    engine = create_engine(environment["DATABASE_URL"])
    store = SqlOutbox(engine)
    redis = open_redis(environment["REDIS_URL"])
    keys = RedisKeys(environment["REDIS_PREFIX"])
    ledger = QuotaLedger(redis, keys, per_message=Allowance(100, 172_800))
    for who in PEOPLE:
        await ledger.grant(f"wechat:{who}", "message", now)
    kinds = (OutgoingKind.CHAT, OutgoingKind.RESULT)
    await store.add(
        [row(who, n, kinds[n % 2], now) for n in range(EACH) for who in PEOPLE],
        now=now,
    )
    running = [start(), start()]
    for _ in range(KILLS):
        seen = sum(map(len, platform.arrived.values()))
        while sum(map(len, platform.arrived.values())) < seen + 10:
            await asyncio.sleep(0.005)
            if await store_is_done(store):
                break
        victim = running.pop(0)
        victim.kill()
        victim.wait()
        running.append(start())
    states = await until_ended(store, 60)
    await engine.dispose()
    await redis.aclose()
    n_rows = len(PEOPLE) * EACH
    assert sum(states.values()) == n_rows
    assert set(states) <= {"delivered", "unknown"}
    # No more can be in doubt than were under way at the kills.
    assert states["unknown"] <= KILLS * len(PEOPLE)
    n_lost = 0
    for who in PEOPLE:
        arrived = platform.arrived[who]
        times = Counter(arrived)
        assert all(times[text] == 1 for text in times if text.startswith("chat"))
        assert all(times[text] <= 1 + KILLS for text in times)
        firsts = [int(text.split()[1]) for text in dict.fromkeys(arrived)]
        assert firsts == sorted(firsts)
        n_lost += EACH - len(times)
        results = {text for text in times if text.startswith("result")}
        assert len(results) == EACH // 2
    assert n_lost <= states["unknown"]


async def store_is_done(store: SqlOutbox) -> bool:
    query = sa.select(sa.func.count()).where(outbox.c.finished_at.is_(None))
    async with store._engine.connect() as connection:
        return (await connection.execute(query)).scalar() == 0


async def until_ready(port: int) -> None:
    url = f"http://127.0.0.1:{port}/readyz"
    async with aiohttp.ClientSession() as session:
        for _ in range(300):
            with suppress(aiohttp.ClientError):
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)
    raise AssertionError("the dispatcher did not get ready")


async def test_a_dispatcher_stops_in_good_order(environment, start, unused_tcp_port):
    environment["METRICS_PORT"] = str(unused_tcp_port)
    process = start()
    await until_ready(unused_tcp_port)
    process.terminate()
    assert await asyncio.to_thread(process.wait, 15) == 0
