"""Webhooks: signed, retried, never redirected."""

import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from aiohttp.test_utils import TestServer

from adapters.public_addresses import is_inner_host, is_public, open_public_session
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

    return WebhookSender(session, find, lambda: NOW, allows_inner=True)


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


class Names(AbstractResolver):
    """A name server whose answers can be changed."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.n_asked = 0

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.n_asked += 1
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
            for address in self.addresses
        ]

    async def close(self):
        pass


def named(url: str, host: str = "hook.example.com") -> str:
    return url.replace("127.0.0.1", host)


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("8.8.8.8", "127.0.0.1")])
async def test_a_name_that_leads_inside_by_now_is_not_called(url, receiver, addresses):
    async with open_public_session(resolver=Names(*addresses)) as session:

        async def find(_):
            return named(url), "secret"

        sender = WebhookSender(session, find, lambda: NOW)
        result = await sender.send(message(), attempt=1)
    assert result.state is DeliveryState.TEMPORARY_FAILURE
    assert result.error == "the address leads to an inner network"
    assert receiver.requests == []


async def test_in_development_inner_addresses_are_called(url, receiver):
    names = Names("127.0.0.1")
    async with open_public_session(resolver=names, allows_inner=True) as session:
        result = await build(session, named(url)).send(message(), attempt=1)
    assert result.state is DeliveryState.DELIVERED
    assert len(receiver.requests) == 1


async def test_each_try_resolves_anew(url, receiver):
    names = Names("127.0.0.1")
    async with open_public_session(resolver=names, allows_inner=True) as session:
        await build(session, named(url)).send(message(), attempt=1)
        await build(session, named(url)).send(message(), attempt=2)
    assert names.n_asked == len(receiver.requests) == 2


async def test_an_inner_number_is_never_called(session, url, receiver):
    async def find(_):
        return url, "secret"

    result = await WebhookSender(session, find, lambda: NOW).send(message(), attempt=1)
    assert result.state is DeliveryState.PERMANENT_FAILURE
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2400:3200::1", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_what_is_public(address, expected):
    assert is_public(address) is expected


def test_names_are_left_to_the_resolver():
    assert not is_inner_host("hook.example.com")
    assert is_inner_host("[::1]")
    assert is_inner_host("10.0.0.1")
