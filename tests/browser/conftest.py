"""The whole system as residents meet it: real processes, real browser."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from redis import Redis

from adapters.redis_keys import RedisKeys
from adapters.redis_server import start_for_tests
from adapters.settings import ROOT
from adapters.sql.migrate import upgrade
from tests.browser.chat_page import ChatPage

READY_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 20.0
CHROMIUM_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
OpenChat = Callable[..., ChatPage]


@dataclass(frozen=True, slots=True)
class RunningSystem:
    """What tests need to know of the processes."""

    url: str
    redis_url: str
    worker_pid: int

    def allow_many_sessions(self) -> None:
        """Clears the limit for new residents; the suite is a whole town on one phone."""
        with Redis.from_url(self.redis_url) as redis:
            redis.delete(RedisKeys("yxl").rate("session:127.0.0.1"))

    @contextmanager
    def worker_asleep(self) -> Iterator[None]:
        """Stops the worker's clock: everything else runs, nothing is answered."""
        # The parent first, so that it replaces no child.
        asleep = [self.worker_pid, *children_of(self.worker_pid)]
        for pid in asleep:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(asleep):
                os.kill(pid, signal.SIGCONT)


def children_of(pid: int) -> list[int]:
    """Returns the processes that a process forked and that live."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def start(*module: str, env: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Starts one of the system's processes; its output goes to a file."""
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", *module],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


@contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Ends exactly this process, by its id."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Returns a port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_ready(url: str, log: Path) -> None:
    """Waits for the gateway; fails with its log."""
    deadline = monotonic() + READY_TIMEOUT_S
    while monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{url}/readyz", timeout=2):
            return
        sleep(0.1)
    pytest.fail(f"gateway did not start: {log.read_text()[-2000:]}")


@contextmanager
def system(folder: Path, redis_folder: Path, model: Path) -> Iterator[RunningSystem]:
    """Runs Redis, worker and gateway."""
    redis_url = f"unix://{redis_folder}/redis.sock"
    database = f"sqlite+aiosqlite:///{folder}/browser.db"
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = {
        **os.environ,
        "REDIS_URL": redis_url,
        "REDIS_PREFIX": "yxl",
        "DATABASE_URL": database,
        "GATEWAY_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MODEL": str(model),
        "COOKIE_SECRET": secrets.token_hex(32),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, redis_folder, ignore_errors=True)
        stack.enter_context(ended(start_for_tests(redis_folder)))
        upgrade(database)
        worker = start("bot", "worker", env=env, log=folder / "worker.log")
        stack.enter_context(ended(worker))
        gateway = start("gateway", "serve", env=env, log=folder / "gateway.log")
        stack.enter_context(ended(gateway))
        wait_until_ready(url, folder / "gateway.log")
        yield RunningSystem(url, redis_url, worker.pid)


@pytest.fixture(scope="session")
def running_system(
    tmp_path_factory: pytest.TempPathFactory, model_path: Path
) -> Iterator[RunningSystem]:
    """A running system with a private Redis and database."""
    if not (ROOT / "web" / "dist" / "index.html").is_file():
        pytest.skip("the page is not built: run `make web`")
    # A socket's path is limited to about 100 characters, so it is not below tmp_path.
    redis_folder = Path(f"/tmp/yxl-{secrets.token_hex(6)}")
    with system(tmp_path_factory.mktemp("system"), redis_folder, model_path) as it:
        yield it


# Not for the session: while Playwright's synchronous API is open, it owns the thread's
# event loop, and asynchronous tests of other modules could not run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    found = shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(found).is_file():
        pytest.skip("no Chromium: see deploy/test_tools.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=CHROMIUM_FLAGS, timeout=60_000
        )
        yield browser
        browser.close()


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def viewport(request: pytest.FixtureRequest) -> dict[str, int]:
    """Size of the window."""
    return dict(request.param)


@pytest.fixture
def open_chat(
    browser: Browser, running_system: RunningSystem, viewport: dict[str, int]
) -> Iterator[OpenChat]:
    """Opens the chat as a new resident; a context may be given to come back."""
    contexts: list[BrowserContext] = []
    running_system.allow_many_sessions()

    def open_page(context: BrowserContext | None = None, **options: str) -> ChatPage:
        if context is None:
            is_phone = viewport == PHONE
            context = browser.new_context(
                viewport=viewport,
                is_mobile=is_phone,
                has_touch=is_phone,
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                **options,
            )
            contexts.append(context)
        page: Page = context.new_page()
        chat = ChatPage(page)
        page.goto(running_system.url)
        return chat

    yield open_page
    for context in contexts:
        context.close()
