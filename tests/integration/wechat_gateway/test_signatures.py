"""Keys, modes and signatures; what is not from WeChat is refused."""

import asyncio
import json
import time
from typing import Any

import pytest

from community.replies import Text
from gateway.keys import CONVERSATIONS
from tests.integration.wechat_gateway.hand_worker import answered, work
from tests.integration.wechat_peer import (
    ACCOUNT,
    CONVERSATION,
    KEY,
    OPENID,
    OTHER_KEY,
    TOKEN,
    Peer,
    signature,
    text,
)


async def test_the_previous_key_opens_and_seals(start, store):
    client = await start(WECHAT_AES_KEY=OTHER_KEY, WECHAT_AES_KEY_PREVIOUS=KEY)
    old, new = Peer(client, key=KEY), Peer(client, key=OTHER_KEY)
    store = client.app[CONVERSATIONS]
    assert "甲" in (await answered(old, store, text("一"), Text("甲")))[1]
    assert "乙" in (await answered(new, store, text("二"), Text("乙")))[1]


async def test_plaintext_mode(start):
    client = await start(WECHAT_AES_KEY="")
    peer, store = Peer(client), client.app[CONVERSATIONS]

    async def push() -> str:
        xml = text("低保怎么办").encode()
        response = await client.post("/wechat", params=peer.plain(), data=xml)
        return await response.text()

    answer, _ = await asyncio.gather(push(), work(store, Text("带身份证。")))
    assert "<Content><![CDATA[带身份证。]]></Content>" in answer


async def test_a_plaintext_push_is_refused_where_there_is_a_key(peer, client, store):
    response = await client.post("/wechat", params=peer.plain(), data=text("你好"))
    assert response.status == 403
    assert await store.head(CONVERSATION) is None


async def test_in_compatible_mode_the_signed_copy_counts(peer, client, store, quick):
    query, body = peer.encrypted(text("真的"))
    both = text("假的").replace("</xml>", "") + body.removeprefix("<xml>").replace(
        f"<ToUserName>{ACCOUNT}</ToUserName>", ""
    )
    response = await client.post("/wechat", params=query, data=both.encode())
    assert response.status == 200
    assert (await store.head(CONVERSATION)).inbound.text == "真的"


async def test_a_json_account_is_answered_in_json(start):
    client = await start(WECHAT_AES_KEY="")
    store = client.app[CONVERSATIONS]
    doc = {
        "ToUserName": ACCOUNT,
        "FromUserName": OPENID,
        "CreateTime": int(time.time()),
        "MsgType": "text",
        "Content": "低保怎么办",
        "MsgId": 7,
    }

    async def push() -> Any:
        query = Peer(client).plain()
        response = await client.post("/wechat", params=query, json=doc)
        return json.loads(await response.text())

    answer, _ = await asyncio.gather(push(), work(store, Text("带身份证。")))
    assert answer["Content"] == "带身份证。"


async def test_what_is_not_signed_by_us_is_refused(peer, client, store):
    query, body = peer.encrypted(text("你好"))
    for changes in (
        {"msg_signature": "0" * 40},
        {"msg_signature": ""},
        {"nonce": "other"},
        {"timestamp": "1"},
        {"timestamp": "x" * 50},
    ):
        response = await client.post("/wechat", params=query | changes, data=body)
        assert response.status == 403
        assert "Traceback" not in await response.text()
    assert await store.head(CONVERSATION) is None


async def test_a_push_for_another_app_or_account_is_refused(client, store):
    stranger = Peer(client)
    stranger.crypto = type(stranger.crypto)(TOKEN, KEY, "wx0000000000000000")
    query, body = stranger.encrypted(text("你好"))
    assert (await client.post("/wechat", params=query, data=body)).status == 403
    query, body = Peer(client).encrypted(text("你好", ToUserName="gh_other"))
    assert (await client.post("/wechat", params=query, data=body)).status == 403
    query, body = Peer(client).encrypted(text("你好", FromUserName="a:b c"))
    assert (await client.post("/wechat", params=query, data=body)).status == 403


@pytest.mark.parametrize("cipher", ["?", "AAAA", "A" * 43 + "=", "A" * 88])
async def test_signed_and_undecryptable_shows_no_error(peer, client, store, cipher):
    query, _ = peer.encrypted(text("你好"))
    sign = signature(query["timestamp"], query["nonce"], cipher)
    body = f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt>{cipher}</Encrypt></xml>"
    response = await client.post(
        "/wechat", params=query | {"msg_signature": sign}, data=body
    )
    assert (response.status, await response.text()) == (200, "success")
    assert await store.head(CONVERSATION) is None


async def test_an_old_push_is_refused(peer):
    assert (await peer.push(text("你好"), at=int(time.time()) - 600))[0] == 403


async def test_a_seen_signature_signs_nothing_else(start):
    client = await start(WECHAT_AES_KEY="")
    query = Peer(client).plain()
    first = text("你好", msg_id=1)
    other = text("俺家着火了", msg_id=2)
    store = client.app[CONVERSATIONS]

    async def push(xml: str) -> int:
        async with client.post("/wechat", params=query, data=xml.encode()) as response:
            return response.status

    assert (await asyncio.gather(push(first), work(store, Text("好"))))[0] == 200
    assert await push(other) == 403
    assert await push(first) == 200


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "x",
        "<xml></xml>",
        "<xml><MsgType>text</MsgType></xml>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><xml><MsgType>&a;</MsgType></xml>",
        text("你好").replace("<MsgType>text</MsgType>", "<MsgType>text</MsgType>" * 2),
        text("你好").replace("<CreateTime>", "<CreateTime>x"),
        "[1, 2]",
        '{"MsgType": "text"}',
    ],
)
async def test_a_signed_push_that_cannot_be_read_is_success(peer, client, broken):
    assert await peer.push(broken or " ") == (200, "success")
    response = await client.post(
        "/wechat",
        params=peer.plain() | {"encrypt_type": "aes"},
        data=broken.encode(),
    )
    assert (response.status, await response.text()) == (200, "success")


async def test_unsigned_garbage_is_refused_and_a_large_body_is_not_read(client):
    assert (await client.post("/wechat", data=b"\xff\xfe")).status == 403
    query = {"timestamp": str(int(time.time()))}
    large = await client.post("/wechat", params=query, data=b"x" * 200_000)
    assert large.status == 413
