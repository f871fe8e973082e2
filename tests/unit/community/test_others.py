"""Other people's affairs stay theirs."""

import pytest

from community.others import asks_about_others


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
