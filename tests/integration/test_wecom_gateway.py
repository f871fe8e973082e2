"""The webhook of the WeCom app; wechatpy's crypto is the peer."""

import hashlib
import json
import secrets
import time
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from wechatpy.enterprise.crypto import WeChatCrypto

from adapters.redis_conversations import RedisConversations
from adapters.settings import Settings
from adapters.wecom.settings import WeComSettings
from community.errors import StoreUnavailableError
from gateway.app import build_app
from gateway.keys import CONVERSATIONS

TOKEN, CORP = "wecomtoken", "ww1234567890abcdef"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture
async def client(aiohttp_client, redis_url, tmp_path) -> TestClient:
    settings = replace(
        Settings.from_env({"FIELD_KEY": "f" * 64}),
        redis_url=redis_url,
        redis_prefix=f"wecom-{secrets.token_hex(4)}",
        database_url=f"sqlite:///{tmp_path}/wecom.db",
        blob_dir=tmp_path,
        wecom=WeComSettings(
            corp_id=CORP, agent_id=1, secret="s", token=TOKEN, aes_key=KEY
        ),
    )
    return await aiohttp_client(build_app(settings, pages=tmp_path / "none"))


@pytest.fixture
def store(client) -> RedisConversations:
    return client.app[CONVERSATIONS]


def sealed(xml: str, *, at: int | None = None) -> tuple[dict[str, str], str]:
    nonce, timestamp = secrets.token_hex(5), str(at or int(time.time()))
    body = WeChatCrypto(TOKEN, KEY, CORP).encrypt_message(xml, nonce, timestamp)
    signature = body.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}, body


def card(key: str = "claim:1125-4837", code: str = "RC1") -> str:
    return (
        f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>wang</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType>event</MsgType>"
        f"<Event>template_card_event</Event><EventKey>{key}</EventKey>"
        f"<TaskId>t-1</TaskId><CardType>button_interaction</CardType>"
        f"<ResponseCode>{code}</ResponseCode><AgentID>1</AgentID></xml>"
    )


async def push(client: TestClient, xml: str, **options: Any) -> int:
    query, body = sealed(xml, **options)
    async with client.post("/wecom", params=query, data=body) as response:
        if response.status == 200:
            assert await response.read() == b""
        return response.status


async def actions(store: RedisConversations) -> list[dict[str, Any]]:
    entries = await store.redis.xrange(store.keys.staff_actions)
    return [json.loads(fields["entry"]) for _, fields in entries]


async def test_the_consoles_check_is_answered_decrypted(client):
    query, body = sealed("1616140317555161061")
    echo = body.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    response = await client.get("/wecom", params=query | {"echostr": echo})
    assert await response.read() == b"1616140317555161061"
    forged = query | {"echostr": echo, "msg_signature": "0"}
    assert (await client.get("/wecom", params=forged)).status == 403


async def test_a_tap_is_stored_before_it_is_acknowledged_and_once(client, store):
    xml = card()
    assert await push(client, xml) == 200
    assert await push(client, xml) == 200
    [action] = await actions(store)
    assert action["userid"] == "wang"
    assert action["key"] == "claim:1125-4837"
    assert (action["task"], action["response_code"]) == ("t-1", "RC1")


async def test_two_taps_are_two(client, store):
    await push(client, card(code="RC1"))
    await push(client, card(key="ack:1125-4837", code="RC2"))
    assert len(await actions(store)) == 2


async def test_redis_down_acknowledges_no_tap(client, store, monkeypatch):
    async def down(*_: Any, **__: Any) -> bool:
        raise StoreUnavailableError("down")

    monkeypatch.setattr("gateway.wecom.BUDGET_S", 0.2)
    monkeypatch.setattr("gateway.wecom.WeComChannel.store", down)
    assert await push(client, card()) == 503


async def test_other_callbacks_are_acknowledged(client, store):
    xml = card().replace("template_card_event", "enter_agent")
    assert await push(client, xml) == 200
    assert await actions(store) == []


async def test_a_signed_callback_that_cannot_be_read_is_acknowledged(client, store):
    assert await push(client, "<xml><broken") == 200
    query, _ = sealed(card())
    parts = sorted((TOKEN, query["timestamp"], query["nonce"], "AAAA"))
    query["msg_signature"] = hashlib.sha1("".join(parts).encode()).hexdigest()
    body = f"<xml><ToUserName>{CORP}</ToUserName><Encrypt>AAAA</Encrypt></xml>"
    assert (await client.post("/wecom", params=query, data=body)).status == 200
    assert await actions(store) == []


async def test_what_is_not_ours_is_refused(client, store):
    query, body = sealed(card())
    for changes in ({"msg_signature": "0" * 40}, {"timestamp": "1"}, {"nonce": "x"}):
        response = await client.post("/wecom", params=query | changes, data=body)
        assert response.status == 403
    assert await push(client, card(), at=int(time.time()) - 900) == 403
    assert (await client.post("/wecom", data=b"\xff")).status == 403
    assert await actions(store) == []
