"""Notices for staff stay within WeCom's lengths, whatever they hold."""

import re

from hypothesis import given
from hypothesis import strategies as st

from adapters.wecom.cards import notice_message, text_message
from community.outbox import StaffNotice

DESK = "https://desk.example"
NOTICE = StaffNotice(
    title="新工单 1125-4837",
    text="3号楼漏水",
    fields=(("地点", "3号楼"), ("期限", "今天 18:00 前")),
    path="/w/tickets/1125-4837",
    actions=(("claim:1125-4837", "我来办"), ("contact:1125-4837", "联系居民")),
    task="1125-4837.3#7",
    emphasis="紧急",
)
TEXTS = st.text(max_size=200)
NOTICES = st.builds(
    StaffNotice,
    title=TEXTS,
    text=st.text(max_size=3_000),
    fields=st.lists(st.tuples(TEXTS, TEXTS), max_size=8).map(tuple),
    path=st.sampled_from(["", "/w/1", "/w/" + "x" * 3_000]),
    actions=st.lists(st.tuples(TEXTS, TEXTS), max_size=8).map(tuple),
    task=st.text(max_size=200),
    emphasis=st.text(max_size=20),
)


def changed(**fields):
    names = NOTICE.__slots__
    return StaffNotice(**{**{n: getattr(NOTICE, n) for n in names}, **fields})


def test_a_notice_with_actions_is_a_card_with_buttons():
    message = notice_message(NOTICE, DESK)
    assert message == {
        "msgtype": "template_card",
        "template_card": {
            "card_type": "button_interaction",
            "source": {"desc": "紧急", "desc_color": 2},
            "main_title": {"title": "新工单 1125-4837", "desc": "3号楼漏水"},
            "horizontal_content_list": [
                {"keyname": "地点", "value": "3号楼"},
                {"keyname": "期限", "value": "今天 18:00 前"},
            ],
            "task_id": "1125-4837_3_7",
            "button_list": [
                {"type": 0, "text": "我来办", "style": 1, "key": "claim:1125-4837"},
                {"type": 0, "text": "联系居民", "style": 2, "key": "contact:1125-4837"},
            ],
            "card_action": {"type": 1, "url": f"{DESK}/w/tickets/1125-4837"},
        },
    }


def test_a_notice_without_actions_is_a_page_or_a_text():
    page = notice_message(changed(actions=()), DESK)
    assert page["msgtype"] == "textcard"
    assert page["textcard"]["title"] == "【紧急】新工单 1125-4837"
    assert '<div class="gray">地点：3号楼</div>' in page["textcard"]["description"]
    text = notice_message(changed(actions=(), path="", text="<b>"), DESK)
    assert text["text"]["content"].startswith("【紧急】新工单 1125-4837\n&lt;b&gt;\n")


def test_words_of_people_are_no_markup_on_a_page():
    notice = changed(actions=(), text='</div><a href="x">', fields=())
    description = notice_message(notice, DESK)["textcard"]["description"]
    assert description == '<div class="highlight">&lt;/div&gt;&lt;a href="x"&gt;</div>'


def test_a_text_is_cut_at_2048_bytes():
    assert len(text_message("字" * 3_000)["text"]["content"].encode()) <= 2_048


@given(NOTICES)
def test_any_notice_is_within_the_limits(notice):
    message = notice_message(notice, DESK)
    if message["msgtype"] == "template_card":
        check_card(message["template_card"])
    elif message["msgtype"] == "textcard":
        check_page(message["textcard"])
    else:
        assert len(message["text"]["content"].encode()) <= 2_048


def check_card(card):
    assert len(card["main_title"]["title"]) <= 36
    assert len(card["main_title"].get("desc", "")) <= 44
    assert len(card.get("sub_title_text", "")) <= 112
    assert len(card["horizontal_content_list"]) <= 6
    assert re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", card["task_id"])
    buttons = card["button_list"]
    assert len(buttons) <= 6
    assert len({button["key"] for button in buttons}) == len(buttons)
    assert all(len(button["text"]) <= 10 for button in buttons)


def check_page(page):
    assert len(page["title"].encode()) <= 128
    assert len(page["description"].encode()) <= 512
    assert page["description"].count("<div") == page["description"].count("</div>")
    assert len(page["url"].encode()) <= 2_048
