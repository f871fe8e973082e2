"""The dispatcher process: opens everything, runs until it is told to stop."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone

import aiohttp
import structlog
from redis.asyncio import Redis

from adapters.monitoring import monitored
from adapters.public_addresses import open_public_session
from adapters.redis_conversations import open_redis
from adapters.redis_errors import translated_errors
from adapters.redis_keys import DISPATCHER_GROUP
from adapters.settings import Settings
from adapters.sql.engine import create_engine
from adapters.sql.outbox import SqlOutbox
from adapters.sql.outbox_upkeep import SqlOutboxUpkeep
from adapters.sql.ticket_takeover import take_over
from community.quiet_hours import QuietHours
from dispatcher.figures import Figures, refresher
from dispatcher.periodic import Periodic
from dispatcher.sending import SendingLoop
from dispatcher.streams import consume
from dispatcher.wiring import (
    Stores,
    handlers,
    leadership_of,
    pace_of,
    periodic_tasks,
    senders,
    tickets,
)

logger = structlog.get_logger()


def utc_now() -> datetime:
    """Returns the current instant."""
    return datetime.now(timezone.utc)


@asynccontextmanager
async def opened(
    settings: Settings, now: Callable[[], datetime] = utc_now
) -> AsyncIterator[Stores]:
    """Opens the stores and closes them at the end."""
    redis = open_redis(settings.redis_url)
    engine = create_engine(settings.database_url)
    outside = open_public_session(allows_inner=settings.webhook_local)
    async with aiohttp.ClientSession() as session, outside:
        yield Stores(settings, redis, engine, session, outside, now)
    await engine.dispose()
    await redis.aclose()


async def serve(settings: Settings) -> None:
    """Runs a dispatcher until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    name = f"{os.uname().nodename}-{os.getpid()}"
    async with opened(settings) as stores:
        await take_over(stores.engine, tickets(stores), now=stores.now())
        await run(stores, name, stopping)


async def run(stores: Stores, name: str, stopping: asyncio.Event) -> None:
    """Runs every part until `stopping` is set; what is under way is finished.

    Args:
        stores: Opened.
        name: Unique among living dispatchers.
        stopping: Ends the run.
    """
    settings, figures = stores.settings, Figures()
    outbox, upkeep = SqlOutbox(stores.engine), SqlOutboxUpkeep(stores.engine)
    sending = SendingLoop(
        outbox,
        senders(stores),
        name=name,
        now=stores.now,
        is_quiet=quiet(settings.quiet_hours),
        on_sent=figures.on_sent,
        lease=timedelta(seconds=settings.send_lease_s),
    )
    streams = handlers(
        stores, outbox, on_added=sending.wake_up, on_fate=figures.on_fate
    )
    periodic = Periodic(
        stores.redis,
        stores.keys,
        name,
        periodic_tasks(stores, upkeep, sending.wake_up),
        now=stores.now,
        on_run=figures.on_task,
    )

    async def is_ready() -> None:
        await upkeep.backlog()
        async with translated_errors():
            await stores.redis.ping()

    logger.info("dispatcher.started", name=name)
    async with monitored(
        settings.metrics_host,
        settings.metrics_port,
        is_ready=is_ready,
        registry=figures.registry,
        refresh=refresher(
            figures, upkeep.backlog, lambda: lengths(stores.redis, list(streams))
        ),
    ):
        await together(
            stopping,
            sending.run(stopping),
            periodic.run(stopping),
            *(
                consume(
                    stores.redis,
                    stream,
                    DISPATCHER_GROUP,
                    name,
                    handle,
                    dead=stores.keys.dead,
                    stopping=stopping,
                    pace=pace_of(stores, stream),
                    leadership=leadership_of(stores, stream, name),
                )
                for stream, handle in streams.items()
            ),
        )
    logger.info("dispatcher.stopped", name=name)


async def together(stopping: asyncio.Event, *parts: Awaitable[None]) -> None:
    """Runs parts until all have ended; one that fails stops the others orderly.

    Half a dispatcher would look alive and deliver nothing: its supervisor starts a
    whole one instead.
    """
    tasks = [asyncio.ensure_future(part) for part in parts]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    stopping.set()
    await asyncio.gather(*tasks)


def quiet(hours: QuietHours | None) -> Callable[[datetime], bool]:
    """Returns the test whether an instant lies in the quiet hours."""
    return hours.contains if hours is not None else lambda _: False


async def lengths(redis: Redis, streams: list[str]) -> Mapping[str, int]:
    """Returns how many entries each stream holds, by the end of its key."""
    async with translated_errors():
        pipeline = redis.pipeline(transaction=False)
        for stream in streams:
            pipeline.xlen(stream)
        found = await pipeline.execute()
    names = [stream.rpartition(":")[2] for stream in streams]
    return dict(zip(names, map(int, found), strict=True))
