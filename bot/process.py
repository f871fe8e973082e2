"""The worker process: loads the model, forks, runs one event loop in each child."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import Callable, Optional

import structlog
from rasa.utils.endpoints import EndpointConfig

from actions.wiring import Ports, ports_from_settings, set_ports
from adapters.event_loop import use_fast_loop
from adapters.logs import configure_logs
from adapters.model_status import announce, note_refusal
from adapters.monitoring import monitored
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from bot.event_log import TurnLog
from bot.generations import Supervisor, models_of
from bot.model import LoadedModel, broker_endpoint, check_endpoints, event_broker
from bot.worker import Worker

logger = structlog.get_logger()


def run_workers(settings: Settings) -> int:
    """Loads once, forks `worker_processes` children, follows promotions."""
    configure_logs("worker", settings.log_level)
    check_endpoints()
    keys = RedisKeys(settings.redis_prefix)

    def refused(model: str, reason: str) -> None:
        note_refusal(settings.redis_url, keys, model, reason)

    ports = ports_from_settings(settings)
    endpoint = broker_endpoint()

    def read_files() -> None:
        """Reads catalogue and places here, so that children inherit them."""
        ports.catalog()
        ports.places()

    def serve_with(model: LoadedModel, ready: Callable[[], None]) -> None:
        use_fast_loop()
        asyncio.run(serve(model, settings, ports, ready, endpoint))

    models = models_of(settings, refused)
    supervisor = Supervisor(
        models, settings.worker_processes, serve_with, prepare=read_files
    )
    return supervisor.run()


async def serve(
    model: LoadedModel,
    settings: Settings,
    ports: Ports,
    ready: Callable[[], None],
    endpoint: Optional[EndpointConfig],
) -> None:
    """Runs one worker until SIGTERM or SIGINT.

    Args:
        model: What it understands messages with, to its end.
        settings: Where the stores are.
        ports: What the actions need; nothing in it is connected yet.
        ready: Called once it takes messages.
        endpoint: Which event broker is configured.
    """
    redis = open_redis(settings.redis_url)
    keys = RedisKeys(settings.redis_prefix)
    conversations = RedisConversations(
        redis,
        keys,
        retention_days=settings.retention_days,
        lease_s=settings.lease_s,
    )
    set_ports(ports)
    worker = Worker(
        model.agent,
        conversations,
        ports.catalog,
        broker=await event_broker(endpoint),
        turn_log=TurnLog(settings.learning.pseudonyms(), model.id),
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    announcement = asyncio.create_task(announce(redis, keys, worker.name, model.id))
    logger.info("worker.started", name=worker.name, model=model.id)

    async def is_ready() -> None:
        await conversations.stored_reply("readyz")

    async with monitored(
        settings.metrics_host,
        settings.metrics_port,
        # While models change, there are twice as many workers for a moment.
        n_ports=2 * settings.worker_processes,
        is_ready=is_ready,
        registry=worker.figures.registry,
    ):
        ready()
        await worker.run()
    announcement.cancel()
    with suppress(asyncio.CancelledError):
        await announcement
    await redis.aclose()
    logger.info("worker.stopped", name=worker.name)
