"""What judges a written conversation sees what is wrong, and only that."""

from types import SimpleNamespace

import pytest

from bot.trial.checks import (
    MAX_LEAD_CHARS,
    bad_manners,
    wrong_choices,
    wrong_memory,
    wrong_text,
    wrong_tickets,
)
from community.replies import Choice, Choices, Emergency, ItemList, Part, Reply, Text
from tests.conftest import NOW

ALARM = Emergency("fire", ("119",), "快打119。")


def reply(*parts: Part) -> Reply:
    return Reply("m", "web:a", parts, NOW)


def choices(n: int) -> Choices:
    return Choices("", tuple(Choice(f"第{i}项", f"c{i}") for i in range(n)))


@pytest.mark.parametrize(
    ("turn", "text", "n_wrong"),
    [
        ({"sees": ["津贴", ["甲", "乙"]], "not_sees": ["低保"]}, "津贴乙", 0),
        ({"sees": ["津贴", ["甲", "乙"]], "not_sees": ["低保"]}, "低保", 3),
        ({"not_sees": ["110"]}, "记好了，编号 1125-1105，您记一下。", 0),
        ({"not_sees": ["110"]}, "请现在就打 110", 1),
        ({"first": "好"}, "不。好", 1),
        ({"silent": True}, "在", 1),
        ({"silent": True}, "", 0),
    ],
)
def test_texts(turn, text, n_wrong):
    assert len(list(wrong_text(turn, text))) == n_wrong


def test_choices():
    offered = reply(choices(2))
    assert not list(wrong_choices({"offers": ["第0", ["第9", "第1"]]}, offered))
    assert list(wrong_choices({"offers": ["第2"]}, offered))
    assert list(wrong_choices({"offers_nothing": True}, offered))


@pytest.mark.parametrize(
    "parts",
    [
        (Text("特此告知"),),
        (Text("您肯定能领到"),),
        (choices(4),),
        (Text("字" * (MAX_LEAD_CHARS + 1)),),
        (ItemList("要带的", tuple("一二三四五六七八九")),),
        (Text("别急。"), ALARM),
        (ALARM, Text("在哪儿？")),
    ],
    ids=[
        "officialese",
        "promise",
        "choices",
        "paragraph",
        "list",
        "alarm late",
        "alarm asks",
    ],
)
def test_bad_manners(parts):
    assert len(list(bad_manners(reply(*parts)))) == 1


def test_good_manners():
    assert not list(bad_manners(reply(ALARM, Text("人先出来。"))))
    listed = ItemList("能问的事", tuple("一二三四五六七八九"))
    assert not list(bad_manners(reply(Text("这些能问："), listed, choices(3))))


def test_tickets_that_are_missing_or_elsewhere():
    life = SimpleNamespace(tier=SimpleNamespace(value="grid"))
    filed = SimpleNamespace(
        draft=SimpleNamespace(item="matter/noise"),
        state=SimpleNamespace(value="open"),
        life=life,
    )
    good = {"tickets": 1, "ticket": {"item": "noise"}, "state": "open", "tier": "grid"}
    assert not list(wrong_tickets(good, [filed], ""))
    bad = {"tickets": 2, "ticket": {"item": "light"}, "state": ["x"], "tier": "county"}
    assert len(list(wrong_tickets(bad, [filed], ""))) == 4
    assert list(wrong_tickets({"state": "open"}, [], "")) == ["no ticket after:\n"]


def test_memory():
    reading = {"chosen": True, "item": "service/a"}
    message = SimpleNamespace(parse_data={"reading": reading})
    tracker = SimpleNamespace(get_slot=lambda name: "service/a", latest_message=message)
    assert not list(
        wrong_memory({"about": "service/a", "chosen": "service/a"}, tracker, "")
    )
    assert len(list(wrong_memory({"about": "b", "chosen": "b"}, tracker, ""))) == 2
