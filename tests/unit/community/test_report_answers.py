"""Which answers to "where" and "since when" are one, and which are a part of the story."""

import pytest

from community.reports.answers import (
    insisted_place,
    instead_of_place,
    instead_of_time,
    is_unknown,
    known_part,
    names_only_a_place,
    says_more_than,
    says_when,
    says_where,
    with_remark,
)
from community.reports.model import Account

TOLD = Account("楼上天天砸墙")


@pytest.mark.parametrize(
    "text",
    [
        "家门口",
        "北头",
        "俺家",
        "大桥底下",
        "团结村",
        "卫生室",
        "村委",
        "老年活动室那",
        "超市对面那个胡同",
        "大桥往东二百米",
        "小卖部门口",
        "开发区那个工地",
        "供电所",
        "乡政府",
        "三岔口",
        "205国道",
        "泵房",
        "隆山路与文化路交叉口",
        "街道办",
        "就是村头",
        "老地方",
        "抖音上",
        "在开发区那个新建的厂房",
        "修车铺那",
        "养殖场旁边",
        "3",
    ],
)
def test_words_for_a_place_say_where(text: str) -> None:
    assert says_where(text, ())


@pytest.mark.parametrize(
    "text",
    [
        "昨儿还推我",
        "骗人的",
        "臭得很",
        "没订合同",
        "娘改嫁了",
        "天天占",
        "都中",
        "能撑住",
        "是真事不",
        "派出所来过了",
        "店家不管",
        "学校不管",
        "村里人都知道",
        "孩子才五岁",
        "十几户",
        "不是单号那边",
        "不知道几号楼",
        "城管不来",
        "路灯早就不亮了",
        "路上全是水",
        "天天排队",
        "一家四口",
        "半夜以后",
        "嗯",
        "没人管的垃圾",
        "坏了的灯",
        "边上是孩子上学的路",
    ],
)
def test_a_story_says_no_place(text: str) -> None:
    assert not says_where(text, ())


@pytest.mark.parametrize(
    "text",
    [
        "得有小半年了吧",
        "上回下雨以后",
        "好长时间",
        "刚坏",
        "10月份",
        "有俩月了",
        "半拉月了",
        "搬来就这样",
        "不清楚",
        "天天如此",
        "腊月",
        "停电以后",
        "一早",
        "有日子了",
    ],
)
def test_words_for_a_time_say_when(text: str) -> None:
    assert says_when(text, ())


@pytest.mark.parametrize(
    "text",
    [
        "没人摔下去",
        "孩子才五岁",
        "说不准几楼",
        "几点停",
        "俺新搬来的",
        "是骗人的",
        "从来没人管",
        "劝了好几次不听 还骂人",
        "后天下午在家",
        "他们今天还在砸墙",
    ],
)
def test_a_story_says_no_time(text: str) -> None:
    assert not says_when(text, ())


def test_what_is_no_place_is_a_part_of_the_story() -> None:
    told = instead_of_place("昨儿还推我", (), TOLD)
    assert told == Account("楼上天天砸墙；昨儿还推我")
    assert instead_of_place("俺家楼下", (), TOLD) is None


@pytest.mark.parametrize(
    "text", ["嗯", "哦", "接着刚才的", "等等 我先问个事", "不知道", "对"]
)
def test_small_words_are_no_part_of_it(text: str) -> None:
    assert with_remark(TOLD, text) == TOLD


def test_a_spot_told_for_the_time_belongs_to_the_place() -> None:
    account = Account("路边有个坑", "隆山路")
    told = instead_of_time("邮局对面", (), account)
    assert told == Account("路边有个坑", "隆山路邮局对面")


def test_who_does_not_know_is_not_asked_for_ever() -> None:
    assert is_unknown("俺也说不准")
    assert not is_unknown("三天了")


@pytest.mark.parametrize(
    ("first", "again", "name"),
    [
        ("金色阳光", "就是金色阳光", "金色阳光"),
        ("骗人的", "就是骗人的", None),
        ("臭得很", "金色阳光", None),
    ],
)
def test_a_name_told_twice_is_the_place(
    first: str, again: str, name: str | None
) -> None:
    assert insisted_place(again, Account(f"灯不亮；{first}")) == name


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("不知道啥路 就是邮局后面那个楼", "邮局后面那个楼"),
        ("说不准，反正是医院西边", "医院西边"),
        ("不知道在哪条路", "不知道在哪条路"),
        ("不知道 吵死了", "不知道 吵死了"),
    ],
)
def test_what_somebody_knows_is_told_from_what_not(text: str, known: str) -> None:
    assert known_part(text) == known


def test_a_place_with_what_is_there_is_more_than_a_place() -> None:
    entities = (("address", "龙凤城"),)
    assert names_only_a_place("龙凤城南门", entities)
    assert not names_only_a_place("龙凤城南门堵了", entities)


@pytest.mark.parametrize(
    ("since", "text", "is_more"),
    [
        ("三个月", "三个月 八千多", True),
        ("去年秋天", "从去年秋天开始就没亮过", True),
        ("三天了", "得有三天了吧大概", False),
        ("上个月", "上个月", False),
    ],
)
def test_a_time_may_be_told_with_more(since: str, text: str, is_more: bool) -> None:
    assert says_more_than(since, text) is is_more
