"""The proxy of `deploy/` as it is, over TLS, in front of a real gateway."""

import asyncio
import os
import secrets
import shutil
import ssl
import subprocess
import time
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.settings import ROOT, Settings
from gateway.app import build_app
from tests.databases import migrated
from tests.integration.wechat_peer import ACCOUNT, APP_ID, KEY, TOKEN, signature

CADDYFILE = ROOT / "deploy" / "Caddyfile"
CADDY = shutil.which("caddy")
pytestmark = pytest.mark.skipif(CADDY is None, reason="Caddy is not installed")
VERIFIED = "MP_verify_abc123XYZ.txt"
LOCAL = """
	admin off
	local_certs
	skip_install_trust
	auto_https disable_redirects
	storage file_system {folder}/data
"""
"""What a test changes of the global options: certificates of its own, no port 80."""
PATIENCE_S = 20


class Sites(NamedTuple):
    """Addresses of both sites, and the process behind them."""

    gateway: str
    desk: str
    process: "subprocess.Popen[bytes]"


def adapted(folder: Path, gateway: int, desk: int) -> str:
    """Returns the proxy's file with addresses of this test."""
    text = CADDYFILE.read_text("utf-8")
    for old, new in (
        ("\tservers {", LOCAL.format(folder=folder) + "\tservers {"),
        ("gateway:8800", f"127.0.0.1:{gateway}"),
        ("desk:8801", f"127.0.0.1:{desk}"),
        ("/srv/verify", str(folder / "verify")),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[TestServer]:
    url = f"sqlite:///{tmp_path}/proxy.db"
    await asyncio.to_thread(migrated, url)
    environment = {
        "WECHAT_APPID": APP_ID,
        "WECHAT_SECRET": "secret",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_AES_KEY": KEY,
        "WECHAT_ACCOUNT": ACCOUNT,
        "WECHAT_API_URL": "http://127.0.0.1:9",
    }
    settings = replace(
        Settings.from_env(environment),
        redis_url=redis_url,
        redis_prefix=f"proxy-{secrets.token_hex(4)}",
        database_url=url,
        cookie_secret="test",
        cookie_secure=True,
        field_key="f" * 64,
        blob_dir=tmp_path / "blobs",
    )
    server = TestServer(build_app(settings, pages=tmp_path / "no-pages"))
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def desk() -> AsyncIterator[TestServer]:
    """Stands in for the desk: it tells what arrives."""

    async def echo(request: web.Request) -> web.Response:
        body = await request.read()
        return web.json_response({"path": request.path, "n_bytes": len(body)})

    app = web.Application(client_max_size=20 * 2**20)
    app.router.add_route("*", "/{path:.*}", echo)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def sites(
    gateway: TestServer, desk: TestServer, tmp_path: Path, unused_tcp_port_factory
) -> AsyncIterator[Sites]:
    """The proxy, running."""
    (tmp_path / "verify").mkdir()
    (tmp_path / "verify" / VERIFIED).write_text("abc123XYZ")
    (tmp_path / "verify" / "secret.txt").write_text("secret")
    file = tmp_path / "Caddyfile"
    file.write_text(adapted(tmp_path, gateway.port, desk.port), "utf-8")
    urls = [f"https://localhost:{unused_tcp_port_factory()}" for _ in range(2)]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SITE_HOST": urls[0],
        "DESK_HOST_NAME": urls[1],
    }
    assert CADDY is not None
    with (tmp_path / "caddy.log").open("w") as log:
        child = subprocess.Popen(
            [CADDY, "run", "--config", str(file)], env=environment, stderr=log
        )
        try:
            await ready(urls[1])
            yield Sites(urls[0], urls[1], child)
        finally:
            child.kill()
            child.wait()


async def ready(url: str) -> None:
    until = time.monotonic() + PATIENCE_S
    async with client() as session:
        while True:
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientError:
                assert time.monotonic() < until, "the proxy does not answer"
                await asyncio.sleep(0.1)


def client() -> aiohttp.ClientSession:
    """A client that knows nothing of the test's certificates."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connector = aiohttp.TCPConnector(ssl=context)
    return aiohttp.ClientSession(connector=connector, auto_decompress=False)


def test_the_file_is_valid_as_it_is(tmp_path: Path):
    assert CADDY is not None
    done = subprocess.run(
        [CADDY, "validate", "--adapter", "caddyfile", "--config", str(CADDYFILE)],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "SITE_HOST": "chat.example.cn",
            "DESK_HOST_NAME": "desk.example.cn",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr


async def test_wechat_and_pages_reach_the_gateway(sites):
    site = sites.gateway
    timestamp, nonce = str(int(time.time())), "n1"
    query = {
        "signature": signature(timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": "4375120948",
    }
    async with client() as session:
        async with session.get(f"{site}/wechat", params=query) as answer:
            assert (answer.status, await answer.text()) == (200, "4375120948")
        async with session.get(f"{site}/") as answer:
            assert answer.status == 200
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_health_and_figures_stay_inside(sites):
    async with client() as session:
        for site in sites[:2]:
            for path in ("/healthz", "/readyz", "/metrics"):
                async with session.get(site + path) as answer:
                    assert answer.status == 404, site + path


async def test_the_consoles_find_their_files_and_nobody_others(sites):
    async with client() as session:
        for site in sites[:2]:
            async with session.get(f"{site}/{VERIFIED}") as answer:
                assert (answer.status, await answer.text()) == (200, "abc123XYZ")
        async with session.get(f"{sites.gateway}/secret.txt") as answer:
            assert answer.status == 404


async def test_bodies_above_twelve_megabytes_are_not_passed_on(sites):
    desk = sites.desk
    async with client() as session:
        async with session.post(f"{desk}/api/x", data=b"x" * 12_000_000) as answer:
            assert (await answer.json())["n_bytes"] == 12_000_000
        async with session.post(f"{desk}/api/x", data=b"x" * 13_000_000) as answer:
            assert answer.status in (413, 502)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_what_is_written_to_a_stream_leaves_at_once(sites, encoding):
    site = sites.gateway
    headers = {"Accept-Encoding": encoding}
    async with client() as session:
        async with session.post(f"{site}/api/chat/session") as answer:
            assert answer.status == 200
            cookie = answer.headers["Set-Cookie"]
            assert "Secure" in cookie
        body = {"client_id": secrets.token_hex(8), "text": "路灯坏了"}
        cookies = {"Cookie": cookie.partition(";")[0]}
        async with session.get(
            f"{site}/api/chat/events", headers={**headers, **cookies}
        ) as stream:
            assert stream.status == 200
            async with session.post(
                f"{site}/api/chat/messages", json=body, headers=cookies
            ) as answer:
                assert answer.status == 202
            text = await asyncio.wait_for(until_said(stream, "路灯坏了"), 5)
    assert "event" in text or "data:" in text


async def test_an_open_stream_does_not_keep_the_proxy_from_ending(sites):
    async with client() as session:
        async with session.post(f"{sites.gateway}/api/chat/session") as answer:
            cookies = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
        url = f"{sites.gateway}/api/chat/events"
        async with session.get(url, headers=cookies) as stream:
            assert stream.status == 200
            sites.process.terminate()
            await asyncio.to_thread(sites.process.wait, 8)


async def until_said(stream: aiohttp.ClientResponse, wanted: str) -> str:
    """Reads a stream, packed or not, until a text has come."""
    raw = b""
    async for chunk in stream.content.iter_any():
        raw += chunk
        is_packed = stream.headers.get("Content-Encoding") == "gzip"
        text = unpacked(raw) if is_packed else raw.decode(errors="replace")
        if wanted in text or wanted.encode("unicode_escape").decode() in text:
            return text
    raise AssertionError(f"the stream ended: {raw!r}")


def unpacked(raw: bytes) -> str:
    """Returns what can be read of a gzip stream that goes on."""
    return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(raw).decode()
