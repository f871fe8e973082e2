"""Prometheus figures of the desk."""

import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram

from desk.endpoints import Endpoint

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Figures:
    """What operators watch; endpoints have names, so no path or person is a label."""

    def __init__(self) -> None:
        """Registers the figures."""
        self.registry = CollectorRegistry()
        self._calls = Counter(
            "desk_calls",
            "Calls of the API by endpoint and by status of the answer.",
            ["endpoint", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "desk_call_seconds",
            "Duration of a call, by group of endpoints.",
            ["group"],
            buckets=SECONDS,
            registry=self.registry,
        )

    def counted(self, endpoint: Endpoint, handle: Handler) -> Handler:
        """Returns a handler whose calls are counted, refused and failed ones too."""

        async def counting(request: web.Request) -> web.StreamResponse:
            began, status = time.perf_counter(), 500
            try:
                answer = await handle(request)
                status = answer.status
            except web.HTTPException as err:
                status = err.status
                raise
            else:
                return answer
            finally:
                self._calls.labels(endpoint.name, status).inc()
                seconds = time.perf_counter() - began
                self._seconds.labels(endpoint.tag).observe(seconds)

        return counting
