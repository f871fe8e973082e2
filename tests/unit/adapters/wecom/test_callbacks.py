"""Callbacks of WeCom: taps, texts, events; the answer that greys a card out."""

import json
from xml.etree import ElementTree

import pytest
from wechatpy.enterprise import parse_message

from adapters.wechat.errors import MalformedPushError
from adapters.wecom.callbacks import (
    CardClick,
    StaffText,
    parse_callback,
    update_button,
)
from tests.conftest import NOW
from tests.unit.adapters.wechat.reference import example_files

CLICK = """<xml><ToUserName><![CDATA[ww1]]></ToUserName>
<FromUserName><![CDATA[lisi]]></FromUserName><CreateTime>1700000000</CreateTime>
<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>
<EventKey><![CDATA[{key}]]></EventKey><TaskId><![CDATA[T-1]]></TaskId>
<CardType><![CDATA[button_interaction]]></CardType>
<ResponseCode><![CDATA[{code}]]></ResponseCode><AgentID>1000002</AgentID>
<SelectedItems><SelectedItem><QuestionKey>Q</QuestionKey>
<OptionIds><OptionId>A</OptionId><OptionId>B</OptionId></OptionIds></SelectedItem></SelectedItems>
</xml>"""


def click(event="template_card_event", key="claim:1125-4837", code="R"):
    return parse_callback(CLICK.format(event=event, key=key, code=code).encode())


def test_a_tap_names_action_ticket_and_person():
    found = click()
    assert isinstance(found, CardClick)
    assert (found.userid, found.corp_id, found.agent_id) == ("lisi", "ww1", "1000002")
    assert (found.action, found.number) == ("claim", "1125-4837")
    assert (found.task_id, found.response_code) == ("T-1", "R")
    assert found.selected == (("Q", ("A", "B")),)


def test_taps_have_ids_by_card_button_and_code():
    assert click().dedup_id == click().dedup_id
    others = [
        click(key="ack:1125-4837"),
        click(code="S"),
        click(event="template_card_menu_event"),
    ]
    assert len({click().dedup_id, *(other.dedup_id for other in others)}) == 4


def test_texts_and_other_events_are_read():
    base = {"ToUserName": "ww1", "FromUserName": "lisi", "CreateTime": 1700000000}
    text = {**base, "MsgType": "text", "Content": "菜单", "MsgId": 5, "AgentID": 2}
    found = parse_callback(json.dumps(text).encode())
    assert isinstance(found, StaffText)
    assert (found.content, found.dedup_id) == ("菜单", "wecom-m5")
    event = {**base, "MsgType": "event", "Event": "Enter_Agent", "EventKey": ""}
    assert parse_callback(json.dumps(event).encode()).event == "enter_agent"


@pytest.mark.parametrize("as_json", [False, True])
def test_the_answer_greys_the_card_out(as_json):
    body = update_button(click(), "已受理]]>", created_at=NOW, as_json=as_json)
    if as_json:
        assert json.loads(body)["Button"] == {"ReplaceName": "已受理]]>"}
        return
    root = ElementTree.fromstring(body)
    assert (root.findtext("ToUserName"), root.findtext("FromUserName")) == (
        "lisi",
        "ww1",
    )
    assert root.findtext("MsgType") == "update_button"
    assert root.findtext("Button/ReplaceName") == "已受理]]>"


def test_a_tap_without_its_card_is_refused():
    body = CLICK.format(event="template_card_event", key="k", code="R")
    with pytest.raises(MalformedPushError, match="TaskId is empty"):
        parse_callback(body.replace("T-1", "").encode())


def parsed(body):
    try:
        return parse_callback(body)
    except MalformedPushError as err:
        return str(err)


@pytest.mark.parametrize(
    "path", example_files("payloads/wecom_*/wechatpy*.xml"), ids=lambda path: path.name
)
def test_a_peer_reads_the_same_facts(path):
    ours, theirs = parse_callback(path.read_bytes()), parse_message(path.read_bytes())
    assert (ours.userid, ours.corp_id) == (theirs.source, theirs.target)
    assert ours.agent_id == theirs._data.get("AgentID", "")
