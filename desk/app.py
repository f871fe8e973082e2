"""Builds the desk's application: API, pages, health."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone
from pathlib import Path

from aiohttp import web

from adapters.monitoring import monitored
from adapters.settings import ROOT, Settings
from community.errors import StoreUnavailableError
from desk.calls import serve
from desk.figures import Figures
from desk.openapi import openapi
from desk.opening import Opened, open_services
from desk.pages import add_pages
from desk.routes import all_endpoints
from desk.services import SERVICES, Services

PAGES = ROOT / "web" / "dist"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self';"
        " script-src 'self'; object-src 'none'; base-uri 'none';"
        " frame-ancestors 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
MAX_BODY_BYTES = 11 * 1024 * 1024


def utc_now() -> datetime:
    """Returns the current instant."""
    return datetime.now(timezone.utc)


def build_app(
    settings: Settings,
    *,
    pages: Path = PAGES,
    clock: Callable[[], datetime] = utc_now,
) -> web.Application:
    """Returns the application; it connects when it starts."""
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    opened: Opened = open_services(settings, clock)
    app[SERVICES] = opened.services
    figures = Figures()

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        await opened.start()
        async with monitored(
            settings.metrics_host,
            settings.metrics_port,
            is_ready=lambda: is_ready(opened.services),
            registry=figures.registry,
        ):
            yield
        await opened.close()

    app.cleanup_ctx.append(lifetime)
    app.on_response_prepare.append(add_headers)
    endpoints = all_endpoints()
    for endpoint in endpoints:
        handler = figures.counted(endpoint, serve(endpoint))
        app.router.add_route(endpoint.method, endpoint.path, handler)
    document = openapi(endpoints, settings.desk_url)

    async def describe(_: web.Request) -> web.Response:
        return web.json_response(document)

    app.router.add_get("/api/openapi.json", describe)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    add_pages(app, pages)
    return app


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Adds security headers to every answer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[SERVICES].settings.cookie_secure:
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
        )


async def healthz(_: web.Request) -> web.Response:
    """Tells that the process runs."""
    return web.json_response({"ok": True})


async def readyz(request: web.Request) -> web.Response:
    """Tells whether staff can sign in."""
    try:
        await is_ready(request.app[SERVICES])
    except StoreUnavailableError as err:
        return web.json_response({"ok": False, "reason": str(err)}, status=503)
    return web.json_response({"ok": True})


async def is_ready(services: Services) -> None:
    """Tells whether staff can sign in: Redis and the database answer.

    Raises:
        StoreUnavailableError: One of them does not.
    """
    await services.sessions.find("readyz", now=services.clock())
    await services.accounts.get("readyz")
