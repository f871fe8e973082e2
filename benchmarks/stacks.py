"""Starts either system on loopback with real stores, for the time of a block."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from adapters.redis_keys import RedisKeys
from adapters.redis_server import server_command, wait_for_redis
from adapters.settings import Settings
from adapters.sql.migrate import upgrade
from benchmarks.measure import (
    WORK,
    environment,
    free_port,
    python,
    running,
    tree,
    tree_cpu_s,
)
from benchmarks.peer.project import HERE
from simulator.options import Options

READY_TIMEOUT_S = 180.0
LOGS = WORK / "logs"
_SECRETS = ("COOKIE_SECRET", "FIELD_KEY", "PSEUDONYM_KEY")

_WECHAT_PARTS = {
    "worker": ("bot", "worker"),
    "gateway": ("gateway", "serve"),
    "dispatcher": ("dispatcher",),
}


def throwaway_secrets() -> dict[str, str]:
    """Returns the secrets that processes ask for, made for one run."""
    return {name: secrets.token_hex(32) for name in _SECRETS}


@dataclass(frozen=True, slots=True)
class Stack:
    """A running system."""

    url: str
    """Where its HTTP interface listens."""
    pids: dict[str, int]
    """Process id of each part."""
    secret: str = ""
    """Key of the session cookies, where it has any."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yields a folder with a short path; socket names have a small limit."""
    folder = Path(tempfile.mkdtemp(prefix="yxl-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_on_socket(folder: Path) -> Iterator[tuple[str, int]]:
    """Runs the assistant's own Redis; yields its address and process id."""
    command = server_command(folder / "redis")
    with running(command, LOGS / "redis-own.log", env=environment()) as pid:
        url = f"unix://{folder}/redis/redis.sock"
        wait_for_redis(url)
        yield url, pid


@contextmanager
def redis_on_port(folder: Path) -> Iterator[tuple[int, int]]:
    """Runs the same Redis with the same durability; yields port and process id.

    Rasa's stores cannot use a socket file, so this one listens on loopback.
    """
    port = free_port()
    command = server_command(folder / "redis")
    command[command.index("--port") + 1] = str(port)
    command += ["--bind", "127.0.0.1"]
    with running(command, LOGS / "redis-peer.log", env=environment()) as pid:
        wait_for_redis(f"redis://127.0.0.1:{port}")
        yield port, pid


@contextmanager
def own_stack(model: Path, *, workers: int) -> Iterator[Stack]:
    """Runs gateway, worker processes, Redis and SQLite; yields when all is ready."""
    with ExitStack() as parts:
        folder = parts.enter_context(temporary_folder())
        redis_url, redis_pid = parts.enter_context(redis_on_socket(folder))
        port, secret = free_port(), secrets.token_hex(32)
        database = f"sqlite+aiosqlite:///{folder}/bench.db"
        upgrade(database)
        env = environment(
            REDIS_URL=redis_url,
            DATABASE_URL=database,
            MODEL=str(model),
            WORKER_PROCESSES=str(workers),
            GATEWAY_HOST="127.0.0.1",
            GATEWAY_PORT=str(port),
            **{**throwaway_secrets(), "COOKIE_SECRET": secret},
            LOG_LEVEL="WARNING",
        )
        worker = parts.enter_context(
            running(python("bot", "worker"), LOGS / "worker.log", env=env)
        )
        gateway = parts.enter_context(
            running(python("gateway", "serve"), LOGS / "gateway.log", env=env)
        )
        url = f"http://127.0.0.1:{port}"
        wait_for_http(f"{url}/readyz")
        wait_for_consumers(redis_url, workers)
        pids = {"worker": worker, "gateway": gateway, "redis": redis_pid}
        yield Stack(url, pids, secret)


@dataclass(frozen=True, slots=True)
class WeChatStack:
    """The system with the WeChat channel."""

    url: str
    """Of the gateway."""
    pids: dict[str, int]
    """Process id of each part."""

    def cpu_s(self) -> dict[str, float]:
        """Returns the CPU time that each part has used."""
        return {name: tree_cpu_s(pid) for name, pid in self.pids.items()}

    def workers(self) -> list[int]:
        """Returns the process ids of the forked workers."""
        return tree(self.pids["worker"])[1:]


@contextmanager
def wechat_stack(
    models: Path, account: Options, api_url: str, *, workers: int
) -> Iterator[WeChatStack]:
    """Runs gateway, workers, dispatcher, Redis and SQLite for a simulated account.

    Args:
        models: Registry or archive of the model.
        account: Credentials of the account.
        api_url: Where its API is.
        workers: How many.
    """
    with ExitStack() as parts:
        folder = parts.enter_context(temporary_folder())
        redis_url, redis_pid = parts.enter_context(redis_on_socket(folder))
        database, port = f"sqlite:///{folder}/bench.db", free_port()
        upgrade(database)
        env = environment(
            REDIS_URL=redis_url,
            DATABASE_URL=database,
            BLOB_DIR=str(folder / "blobs"),
            MODEL=str(models),
            WORKER_PROCESSES=str(workers),
            GATEWAY_HOST="127.0.0.1",
            GATEWAY_PORT=str(port),
            LOG_LEVEL="WARNING",
            QUIET_HOURS="",
            **throwaway_secrets(),
            WECHAT_APPID=account.app_id,
            WECHAT_SECRET=account.secret,
            WECHAT_TOKEN=account.token,
            WECHAT_AES_KEY=account.aes_key,
            WECHAT_ACCOUNT=account.account,
            WECHAT_API_URL=api_url,
        )
        pids = {"redis": redis_pid}
        for name, arguments in _WECHAT_PARTS.items():
            pids[name] = parts.enter_context(
                running(python(*arguments), LOGS / f"wechat-{name}.log", env=env)
            )
        url = f"http://127.0.0.1:{port}"
        wait_for_http(f"{url}/readyz")
        wait_for_workers(redis_url, workers)
        yield WeChatStack(url, pids)


@contextmanager
def peer_stack(project: Path) -> Iterator[Stack]:
    """Runs Rasa's server, its action server and Redis; yields when all is ready."""
    with ExitStack() as parts:
        folder = parts.enter_context(temporary_folder())
        redis_port, redis_pid = parts.enter_context(redis_on_port(folder))
        port, action_port = free_port(), free_port()
        env = environment(
            PEER_REDIS_PORT=str(redis_port), PEER_ACTION_PORT=str(action_port)
        )
        actions = parts.enter_context(
            running(
                python(
                    *("rasa", "run", "actions", "--actions", "benchmarks.peer.actions"),
                    *("--port", str(action_port)),
                ),
                LOGS / "peer-actions.log",
                cwd=project,
                env=env | {"SANIC_HOST": "127.0.0.1"},
            )
        )
        server = parts.enter_context(
            running(
                python(
                    *("rasa", "run", "--enable-api", "-i", "127.0.0.1"),
                    *("--port", str(port), "--model", "models/peer.tar.gz"),
                    *("--endpoints", str(HERE / "endpoints.yml")),
                    *("--credentials", str(HERE / "credentials.yml")),
                ),
                LOGS / "peer-server.log",
                cwd=project,
                env=env,
            )
        )
        wait_for_http(f"http://127.0.0.1:{action_port}/health")
        wait_for_http(f"http://127.0.0.1:{port}/status")
        pids = {"server": server, "actions": actions, "redis": redis_pid}
        yield Stack(f"http://127.0.0.1:{port}", pids)


def wait_for_http(url: str) -> None:
    """Waits until an address answers with success.

    Raises:
        TimeoutError: It did not within `READY_TIMEOUT_S`.
    """
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise TimeoutError(f"{url} did not answer within {READY_TIMEOUT_S:g} s: see {LOGS}")


def wait_for_workers(redis_url: str, n: int) -> None:
    """Waits until `n` workers have announced themselves.

    Raises:
        TimeoutError: They did not within `READY_TIMEOUT_S`.
    """
    pattern = RedisKeys(Settings.from_env({}).redis_prefix).worker("*")
    deadline = time.monotonic() + READY_TIMEOUT_S
    with Redis.from_url(redis_url) as client:
        while time.monotonic() < deadline:
            if len(list(client.scan_iter(match=pattern))) >= n:
                return
            time.sleep(0.2)
    raise TimeoutError(f"{n} workers did not get ready: see {LOGS}")


def wait_for_consumers(redis_url: str, n: int) -> None:
    """Waits until `n` workers read the stream of signals.

    Raises:
        TimeoutError: They did not within `READY_TIMEOUT_S`.
    """
    deadline = time.monotonic() + READY_TIMEOUT_S
    with Redis.from_url(redis_url) as client:
        while time.monotonic() < deadline:
            if client.info("clients")["blocked_clients"] >= n:
                return
            time.sleep(0.2)
    raise TimeoutError(f"{n} workers did not get ready: see {LOGS}/worker.log")
