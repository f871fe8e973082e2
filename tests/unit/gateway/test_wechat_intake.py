"""Every kind of push has a decided behaviour."""

import time
from typing import Any

import pytest

from adapters.wechat.parse import parse_push
from community.blobs import wechat_blob_id
from community.messages import Kind
from gateway.wechat_intake import take
from tests.conftest import NOW
from tests.integration.wechat_peer import CONVERSATION, event, message, text


def taken(xml: str) -> Any:
    return take(parse_push(xml.encode()), instance="gw-1", now=NOW)


@pytest.mark.parametrize(
    ("xml", "kind", "said", "extra"),
    [
        (text(" 灯坏\n了 "), Kind.TEXT, "灯坏 了", {}),
        (text("报修", bizmsgmenuid="101"), Kind.TEXT, "报修", {}),
        (
            text("  \u200b "),
            Kind.EVENT,
            "unsupported",
            {"what": "empty", "text": ""},
        ),
        (
            text("【收到不支持的消息类型，暂无法显示】"),
            Kind.EVENT,
            "unsupported",
            {"what": "other", "text": ""},
        ),
        (
            message("voice", MediaId="M", Format="amr", Recognition="路灯坏了"),
            Kind.VOICE,
            "路灯坏了",
            {"recording": wechat_blob_id("M")},
        ),
        (
            message("video", MediaId="M", ThumbMediaId="T"),
            Kind.EVENT,
            "unsupported",
            {"what": "video", "text": ""},
        ),
        (
            message(
                "location", Location_X="35.17", Location_Y="118.83", Label="文化路"
            ),
            Kind.LOCATION,
            "文化路",
            {"latitude": 35.17, "longitude": 118.83},
        ),
        (
            message("link", Title="通知", Description="", Url="http://x.example/1"),
            Kind.EVENT,
            "unsupported",
            {"what": "link", "text": "通知 http://x.example/1"},
        ),
        (
            message("file", Title="表.doc", FileKey="K"),
            Kind.EVENT,
            "unsupported",
            {"what": "other", "text": ""},
        ),
        (event("subscribe"), Kind.EVENT, "subscribe", {"grid": None}),
        (
            event("subscribe", EventKey="last_trade_no_1"),
            Kind.EVENT,
            "subscribe",
            {"grid": None},
        ),
        (
            event("SCAN", EventKey="grid:hulu-01", Ticket="T"),
            Kind.EVENT,
            "scan",
            {"grid": "hulu-01"},
        ),
        (event("SCAN", EventKey="123"), Kind.EVENT, "scan", {"grid": None}),
        (event("CLICK", EventKey="say:查进度"), Kind.TEXT, "查进度", {}),
        (
            event(
                "scancode_waitmsg",
                EventKey="k",
                ScanCodeInfo="<ScanResult>1</ScanResult>",
            ),
            Kind.EVENT,
            "unsupported",
            {"what": "code", "text": ""},
        ),
    ],
)
def test_what_is_stored_for_a_push(xml, kind, said, extra):
    inbound = taken(xml).inbound
    assert (inbound.kind, inbound.text, inbound.extra) == (kind, said, extra)
    assert inbound.conversation == CONVERSATION
    assert inbound.reply_to == "gw-1"
    assert not inbound.urgent


def test_an_emergency_is_seen_in_words_and_in_recognised_speech():
    assert taken(text("俺家着火了")).inbound.urgent
    spoken = message("voice", MediaId="M", Format="amr", Recognition="俺家着火了")
    assert taken(spoken).inbound.urgent


@pytest.mark.parametrize(
    "xml",
    [
        event("VIEW", EventKey="https://x.example"),
        event("CLICK", EventKey="other"),
        event("pic_weixin", EventKey="k"),
        event("location_select", EventKey="k"),
        event("MASSSENDJOBFINISH"),
        event("something_new"),
    ],
)
def test_nothing_is_said_to_other_events(xml):
    assert taken(xml) is None


def test_two_deliveries_have_one_id_and_two_messages_two():
    xml = text("你好", msg_id=5)
    assert taken(xml).inbound.id == taken(xml).inbound.id
    assert taken(xml).inbound.id != taken(text("你好", msg_id=6)).inbound.id


def test_the_wish_to_be_forgotten_is_a_message_like_any_other():
    taken_in = taken(text("删除我的信息")).inbound
    assert (taken_in.kind, taken_in.text) == (Kind.TEXT, "删除我的信息")


def test_a_long_text_is_cut():
    assert len(taken(text("长" * 5_000)).inbound.text) == 2_000


def test_times_are_of_the_gateway():
    assert (
        taken(text("你好", CreateTime=int(time.time()) - 50)).inbound.received_at == NOW
    )
