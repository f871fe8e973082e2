"""The protocol's examples of replies and calls, as the simulator takes them."""

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from xml.etree import ElementTree

import aiohttp

from simulator.crypto import MessageCipher
from simulator.judge import RefusedReplyError, Secrets, judge
from simulator.options import Mode
from simulator.pushes import Push
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.webhook import Webhook
from tests.wechat_corpus import body_of, cases, needs_corpus

pytestmark = needs_corpus
Call = Callable[..., Awaitable[dict[str, Any]]]
PLAIN = Secrets("token", MessageCipher("A" * 43, "wx1"), Mode.PLAINTEXT, "xml")
MEDIA_OF = {"music": "thumb"}
"""Reply → kind of its file, where that has another name."""


def told(body: bytes, name: str) -> str:
    """Returns an element's words in a well-formed example."""
    return ElementTree.fromstring(body).findtext(name) or ""


@cases("replies")
def test_replies_to_a_push(name: str, outcome: str) -> None:
    body = body_of(name)
    person, account = told(body, "ToUserName"), told(body, "FromUserName")
    push = Push(person, {"ToUserName": account}, "1", "text")
    kind = told(body, "MsgType")
    own = MEDIA_OF.get(kind, kind)
    try:
        found = judge(200, body, "1", push, PLAIN, lambda _: own).kind
    except RefusedReplyError as err:
        found = f"refused: {err.reason}"
    assert found == outcome


@cases("corp_replies")
async def test_replies_to_a_tap(
    wechat: SimulatedWeChat, webhook: Webhook, name: str, outcome: str
) -> None:
    body = body_of(name)
    company = told(body, "FromUserName"), wechat.options.corp_id
    webhook.respond_corp = lambda fields: body.decode().replace(*company)
    attempt = await wechat.member(told(body, "ToUserName")).enter()
    assert attempt.reply is not None
    assert attempt.reply.kind == outcome


@cases("requests")
async def test_calls(
    wechat: SimulatedWeChat,
    session: aiohttp.ClientSession,
    name: str,
    outcome: dict[str, Any],
) -> None:
    await wechat.resident("OPENID").say("你好")
    wechat.options.app_id, wechat.options.secret = "APPID", "APPSECRET"
    is_corp = "/wecom_" in name
    book = wechat.corp.tokens if is_corp else wechat.official.tokens
    owner = wechat.options.corp_secrets[0] if is_corp else ""
    token, _ = book.stable(wechat.clock.now(), owner=owner)
    query = {"access_token": token, "key": secrets.token_hex(4)}
    url = f"{wechat.url}/cgi-bin/{outcome['call']}"
    async with session.post(url, params=query, data=body_of(name)) as answer:
        if outcome["gives"] == "not offered":
            assert answer.status == 404
            return
        document = json.loads(await answer.text())
    assert document.get("errcode", 0) == outcome["gives"], document
