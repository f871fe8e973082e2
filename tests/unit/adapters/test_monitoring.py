"""Health, readiness and figures of background processes."""

import socket

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter

from adapters.monitoring import monitored
from community.errors import StoreUnavailableError


@pytest.fixture
def registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    Counter("things", "Things.", registry=registry).inc(3)
    return registry


async def ready() -> None:
    """Always."""


async def not_ready() -> None:
    raise StoreUnavailableError("Redis did not answer")


async def get(port: int, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def test_figures_health_and_readiness_are_served(registry, unused_tcp_port):
    port = unused_tcp_port
    async with monitored("127.0.0.1", port, is_ready=ready, registry=registry):
        assert await get(port, "/healthz") == (200, '{"ok": true}')
        assert (await get(port, "/readyz"))[0] == 200
        assert "things_total 3.0" in (await get(port, "/metrics"))[1]


async def test_a_process_that_cannot_work_lives_but_is_not_ready(
    registry, unused_tcp_port
):
    port = unused_tcp_port
    async with monitored(
        "127.0.0.1", port, is_ready=not_ready, registry=registry, refresh=not_ready
    ):
        assert (await get(port, "/healthz"))[0] == 200
        status, text = await get(port, "/readyz")
        assert status == 503
        assert "Redis" in text
        assert (await get(port, "/metrics"))[0] == 200


async def test_a_taken_port_does_not_stop_the_work(registry):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with monitored("127.0.0.1", port, is_ready=ready, registry=registry):
            pass


async def test_forked_processes_take_one_port_each(registry, unused_tcp_port_factory):
    port = unused_tcp_port_factory()
    async with (
        monitored("127.0.0.1", port, is_ready=ready, registry=registry, n_ports=5),
        monitored("127.0.0.1", port, is_ready=ready, registry=registry, n_ports=5),
    ):
        assert (await get(port, "/healthz"))[0] == 200
        found = []
        for other in range(port + 1, port + 5):
            try:
                found.append((await get(other, "/healthz"))[0])
            except aiohttp.ClientError:
                continue
        assert found == [200]


async def test_port_zero_serves_nothing(registry):
    async with monitored("127.0.0.1", 0, is_ready=ready, registry=registry):
        pass
