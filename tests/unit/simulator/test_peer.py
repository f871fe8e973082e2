"""wechatpy's own clients, unchanged but for their address, against the simulator."""

import asyncio
import io
from collections.abc import Callable
from typing import Any

import pytest
from wechatpy import WeChatClient
from wechatpy.enterprise import WeChatClient as CorpClient
from wechatpy.exceptions import WeChatClientException

from simulator.options import Options
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.webhook import Webhook


@pytest.fixture
def peer(
    wechat: SimulatedWeChat, options: Options, monkeypatch: pytest.MonkeyPatch
) -> WeChatClient:
    """The Official Account's client; its token address is hard-coded in a method."""

    def fetch(self: WeChatClient) -> Any:
        return self._fetch_access_token(
            url=f"{wechat.url}/cgi-bin/token",
            params={
                "grant_type": "client_credential",
                "appid": self.appid,
                "secret": self.secret,
            },
        )

    monkeypatch.setattr(WeChatClient, "API_BASE_URL", f"{wechat.url}/cgi-bin/")
    monkeypatch.setattr(WeChatClient, "fetch_access_token", fetch)
    return WeChatClient(options.app_id, options.secret)


async def run(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return await asyncio.to_thread(call, *arguments, **named)


async def test_messages_and_their_errors(
    wechat: SimulatedWeChat, peer: WeChatClient
) -> None:
    resident = wechat.resident("o1")
    with pytest.raises(WeChatClientException, match="45015"):
        await run(peer.message.send_text, "o1", "您好")
    await resident.say("你好")
    await run(peer.message.send_text, "o1", "您好，云小路在")
    article = {"title": "指南", "description": "", "url": "https://x/", "image": ""}
    await run(peer.message.send_articles, "o1", [article])
    await run(peer.message.send_template, "o1", "t", {"thing1": {"value": "办好了"}})
    shown = [(b.via, b.kind, b.text) for b in resident.chat if b.side == "account"]
    assert shown == [
        ("custom", "text", "您好，云小路在"),
        ("custom", "news", "指南"),
        ("template", "template", "办好了"),
    ]


async def test_a_revoked_token_is_fetched_again(
    wechat: SimulatedWeChat, peer: WeChatClient
) -> None:
    await wechat.resident("o1").say("你好")
    await run(peer.message.send_text, "o1", "一")
    wechat.official.revoke_tokens()
    await run(peer.message.send_text, "o1", "二")
    assert [c.errcode for c in wechat.record.calls if "custom" in c.name] == [
        0,
        40001,
        0,
    ]


async def test_menu_codes_users_and_tickets(
    wechat: SimulatedWeChat, peer: WeChatClient
) -> None:
    buttons = {"button": [{"type": "click", "name": "报事", "key": "report"}]}
    await run(peer.menu.create, buttons)
    assert (await run(peer.menu.get))["menu"]["button"][0]["key"] == "report"
    await run(peer.menu.delete)
    assert wechat.official.menu is None
    order = {
        "action_name": "QR_LIMIT_STR_SCENE",
        "action_info": {"scene": {"scene_str": "grid:1"}},
    }
    ticket = (await run(peer.qrcode.create, order))["ticket"]
    exchange = await wechat.resident("o1").scan(ticket=ticket)
    assert exchange.push.fields["EventKey"] == "grid:1"
    assert (await run(peer.user.get, "o1"))["subscribe"] == 1
    found = await run(peer.user.get_followers)
    assert found["data"]["openid"] == ["o1"]
    assert len(await run(peer.jsapi.get_jsapi_ticket)) > 40


async def test_files_go_up_and_down(
    wechat: SimulatedWeChat, peer: WeChatClient, webhook: Webhook
) -> None:
    await wechat.resident("o1").image(b"a photo of a lamp", "image/png")
    media_id = webhook.messages[0].media_id
    assert (await run(peer.media.download, media_id)).content == b"a photo of a lamp"
    picture = io.BytesIO(b"\x89PNG")
    picture.name = "p.png"
    uploaded = await run(peer.media.upload, "image", picture)
    await run(peer.message.send_image, "o1", uploaded["media_id"])
    assert wechat.resident("o1").chat[-1].kind == "image"
    wechat.clock.advance(3 * 86_400)
    with pytest.raises(WeChatClientException, match="40007") as caught:
        await run(peer.media.download, media_id)
    assert caught.value.response.headers["Content-Type"].startswith("text/plain")


async def test_the_company_client(
    wechat: SimulatedWeChat, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(self: CorpClient) -> Any:
        return self._fetch_access_token(
            url=f"{wechat.url}/cgi-bin/gettoken",
            params={"corpid": self.corp_id, "corpsecret": self.secret},
        )

    monkeypatch.setattr(CorpClient, "API_BASE_URL", f"{wechat.url}/cgi-bin/")
    monkeypatch.setattr(CorpClient, "fetch_access_token", fetch)
    corp = CorpClient(options.corp_id, options.corp_secrets[0])
    found = await run(corp.message.send_text, options.agent_id, "zhang|li", "新工单")
    assert found["invaliduser"] == ""
    assert [b.text for b in wechat.record.chat("member:li")] == ["新工单"]
