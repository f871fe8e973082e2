"""The rules of template messages and subscription notices."""

from typing import Any

import pytest

from simulator.options import Options
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.conftest import Call
from tests.unit.simulator.webhook import Webhook


async def test_template_messages_are_cut_counted_once_and_confirmed(
    wechat: SimulatedWeChat, call: Call, webhook: Webhook
) -> None:
    resident = wechat.resident("o1")
    body = {
        "touser": "o1",
        "template_id": "t",
        "client_msg_id": "c1",
        "url": "https://x/",
        "miniprogram": {"appid": "a", "pagepath": "p"},
        "data": {
            "thing1": {"value": "楼道灯" * 8},
            "no2": {"value": "YXL20261127 0001"},
        },
    }
    first = await call("POST", "message/template/send", body)
    again = await call("POST", "message/template/send", body)
    assert again["msgid"] == first["msgid"]
    await wechat.settle(quiet_s=0.2)
    [bubble] = resident.chat
    assert bubble.data["fields"]["thing1"] == ("楼道灯" * 8)[:20]
    assert bubble.data["fields"]["no2"] == "YXL20261127 0001"
    assert bubble.data["url"] == ""
    assert bubble.defects == ("thing1 is cut",)
    assert webhook.messages[-1].event == "templatesendjobfinish"
    assert webhook.messages[-1].status == "success"
    wechat.clock.advance(601)
    later = await call("POST", "message/template/send", body)
    assert later["msgid"] != first["msgid"]


async def test_emoji_of_a_template_are_not_shown(
    wechat: SimulatedWeChat, call: Call
) -> None:
    resident = wechat.resident("o1")
    body = {"touser": "o1", "template_id": "t", "data": {"thing1": {"value": "好😀了"}}}
    await call("POST", "message/template/send", body)
    [bubble] = resident.chat
    assert bubble.data["fields"] == {"thing1": "好了"}
    assert bubble.defects == ("thing1 is cut",)


async def test_templates_that_do_not_arrive_are_reported_afterwards(
    wechat: SimulatedWeChat, call: Call, webhook: Webhook
) -> None:
    resident = wechat.resident("o1")
    body = {"touser": "o1", "template_id": "t", "data": {"thing1": {"value": "好"}}}
    wechat.faults.add("undelivered", "message/template/send")
    resident.state.blocks_templates = False
    found = [await call("POST", "message/template/send", body)]
    resident.state.blocks_templates = True
    found.append(await call("POST", "message/template/send", body))
    wechat.faults.add("undelivered", "message/subscribe/bizsend")
    await resident.grant("t")
    found.append(await call("POST", "message/subscribe/bizsend", body))
    assert {one["errcode"] for one in found} == {0}
    await wechat.settle(quiet_s=0.2)
    assert resident.chat == []
    told = {
        str(
            m._data.get("MsgID") or m._data["SubscribeMsgSentEvent"]["List"]["MsgID"]
        ): (
            m._data.get("Status")
            or m._data["SubscribeMsgSentEvent"]["List"]["ErrorStatus"]
        )
        for m in webhook.messages
        if m._data["Event"] in ("TEMPLATESENDJOBFINISH", "subscribe_msg_sent_event")
    }
    assert [told[str(one["msgid"])] for one in found] == [
        "failed: system failed",
        "failed:user block",
        "system failed",
    ]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"template_id": "unknown"}, 40037),
        ({"template_id": ""}, 40037),
        ({"data": {}}, 47003),
        ({"data": {"thing1": "好"}}, 47003),
        ({"data": {"thing1": {"value": ""}}}, 47003),
        ({"data": {"time1": {"value": "昨天"}}}, 47003),
        ({"data": {"number1": {"value": "1125-4837"}}}, 47003),
        ({"data": {"character_string1": {"value": "编号"}}}, 47003),
        ({"data": {"character_string1": {"value": "1" * 33}}}, 47003),
        ({"data": {"phrase1": {"value": "办好了请您看"}}}, 47003),
        ({"data": {f"t{n}": {"value": "好" * 60} for n in range(4)}}, 47003),
        ({"touser": "o2"}, 40003),
    ],
)
async def test_refused_templates(
    wechat: SimulatedWeChat,
    call: Call,
    options: Options,
    changes: dict[str, Any],
    errcode: int,
) -> None:
    options.templates = ("t",)
    wechat.resident("o1")
    body = {"touser": "o1", "template_id": "t", "data": {"thing1": {"value": "好"}}}
    found = await call("POST", "message/template/send", {**body, **changes})
    assert found["errcode"] == errcode


async def test_values_of_their_fields_types_are_taken(
    wechat: SimulatedWeChat, call: Call
) -> None:
    wechat.resident("o1")
    values = {
        "time1": "2026-11-25 17:30",
        "number2": "11254837",
        "character_string3": "1125-4837",
        "phrase4": "已转上级",
    }
    data = {name: {"value": value} for name, value in values.items()}
    body = {"touser": "o1", "template_id": "t", "data": data}
    assert (await call("POST", "message/template/send", body))["errcode"] == 0


async def test_a_subscription_notice_needs_a_grant_each_time(
    wechat: SimulatedWeChat, call: Call, webhook: Webhook, options: Options
) -> None:
    resident = wechat.resident("o1")
    body = {"touser": "o1", "template_id": "t", "data": {"thing1": {"value": "好"}}}

    async def code(changes: dict[str, Any] | None = None) -> int:
        found = await call(
            "POST", "message/subscribe/bizsend", {**body, **(changes or {})}
        )
        return int(found["errcode"])

    assert await code() == 43101
    await resident.grant("t", accepts=False)
    assert await code() == 43101
    await resident.grant("t")
    assert await code({"data": {"thing1": {"value": "好" * 21}}}) == 47003
    resident.state.is_follower = False
    assert [await code(), await code()] == [0, 43101]
    options.long_term_templates = ("t",)
    assert [await code(), await code()] == [0, 0]
    await wechat.settle(quiet_s=0.2)
    assert b"Encrypt" in webhook.bodies[-1]
    names = [m._data["Event"] for m in webhook.messages]
    assert names.count("subscribe_msg_popup_event") == 2
    assert names.count("subscribe_msg_sent_event") == 3
