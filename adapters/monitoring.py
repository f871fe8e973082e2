"""Health, readiness and Prometheus figures of processes without pages of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from community.errors import StoreUnavailableError

logger = structlog.get_logger()
IsReady = Callable[[], Awaitable[None]]
"""Raises `StoreUnavailableError` where the process cannot do its work now."""


@asynccontextmanager
async def monitored(
    host: str,
    port: int,
    *,
    is_ready: IsReady,
    registry: CollectorRegistry,
    refresh: Callable[[], Awaitable[None]] | None = None,
    n_ports: int = 1,
) -> AsyncIterator[None]:
    """Serves `/healthz`, `/readyz` and `/metrics` meanwhile.

    Monitoring never stops the work: a port that is taken is logged, no more.

    Args:
        host: Address to listen on; keep it private.
        port: 0 means that nothing is served.
        is_ready: See `IsReady`.
        registry: The figures.
        refresh: Brings figures up to date that are read from a store.
        n_ports: From this port on; forked processes each take the first free one.
    """
    if port == 0:
        yield
        return
    runner = web.AppRunner(build_app(is_ready, registry, refresh), access_log=None)
    await runner.setup()
    await _listen(runner, host, range(port, port + n_ports))
    try:
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, ports: Iterable[int]) -> None:
    for port in ports:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            continue
        logger.info("monitoring.served", port=port)
        return
    logger.warning("monitoring.not_served", host=host)


def build_app(
    is_ready: IsReady,
    registry: CollectorRegistry,
    refresh: Callable[[], Awaitable[None]] | None = None,
) -> web.Application:
    """Returns the application; arguments as in `monitored`."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.Response:
        try:
            await is_ready()
        except StoreUnavailableError as err:
            return web.json_response({"ok": False, "reason": str(err)}, status=503)
        return web.json_response({"ok": True})

    async def metrics(_: web.Request) -> web.Response:
        if refresh is not None:
            try:
                await refresh()
            except StoreUnavailableError as err:
                # The other figures are of use all the more while a store is down.
                logger.warning("monitoring.not_refreshed", error=str(err))
        return web.Response(
            body=generate_latest(registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    return app
