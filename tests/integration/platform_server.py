"""A local server that answers calls as a test says, and keeps what was asked."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = Callable[[web.Request], web.StreamResponse] | dict[str, Any] | web.Response


@dataclass
class Platform:
    """Answers by path: one, or several in order of which the last one stays."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def on(self, path: str, *answers: Any) -> None:
        self.answers[path] = list(answers)

    def calls(self, path: str) -> list[tuple[dict[str, str], bytes]]:
        return [(query, body) for called, query, body in self.asked if called == path]

    def documents(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls(path)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append((request.path, dict(request.query), body))
        waiting = self.answers[request.path]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if callable(answer):
            answer = await answer(request)
        if isinstance(answer, dict):
            return web.json_response(answer)
        status, content_type, data = answer
        return web.Response(status=status, content_type=content_type, body=data)


@asynccontextmanager
async def running_platform() -> AsyncIterator[Platform]:
    """A platform that listens on a free port of this machine."""
    platform = Platform()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.handle)
    server = TestServer(app)
    await server.start_server()
    platform.url = str(server.make_url("")).rstrip("/")
    yield platform
    await server.close()
