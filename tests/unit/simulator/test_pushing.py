"""Pushes as wechatpy reads them: modes, retries, mishaps."""

import asyncio
import json
import re

import pytest
from aiohttp import web

from simulator.documents import parse
from simulator.options import Mode, Options
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.webhook import Webhook, text_reply


@pytest.mark.parametrize("mode", list(Mode))
async def test_each_mode_is_read_and_answered_by_an_independent_service(
    wechat: SimulatedWeChat, webhook: Webhook, options: Options, mode: Mode
) -> None:
    options.mode = mode
    webhook.respond = lambda m: text_reply(m, f"你说：{m.content}")
    broken = await wechat.resident("o1").say("你好]]>&<")
    assert webhook.messages[0].content == "你好]]>&<"
    # This service puts the words into CDATA as they are, which WeChat cannot read.
    assert broken.attempt.outcome == "malformed"
    exchange = await wechat.resident("o1").say("路灯坏了")
    assert exchange.text == "你说：路灯坏了"
    outer = parse(webhook.bodies[-1], "xml")
    assert ("Content" in outer) == (mode is not Mode.SAFE)
    assert ("Encrypt" in outer) == (mode is not Mode.PLAINTEXT)
    assert ("encrypt_type" in webhook.queries[-1]) == (mode is not Mode.PLAINTEXT)


async def test_json_accounts_get_json(
    wechat: SimulatedWeChat, webhook: Webhook, options: Options
) -> None:
    options.mode, options.document = Mode.PLAINTEXT, "json"
    await wechat.resident("o1").location(35.1, 118.8, "小区")
    fields = json.loads(webhook.bodies[0])
    assert (fields["MsgType"], fields["Location_X"]) == ("location", 35.1)


async def test_kinds_of_messages_and_events(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    resident = wechat.resident("o1")
    wechat.official.menu = None
    await resident.image(b"jpg")
    await resident.voice(b"amr")
    await resident.video(b"mp4")
    await resident.location(35.1, 118.8, "小区")
    await resident.link("标题", "https://example.com/")
    await resident.click("report")
    await resident.view("https://example.com/")
    await resident.report_location(35.1, 118.8)
    await resident.unfollow()
    await resident.scan("grid:1")
    await resident.scan("grid:2")
    kinds = [getattr(m, "event", m.type) for m in webhook.messages]
    assert kinds == [
        "image",
        "voice",
        "video",
        "location",
        "link",
        "click",
        "view",
        "location",
        "unsubscribe",
        "subscribe_scan",
        "scan",
    ]
    assert [m.scene_id for m in webhook.messages[-2:]] == ["grid:1", "grid:2"]
    assert webhook.messages[1].media_id in wechat.official.media._media


MENU = [
    {"type": "pic_photo_or_album", "name": "拍照报事", "key": "photo"},
    {"type": "location_select", "name": "发位置", "key": "place"},
    {"type": "scancode_waitmsg", "name": "扫码", "key": "scan"},
]


async def test_what_a_menu_button_asks_for_follows_its_event(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    wechat.official.menu = MENU
    resident = wechat.resident("o1")
    webhook.respond = lambda m: None if m.type == "event" else text_reply(m, "收到")
    for key in ("photo", "place", "scan"):
        last = await resident.click(key)
        assert last.text == ("" if key == "scan" else "收到")
    kinds = [m._data.get("Event", m.type) for m in webhook.messages]
    assert kinds == [
        "pic_photo_or_album",
        "image",
        "location_select",
        "location",
        "scancode_waitmsg",
    ]
    place = webhook.messages[2]._data["SendLocationInfo"]
    assert place["Location_X"] == webhook.messages[3].location_x
    picture = webhook.messages[0]._data["SendPicsInfo"]
    assert picture["Count"] == "1"


async def test_a_tapped_quick_reply_sends_its_words_and_id(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=报修&msgmenuid=7">报修一下</a>'
    webhook.respond = lambda m: text_reply(m, f"请选：{link}")
    first = await wechat.resident("o1").say("你好")
    assert first.text == "请选：报修一下"
    await wechat.resident("o1").tap(first.bubbles[0], "报修一下")
    assert webhook.messages[-1].content == "报修"
    assert webhook.messages[-1]._data["bizmsgmenuid"] == "7"


async def test_silence_is_delivered_three_times_with_the_same_id(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    webhook.delay_s = [0.5, 0.5, 0.5]
    exchange = await wechat.resident("o1").say("慢")
    assert exchange.is_error
    assert exchange.bubbles[0].kind == "error"
    assert [m.id for m in webhook.messages] == [webhook.messages[0].id] * 3
    assert [d.number for d in wechat.record.deliveries] == [1, 2, 3]
    assert {d.outcome for d in wechat.record.deliveries} == {"timeout"}
    assert len({q["nonce"] for q in webhook.queries}) == 3


async def test_the_second_delivery_may_be_answered(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    webhook.delay_s = [0.5]
    webhook.respond = lambda m: text_reply(m, "来了")
    exchange = await wechat.resident("o1").say("慢")
    assert exchange.text == "来了"
    assert wechat.errors == []


async def test_nobody_listens(wechat: SimulatedWeChat, options: Options) -> None:
    options.webhook = "http://127.0.0.1:9/wechat"
    exchange = await wechat.resident("o1").say("喂")
    assert exchange.attempt.outcome == "network"
    assert [c.reason for c in wechat.errors] == ["network"]


@pytest.mark.parametrize(("retries", "n_deliveries"), [(False, 1), (True, 3)])
async def test_a_server_error_is_an_error_bubble(
    wechat: SimulatedWeChat,
    webhook: Webhook,
    options: Options,
    retries: bool,
    n_deliveries: int,
) -> None:
    options.retries_status = retries
    webhook.respond = lambda m: web.Response(status=500)
    exchange = await wechat.resident("o1").say("你好")
    assert exchange.attempt.outcome == "status"
    assert len(wechat.record.deliveries) == n_deliveries


async def test_overlapping_and_repeated_deliveries_show_one_answer(
    wechat: SimulatedWeChat, webhook: Webhook, options: Options
) -> None:
    options.overlap_rate = options.duplicate_rate = 1.0
    webhook.respond = lambda m: text_reply(m, "好")
    await wechat.resident("o1").say("你好")
    await wechat.settle(quiet_s=0.2)
    chat = wechat.resident("o1").chat
    assert [b.text for b in chat] == ["你好", "好"]
    assert len(wechat.record.deliveries) == 3
    assert sum(d.is_ignored for d in wechat.record.deliveries) == 2
    assert len({d.digest for d in wechat.record.deliveries}) == 1
    assert len({m.id for m in webhook.messages}) == 1


async def test_reordering_lets_a_later_message_arrive_first(
    wechat: SimulatedWeChat, webhook: Webhook, options: Options
) -> None:
    options.reorder_rate, options.reorder_delay_s = 0.5, 0.2
    resident = wechat.resident("o1")
    await asyncio.gather(*(resident.say(str(n)) for n in range(12)))
    arrived = [int(m.content) for m in webhook.messages]
    assert sorted(arrived) == list(range(12))
    assert arrived != list(range(12))


async def test_an_answer_to_leaving_is_not_shown(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    webhook.respond = lambda m: text_reply(m, "再见")
    await wechat.resident("o1").unfollow()
    assert [b.kind for b in wechat.resident("o1").chat] == ["unsubscribe"]


async def test_both_consoles_verify_the_service(
    wechat: SimulatedWeChat, options: Options
) -> None:
    assert await wechat.official.verify_webhook()
    assert await wechat.corp.verify_webhook()
    options.webhook = options.corp_webhook = "http://127.0.0.1:9/"
    assert not await wechat.official.verify_webhook()
    assert not await wechat.corp.verify_webhook()


async def test_message_ids_are_numbers_of_64_bits(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    await wechat.resident("o1").say("一")
    await wechat.resident("o1").say("二")
    first, second = (int(m.id) for m in webhook.messages)
    assert 0 < first < second < 2**63


async def test_any_fields_can_be_pushed(
    wechat: SimulatedWeChat, webhook: Webhook
) -> None:
    await wechat.resident("o1").push({"MsgType": "event", "Event": "card_pass_check"})
    clear = webhook.crypto.decrypt_message(
        webhook.bodies[0],
        webhook.queries[0]["msg_signature"],
        webhook.queries[0]["timestamp"],
        webhook.queries[0]["nonce"],
    )
    assert re.search(r"<Event><!\[CDATA\[card_pass_check\]\]></Event>", clear)
    assert "MsgId" not in clear
