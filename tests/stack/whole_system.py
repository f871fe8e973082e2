"""The whole system as `make run` starts it, on ports and in a folder of its own."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from adapters.settings import ROOT, Settings
from launcher.site import Site
from tests.browser.conftest import ended, free_port

START_TIMEOUT_S = 240.0
ANSWER_MS = 30_000
LOOPBACK = "http://127.0.0.1:"
STARTED = "已启动"
ACCOUNT = re.compile(r"^  (\S+)  密码 (\S+)  ", re.MULTILINE)


@dataclass(frozen=True)
class WholeSystem:
    """Where it is reached, and what it printed."""

    gateway: str
    desk: str
    simulator: str
    env: dict[str, str]
    """Of every process."""
    output: str

    @property
    def settings(self) -> Settings:
        """As every process has them."""
        return Settings.from_env(self.env)

    @property
    def passwords(self) -> dict[str, str]:
        """The demonstration's accounts, as they were printed."""
        return dict(ACCOUNT.findall(self.output))

    def cards(self, userid: str) -> list[str]:
        """Returns the texts of all messages that somebody got in WeCom."""
        return self._texts(f"members/{quote(userid)}/chat")

    def greyed(self, userid: str, number: str) -> list[str]:
        """Returns what the grey buttons of somebody's cards of a ticket say."""
        chat = self._bubbles(f"members/{quote(userid)}/chat")
        cards = [b["data"].get("card", {}) for b in chat if number in b["text"]]
        return [card["replaced"] for card in cards if card.get("replaced")]

    def chat(self, openid: str) -> list[str]:
        """Returns everything in a resident's chat."""
        return self._texts(f"residents/{quote(openid)}/chat")

    def _texts(self, path: str) -> list[str]:
        return [bubble["text"] for bubble in self._bubbles(path)]

    def _bubbles(self, path: str) -> list[dict[str, Any]]:
        url = f"{self.simulator}/sim/{path}"
        with urllib.request.urlopen(url, timeout=10) as found:
            bubbles: list[dict[str, Any]] = json.loads(found.read())
        return bubbles


@contextmanager
def whole_system(*arguments: str) -> Iterator[WholeSystem]:
    """Runs the launcher until the end of the block.

    Args:
        arguments: Of `python -m launcher run`.
    """
    if not (ROOT / "web" / "dist" / "simulator.html").is_file():
        pytest.skip("the pages are not built: run `make web`")
    # A socket's path is limited to about 100 characters, so it is not below tmp_path.
    state = Path(f"/tmp/yxl-{secrets.token_hex(6)}")
    state.mkdir(mode=0o700)
    ports = {name: str(free_port()) for name in ("GATEWAY", "DESK", "SIMULATOR")}
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WECHAT_", "WECOM_", "FIELD_KEY", "DATABASE_URL"))
    }
    env = {
        **own,
        "STATE_DIR": str(state),
        "MODEL_SIGNING_KEY": str(Settings.from_env().learning.signing_key),
        **{f"{name}_PORT": port for name, port in ports.items()},
    }
    log = state / "launcher.log"
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, state, ignore_errors=True)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "launcher", "run", *arguments],
                cwd=ROOT,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        stack.enter_context(ended(process))
        _wait_until_started(process, log)
        yield WholeSystem(
            *(f"{LOOPBACK}{port}" for port in ports.values()),
            env=Site.from_env(env, state).env,
            output=log.read_text(),
        )


def _wait_until_started(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = monotonic() + START_TIMEOUT_S
    while STARTED not in log.read_text():
        if process.poll() is not None or monotonic() > deadline:
            pytest.fail(f"the system did not start: {log.read_text()[-3000:]}")
        sleep(0.2)


class Phones:
    """The simulator's page: a resident's WeChat and a worker's WeCom side by side."""

    def __init__(self, page: Page, system: WholeSystem) -> None:
        """Opens it."""
        self.page = page
        page.goto(system.simulator)

    @property
    def resident(self) -> Locator:
        """The resident's phone."""
        return self.page.locator(".view-resident")

    @property
    def worker(self) -> Locator:
        """The worker's phone."""
        return self.page.locator(".view-worker")

    def follow(self) -> None:
        """Follows the account and brings up the keyboard."""
        self.resident.get_by_role("button", name="关注公众号").click()
        self.expect_heard("我是云小路")
        with suppress(AssertionError):  # an account without a menu has it already
            keyboard = self.resident.get_by_label("换成键盘")
            expect(keyboard).to_be_visible(timeout=3_000)
            keyboard.click()

    def say(self, text: str) -> None:
        """Writes as the resident."""
        self.resident.get_by_label("写消息", exact=True).fill(text)
        self.page.keyboard.press("Enter")

    def tap(self, title: str) -> None:
        """Taps the newest of the choices with this title."""
        self.resident.get_by_role("button", name=title, exact=True).last.click()

    def expect_heard(self, text: str) -> None:
        """Waits until the resident reads something."""
        found = self.resident.get_by_text(text).last
        expect(found).to_be_visible(timeout=ANSWER_MS)

    def report(self, sentence: str) -> str:
        """Reports something and returns the ticket's number."""
        self.say(sentence)
        self.expect_heard("对不对")
        self.tap("对，报上去")
        number = re.compile(r"编号 ?(\d{4}-\d{4,6})")
        bubble = self.resident.get_by_text(number).last
        expect(bubble).to_be_visible(timeout=ANSWER_MS)
        found = number.search(bubble.inner_text())
        assert found is not None
        return found[1]

    def turn_to(self, userid: str) -> None:
        """Takes a worker's phone; it may be one to which nothing was sent yet."""
        self.worker.get_by_role("button", name="换网格员").click()
        sheet = self.page.get_by_role("dialog", name="换网格员")
        sheet.get_by_label("编号").fill(userid)
        sheet.get_by_role("button", name="添加").click()

    def card(self, number: str) -> Locator:
        """The worker's newest card of a ticket."""
        card = self.worker.locator(".work-card").filter(has_text=number).last
        expect(card).to_be_visible(timeout=ANSWER_MS)
        return card
