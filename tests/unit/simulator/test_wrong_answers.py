"""Every answer that WeChat would refuse is an error bubble, and says why."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from wechatpy.crypto import WeChatCrypto

from simulator.official import ERROR_TEXT
from simulator.options import Mode, Options
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.webhook import Webhook, text_reply

Wrong = Callable[[Any, Webhook], Any]
ARTICLE = "<item><Title>题</Title><Url>https://x.example/</Url></item>"


def reply(
    message: Any,
    inner: str = "<MsgType>text</MsgType><Content>好</Content>",
    *,
    to: str = "",
    by: str = "",
    created: str = "1700000000",
) -> str:
    """A reply as XML, with anything in it."""
    return (
        f"<xml><ToUserName>{to or message.source}</ToUserName>"
        f"<FromUserName>{by or message.target}</FromUserName>"
        f"<CreateTime>{created}</CreateTime>{inner}</xml>"
    )


def sealed(
    message: Any,
    webhook: Webhook,
    *,
    app_id: str = "",
    nonce: str = "",
    age_s: int = 0,
    **changes: str,
) -> web.Response:
    """An encrypted reply; `changes` replace elements of its envelope."""
    options = webhook.options
    crypto = WeChatCrypto(options.token, options.aes_key, app_id or options.app_id)
    given = nonce or webhook.queries[-1]["nonce"]
    stamp = str(int(time.time()) - age_s)
    text = crypto.encrypt_message(text_reply(message, "好"), given, stamp)
    for name, value in changes.items():
        text = re.sub(f"<{name}>.*?</{name}>", value, text)
    return raw(text)


def raw(body: str, status: int = 200) -> web.Response:
    return web.Response(text=body, status=status)


def news(message: Any, count: int) -> str:
    return reply(
        message,
        f"<MsgType>news</MsgType><ArticleCount>{count}</ArticleCount>"
        f"<Articles>{ARTICLE * count}</Articles>",
    )


WRONG: dict[str, tuple[Wrong, str]] = {
    "status 500": (lambda m, w: raw("success", 500), "status"),
    "status 302": (lambda m, w: raw("success", 302), "status"),
    "half an element": (lambda m, w: raw("<xml><ToUserName>"), "malformed"),
    "a page": (lambda m, w: raw("<html>Traceback</html>"), "malformed"),
    "nearly success": (lambda m, w: raw("success\n"), "malformed"),
    "JSON": (lambda m, w: raw(json.dumps({"Encrypt": "x"})), "malformed"),
    "plain in safe mode": (lambda m, w: raw(text_reply(m, "好")), "plain"),
    "forged signature": (
        lambda m, w: sealed(
            m, w, MsgSignature=f"<MsgSignature>{'0' * 40}</MsgSignature>"
        ),
        "signature",
    ),
    "no signature": (lambda m, w: sealed(m, w, MsgSignature=""), "envelope"),
    "an old envelope": (lambda m, w: sealed(m, w, age_s=600), "envelope"),
    "another nonce": (lambda m, w: sealed(m, w, nonce="1"), "envelope"),
    "another account's key": (lambda m, w: sealed(m, w, app_id="wx2"), "encryption"),
    "not swapped": (lambda m, w: reply(m, to=m.target, by=m.source), "address"),
    "to somebody else": (lambda m, w: reply(m, to="o2"), "address"),
    "from somebody else": (lambda m, w: reply(m, by="gh_2"), "address"),
    "no time": (lambda m, w: reply(m, created="now"), "malformed"),
    "unknown type": (lambda m, w: reply(m, "<MsgType>card</MsgType>"), "type"),
    "nothing said": (
        lambda m, w: reply(m, "<MsgType>text</MsgType><Content></Content>"),
        "empty",
    ),
    "a type twice": (
        lambda m, w: reply(m, "<MsgType>text</MsgType><MsgType>text</MsgType>"),
        "malformed",
    ),
    "over-long": (lambda m, w: text_reply(m, "好" * 683), "too-long"),
    "two articles": (lambda m, w: news(m, 2), "articles"),
    "articles miscounted": (
        lambda m, w: news(m, 1).replace("Count>1<", "Count>2<"),
        "malformed",
    ),
    "a foreign picture": (
        lambda m, w: reply(
            m, "<MsgType>image</MsgType><Image><MediaId>x</MediaId></Image>"
        ),
        "media",
    ),
}


@pytest.mark.parametrize("wrong", list(WRONG))
async def test_a_wrong_answer_is_an_error_bubble(
    wechat: SimulatedWeChat, webhook: Webhook, wrong: str
) -> None:
    make, reason = WRONG[wrong]
    webhook.respond = lambda message: make(message, webhook)
    exchange = await wechat.resident("o1").say("你好")
    assert exchange.is_error
    [bubble] = exchange.bubbles
    assert (bubble.kind, bubble.text) == ("error", ERROR_TEXT)
    assert bubble.data["reason"] == reason
    assert [c.reason for c in wechat.errors] == [reason]
    assert len(webhook.messages) == 1  # it is not delivered again


async def test_the_same_answer_sealed_rightly_is_shown(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    webhook.respond = lambda message: sealed(message, webhook)
    assert (await wechat.resident("o1").say("你好")).text == "好"


async def test_a_gif_is_refused_although_it_was_uploaded(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    medium = wechat.official.media.upload(b"GIF89a", "image", "image/gif")
    inner = (
        f"<MsgType>image</MsgType><Image><MediaId>{medium.media_id}</MediaId></Image>"
    )
    webhook.respond = lambda message: reply(message, inner)
    exchange = await wechat.resident("o1").say("看看")
    assert exchange.bubbles[0].data["reason"] == "media"


async def test_an_answer_after_five_seconds_is_too_late(
    wechat: SimulatedWeChat, webhook: Webhook, options: Options
) -> None:
    options.max_deliveries = 1
    webhook.delay_s = [0.5]
    webhook.respond = lambda message: text_reply(message, "来了")
    exchange = await wechat.resident("o1").say("慢")
    assert exchange.bubbles[0].data["reason"] == "timeout"


async def test_xml_is_refused_by_a_json_account(
    wechat: SimulatedWeChat, webhook: Webhook, options: Options
) -> None:
    options.mode, options.document = Mode.PLAINTEXT, "json"
    webhook.respond = lambda clear: raw("<xml><MsgType>text</MsgType></xml>")
    exchange = await wechat.resident("o1").say("你好")
    assert exchange.bubbles[0].data["reason"] == "malformed"
