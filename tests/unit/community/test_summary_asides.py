"""Questions and small words at the summary, which are no part of the report."""

import pytest

from community.dialogue.meaning import Said
from community.reports.summary_asides import (
    ASKS,
    NOTHING,
    PHOTO_COMES,
    aside,
    unanswered,
)


def said(text: str, label: str = "oos_other") -> Said:
    return Said(text, label, 0.5, (), "abstain", (), (), None)


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [
        ("俺拍了照片", "inform", PHOTO_COMES),
        ("照片咋发", "inform", PHOTO_COMES),
        ("有截图", "inform", PHOTO_COMES),
        ("有相片咋传", "inform", PHOTO_COMES),
        ("我手机上有转账记录 能发给你不", "inform", PHOTO_COMES),
        ("刚才那个路灯的接着报", "inform", NOTHING),
        ("得等几天", "talk_ask_facet", None),
        ("啥时候能来修", "talk_ask_facet", None),
        ("谁来弄", "talk_ask_facet", None),
        ("报给谁", "talk_ask_facet", None),
        ("不记得杆号", "inform", NOTHING),
        ("现在", "inform", NOTHING),
    ],
)
def test_an_aside_is_no_part_of_the_report(
    text: str, intent: str, value: str | None
) -> None:
    meaning = aside(said(text))
    assert meaning is not None
    assert (meaning.intent, meaning.value) == (intent, value)


@pytest.mark.parametrize(
    "text",
    [
        "一共三盏都不亮",
        "接着又漏了",
        "能弄好就行",
        "老板姓王",
        "没人敢走",
        "谁家的狗都不知道拴一下",
    ],
)
def test_a_remark_is_none(text: str) -> None:
    assert aside(said(text)) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("赔多少", ASKS),
        ("俺娘的低保批了没", ASKS),
        ("没啥别的了", None),
        ("七八个人呢", None),
        ("那个人呢", ASKS),
        ("顺便问下几号供暖", ASKS),
        ("能不能晚上来", None),
        ("三盏不亮", None),
    ],
)
def test_what_nobody_answers_here_is_not_filed(text: str, value: str | None) -> None:
    meaning = unanswered(said(text))
    assert (meaning.value if meaning else None) == value
