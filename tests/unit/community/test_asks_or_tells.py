"""What asks when somebody comes, and what tells that nobody came; what is no refusal."""

import pytest

from community.dialogue.wordings import wants_to_report
from community.emergencies.detection import detect
from community.reports.answers import says_when
from community.reports.consent import DECLINES
from community.reports.corrections import named_field
from community.reports.filing_order import words_with_order
from community.reports.model import since_in
from community.reports.not_the_story import asks_when, story_of
from community.reports.place_parts import replaced


@pytest.mark.parametrize("text", ["几天能来", "啥时候给个说法", "多会儿有信儿"])
def test_a_question_for_the_time_asks_when(text: str) -> None:
    """However the answer is called."""
    assert asks_when(text)


@pytest.mark.parametrize("text", ["好几天没人收", "几天都没人来", "多长时间也不来修"])
def test_days_without_anybody_are_part_of_the_story(text: str) -> None:
    """They tell how long it goes on."""
    assert not asks_when(text)
    assert story_of(text) == text


@pytest.mark.parametrize(
    ("text", "declines"),
    [
        ("电话不留", True),
        ("照片没有", True),
        ("电话也不接", False),
        ("手机没电了", False),
    ],
)
def test_a_telephone_nobody_answers_is_not_declined(text: str, declines: bool) -> None:
    """Whoever leaves none declines one."""
    assert bool(DECLINES.fullmatch(text)) is declines


def test_the_openings_of_a_message_are_left_out() -> None:
    """But not the words that only look like one."""
    assert story_of("哎 对了 路灯不亮") == "路灯不亮"
    assert story_of("好的谢谢 还有个事 垃圾没人收") == "垃圾没人收"
    assert story_of("那个灯坏了") == "那个灯坏了"
    assert story_of("喂猪的味太大") == "喂猪的味太大"


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("昨天还好好的 今早断的", "今早"),
        ("前天还没事 昨天开始漏", "昨天"),
        ("昨天把俺三轮车颠翻了", None),
        ("前天孩子在那绊倒了", None),
        ("昨天把水管挖断了", "昨天"),
    ],
)
def test_the_beginning_is_neither_before_nor_after(
    text: str, since: str | None
) -> None:
    """Not when all was well, nor when somebody came to harm."""
    found = since_in(text)
    assert found is None if since is None else (found or "").startswith(since)


def test_harm_is_no_answer_to_since_when() -> None:
    """Whatever day it happened."""
    assert not says_when("昨天俺摔了一跤", [("time", "昨天")])


@pytest.mark.parametrize("text", ["先报垃圾", "先报下水道那个", "先报路灯吧"])
def test_the_first_of_two_is_ordered_by_its_name(text: str) -> None:
    """Nothing more is said with it."""
    assert words_with_order(text) == ""


@pytest.mark.parametrize("text", ["先报警", "先报名", "先报物业吧", "先报给物业"])
def test_another_office_is_no_order(text: str) -> None:
    """Nothing is filed."""
    assert words_with_order(text) is None


def test_a_place_is_changed_by_a_word_for_it() -> None:
    """Only where a place follows."""
    assert named_field("换个地方 是20号") == ("place", "20号")
    assert named_field("改一下位置 2号楼") == ("place", "2号楼")
    assert named_field("换个地方放垃圾桶") is None
    assert named_field("给俺换个位置修路灯") is None
    assert replaced("踢毽街18号楼下", "20号") == "踢毽街20号楼下"


def test_the_name_of_a_road_is_no_chain_of_crashes() -> None:
    """A chain of cars is."""
    assert detect("大马路和九连环路") is None
    assert detect("三车连环相撞") == "traffic"


def test_whoever_speaks_for_another_announces_a_problem() -> None:
    """An errand, or a problem told at once, is none."""
    assert wants_to_report("替俺邻居报个事 他耳朵背")
    assert not wants_to_report("替我妈办个事")
    assert not wants_to_report("俺反映个事 他家狗咬人")
