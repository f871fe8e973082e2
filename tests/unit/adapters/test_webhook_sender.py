"""Webhooks: signed, retried, never redirected."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.webhook_sender import WebhookSender
from community.errors import StoreUnavailableError
from community.outbox import Channel, DeliveryState, Outgoing, OutgoingKind
from tests.conftest import NOW


class Receiver:
    """Another system."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[dict[str, str], bytes]] = []

    async def __call__(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def url(receiver: Receiver) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/hook", receiver)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/hook"))
    await server.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def message() -> Outgoing:
    payload = {
        "event": "ticket.claim",
        "ticket": {"number": "1125-4837", "item": "路灯"},
    }
    return Outgoing("key1", Channel.WEBHOOK, "h1", OutgoingKind.NOTICE, payload, NOW)


def build(session, url):
    async def find(hook_id):
        return (url, "secret") if hook_id == "h1" else None

    return WebhookSender(session, find, lambda: NOW)


async def test_the_receiver_can_check_who_sent_it(session, url, receiver):
    result = await build(session, url).send(message(), attempt=2)
    assert result.state is DeliveryState.DELIVERED
    headers, body = receiver.requests[0]
    timestamp = headers["X-Yunxiaolu-Timestamp"]
    expected = hmac.new(b"secret", f"{timestamp}.".encode() + body, hashlib.sha256)
    assert headers["X-Yunxiaolu-Signature"] == f"sha256={expected.hexdigest()}"
    assert int(timestamp) == int(NOW.timestamp())
    assert headers["X-Yunxiaolu-Id"] == "key1"
    assert headers["X-Yunxiaolu-Attempt"] == "2"
    assert json.loads(body) == {"id": "key1", **message().payload}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (204, DeliveryState.DELIVERED),
        (302, DeliveryState.PERMANENT_FAILURE),
        (400, DeliveryState.PERMANENT_FAILURE),
        (410, DeliveryState.PERMANENT_FAILURE),
        (429, DeliveryState.TEMPORARY_FAILURE),
        (500, DeliveryState.TEMPORARY_FAILURE),
        (503, DeliveryState.TEMPORARY_FAILURE),
    ],
)
async def test_the_status_decides(session, url, receiver, status, state):
    receiver.status = status
    receiver.headers = {"Retry-After": "7", "Location": "http://127.0.0.1:1/"}
    result = await build(session, url).send(message(), attempt=1)
    assert result.state is state
    wished = 7 if state is DeliveryState.TEMPORARY_FAILURE else None
    assert result.retry_after_s == wished
    assert len(receiver.requests) == 1


async def test_a_system_that_is_down_is_tried_again(session, unused_tcp_port):
    sender = build(session, f"http://127.0.0.1:{unused_tcp_port}/hook")
    result = await sender.send(message(), attempt=1)
    assert result.state is DeliveryState.TEMPORARY_FAILURE


async def test_a_webhook_that_has_ended_gets_nothing(session):
    async def find(_):
        return None

    result = await WebhookSender(session, find, lambda: NOW).send(message(), attempt=1)
    assert result.state is DeliveryState.PERMANENT_FAILURE


async def test_without_the_database_it_waits(session):
    async def find(_):
        raise StoreUnavailableError("down")

    result = await WebhookSender(session, find, lambda: NOW).send(message(), attempt=1)
    assert result.state is DeliveryState.TEMPORARY_FAILURE
