"""What a report already says about its place and beginning."""

import pytest

from community.reports import place_in, since_in


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
    ],
)
def test_only_a_beginning_is_taken(text, entities, since) -> None:
    assert since_in(text, entities) == since
