"""What a report already says about its place and beginning."""

import pytest

from community.reports.corrections import is_correction
from community.reports.model import (
    Account,
    amended,
    hours_in_words,
    place_alone,
    place_in,
    since_in,
    without_since,
)


@pytest.mark.parametrize(
    ("text", "entities", "place"),
    [
        (
            "东关花园3号楼的2单元漏水",
            [("address", "东关花园"), ("building", "3号楼"), ("unit", "2单元")],
            "东关花园3号楼的2单元",
        ),
        ("住3-2-501", [("building", "3"), ("unit", "2"), ("room", "501")], "3-2-501"),
        (
            "桥头有树倒了，我住5号楼502",
            [("address", "桥头"), ("building", "5号楼"), ("room", "502")],
            "5号楼502",
        ),
        (
            "桥头和小学门口都没灯",
            [("address", "桥头"), ("address", "小学门口")],
            "桥头",
        ),
        ("没灯", [("person", "王芳"), ("address", "别处")], None),
        ("幸福小区没灯", [], "幸福小区"),
        (
            "我住文澜小区6号楼2单元",
            [("building", "6号楼"), ("unit", "2单元")],
            "文澜小区6号楼2单元",
        ),
        ("灯坏了和美家园6号楼", [("building", "6号楼")], "和美家园6号楼"),
        ("家住金苑3号楼", [("building", "3号楼")], "金苑3号楼"),
        ("我们小区6号楼", [("building", "6号楼")], "6号楼"),
        ("小区里3号楼没灯", [("building", "3号楼")], "3号楼"),
        ("南瓜镇王家洼", [("address", "南瓜镇")], "南瓜镇王家洼"),
        ("南瓜镇王家洼村灯坏了", [("address", "南瓜镇")], "南瓜镇王家洼村"),
        ("南瓜镇 后沟", [("address", "南瓜镇")], "南瓜镇 后沟"),
        ("南瓜镇那个水沟堵了", [("address", "南瓜镇")], "南瓜镇"),
        ("南瓜镇路上有坑", [("address", "南瓜镇")], "南瓜镇"),
        ("和美小区东门垃圾没人清", [("address", "和美小区")], "和美小区东门"),
        ("彩虹路华府小区", [("address", "彩虹路华府")], "彩虹路华府小区"),
    ],
)
def test_neighbouring_parts_are_one_place(text, entities, place) -> None:
    assert place_in(text, entities) == place


@pytest.mark.parametrize(
    ("text", "entities", "since"),
    [
        ("从周一开始就没水", [("time", "从周一开始")], "从周一开始"),
        (
            "每天晚上十点吵，有半年了",
            [("time", "每天晚上十点"), ("time", "有半年了")],
            "有半年了",
        ),
        ("明天上午来修", [("time", "明天上午")], None),
        ("昨天停的", [], "昨天"),
        ("没水", [("time", "三天前")], None),
        ("一个月坏三回", [], None),
        ("半年罚了五百块", [], None),
        ("三天没水了", [], "三天"),
    ],
)
def test_only_a_beginning_is_taken(text, entities, since) -> None:
    assert since_in(text, entities) == since


TOLD = Account("就一盏", "文化路3号楼", "三天了")


@pytest.mark.parametrize(
    ("said", "entities", "account"),
    [
        ("不是3号楼，是5号楼", [], Account("就一盏", "文化路5号楼", "三天了")),
        ("不是三天，是五天了", [], Account("就一盏", "文化路3号楼", "五天了")),
        ("地点不对", [], Account("就一盏", None, "三天了")),
        ("哦不对 是5号楼", [], Account("就一盏", "文化路5号楼", "三天了")),
        ("哎呀不是3号楼", [], Account("就一盏", None, "三天了")),
        ("不是三天 五天了", [], Account("就一盏", "文化路3号楼", "五天了")),
        ("不是3号楼，6号楼", [], Account("就一盏", "文化路6号楼", "三天了")),
        ("地址", [], Account("就一盏", None, "三天了")),
        (
            "补充一下 老板姓王",
            [],
            Account("就一盏；补充：老板姓王", "文化路3号楼", "三天了"),
        ),
        (
            "夜里两点还闪",
            [("time", "夜里两点")],
            Account("就一盏；补充：夜里两点还闪", "文化路3号楼", "三天了"),
        ),
        ("地点错了，是隆山路口", [], Account("就一盏", "隆山路口", "三天了")),
        ("时间不对", [], Account("就一盏", "文化路3号楼", None)),
        ("在幸福小区", [], Account("就一盏", "幸福小区", "三天了")),
        ("昨天开始的", [], Account("就一盏", "文化路3号楼", "昨天开始")),
        (
            "还一闪一闪的",
            [],
            Account("就一盏；补充：还一闪一闪的", "文化路3号楼", "三天了"),
        ),
    ],
)
def test_a_summary_is_corrected_where_it_is_wrong(said, entities, account) -> None:
    assert amended(TOLD, said, entities) == account


def test_a_corrected_place_is_corrected_in_the_story_too() -> None:
    told = Account("灯坏了 文化路3号楼 三天了", "文化路3号楼", "三天了")
    assert amended(told, "不对 是5号楼", []).what == "灯坏了 文化路5号楼 三天了"


def test_a_correction_is_told_from_an_addition() -> None:
    assert is_correction("不是3号楼，是5号楼")
    assert is_correction("地点不对")
    assert not is_correction("还一闪一闪的")


def test_a_landmark_belongs_to_the_place() -> None:
    entities = [("address", "文化路")]
    assert place_in("文化路邮局门口的灯不亮", entities) == "文化路邮局门口"


def test_our_estate_is_no_place() -> None:
    assert place_in("小区垃圾没人清", []) is None
    assert place_in("在我们小区门口", []) is None


def test_the_time_is_taken_out_of_an_answer_about_the_place() -> None:
    assert (
        without_since("幸福小区3号楼，有一个星期了", "有一个星期了") == "幸福小区3号楼"
    )


def test_half_an_hour_is_said_as_people_say_it() -> None:
    assert hours_in_words(0.5) == "半个小时"
    assert hours_in_words(24.0) == "24个小时"


@pytest.mark.parametrize(
    ("text", "entities", "place"),
    [
        ("振兴路加油站旁边", [], "振兴路加油站旁边"),
        ("就在中心街农商行门口那", [], "中心街农商行门口"),
        (
            "幸福小区3号楼",
            [("address", "幸福小区"), ("building", "3号楼")],
            "幸福小区3号楼",
        ),
        ("小区门口", [], None),
        ("我们小区对面", [], None),
        ("学校门口有人卖菜", [], None),
        ("垃圾堆在学校门口", [], None),
        ("幸福小区附近有啥学校", [], None),
        ("去哪办，社区旁边吗", [], None),
        ("中心街", [("address", "中心街")], "中心街"),
        ("谢谢", [], None),
    ],
)
def test_a_place_alone_is_told_from_what_happens_there(text, entities, place):
    assert place_alone(text, entities) == place


def test_a_time_told_instead_of_another_is_taken() -> None:
    account = Account("路灯坏了", "东关花园", "今天")
    told = amended(account, "不对 是前天晚上", [("time", "前天晚上")])
    assert told == Account("路灯坏了", "东关花园", "前天晚上")
