"""`python -m simulator` as its users start it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.request import urlopen

import pytest

from adapters.settings import ROOT
from simulator.options import Options
from tests.browser.conftest import ended, free_port, start
from tests.unit.simulator.webhook import Webhook, text_reply

pytestmark = pytest.mark.stack


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    service = Webhook(Options())
    await service.start()
    service.respond = lambda m: text_reply(m, f"收到{m.content}")
    yield service
    await service.stop()


def simulator(env: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "simulator", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )


def wait_for(url: str) -> None:
    deadline = monotonic() + 30
    answered = False
    while not answered and monotonic() < deadline:
        sleep(0.1)
        with suppress(OSError), urlopen(url, timeout=1):
            answered = True


async def test_serve_send_and_replay(webhook: Webhook, tmp_path: Path) -> None:
    port = str(free_port())
    env = {
        **{
            k: v for k, v in os.environ.items() if not k.startswith(("WECHAT", "WECOM"))
        },
        "SIMULATOR_PORT": port,
        "SIMULATOR_WECHAT_WEBHOOK": webhook.options.webhook,
    }
    server = start("simulator", "serve", env=env, log=tmp_path / "log")
    with ended(server):
        await asyncio.to_thread(wait_for, f"http://127.0.0.1:{port}/healthz")
        words = ("send", "--openid", "o1", "--wait", "1", "路灯坏了")
        sent = await asyncio.to_thread(simulator, env, *words)
        assert sent.returncode == 0, sent.stderr
        lines = [json.loads(line) for line in sent.stdout.splitlines()]
        assert [line["text"] for line in lines] == ["路灯坏了", "收到路灯坏了"]
        recording = tmp_path / "talk.jsonl"
        recording.write_text(sent.stdout)
        words = ("replay", "--wait", "1", str(recording))
        assert (await asyncio.to_thread(simulator, env, *words)).returncode == 0
        webhook.respond = lambda m: text_reply(m, "别的")
        different = await asyncio.to_thread(simulator, env, *words)
        assert different.returncode == 1
        assert "[ERROR]" in different.stderr
        server.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(server.wait, 10) == 0
    words = ("send", "--openid", "o1", "喂")
    assert (await asyncio.to_thread(simulator, env, *words)).returncode == 3
