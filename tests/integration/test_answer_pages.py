"""The page of a long answer: over real HTTP and Redis, up to the messenger's last bubble."""

import asyncio
import base64
import hashlib
import html
import re
import secrets
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient

from adapters.answer_pages import NAME_CHARS, RedisAnswerPages
from adapters.redis_conversations import RedisConversations
from adapters.settings import Settings
from community.errors import NotFoundError
from community.replies import (
    Choice,
    Choices,
    Emergency,
    Image,
    ItemList,
    Link,
    Text,
)
from gateway.app import build_app
from gateway.keys import ANSWER_PAGES, BLOBS, CLOCK, CONVERSATIONS
from tests.databases import migrated

ID = "wechat:oGrandma_1234567890:m5"
NOW = datetime.now(timezone.utc)
FIELD_KEY = "f" * 64


@pytest.fixture
def pages(conversations: RedisConversations) -> RedisAnswerPages:
    return RedisAnswerPages(conversations.redis, conversations.keys, FIELD_KEY, days=7)


@pytest.fixture
async def client(aiohttp_client, redis_url: str, tmp_path: Path) -> TestClient:
    url = f"sqlite:///{tmp_path}/pages.db"
    await asyncio.to_thread(migrated, url)
    settings = Settings.from_env(
        {
            "STATE_DIR": str(tmp_path),
            "REDIS_URL": redis_url,
            "REDIS_PREFIX": f"page-{secrets.token_hex(4)}",
            "DATABASE_URL": url,
            "FIELD_KEY": FIELD_KEY,
        }
    )
    found: TestClient = await aiohttp_client(build_app(settings, pages=tmp_path / "no"))
    return found


async def keep(client: TestClient, *parts) -> str:
    return await client.app[ANSWER_PAGES].keep(ID, parts, NOW)


async def test_the_name_tells_nothing_and_opens_until_its_end(pages, conversations):
    path = await pages.keep(ID, (Text("全文"),), NOW)
    name = path.removeprefix("/a/")
    assert len(name) == NAME_CHARS
    assert "oGrandma" not in path
    assert await pages.open(name, NOW) == (Text("全文"),)
    assert await pages.open(name, NOW + timedelta(days=8)) is None
    key = conversations.keys.answer_page(ID)
    assert "oGrandma" not in key
    assert "oGrandma" not in await conversations.redis.get(key)
    assert 6 * 86_400 < await conversations.redis.ttl(key) <= 7 * 86_400


async def test_no_other_name_opens(pages, conversations):
    name = (await pages.keep(ID, (Text("全文"),), NOW)).removeprefix("/a/")
    others = RedisAnswerPages(conversations.redis, conversations.keys, "g" * 64, days=7)
    forged = (await others.keep(ID, (Text("全文"),), NOW)).removeprefix("/a/")
    altered = [
        name[:n] + ("A" if name[n] != "A" else "B") + name[n + 1 :]
        for n in range(NAME_CHARS)
    ]
    for wrong in (forged, *altered, name + "=", name[:-4], "", "页" * 48, "../" * 16):
        with pytest.raises(NotFoundError):
            await pages.open(wrong, NOW)


async def test_names_outlive_a_rotation_of_the_key(pages, conversations):
    name = (await pages.keep(ID, (Text("全文"),), NOW)).removeprefix("/a/")
    later = RedisAnswerPages(
        conversations.redis, conversations.keys, f"{'n' * 64},{FIELD_KEY}", days=7
    )
    assert await later.open(name, NOW) == (Text("全文"),)


async def test_the_page_shows_every_part_and_runs_nothing(client):
    blob = await client.app[BLOBS].put(b"\xff\xd8photo", "image/jpeg")
    path = await keep(
        client,
        Emergency("fire", ("119",), "先打119。"),
        Text("第一段\n第二段，见 https://www.gov.cn/x?a=1&b=2。"),
        Text("<script>alert(1)</script>"),
        ItemList("要带的", ("身份证", "户口簿")),
        Link("办事指南", "https://example.cn/guide"),
        Link("坏的", "javascript:alert(1)"),
        Image(f"blob:{blob}", "修好了"),
        Image("https://example.cn/1.jpg", "样表"),
        Choices("还想问什么？", (Choice("要多少钱", "/x"), Choice("去哪办", "/y"))),
    )
    response = await client.get(path)
    text = await response.text()
    assert (response.status, response.content_type) == (200, "text/html")
    assert '<html lang="zh-CN">' in text
    assert 'name="viewport"' in text
    for shown in (
        '<a class="call" href="tel:119">',
        "第一段\n第二段",
        '<a href="https://www.gov.cn/x?a=1&amp;b=2" rel="noopener">',
        "&lt;script&gt;",
        "<li>户口簿</li>",
        '<a href="https://example.cn/guide" rel="noopener">办事指南</a>',
        '<a href="https://example.cn/1.jpg" rel="noopener">看图片：样表</a>',
        "<li>去哪办</li>",
    ):
        assert shown in text, shown
    assert "javascript:" not in text
    assert "<script" not in text
    assert "oGrandma" not in text
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "private, no-store"

    [source] = re.findall(r'<img src="([^"]+)" alt="修好了">', text)
    picture = await client.get(html.unescape(source))
    assert (picture.status, await picture.read()) == (200, b"\xff\xd8photo")
    assert (await client.get(f"{path}/1")).status == 404  # no picture
    assert (await client.get(f"{path}/99")).status == 404


async def test_the_style_is_the_one_that_the_policy_allows(client):
    response = await client.get(await keep(client, Text("好")))
    style = (await response.text()).split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response.headers["Content-Security-Policy"]
    assert "font: 1.25rem" in style


async def test_a_page_whose_time_is_over_says_so_kindly(client, monkeypatch):
    path = await keep(client, Text("全文"))
    later = NOW + timedelta(days=8)
    monkeypatch.setitem(client.app._state, CLOCK, lambda: later)
    response = await client.get(path)
    assert response.status == 410
    assert "已经打不开了" in await response.text()
    assert "全文" not in await response.text()
    assert (await client.get(f"{path}/0")).status == 404


async def test_a_wrong_link_says_so_kindly(client):
    response = await client.get("/a/" + "A" * NAME_CHARS)
    assert response.status == 404
    assert "没有找到这一页" in await response.text()


async def test_a_forgotten_persons_page_is_gone(client):
    path = await keep(client, Text("全文"))
    store = client.app[CONVERSATIONS]
    await store.redis.delete(store.keys.answer_page(ID))
    assert (await client.get(path)).status == 410
