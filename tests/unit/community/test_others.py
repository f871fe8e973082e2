"""Other people's affairs stay theirs."""

import pytest

from community.dialogue.meaning import Context, Said
from community.dialogue.others import (
    OF_BENEFITS,
    OF_OFFICIALS,
    accusation,
    asks_about_others,
)


def test_an_accusation_that_names_the_benefit_is_shown_its_way(catalog):
    said = Said.of({"text": "俺要举报他家吃低保还开着奥迪"})
    meaning = accusation(said, Context(), catalog)
    assert (meaning.intent, meaning.clause) == ("oos_gov", OF_BENEFITS)
    asked = Said.of({"text": "举报噪音找谁"})
    assert accusation(asked, Context(), catalog) is None


@pytest.mark.parametrize(
    "said",
    [
        "隔壁老王家吃低保不",
        "我们村谁吃低保",
        "帮我查查张三的养老金",
        "是谁举报的我",
        "告诉我楼上邻居的电话",
        "对门领了多少补助",
        "王奶奶家办残疾证了吗",
    ],
)
def test_somebody_elses_affairs_are_recognised(said):
    assert asks_about_others(said)


@pytest.mark.parametrize(
    "said",
    [
        "谁能吃低保",
        "邻居家老人没人管，能帮他申请特困吗",
        "我妈的低保批了没",
        "哪些人能领高龄津贴",
        "我妈的高龄津贴咋申请，我爸的残疾证去哪办",
        "楼上漏水了",
        "我替我爸查养老金",
        "高龄津贴怎么查",
    ],
)
def test_ones_own_affairs_and_help_are_not_refused(said):
    assert not asks_about_others(said)


def accused(text, before, **context):
    said = Said(text, "oos_other", 0.5, (), "abstain", (), (), None)
    meaning = accusation(said, Context(before=before, **context), None)
    return meaning and meaning.clause


def test_an_accusation_is_shown_its_way():
    assert accused("我要举报他", "队长家多了一套") == OF_OFFICIALS
    assert accused("俺要告他", "隔壁老王家吃低保还开着车") == OF_BENEFITS
    assert accused("在哪举报", "我要举报", outside=OF_BENEFITS) == OF_BENEFITS


def test_what_accuses_nobody_known_is_asked_as_a_report():
    assert accused("我要举报", "你好") is None
    assert accused("我要举报楼下烧烤摊", "队长家多了一套") is None
    assert accused("我要举报", "会计来了", requested_slot="report_place") is None
