"""Pushes as WeChat makes them, by an independent implementation (wechatpy)."""

import secrets
import time
from typing import Any
from xml.sax.saxutils import escape

from aiohttp.test_utils import TestClient
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

TOKEN = "testtoken123"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OTHER_KEY = "0123456789ABCDEFGabcdefghijklmnopqrstuvwxyz"
APP_ID = "wx1234567890abcdef"
ACCOUNT = "gh_0123456789ab"
OPENID = "oGrandma_1234567890"
CONVERSATION = f"wechat:{OPENID}"


def message(kind: str = "text", *, msg_id: int | None = None, **fields: Any) -> str:
    """Returns a push as XML; events have no id."""
    base: dict[str, Any] = {
        "ToUserName": ACCOUNT,
        "FromUserName": OPENID,
        "CreateTime": int(time.time()),
        "MsgType": kind,
        **fields,
    }
    if kind != "event":
        base["MsgId"] = msg_id or secrets.randbelow(10**15)
    inner = "\n".join(
        f"<{name}>{value if name.endswith('Info') else escape(str(value))}</{name}>"
        for name, value in base.items()
    )
    return f"<xml>{inner}</xml>"


def text(content: str, **more: Any) -> str:
    return message("text", Content=content, **more)


def event(name: str, **fields: Any) -> str:
    return message("event", Event=name, **fields)


def signature(*parts: str, token: str = TOKEN) -> str:
    signer = WeChatSigner()
    signer.add_data(token, *parts)
    return str(signer.signature)


class Peer:
    """Delivers pushes to a gateway and reads its answers."""

    def __init__(self, client: TestClient, *, key: str = KEY) -> None:
        self.client = client
        self.key = key
        self.crypto = WeChatCrypto(TOKEN, key, APP_ID)

    def encrypted(
        self, xml: str, *, at: int | None = None, nonce: str = ""
    ) -> tuple[dict[str, str], str]:
        """Returns query and body of safe mode."""
        nonce = nonce or secrets.token_hex(6)
        timestamp = str(at or int(time.time()))
        sealed = self.crypto.encrypt_message(xml, nonce, timestamp)
        encrypt = sealed.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
        query = {
            "signature": signature(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": signature(timestamp, nonce, encrypt),
            "openid": "forged",
        }
        body = (
            f"<xml><ToUserName>{ACCOUNT}</ToUserName>"
            f"<Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
        )
        return query, body

    def plain(self, *, at: int | None = None, nonce: str = "") -> dict[str, str]:
        """Returns the query of plaintext mode."""
        nonce = nonce or secrets.token_hex(6)
        timestamp = str(at or int(time.time()))
        return {
            "signature": signature(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }

    async def push(self, xml: str, **options: Any) -> tuple[int, str]:
        """Delivers in safe mode; returns status and the decrypted answer."""
        query, body = self.encrypted(xml, **options)
        async with self.client.post("/wechat", params=query, data=body) as response:
            answer = await response.text()
            status = response.status
        if not answer.startswith("<xml>"):
            return status, answer
        fields = {
            name: answer.split(f"<{name}>")[1].split(f"</{name}>")[0]
            for name in ("MsgSignature", "TimeStamp", "Nonce")
        }
        plain = {
            name: value.removeprefix("<![CDATA[").removesuffix("]]>")
            for name, value in fields.items()
        }
        opened = self.crypto.decrypt_message(
            answer, plain["MsgSignature"], plain["TimeStamp"], plain["Nonce"]
        )
        assert plain["Nonce"] == query["nonce"]
        return status, opened.decode() if isinstance(opened, bytes) else opened
