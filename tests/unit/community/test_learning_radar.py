"""What residents ask in vain, and words that nobody has taught."""

from datetime import datetime, timedelta, timezone

from community.learning.new_words import new_words
from community.learning.radar import Asked, topics

MONDAY = datetime(2026, 11, 2, 8, tzinfo=timezone.utc)
KNOWN = ("低保咋办", "低保要带啥", "高龄津贴多少钱", "高龄津贴咋领", "居住证咋办")


def asked(*texts: str, weeks: int = 0, people: str = "p") -> list[Asked]:
    at = MONDAY + timedelta(weeks=weeks)
    return [Asked(text, f"{people}{n}", at) for n, text in enumerate(texts)]


def test_a_topic_counts_residents_by_week_and_not_messages():
    one = [Asked("哪里有老年大学", "p0", MONDAY + timedelta(hours=n)) for n in range(5)]
    two = asked("老年大学咋报名", "老年大学收费不", weeks=1, people="q")
    (topic,) = topics([*one, *two], KNOWN * 9)
    assert "老年大" in topic.name
    assert (topic.n_persons, topic.n_messages) == (3, 7)
    assert topic.weeks == {"2026-W45": 1, "2026-W46": 2}
    assert topic.growth == 2.0


def test_what_one_resident_repeats_is_no_topic():
    assert topics([Asked("养鸽子有补贴不", "p", MONDAY)] * 9, KNOWN) == []


def test_a_word_of_many_residents_that_no_example_has_is_new():
    said = asked("暖居券咋领", "那个暖居券发多少", "俺家的暖居券过期没", "低保咋办")
    (word,) = new_words(said, KNOWN)
    assert (word.name, word.n_persons) == ("暖居券", 3)
    assert "低保咋办" not in word.examples


def test_known_words_names_and_repeats_are_no_news():
    known = asked("高龄津贴咋领", "高龄津贴给谁", "高龄津贴多少")
    places = asked("金桂苑能办居住证不", "金桂苑归哪个社区", "我住金桂苑")
    alone = [Asked("暖居券咋领", "p", MONDAY)] * 9
    assert new_words([*known, *places, *alone], KNOWN, ["金桂苑"]) == []


def test_pieces_of_a_new_word_are_not_listed_beside_it():
    said = asked(
        *("长护险咋申请", "长护险护理费", "长护险报多少", "长护险给谁", "办长护险")
    )
    assert [word.name for word in new_words(said, KNOWN)] == ["长护险"]


def test_two_new_words_of_different_people_are_both_listed():
    said = [
        *asked("暖居券咋领", "暖居券多少", "暖居券给谁", "暖居券在哪"),
        *asked("长护险咋领", "长护险多少", "长护险给谁", people="q"),
    ]
    assert [word.name for word in new_words(said, KNOWN)] == ["暖居券", "长护险"]


def test_one_wording_that_all_repeat_has_no_new_words():
    assert new_words(asked(*["身份证让洗衣机搅坏了咋整"] * 5), KNOWN) == []


def test_nothing_asked_is_nothing_new():
    assert new_words([], KNOWN) == []
