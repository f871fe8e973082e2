"""Serves the built pages: one for grid workers' phones, one for everybody else."""

from pathlib import Path

from aiohttp import web
from yarl import URL

NO_PAGE = (
    "<!doctype html><html lang='zh'><meta charset='utf-8'><title>云小路</title>"
    "<p>网页没有装好，但接口在运行。请运维人员执行 make web。</p></html>"
)
DESK_PATHS = (
    r"/{page:(?:sign-in|tickets|report|figures|people|admin|learn|audit)(?:/.*)?}"
)
"""Addresses within the desk's page; the page itself decides what they show."""
SCRIPT_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Type": "text/javascript; charset=utf-8",
}
"""Browsers look at each visit whether the service worker is a newer one."""


def add_pages(app: web.Application, pages: Path) -> None:
    """Adds the routes of both pages and of their files."""

    def shell(name: str) -> web.Response | web.FileResponse:
        path = pages / name
        if not path.is_file():
            return web.Response(text=NO_PAGE, content_type="text/html")
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def desk(_: web.Request) -> web.StreamResponse:
        return shell("desk.html")

    async def workers(_: web.Request) -> web.StreamResponse:
        return shell("workers.html")

    async def to_workers(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(URL("/w/").with_query(request.query))

    async def service_worker(_: web.Request) -> web.StreamResponse:
        path = pages / "workers-sw.js"
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=SCRIPT_HEADERS)

    app.router.add_get("/", desk)
    app.router.add_get(DESK_PATHS, desk)
    app.router.add_get("/w", to_workers)
    app.router.add_get("/w/sw.js", service_worker)
    app.router.add_get("/w/{page:.*}", workers)
    if (pages / "assets").is_dir():
        app.router.add_static("/assets", pages / "assets")
