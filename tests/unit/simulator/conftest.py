"""A simulator on a free port, and a service behind its webhook."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from simulator.options import Options
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.webhook import Webhook

Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def options() -> Options:
    """An account that does not wait long."""
    return Options(port=0, reply_timeout_s=0.3)


@pytest.fixture
async def webhook(options: Options) -> AsyncIterator[Webhook]:
    """The service behind the webhook."""
    service = Webhook(options)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def wechat(options: Options, webhook: Webhook) -> AsyncIterator[SimulatedWeChat]:
    """The simulator."""
    async with SimulatedWeChat(options) as simulated:
        yield simulated


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the APIs."""
    async with aiohttp.ClientSession() as client:
        yield client


@pytest.fixture
def call(wechat: SimulatedWeChat, session: aiohttp.ClientSession) -> Call:
    """Calls an API with the token that belongs to it, bodies as raw UTF-8."""

    async def call_(
        method: str,
        path: str,
        values: Any = None,
        *,
        raw: bytes | None = None,
        token: str | None = None,
        corp: bool = False,
        **query: str,
    ) -> dict[str, Any]:
        book = wechat.corp.tokens if corp else wechat.official.tokens
        now = wechat.clock.now()
        owner = wechat.options.corp_secrets[0] if corp else ""
        given = book.stable(now, owner=owner)[0] if token is None else token
        body = raw
        if values is not None:
            body = json.dumps(values, ensure_ascii=False).encode()
        async with session.request(
            method,
            f"{wechat.url}/cgi-bin/{path}",
            params={"access_token": given, **query},
            data=body,
        ) as answer:
            assert answer.status == 200
            return dict(json.loads(await answer.text()))

    return call_
