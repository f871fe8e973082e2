"""A service that answers pushes, with wechatpy as its crypto and parser."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import xmltodict
from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as CorpCrypto
from wechatpy.utils import check_signature

from simulator.options import Options

Responder = Callable[[Any], Any]
"""Takes the parsed message; returns the reply's XML, a response, or None for success."""


def text_reply(message: Any, content: str) -> str:
    """A text reply as an independent service would write it."""
    return (
        f"<xml><ToUserName><![CDATA[{message.source}]]></ToUserName>"
        f"<FromUserName><![CDATA[{message.target}]]></FromUserName>"
        "<CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content></xml>"
    )


class Webhook:
    """Listens on a free port; `respond` may be exchanged at any time."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.crypto = WeChatCrypto(options.token, options.aes_key, options.app_id)
        self.corp = CorpCrypto(
            options.corp_token, options.corp_aes_key, options.corp_id
        )
        self.respond: Responder = lambda message: None
        self.respond_corp: Callable[[dict[str, Any]], str | None] = lambda fields: None
        self.delay_s: list[float] = []
        self.messages: list[Any] = []
        self.bodies: list[bytes] = []
        self.queries: list[dict[str, str]] = []
        self.corp_events: list[dict[str, Any]] = []

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/wechat", self.wechat)
        app.router.add_get("/wechat", self.verify)
        app.router.add_post("/wecom", self.wecom)
        app.router.add_get("/wecom", self.verify_corp)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.options.webhook = f"{base}/wechat"
        self.options.corp_webhook = f"{base}/wecom"

    async def stop(self) -> None:
        await self.runner.cleanup()

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        check_signature(
            self.options.token, query["signature"], query["timestamp"], query["nonce"]
        )
        return web.Response(text=query["echostr"])

    async def verify_corp(self, request: web.Request) -> web.Response:
        query = request.query
        echo = self.corp.check_signature(
            query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"]
        )
        return web.Response(text=echo)

    async def wechat(self, request: web.Request) -> web.Response:
        query, body = dict(request.query), await request.read()
        self.queries.append(query)
        self.bodies.append(body)
        check_signature(
            self.options.token, query["signature"], query["timestamp"], query["nonce"]
        )
        is_encrypted = query.get("encrypt_type") == "aes"
        clear = body.decode()
        if is_encrypted and self.options.document == "xml":
            clear = self.crypto.decrypt_message(
                body, query["msg_signature"], query["timestamp"], query["nonce"]
            )
        message = parse_message(clear) if self.options.document == "xml" else clear
        self.messages.append(message)
        if self.delay_s:
            await asyncio.sleep(self.delay_s.pop(0))
        reply = self.respond(message)
        if isinstance(reply, web.Response):
            return reply
        if reply is None:
            return web.Response(text="success")
        if is_encrypted:
            reply = self.crypto.encrypt_message(
                reply, query["nonce"], str(int(time.time()))
            )
        return web.Response(text=reply, content_type="text/xml")

    async def wecom(self, request: web.Request) -> web.Response:
        query, body = request.query, await request.read()
        clear = self.corp.decrypt_message(
            body, query["msg_signature"], query["timestamp"], query["nonce"]
        )
        fields = xmltodict.parse(clear)["xml"]
        self.corp_events.append(fields)
        reply = self.respond_corp(fields)
        if reply is None:
            return web.Response(text="")
        return web.Response(
            text=self.corp.encrypt_message(reply, query["nonce"], str(int(time.time())))
        )
