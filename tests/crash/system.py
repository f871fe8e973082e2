"""The whole service as processes that may be killed at any moment."""

import asyncio
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from time import monotonic

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.redis_conversations import open_redis
from adapters.redis_keys import RedisKeys
from adapters.redis_server import server_command
from adapters.settings import ROOT
from adapters.sql.engine import create_engine
from adapters.sql.migrate import upgrade
from benchmarks.measure import free_port
from simulator.options import Options
from simulator.wechat import SimulatedWeChat

READY_TIMEOUT_S = 120.0
COMMANDS = {
    "gateway": ("gateway", "serve"),
    "worker": ("bot", "worker"),
    "dispatcher": ("dispatcher",),
}
N_WORKERS = 2
LEASE_S = 2.0
SEND_LEASE_S = 10.0


class System:
    """Redis, gateway, two workers and a dispatcher; each can be killed and comes back."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        """Starts nothing yet."""
        self.folder = folder
        self.env = env
        self.keys = RedisKeys(env["REDIS_PREFIX"])
        self.redis: Redis = open_redis(env["REDIS_URL"])
        self.engine = create_engine(env["DATABASE_URL"])
        self.kills: Counter[str] = Counter()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    async def start(self) -> None:
        """Starts everything and waits until all of it works."""
        self._launch("redis")
        await self._until(self._redis_answers)
        await asyncio.to_thread(upgrade, self.env["DATABASE_URL"])
        for name in COMMANDS:
            self._launch(name)
        await self._until(self._gateway_is_ready)
        await self._until(self._workers_are_ready)

    def _launch(self, name: str) -> None:
        command = (
            server_command(self.folder / "redis")
            if name == "redis"
            else [sys.executable, "-m", *COMMANDS[name]]
        )
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log
            )

    async def kill(self, name: str) -> None:
        """Ends a process without any warning and starts another one.

        Args:
            name: `redis`, `gateway`, `dispatcher`, `worker` for one of the two workers
                (its parent forks another one) or `workers` for both and their parent.
        """
        self.kills[name] += 1
        if name == "worker":
            children = self.workers()
            if children:
                _tell(random.choice(children), signal.SIGKILL)
            return
        name = "worker" if name == "workers" else name
        process = self._processes[name]
        process.kill()
        await asyncio.to_thread(process.wait)
        self._launch(name)

    @contextmanager
    def stalled_workers(self) -> Iterator[None]:
        """Lets the workers stand still, so that answers come too late."""
        children = self.workers()
        for child in children:
            _tell(child, signal.SIGSTOP)
        try:
            yield
        finally:
            for child in children:
                _tell(child, signal.SIGCONT)

    async def recovered(self) -> None:
        """Waits until everything works again after a kill."""
        await self._until(self._redis_answers)
        await self._until(self._gateway_is_ready)
        await self._until(self._workers_are_ready)

    def workers(self) -> list[int]:
        """Returns the process ids of the forked workers."""
        pid = self._processes["worker"].pid
        try:
            text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        except OSError:
            return []
        return [int(child) for child in text.split()]

    async def stop(self) -> None:
        """Ends everything in good order, Redis last."""
        await self.redis.aclose()
        await self.engine.dispose()
        for name in (*COMMANDS, "redis"):
            process = self._processes.get(name)
            if process is None or process.poll() is not None:
                continue
            process.terminate()
            try:
                await asyncio.to_thread(process.wait, 20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    async def _until(self, found: object) -> None:
        deadline = monotonic() + READY_TIMEOUT_S
        while monotonic() < deadline:
            with suppress(RedisError, OSError, aiohttp.ClientError):
                if await found():  # type: ignore[operator]
                    return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{found} did not come true; logs in {self.folder}")

    async def _redis_answers(self) -> bool:
        return bool(await self.redis.ping())

    async def _gateway_is_ready(self) -> bool:
        url = f"http://127.0.0.1:{self.env['GATEWAY_PORT']}/readyz"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status == 200

    async def _workers_are_ready(self) -> bool:
        """Asks for the living: what a killed one announced stays for a while."""
        pattern = self.keys.worker("*")
        names = [key async for key in self.redis.scan_iter(match=pattern)]
        announced = {int(name.rpartition("-")[2]) for name in names}
        return len(announced & set(self.workers())) >= N_WORKERS


def _tell(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


@asynccontextmanager
async def running(
    model: Path, options: Options
) -> AsyncIterator[tuple[System, SimulatedWeChat]]:
    """Runs the service beside a simulator in this process.

    Args:
        model: Archive of the model that serves.
        options: Of the simulator; addresses are filled in.
    """
    folder = Path(f"/tmp/yxl-crash-{secrets.token_hex(4)}")
    folder.mkdir(mode=0o700)
    gateway = f"http://127.0.0.1:{free_port()}"
    options.port = 0
    options.webhook, options.corp_webhook = f"{gateway}/wechat", f"{gateway}/wecom"
    async with SimulatedWeChat(options) as wechat:
        env = _environment(folder, model, wechat)
        system = System(folder, env)
        try:
            await system.start()
            yield system, wechat
        finally:
            await system.stop()
            if os.environ.get("CRASH_KEEP") != "1":
                shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, model: Path, wechat: SimulatedWeChat) -> dict[str, str]:
    options = wechat.options
    port = options.webhook.rpartition(":")[2].partition("/")[0]
    return {
        **os.environ,
        "REDIS_URL": f"unix://{folder}/redis/redis.sock",
        "REDIS_PREFIX": "crash",
        "DATABASE_URL": f"sqlite:///{folder}/crash.db",
        "BLOB_DIR": str(folder / "blobs"),
        "MODEL": str(model),
        "WORKER_PROCESSES": str(N_WORKERS),
        "LEASE_S": str(LEASE_S),
        "SEND_LEASE_S": str(SEND_LEASE_S),
        "QUIET_HOURS": "",
        "LOG_LEVEL": "WARNING",
        "FIELD_KEY": secrets.token_hex(32),
        "PSEUDONYM_KEY": secrets.token_hex(32),
        "COOKIE_SECRET": secrets.token_hex(32),
        "GATEWAY_PORT": port,
        "WECHAT_APPID": options.app_id,
        "WECHAT_SECRET": options.secret,
        "WECHAT_TOKEN": options.token,
        "WECHAT_AES_KEY": options.aes_key,
        "WECHAT_ACCOUNT": options.account,
        "WECHAT_API_URL": wechat.url,
        "WECHAT_MP_URL": wechat.url,
        "WECHAT_OPEN_URL": wechat.url,
        "WECOM_CORPID": options.corp_id,
        "WECOM_AGENTID": str(options.agent_id),
        "WECOM_SECRET": options.corp_secrets[0],
        "WECOM_TOKEN": options.corp_token,
        "WECOM_AES_KEY": options.corp_aes_key,
        "WECOM_API_URL": wechat.url,
        "WECOM_OPEN_URL": wechat.url,
        # Restarted processes should not compile everything again.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "RASA_TELEMETRY_ENABLED": "false",
    }
