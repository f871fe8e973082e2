"""Records survive their round trip and refuse what they do not know."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.catalog.facets import FACET_TITLES, Facet
from community.errors import RecordError
from community.messages import Inbound, Kind, log_id
from community.payloads import (
    ask_payload,
    item_payload,
    read_payload,
    talk_payload,
    value_payload,
)
from community.replies import (
    Choice,
    Choices,
    Emergency,
    Image,
    ItemList,
    Link,
    Reply,
    Text,
    as_plain_text,
)
from tests.conftest import NOW

PARTS = (
    Emergency("fire", ("119",), "请现在就打 119。"),
    Text("第一段"),
    ItemList("要带什么", ("身份证", "户口本")),
    Choices("还想问：", (Choice("去哪办", "/talk_thanks"),)),
    Link("看全文", "https://example.invalid/a"),
    Image("https://example.invalid/a.png", "示意图"),
)


@given(st.text(), st.sampled_from(list(Kind)), st.booleans())
def test_an_inbound_record_survives_its_round_trip(text, kind, urgent):
    record = Inbound("m", "web:a", "web", kind, text, NOW, urgent=urgent)
    assert Inbound.from_json(record.to_json()) == record


def test_a_reply_record_survives_its_round_trip():
    reply = Reply("m", "web:a", PARTS, NOW)
    assert Reply.from_json(reply.to_json()) == reply


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"v": 2}', '{"v": 1}'])
def test_unknown_records_are_refused(text):
    for record in (Inbound, Reply):
        with pytest.raises(RecordError):
            record.from_json(text)


@pytest.mark.parametrize(
    "part", [{}, {"type": "video"}, {"type": "text"}, {"type": "choices", "items": [1]}]
)
def test_unknown_parts_are_refused(part):
    doc = json.loads(Reply("m", "c", (), NOW).to_json()) | {"parts": [part]}
    with pytest.raises(RecordError):
        Reply.from_json(json.dumps(doc))


def test_plain_text_numbers_the_choices():
    lines = as_plain_text(PARTS).splitlines()
    assert lines[0].startswith("请现在就打 119")
    assert "1. 去哪办" in lines
    assert "· 身份证" in lines


@pytest.mark.parametrize("facet", list(Facet))
def test_every_facet_payload_is_read_back(facet):
    chosen = read_payload(ask_payload("service/id_card", facet))
    assert (chosen.intent, chosen.item) == ("service", "service/id_card")
    assert chosen.facets == (facet,)
    assert len(FACET_TITLES[facet]) <= 7


def test_other_payloads_are_read_back():
    assert read_payload(item_payload("matter/noise")).item == "matter/noise"
    assert read_payload(talk_payload("handoff")).intent == "talk_handoff"
    assert read_payload(value_payload("今天")).value == "今天"


@pytest.mark.parametrize(
    "text", ["", "x", "/A", '/service{"chosen_facets": ["x"]}', "/a[]"]
)
def test_other_texts_are_no_payload(text):
    with pytest.raises(RecordError):
        read_payload(text)


def test_a_log_id_hides_the_person():
    assert "openid" not in log_id("wechat:openid-123:9")
    assert log_id("a") == log_id("a") != log_id("b")
