"""What residents see: one bubble where it fits, emergencies first, nothing injected."""

import json
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from adapters.wechat.bubbles import OutImage, OutText, bubbles_of, leaves_out
from adapters.wechat.render import (
    SUCCESS,
    RenderOptions,
    custom_messages,
    menu_as_text,
    passive_reply,
)
from community.dialogue.choices import choose
from community.replies import Choice, Choices, Emergency, Image, ItemList, Link, Text
from tests.conftest import NOW

CHOICES = Choices("您要哪个？", (Choice("报修", "/a"), Choice("问 价&钱", "/b")))
LONG = Text("这一句有点长，说的是同一件事。" * 400)
PARTS = st.lists(
    st.one_of(
        st.text(max_size=800).map(Text),
        st.tuples(st.text(max_size=9), st.lists(st.text(max_size=20), max_size=3)).map(
            lambda t: ItemList(t[0], tuple(t[1]))
        ),
        st.lists(st.text(max_size=12), max_size=3).map(
            lambda titles: Choices("？", tuple(Choice(t, "/x") for t in titles))
        ),
        st.tuples(st.text(max_size=9), st.text(max_size=30)).map(lambda t: Link(*t)),
        st.tuples(st.text(max_size=30), st.text(max_size=9)).map(lambda t: Image(*t)),
        st.text(max_size=60).map(lambda t: Emergency("fire", ("119",), t)),
    ),
    max_size=6,
)


def reply(*parts, **kwargs):
    kwargs = {"to_user": "oA", "from_user": "gh_1", "created_at": NOW, **kwargs}
    return passive_reply(parts, **kwargs)


def content(body):
    return ElementTree.fromstring(body).findtext("Content")


def texts(messages):
    return [message["text"]["content"] for message in messages]


def test_a_reply_without_parts_answers_success():
    assert reply() == (SUCCESS, ())


def test_a_text_has_the_official_shape():
    body, rest = reply(Text("你好"))
    assert body.decode() == (
        "<xml><ToUserName><![CDATA[oA]]></ToUserName>"
        "<FromUserName><![CDATA[gh_1]]></FromUserName>"
        f"<CreateTime>{int(NOW.timestamp())}</CreateTime>"
        "<MsgType><![CDATA[text]]></MsgType>"
        "<Content><![CDATA[你好]]></Content></xml>"
    )
    assert rest == ()


def test_an_account_in_json_gets_json():
    body, _ = reply(Text("你好"), as_json=True)
    assert json.loads(body)["Content"] == "你好"
    assert "你好".encode() in body


def test_an_emergency_stands_first_wherever_it_was():
    body, _ = reply(Text("别的"), Emergency("fire", ("119",), "请打 119"))
    assert content(body).startswith("请打 119")


def test_what_people_wrote_stays_text():
    written = '<a href="http://evil">]]></Content><MsgType>x</MsgType>&\x08\x00'
    body, _ = reply(Text(written))
    root = ElementTree.fromstring(body)
    assert [child.tag for child in root].count("MsgType") == 1
    assert root.findtext("Content") == (
        '&lt;a href="http://evil"&gt;]]&gt;&lt;/Content&gt;&lt;MsgType&gt;x&lt;/MsgType&gt;&amp;'
    )


def test_choices_are_numbered_links_that_say_what_they_show():
    body, _ = reply(CHOICES)
    assert content(body) == (
        "您要哪个？\n"
        '1. <a href="weixin://bizmsgmenu?msgmenucontent=报修&msgmenuid=1">报修</a>\n'
        '2. <a href="weixin://bizmsgmenu?msgmenucontent=问价钱&msgmenuid=2">问 价&amp;钱</a>'
    )


def test_a_tapped_link_is_the_choice_that_it_shows():
    offered = [("我要报事", "/talk_affirm{}"), ("问 价钱", "/talk_deny{}")]
    assert choose("问价钱", None, offered) == choose("", "/talk_deny{}", offered)


def test_menus_are_used_where_the_account_may():
    [message] = custom_messages(
        [Text("<好>"), CHOICES], RenderOptions(with_msgmenu=True)
    )
    assert message == {
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": "&lt;好&gt;\n您要哪个？",
            "list": [
                {"id": "1", "content": "报修"},
                {"id": "2", "content": "问 价&钱"},
            ],
            "tail_content": "",
        },
    }
    [as_text] = custom_messages([Text("<好>"), CHOICES])
    assert menu_as_text(message) == as_text


def test_a_passive_reply_has_no_menu_but_links():
    with_menus, _ = reply(CHOICES, options=RenderOptions(with_msgmenu=True))
    assert with_menus == reply(CHOICES)[0]


def test_the_first_bubble_goes_out_passively_and_the_rest_as_messages():
    options = RenderOptions(more_url="https://x/m/1")
    body, rest = reply(LONG, options=options)
    messages = custom_messages([LONG], options)
    assert content(body) == messages[0]["text"]["content"]
    assert custom_messages([LONG], options, skip=1) == messages[1:]
    assert [bubble.content for bubble in rest] == texts(messages[1:])
    assert len(messages) == 4
    assert '<a href="https://x/m/1">看全部</a>' in texts(messages)[-1]


def test_more_pictures_than_bubbles_are_on_the_page():
    photos = [Image(f"blob:{n:020d}", "现场") for n in range(6)]
    media = {photo.url: f"M{n}" for n, photo in enumerate(photos)}
    options = RenderOptions(media=media, more_url="https://x/a/1")
    assert leaves_out([Text("办好了"), *photos], options)
    first, *others = bubbles_of([Text("办好了"), *photos], options)
    assert first.content.startswith("办好了")
    assert first.content.endswith('<a href="https://x/a/1">看全部</a>')
    assert others == [OutImage("M0"), OutImage("M1"), OutImage("M2")]
    assert not leaves_out([Text("办好了"), *photos[:3]], options)


def test_a_long_text_and_pictures_are_five_bubbles_at_most():
    photos = [Image(f"blob:{n:020d}", "现场") for n in range(2)]
    media = {photo.url: f"M{n}" for n, photo in enumerate(photos)}
    options = RenderOptions(media=media, more_url="https://x/a/1")
    bubbles = bubbles_of([LONG, *photos], options)
    assert leaves_out([LONG, *photos], options)
    assert [type(b) for b in bubbles] == [OutText] * 3 + [OutImage] * 2
    assert "看全部" in bubbles[2].content


@given(PARTS)
def test_nothing_is_left_out_without_a_word(parts):
    options = RenderOptions(more_url="https://x/a/1")
    shown = [b.content for b in bubbles_of(parts, options) if isinstance(b, OutText)]
    assert leaves_out(parts, options) == any("看全部</a>" in text for text in shown)


def test_an_over_long_reply_keeps_its_choices():
    *_, last = texts(custom_messages([LONG, CHOICES]))
    assert "后面的没有发" in last
    assert "msgmenucontent=报修" in last


def test_a_lone_link_is_a_card_and_others_stand_in_the_text():
    link = Link("办证指南", "/guide/1")
    options = RenderOptions(base_url="https://yxl.example")
    body, _ = reply(Text("看这个"), link, options=options)
    root = ElementTree.fromstring(body)
    assert root.findtext("ArticleCount") == "1"
    assert root.findtext("Articles/item/Url") == "https://yxl.example/guide/1"
    [message] = custom_messages([link], options)
    assert message["news"]["articles"][0]["title"] == "办证指南"
    [text] = texts(custom_messages([Text("一"), Text("二"), link], options))
    assert text == '一\n二\n<a href="https://yxl.example/guide/1">办证指南</a>'


def test_links_that_a_phone_cannot_open_are_not_links():
    for url in ("/guide/1", "javascript:alert(1)", "http://[x"):
        assert texts(custom_messages([Link("指南", url)])) == ["指南"]


def test_pictures_are_messages_once_uploaded_and_links_before():
    picture = Image("/blob/1", "修好了")
    options = RenderOptions(base_url="https://y", media={"/blob/1": "MEDIA"})
    body, rest = reply(Text("看"), picture, options=options)
    assert content(body) == "看"
    assert rest == (OutImage("MEDIA"),)
    assert (
        ElementTree.fromstring(reply(picture, options=options)[0]).findtext(
            "Image/MediaId"
        )
        == "MEDIA"
    )
    assert texts(custom_messages([picture], RenderOptions(base_url="https://y"))) == [
        '<a href="https://y/blob/1">看图片：修好了</a>'
    ]
    assert texts(custom_messages([picture])) == ["［图片：修好了］"]


@given(PARTS, st.booleans())
def test_any_reply_is_well_formed_and_within_the_limits(parts, with_msgmenu):
    options = RenderOptions(base_url="https://y", with_msgmenu=with_msgmenu)
    body, rest = reply(*parts, options=options)
    if body != SUCCESS:
        root = ElementTree.fromstring(body)
        assert root.findtext("MsgType") in ("text", "news")
        assert len((root.findtext("Content") or "").encode()) <= 2_000
    assert len(rest) <= 4
    assert all(len(b.content.encode()) <= 2_000 for b in rest if isinstance(b, OutText))
    json.dumps(custom_messages(parts, options), ensure_ascii=False).encode()
