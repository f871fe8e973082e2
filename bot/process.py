"""The worker process: loads the model, forks, runs one event loop in each child."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Dict

import structlog
from rasa.core.agent import Agent

from actions.wiring import ports_from_settings, set_ports
from adapters.logs import configure_logs
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from bot.model import check_endpoints, load_agent
from bot.worker import Worker

logger = structlog.get_logger()
RESTART_DELAY_S = 0.5


def run_workers(settings: Settings) -> int:
    """Loads once, forks `worker_processes` children and keeps them alive."""
    configure_logs("worker", settings.log_level)
    check_endpoints()
    agent = load_agent(settings.model_path, with_actions=True)
    if settings.worker_processes == 1:
        asyncio.run(serve(agent, settings))
        return 0
    gc.collect()
    gc.freeze()  # keeps the model's pages shared with the children
    return _supervise(agent, settings)


def _supervise(agent: Agent, settings: Settings) -> int:
    children: Dict[int, float] = {}
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while True:
        while not stopping and len(children) < settings.worker_processes:
            children[_fork(agent, settings)] = time.monotonic()
        if stopping and not children:
            return 0
        with suppress(ChildProcessError, InterruptedError):
            pid, status = os.wait()
            started = children.pop(pid, 0.0)
            if not stopping:
                logger.error("worker.child.ended", pid=pid, status=status)
                if time.monotonic() - started < RESTART_DELAY_S:
                    time.sleep(RESTART_DELAY_S)


def _fork(agent: Agent, settings: Settings) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    code = 1
    try:
        asyncio.run(serve(agent, settings))
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


async def serve(agent: Agent, settings: Settings) -> None:
    """Runs one worker until SIGTERM or SIGINT."""
    redis = open_redis(settings.redis_url)
    conversations = RedisConversations(
        redis,
        RedisKeys(settings.redis_prefix),
        retention_days=settings.retention_days,
        lease_s=settings.lease_s,
    )
    ports = ports_from_settings(settings)
    set_ports(ports)
    worker = Worker(agent, conversations, ports.catalog)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    logger.info("worker.started", name=worker.name)
    await worker.run()
    await redis.aclose()
    logger.info("worker.stopped", name=worker.name)
