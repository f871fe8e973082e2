"""Builds the gateway application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

import structlog
from aiohttp import web

from adapters.content_files import CatalogFiles
from adapters.rate_limit import RateLimit
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import ROOT, Settings
from adapters.sql.engine import create_engine
from adapters.sql.tickets import SqlTicketRepository
from community.answers import AnswerComposer
from community.calendar import local_day
from community.catalog.local import LocalFacts
from gateway import chat
from gateway.keys import (
    CATALOG,
    CONVERSATIONS,
    COOKIE_SECURE,
    COOKIES,
    LIVE,
    MESSAGE_LIMIT,
    SESSION_LIMIT,
    TICKETS,
)
from gateway.live import LiveUpdates
from gateway.residents import ResidentCookies

logger = structlog.get_logger()
PAGES = ROOT / "web" / "dist"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self';"
        " script-src 'self'; object-src 'none'; base-uri 'none';"
        " frame-ancestors 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
NO_PAGE = (
    "<!doctype html><html lang='zh'><meta charset='utf-8'><title>云小路</title>"
    "<p>网页没有装好，但接口和机器人在运行。请运维人员执行 make web。</p></html>"
)


def build_app(settings: Settings, *, pages: Path = PAGES) -> web.Application:
    """Returns the application; it connects when it starts."""
    app = web.Application(
        middlewares=[chat.store_errors], client_max_size=chat.MAX_BODY_BYTES
    )
    redis = open_redis(settings.redis_url)
    keys = RedisKeys(settings.redis_prefix)
    app[CONVERSATIONS] = RedisConversations(
        redis,
        keys,
        retention_days=settings.retention_days,
        lease_s=settings.lease_s,
    )
    app[COOKIES] = ResidentCookies(settings.cookie_secret)
    app[COOKIE_SECURE] = settings.cookie_secure
    app[LIVE] = LiveUpdates(redis, keys)
    app[MESSAGE_LIMIT] = RateLimit(redis, keys, n=30, window_s=60)
    app[SESSION_LIMIT] = RateLimit(redis, keys, n=60, window_s=60)
    engine = create_engine(settings.database_url)
    app[TICKETS] = SqlTicketRepository(engine)
    files = CatalogFiles(
        settings.content_dir,
        default_place=settings.default_place,
        with_examples=settings.with_examples,
    )

    def composer() -> AnswerComposer:
        today = local_day(datetime.now(timezone.utc))
        catalog = files.current()
        return AnswerComposer(catalog, LocalFacts(catalog, None, today), today)

    app[CATALOG] = composer

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        listening = asyncio.create_task(app[LIVE].run())
        yield
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await engine.dispose()
        await redis.aclose()

    app.cleanup_ctx.append(lifetime)
    app.on_response_prepare.append(add_headers)
    app.add_routes(chat.routes)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    add_pages(app, pages)
    return app


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Adds security headers to every answer."""
    response.headers.update(HEADERS)


async def healthz(_: web.Request) -> web.Response:
    """Tells that the process runs."""
    return web.json_response({"ok": True})


async def readyz(request: web.Request) -> web.Response:
    """Tells whether messages can be stored.

    Raises:
        web.HTTPServiceUnavailable: Redis does not answer (by the middleware).
    """
    await request.app[CONVERSATIONS].stored_reply("readyz")
    return web.json_response({"ok": True})


def add_pages(app: web.Application, pages: Path) -> None:
    """Serves the built front end, or a plain note where there is none."""
    index = pages / "index.html"

    async def page(_: web.Request) -> web.StreamResponse:
        if index.is_file():
            return web.FileResponse(index)
        return web.Response(text=NO_PAGE, content_type="text/html")

    app.router.add_get("/", page)
    if (pages / "assets").is_dir():
        app.router.add_static("/assets", pages / "assets")
