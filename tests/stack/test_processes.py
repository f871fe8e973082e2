"""Real processes on one machine: killed, stopped, restarted; nothing is lost."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import ROOT
from adapters.sql.migrate import upgrade
from community.messages import Inbound, Kind
from community.replies import Reply, as_plain_text
from tests.conftest import NOW

pytestmark = [pytest.mark.stack, pytest.mark.model]


@pytest.fixture
def environment(redis_url: str, tmp_path: Path, model_path: Path) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = f"sqlite:///{tmp_path}/stack.db"
    upgrade(database)
    return {
        **os.environ,
        "REDIS_URL": redis_url,
        "REDIS_PREFIX": f"stack-{secrets.token_hex(4)}",
        "DATABASE_URL": database,
        "MODEL": str(model_path),
        "GATEWAY_PORT": str(port),
        "COOKIE_SECRET": "stack",
        "LEASE_S": "1.5",
        "PYTHONWARNINGS": "ignore",
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[object]:
    processes: list[subprocess.Popen[bytes]] = []

    def launch(*arguments: str, **more: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**environment, **more},
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield launch
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGCONT)
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
async def store(environment: dict[str, str]) -> AsyncIterator[RedisConversations]:
    redis = open_redis(environment["REDIS_URL"])
    yield RedisConversations(redis, RedisKeys(environment["REDIS_PREFIX"]), lease_s=1.5)
    await redis.aclose()


def message(who: str, number: int, text: str = "低保要带什么材料") -> Inbound:
    return Inbound(f"{who}:{number}", who, "web", Kind.TEXT, text, NOW)


async def answer(
    store: RedisConversations, inbound: Inbound, timeout_s: float
) -> Reply:
    for _ in range(int(timeout_s * 20)):
        reply = await store.stored_reply(inbound.id)
        if reply is not None:
            return reply
        await asyncio.sleep(0.05)
    raise AssertionError(f"{inbound.id} was not answered in {timeout_s} s")


async def test_messages_survive_kills_of_their_workers(start, store):
    """SIGKILL again and again under traffic: every message once, in order."""
    workers = [start("bot", "worker"), start("bot", "worker")]
    people = [f"web:p{n}" for n in range(6)]
    sent: dict[str, list[str]] = {who: [] for who in people}
    warm = message("web:warm", 0)
    await store.accept(warm)
    await answer(store, warm, 60)
    for number in range(15):
        for who in people:
            inbound = message(who, number)
            await store.accept(inbound)
            await store.accept(inbound)
            sent[who].append(inbound.id)
        if number in (4, 9):
            victim = workers.pop(0)
            victim.kill()
            victim.wait()
            workers.append(start("bot", "worker"))
        await asyncio.sleep(0.1)
    for who in people:
        await answer(store, message(who, 14), 60)
        history = await store.history(who, count=500)
        replies = [e.reply.in_reply_to for e in history if e.reply is not None]
        assert replies == sent[who]
        assert len(await store.all_turns(who)) >= 15


async def test_a_worker_stopped_past_its_lease_is_fenced(start, store):
    first = start("bot", "worker")
    warm = message("web:warm", 0)
    await store.accept(warm)
    await answer(store, warm, 60)
    os.killpg(first.pid, signal.SIGSTOP)
    inbound = message("web:stopped", 1)
    await store.accept(inbound)
    start("bot", "worker")
    await answer(store, inbound, 60)
    os.killpg(first.pid, signal.SIGCONT)
    later = message("web:stopped", 2)
    await store.accept(later)
    await answer(store, later, 20)
    await asyncio.sleep(0.5)
    history = await store.history("web:stopped")
    replies = [e.reply.in_reply_to for e in history if e.reply is not None]
    assert replies == [inbound.id, later.id]


async def test_forked_workers_are_replaced_when_they_die(start, store):
    parent = start("bot", "worker", WORKER_PROCESSES="2")
    warm = message("web:warm", 0)
    await store.accept(warm)
    await answer(store, warm, 60)
    children = (
        Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    )
    assert len(children) == 2
    os.kill(int(children[0]), signal.SIGKILL)
    await asyncio.sleep(1.0)
    for number in range(4):
        inbound = message(f"web:f{number}", 1)
        await store.accept(inbound)
        await answer(store, inbound, 20)
    now = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    assert len(now) == 2
    assert children[0] not in now


async def test_the_terminal_talks_to_the_running_system(start, store, environment):
    start("bot", "worker")
    warm = message("web:warm", 0)
    await store.accept(warm)
    assert "低保" in as_plain_text((await answer(store, warm, 60)).parts)
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "gateway", "shell", "tester"],
        input="你好\n公租房怎么申请\n".encode(),
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=60,
        check=True,
    )
    printed = done.stdout.decode()
    assert printed.count("云小路：") == 2
    assert "公租房" in printed
