"""Builds the gateway application."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from adapters.answer_pages import RedisAnswerPages
from adapters.blob_files import FileBlobStore
from adapters.content_files import CatalogFiles
from adapters.messengers import open_quota
from adapters.monitoring import monitored
from adapters.rate_limit import RateLimit
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import ROOT, Settings
from adapters.sql.engine import create_engine
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.outbox import SqlOutbox
from adapters.sql.residents import SqlResidentRepository
from adapters.sql.ticket_photos import SqlTicketPhotos
from adapters.ticket_store import open_tickets
from community.answers import AnswerComposer
from community.calendar import local_day
from community.catalog.local import LocalFacts
from gateway import answer_page, chat, chat_photos
from gateway.figures import Figures
from gateway.forgetting import Forgetting
from gateway.keys import (
    ANSWER_PAGES,
    BLOBS,
    CATALOG,
    CLOCK,
    CONVERSATIONS,
    COOKIE_SECURE,
    COOKIES,
    FIGURES,
    FORGETTING,
    LIVE,
    MESSAGE_LIMIT,
    PHOTO_LIMIT,
    SESSION_LIMIT,
    TICKETS,
    TRUSTED_PROXY,
)
from gateway.live import LiveUpdates
from gateway.messengers import add_messengers
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
    instance = f"{os.uname().nodename}-{secrets.token_hex(6)}"
    app[CONVERSATIONS] = RedisConversations(
        redis,
        keys,
        retention_days=settings.retention_days,
        lease_s=settings.lease_s,
    )
    app[COOKIES] = ResidentCookies(settings.cookie_secret)
    app[COOKIE_SECURE] = settings.cookie_secure
    app[LIVE] = LiveUpdates(redis, keys)
    app[FIGURES] = Figures(CollectorRegistry())
    app[TRUSTED_PROXY] = settings.trusted_proxy
    app[PHOTO_LIMIT] = RateLimit(redis, keys, n=20, window_s=60)
    app[BLOBS] = FileBlobStore(settings.blob_dir)
    app[CLOCK] = _now
    app[ANSWER_PAGES] = RedisAnswerPages(
        redis, keys, settings.field_key, days=settings.answer_page_days
    )
    app[MESSAGE_LIMIT] = RateLimit(redis, keys, n=30, window_s=60)
    app[SESSION_LIMIT] = RateLimit(redis, keys, n=60, window_s=60)
    engine = create_engine(settings.database_url)
    app[TICKETS] = open_tickets(settings, engine)
    pseudonyms = settings.learning.pseudonyms()
    app[FORGETTING] = Forgetting(
        app[CONVERSATIONS],
        app[TICKETS],
        SqlResidentRepository(engine),
        app[BLOBS],
        ticket_photos=SqlTicketPhotos(engine),
        outbox=SqlOutbox(engine),
        log=SqlDialogueLog(engine, pseudonyms, _now),
        pseudonym=pseudonyms.person,
        quota=open_quota(settings, redis),
        now=_now,
    )
    files = CatalogFiles(
        settings.content_dir,
        default_place=settings.default_place,
        with_examples=settings.with_examples,
    )

    def composer() -> AnswerComposer:
        today = local_day(_now())
        catalog = files.current()
        return AnswerComposer(catalog, LocalFacts(catalog, None, today), today)

    app[CATALOG] = composer

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(app[LIVE].run()),
            asyncio.create_task(app[FORGETTING].run()),
        ]
        async with monitored(
            settings.metrics_host,
            settings.metrics_port,
            is_ready=lambda: is_ready(app),
            registry=app[FIGURES].registry,
        ):
            yield
        await end(tasks)
        await engine.dispose()
        await redis.aclose()

    app.cleanup_ctx.append(lifetime)
    app.on_response_prepare.append(add_headers)
    app.add_routes(chat.routes)
    app.add_routes(chat_photos.routes)
    app.add_routes(answer_page.routes)
    add_messengers(app, settings, redis, instance=instance, now=_now)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    add_pages(app, pages)
    return app


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Adds security headers to every answer; a page may have stricter ones."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


async def healthz(_: web.Request) -> web.Response:
    """Tells that the process runs."""
    return web.json_response({"ok": True})


async def readyz(request: web.Request) -> web.Response:
    """Tells whether messages can be stored.

    Raises:
        web.HTTPServiceUnavailable: Redis does not answer (by the middleware).
    """
    await is_ready(request.app)
    return web.json_response({"ok": True})


async def is_ready(app: web.Application) -> None:
    """Tells whether messages can be stored.

    Raises:
        StoreUnavailableError: Redis does not answer.
    """
    await app[CONVERSATIONS].stored_reply("readyz")


async def end(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Cancels tasks until they have ended.

    A client library may swallow one cancellation: Python 3.10's `wait_for` does, where
    what it waits for is ready at the same time.
    """
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=0.2)


def _now() -> datetime:
    return datetime.now(timezone.utc)


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
