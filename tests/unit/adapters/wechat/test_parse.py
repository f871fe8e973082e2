"""Pushes of every kind; hostile and broken ones are refused with what and where."""

import json
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy import parse_message

from adapters.wechat.errors import MalformedPushError
from adapters.wechat.parse import UNSUPPORTED_TEXT, parse_envelope, parse_push
from adapters.wechat.pushes import (
    ClickPush,
    EventPush,
    ImagePush,
    LinkPush,
    LocationPush,
    PositionPush,
    PrivacyPush,
    ScanCodePush,
    ScanPush,
    SubscribePush,
    SubscriptionPush,
    TemplateResultPush,
    TextPush,
    UnsubscribePush,
    UnsupportedPush,
    VideoPush,
    VoicePush,
)
from tests.unit.adapters.wechat.reference import example_files

AT = datetime(2013, 1, 1, tzinfo=timezone.utc)
BASE = {"ToUserName": "gh_1", "FromUserName": "oA", "CreateTime": 1356998400}


def xml(*, root="xml", **fields):
    body = "\n".join(f"<{k}>{v}</{k}>" for k, v in {**BASE, **fields}.items())
    return f"<{root}>{body}</{root}>".encode()


def text_push(content, **fields):
    return xml(MsgType="text", Content=content, MsgId=1, **fields)


def event(name, **fields):
    return parse_push(xml(MsgType="event", Event=name, **fields))


def parsed(body):
    """The push and no problem, or none and the problem."""
    try:
        push = parse_push(body)
    except MalformedPushError as err:
        return None, str(err)
    return push, "" if push.dedup_id else "no id"


def test_a_text_has_all_its_facts():
    push = parse_push(text_push("<![CDATA[ 你好 <b> ]]>", bizmsgmenuid=101))
    assert push == TextPush(
        account="gh_1",
        openid="oA",
        created_at=AT,
        msg_id="1",
        content=" 你好 <b> ",
        menu_id="101",
    )


@pytest.mark.parametrize(
    ("fields", "cls", "expected"),
    [
        (
            {"MsgType": "image", "MediaId": "m", "PicUrl": "u"},
            ImagePush,
            {"media_id": "m"},
        ),
        (
            {"MsgType": "voice", "MediaId": "m", "Format": "AMR", "MediaId16K": "k"},
            VoicePush,
            {"format": "amr", "media_id_16k": "k", "recognition": ""},
        ),
        ({"MsgType": "shortvideo", "MediaId": "m"}, VideoPush, {"is_short": True}),
        ({"MsgType": "video", "MediaId": "m"}, VideoPush, {"is_short": False}),
        (
            {
                "MsgType": "location",
                "Location_X": "35.17",
                "Location_Y": "118.8",
                "Label": "路",
            },
            LocationPush,
            {"latitude": 35.17, "longitude": 118.8, "label": "路"},
        ),
        (
            {"MsgType": "link", "Title": "t", "Url": "u"},
            LinkPush,
            {"title": "t", "url": "u"},
        ),
        ({"MsgType": "file", "Title": "a.pdf"}, UnsupportedPush, {"msg_type": "file"}),
        (
            {"MsgType": "text", "Content": UNSUPPORTED_TEXT},
            UnsupportedPush,
            {"msg_type": "text"},
        ),
    ],
)
def test_every_kind_of_message_has_a_class(fields, cls, expected):
    push = parse_push(xml(**fields, MsgId="77"))
    assert type(push) is cls
    assert push.trigger == "message"
    assert push.dedup_id == "m77"
    assert {name: getattr(push, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("name", "fields", "cls", "trigger"),
    [
        ("subscribe", {}, SubscribePush, "follow"),
        ("UNSUBSCRIBE", {}, UnsubscribePush, None),
        ("SCAN", {"EventKey": "grid:bugu-01"}, ScanPush, "scan"),
        ("Click", {"EventKey": "say:我要报事"}, ClickPush, "click"),
        ("VIEW", {"EventKey": "https://a"}, EventPush, None),
        (
            "LOCATION",
            {"Latitude": 1, "Longitude": 2, "Precision": 3.5},
            PositionPush,
            None,
        ),
        ("scancode_waitmsg", {"EventKey": "6"}, ScanCodePush, "click"),
        ("pic_weixin", {"EventKey": "photo"}, EventPush, None),
        (
            "TEMPLATESENDJOBFINISH",
            {"MsgID": 9, "Status": "success"},
            TemplateResultPush,
            None,
        ),
        ("user_authorization_revoke", {"OpenID": "oB"}, PrivacyPush, None),
        ("never_heard_of", {}, EventPush, None),
    ],
)
def test_events_are_matched_in_any_case(name, fields, cls, trigger):
    push = event(name, **fields)
    assert type(push) is cls
    assert push.event == name.lower()
    assert push.trigger == trigger
    assert push.msg_id == ""


def test_scenes_and_menu_keys_are_read():
    assert event("subscribe", EventKey="qrscene_grid:bugu-01").grid == "bugu-01"
    assert event("subscribe", EventKey="last_trade_no_1").scene == ""
    assert event("SCAN", EventKey="grid:bugu-01").grid == "bugu-01"
    assert event("SCAN", EventKey="poster").grid is None
    assert event("SCAN", EventKey="grid:../x").grid is None
    assert event("CLICK", EventKey="say:我要报事").says == "我要报事"
    assert event("CLICK", EventKey="photo").says == ""
    assert (
        event("TEMPLATESENDJOBFINISH", MsgID=9, Status="failed:user block").is_delivered
        is False
    )


def test_a_tapped_choice_counts_as_a_click():
    assert parse_push(text_push("满意", bizmsgmenuid=1)).trigger == "click"
    assert parse_push(text_push("满意")).trigger == "message"


@pytest.mark.parametrize("as_array", [True, False])
def test_subscription_lists_are_read_from_json_in_both_shapes(as_array):
    entry = {"TemplateId": "T", "SubscribeStatusString": "accept", "PopupScene": 2}
    document = {
        **BASE,
        "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "List": [entry, entry] if as_array else entry,
    }
    push = parse_push(json.dumps(document).encode())
    assert isinstance(push, SubscriptionPush)
    assert [item.status for item in push.items] == ["accept"] * (1 + as_array)
    assert push.is_json


def test_json_has_the_same_fields():
    document = {
        **BASE,
        "MsgType": "text",
        "Content": "好",
        "MsgId": 2**63 + 1,
        "x": None,
    }
    push = parse_push(json.dumps(document).encode())
    assert (push.content, push.msg_id, push.is_json) == ("好", str(2**63 + 1), True)


def test_repeats_have_one_id_and_other_events_have_others():
    once = event("CLICK", EventKey="a")
    assert once.dedup_id == event("click", EventKey="a").dedup_id
    others = [
        event("CLICK", EventKey="b"),
        event("VIEW", EventKey="a"),
        event("CLICK", EventKey="a", FromUserName="oB"),
        event("CLICK", EventKey="a", CreateTime=1356998401),
        event("TEMPLATESENDJOBFINISH", MsgID=1, Status="success"),
        event("TEMPLATESENDJOBFINISH", MsgID=2, Status="success"),
    ]
    assert len({once.dedup_id, *(push.dedup_id for push in others)}) == 7


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not well-formed"),
        (b"\xff\xfe<xml/>", "not UTF-8 at byte 0"),
        (b"<html></html>", "root element"),
        (b"<xml></xml>", "xml/MsgType is missing"),
        (b"{", "not JSON"),
        (b"[]", "not well-formed"),
        (b'{"MsgType": NaN}', "not JSON"),
        (b'{"MsgType": true}', "MsgType is not a plain value"),
        (b'{"MsgType": {"a": 1}}', "MsgType is not a plain value"),
        (b'{"MsgType": "text", "MsgType": "event"}', "MsgType is repeated"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested deeper"),
        (b"[" * 9000, "not well-formed"),
        (b'{"a":' + b"[" * 9000, "not JSON"),
        (b"<xml>" + b"<a>" * 40 + b"</a>" * 40 + b"</xml>", "nested deeper"),
        (
            xml(MsgType="text", Content="x", CreateTime="soon"),
            "CreateTime is not a whole",
        ),
        (xml(MsgType="text", Content="x", CreateTime=-1), "no time of this age"),
        (xml(MsgType="text", Content="x", CreateTime=10**15), "no time of this age"),
        (xml(MsgType="text", Content="x", MsgId="1a"), "MsgId is not a whole number"),
        (xml(MsgType="text"), "Content is missing"),
        (xml(MsgType="text", Content="<b>x</b>"), "Content is not a plain value"),
        (xml(MsgType="image", MediaId=""), "MediaId is empty"),
        (xml(MsgType="text", Content="a</Content><Content>b"), "Content is repeated"),
        (
            xml(MsgType="location", Location_X="91", Location_Y="0"),
            "Location_X is not within",
        ),
        (
            xml(MsgType="location", Location_X="nan", Location_Y="0"),
            "Location_X is not a number",
        ),
        (xml(MsgType="event"), "Event is missing"),
        (xml(MsgType="text", Content="x", FromUserName=" "), "FromUserName is empty"),
        (b'<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>', "unsafe XML"),
        (b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>', "unsafe XML"),
        (b"<xml>&unknown;</xml>", "not well-formed"),
        (b"x" * 70_000, "70000 bytes"),
    ],
)
def test_what_is_wrong_is_refused_with_what_and_where(body, problem):
    with pytest.raises(MalformedPushError, match=problem):
        parse_push(body)


def test_errors_do_not_repeat_what_was_written():
    with pytest.raises(MalformedPushError) as caught:
        parse_push(xml(MsgType="location", Location_X="秘密", Location_Y="1"))
    assert "秘密" not in str(caught.value)


def test_characters_that_xml_forbids_are_dropped():
    assert parse_push(text_push("a\x08b")).content == "ab"
    document = {**BASE, "MsgType": "text", "Content": "a\ud800\x00b"}
    assert parse_push(json.dumps(document).encode()).content == "ab"


def test_an_envelope_is_read_without_looking_at_the_clear_copy():
    body = xml(Encrypt="AbC=", MsgType="text", Content="forged", AgentID=2)
    found = parse_envelope(body)
    assert (found.encrypt, found.to, found.agent_id) == ("AbC=", "gh_1", "2")
    with pytest.raises(MalformedPushError, match="Encrypt is missing"):
        parse_envelope(xml())


@pytest.mark.parametrize(
    "path",
    example_files(
        "payloads/oa_message/wechatpy*.xml", "payloads/oa_event/wechatpy*.xml"
    ),
    ids=lambda path: path.name,
)
def test_a_peer_reads_the_same_facts(path):
    body = path.read_bytes()
    ours, theirs = parse_push(body), parse_message(body)
    assert (ours.openid, ours.account) == (theirs.source, theirs.target)
    assert int(ours.created_at.timestamp()) == int(theirs._data["CreateTime"])
    for name in ("content", "media_id", "label", "title", "url"):
        if hasattr(ours, name) and hasattr(theirs, name):
            assert getattr(ours, name) == (getattr(theirs, name) or "")
    if isinstance(ours, EventPush) and theirs._data.get("EventKey"):
        assert ours.key.removeprefix("qrscene_") == theirs._data["EventKey"]


@given(st.binary(max_size=200))
def test_no_bytes_cause_another_error(body):
    for candidate in (body, b"<xml>" + body, b'{"MsgType":' + body):
        with pytest.raises(MalformedPushError):
            parse_push(candidate)


@given(
    st.dictionaries(
        st.sampled_from(
            ["MsgType", "Event", "Content", "MediaId", "CreateTime", "List", "MsgId"]
        ),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=2)
            | st.dictionaries(st.text(max_size=3), inner, max_size=2),
            max_leaves=4,
        ),
    )
)
def test_json_of_any_types_parses_or_is_refused(fields):
    body = json.dumps({**BASE, "MsgType": "text", **fields}).encode()
    push, problem = parsed(body)
    assert (push is None) == bool(problem)
