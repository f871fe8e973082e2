"""WeCom: messages, cards, clicks, robots."""

import base64
import hashlib
from typing import Any

import aiohttp
import pytest

from simulator.media import PICTURE
from simulator.options import Options
from simulator.refusals import SimulatorError
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.conftest import Call
from tests.unit.simulator.webhook import Webhook

BUTTONS = [
    {"text": "受理", "style": 1, "key": "accept"},
    {"text": "转派", "style": 2, "key": "transfer"},
]


def card(task_id: str = "t1", **changes: Any) -> dict[str, Any]:
    return {
        "card_type": "button_interaction",
        "main_title": {"title": "新工单", "desc": "楼道灯坏了"},
        "task_id": task_id,
        "button_list": BUTTONS,
        **changes,
    }


@pytest.fixture
def send(call: Call, options: Options) -> Call:
    async def send_(kind: str, group: Any, touser: str = "zhang", **more: Any) -> Any:
        body = {
            "touser": touser,
            "agentid": options.agent_id,
            "msgtype": kind,
            kind: group,
            **more,
        }
        return await call("POST", "message/send", body, corp=True)

    return send_


async def test_one_token_for_each_secret(
    wechat: SimulatedWeChat, call: Call, options: Options
) -> None:
    options.corp_secrets = ("one", "two")

    async def token(secret: str) -> dict[str, Any]:
        query = {"corpid": options.corp_id, "corpsecret": secret}
        return await call("GET", "gettoken", token="", **query)

    first = await token("one")
    assert (await token("one"))["access_token"] == first["access_token"]
    assert (await token("two"))["access_token"] != first["access_token"]
    assert (await token("three"))["errcode"] == 40001
    body = {"touser": "zhang", "agentid": options.agent_id}
    assert (await call("POST", "message/send", body, token="x"))["errcode"] == 40014
    wechat.clock.advance(7200)
    old = first["access_token"]
    assert (await call("POST", "message/send", body, token=old))["errcode"] == 42001


async def test_unknown_members_are_named_and_the_others_served(
    wechat: SimulatedWeChat, webhook: Webhook, send: Call, options: Options
) -> None:
    options.members = {"zhang": "张三"}
    found = await send("text", {"content": "好"}, "zhang|nobody")
    assert (found["errcode"], found["invaliduser"]) == (0, "nobody")
    assert [b.text for b in wechat.record.chat("member:zhang")] == ["好"]
    assert (await send("text", {"content": "好"}, "nobody"))["errcode"] == 81013


@pytest.mark.parametrize(
    ("kind", "group", "errcode"),
    [
        ("text", {"content": "好" * 900}, 0),
        ("text", {"content": ""}, 44004),
        ("markdown", {"content": "好" * 683}, 45002),
        ("textcard", {"title": "题", "description": "文", "url": "https://x/"}, 0),
        ("textcard", {"title": "题", "description": "文"}, 40058),
        (
            "textcard",
            {"title": "题", "description": "文", "url": "u", "btntxt": "五个字以上"},
            40058,
        ),
        ("news", {"articles": [{"title": "题", "url": "https://x/"}]}, 0),
        ("news", {"articles": [{"title": "题"}]}, 40058),
        ("news", {"articles": [{"url": "https://x/"}]}, 40058),
        ("news", {"articles": []}, 45008),
        ("fax", {}, 40008),
        ("template_card", card(), 0),
        ("template_card", card(task_id=""), 40058),
        ("template_card", card(task_id="工单"), 40058),
        ("template_card", card(main_title={"title": "字" * 37}), 40058),
        ("template_card", card(main_title={"title": "题", "desc": "字" * 45}), 40058),
        ("template_card", card(button_list=[]), 40058),
        ("template_card", card(button_list=BUTTONS * 4), 40058),
        ("template_card", card(button_list=[BUTTONS[0]] * 2), 40058),
        ("template_card", card(button_list=[{"text": "字" * 11, "key": "k"}]), 40058),
        ("template_card", card(button_list=[{**BUTTONS[0], "type": 2}]), 40058),
        ("template_card", card(horizontal_content_list=[{}] * 7), 40058),
        ("template_card", card(jump_list=[{}] * 4), 40058),
        ("template_card", card(card_type="dance"), 40058),
        ("template_card", "card", 40058),
    ],
)
async def test_app_messages(send: Call, kind: str, group: Any, errcode: int) -> None:
    assert (await send(kind, group))["errcode"] == errcode


async def test_long_texts_are_cut_within_no_character(
    wechat: SimulatedWeChat, send: Call
) -> None:
    await send("text", {"content": "好" * 900})
    [bubble] = wechat.record.chat("member:zhang")
    assert bubble.text == "好" * 682
    assert bubble.defects == ("the text is cut",)


async def test_more_than_thirty_a_minute_are_dropped_in_silence(
    wechat: SimulatedWeChat, send: Call
) -> None:
    codes = {(await send("text", {"content": str(n)}))["errcode"] for n in range(31)}
    assert codes == {0}
    assert len(wechat.record.chat("member:zhang")) == 30
    wechat.clock.advance(60)
    await send("text", {"content": "later"})
    assert len(wechat.record.chat("member:zhang")) == 31


async def test_the_duplicate_check(wechat: SimulatedWeChat, send: Call) -> None:
    for _ in range(2):
        await send("text", {"content": "好"}, enable_duplicate_check=1)
    assert len(wechat.record.chat("member:zhang")) == 1
    wechat.clock.advance(1800)
    await send("text", {"content": "好"}, enable_duplicate_check=1)
    assert len(wechat.record.chat("member:zhang")) == 2


async def test_task_ids_are_unique(send: Call) -> None:
    assert (await send("template_card", card("t1")))["errcode"] == 0
    assert (await send("template_card", card("t1")))["errcode"] == 40058


async def test_wrong_agents_and_addresses(
    call: Call, send: Call, options: Options
) -> None:
    assert (await send("text", {"content": "好"}, agentid=1))["errcode"] == 40056
    options.trusted_ips = ("10.0.0.1",)
    found = await send("text", {"content": "好"})
    assert found["errcode"] == 60020
    assert "from ip: 127.0.0.1" in found["errmsg"]


async def test_two_members_may_click_and_the_answer_changes_one_copy(
    wechat: SimulatedWeChat, webhook: Webhook, send: Call
) -> None:
    await send("template_card", card(), "zhang|li")
    copies = {name: wechat.record.chat(f"member:{name}")[0] for name in ("zhang", "li")}
    webhook.respond_corp = lambda fields: (
        f"<xml><ToUserName>{fields['FromUserName']}</ToUserName>"
        f"<FromUserName>{fields['ToUserName']}</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>update_button</MsgType><Button><ReplaceName>已受理</ReplaceName>"
        "</Button></xml>"
    )
    await wechat.member("zhang").click(copies["zhang"].seq, "accept")
    assert copies["zhang"].data["card"]["replaced"] == "已受理"
    assert "replaced" not in copies["li"].data["card"]
    await wechat.member("li").click(copies["li"].seq, "accept")
    first, second = webhook.corp_events
    assert (first["Event"], first["EventKey"]) == ("template_card_event", "accept")
    assert first["TaskId"] == second["TaskId"] == "t1"
    assert first["ResponseCode"] != second["ResponseCode"]
    with pytest.raises(SimulatorError, match="no button"):
        await wechat.member("zhang").click(copies["zhang"].seq, "accept")


async def test_a_response_code_changes_all_copies_once_within_72_hours(
    wechat: SimulatedWeChat, webhook: Webhook, send: Call, call: Call, options: Options
) -> None:
    await send("template_card", card(), "zhang|li")
    copies = [wechat.record.chat(f"member:{name}")[0] for name in ("zhang", "li")]
    await wechat.member("zhang").click(copies[0].seq, "accept")
    await wechat.member("zhang").click(copies[0].seq, "accept")
    codes = [event["ResponseCode"] for event in webhook.corp_events]

    async def update(code: str) -> dict[str, Any]:
        body = {
            "userids": ["zhang", "li", "nobody"],
            "agentid": options.agent_id,
            "response_code": code,
            "button": {"replace_name": "张三已受理"},
        }
        return await call("POST", "message/update_template_card", body, corp=True)

    found = await update(codes[0])
    assert (found["errcode"], found["invaliduser"]) == (0, "nobody")
    assert {c.data["card"]["replaced"] for c in copies} == {"张三已受理"}
    assert (await update(codes[0]))["errcode"] == 40058
    wechat.clock.advance(72 * 3600)
    assert (await update(codes[1]))["errcode"] == 40058


async def test_a_click_that_nobody_answers_is_delivered_three_times(
    wechat: SimulatedWeChat, webhook: Webhook, send: Call, options: Options
) -> None:
    options.corp_webhook = "http://127.0.0.1:9/wecom"
    await send("template_card", card())
    seq = wechat.record.chat("member:zhang")[0].seq
    attempt = await wechat.member("zhang").click(seq, "accept")
    assert attempt.outcome == "network"
    assert len(wechat.record.deliveries) == 3
    assert wechat.record.chat("member:zhang")[-1].kind == "error"


@pytest.mark.parametrize(
    ("sender", "created", "reason"),
    [("ww9", "1", "address"), ("", "1", "address"), (None, "soon", "malformed")],
)
async def test_answers_that_are_not_the_company_s_are_errors(
    wechat: SimulatedWeChat,
    webhook: Webhook,
    options: Options,
    sender: str | None,
    created: str,
    reason: str,
) -> None:
    by = options.corp_id if sender is None else sender
    webhook.respond_corp = lambda fields: (
        f"<xml><ToUserName>{fields['FromUserName']}</ToUserName>"
        f"<FromUserName>{by}</FromUserName><CreateTime>{created}</CreateTime>"
        "<MsgType>text</MsgType><Content>好</Content></xml>"
    )
    attempt = await wechat.member("zhang").say("你好")
    assert attempt.outcome == reason
    assert wechat.record.chat("member:zhang")[-1].kind == "error"


async def test_long_articles_are_cut(wechat: SimulatedWeChat, send: Call) -> None:
    article = {"title": "题" * 50, "description": "文" * 200, "url": "https://x/"}
    assert (await send("news", {"articles": [article]}))["errcode"] == 0
    [bubble] = wechat.record.chat("member:zhang")
    assert bubble.text == "题" * 42
    assert bubble.defects == ("the title is cut", "the description is cut")


async def test_members_write_and_enter(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    await wechat.member("zhang").say("菜单")
    await wechat.member("zhang").enter()
    assert webhook.corp_events[0]["Content"] == "菜单"
    assert webhook.corp_events[1]["Event"] == "enter_agent"


async def test_robots(wechat: SimulatedWeChat, call: Call, options: Options) -> None:
    options.robots = ("k",)

    async def robot(kind: str, group: Any, key: str = "k") -> int:
        body = {"msgtype": kind, kind: group}
        found = await call("POST", "webhook/send", body, token="", key=key)
        return int(found["errcode"])

    picture = base64.b64encode(PICTURE).decode()
    digest = hashlib.md5(PICTURE).hexdigest()
    text = base64.b64encode(b"text").decode()
    other = hashlib.md5(b"text").hexdigest()
    assert await robot("text", {"content": "好"}, key="x") == 93000
    assert await robot("text", {"content": "好" * 683}) == 45002
    assert await robot("markdown", {"content": "好" * 1365}) == 0
    assert await robot("image", {"base64": picture, "md5": digest}) == 0
    assert await robot("image", {"base64": picture, "md5": "x"}) == 40058
    assert await robot("image", {"base64": text, "md5": other}) == 40058
    assert await robot("template_card", card()) == 40058
    codes = [await robot("text", {"content": "好"}) for _ in range(15)]
    assert codes == [0] * 14 + [45009]
    wechat.clock.advance(60)
    assert await robot("text", {"content": "好"}) == 0


async def test_members_sign_in_once_per_code(
    wechat: SimulatedWeChat,
    call: Call,
    session: aiohttp.ClientSession,
    options: Options,
) -> None:
    query = {
        "appid": options.corp_id,
        "redirect_uri": "https://x.example/w",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s",
        "agentid": str(options.agent_id),
        "sim_userid": "zhang",
    }
    answer = await session.get(
        f"{wechat.url}/connect/oauth2/authorize", params=query, allow_redirects=False
    )
    code = answer.headers["Location"].partition("code=")[2].partition("&")[0]
    found = await call("GET", "auth/getuserinfo", corp=True, code=code)
    assert found["userid"] == "zhang"
    again = await call("GET", "auth/getuserinfo", corp=True, code=code)
    assert again["errcode"] == 40029


async def test_a_message_is_recalled_within_a_day(
    wechat: SimulatedWeChat, call: Call, send: Call
) -> None:
    sent = await send("text", {"content": "好"})
    body = {"msgid": sent["msgid"]}
    assert (await call("POST", "message/recall", body, corp=True))["errcode"] == 0
    assert wechat.record.chat("member:zhang")[0].kind == "recalled"


async def test_the_code_of_the_sending_works_beside_that_of_a_tap(
    wechat: SimulatedWeChat, webhook: Webhook, send: Call, call: Call, options: Options
) -> None:
    sent = await send("template_card", card(), "zhang")
    copy = wechat.record.chat("member:zhang")[0]
    await wechat.member("zhang").click(copy.seq, "accept")
    [tapped] = webhook.corp_events

    async def update(code: str, name: str) -> int:
        body = {
            "atall": 1,
            "agentid": options.agent_id,
            "response_code": code,
            "button": {"replace_name": name},
        }
        found = await call("POST", "message/update_template_card", body, corp=True)
        return int(found["errcode"])

    assert await update(tapped["ResponseCode"], "张三已接单") == 0
    assert await update(sent["response_code"], "已办结") == 0
    assert copy.data["card"]["replaced"] == "已办结"
    assert await update(sent["response_code"], "又一次") == 40058
