"""What is said after an alarm, and what fits as an answer."""

import pytest

from community.after_alarm import After, after_alarm, words_after

SAID = [
    ("没事吧 躺躺就好了吧", "medical", After.WAIVED),
    ("不用麻烦医院了吧 花钱", "medical", After.WAIVED),
    ("歇一会就好了", "medical", After.WAIVED),
    ("明天再去看吧", "medical", After.WAIVED),
    ("好多了", "medical", After.OVER),
    ("好点了", "medical", After.WAIVED),
    ("不碍事 老毛病", "medical", After.WAIVED),
    ("120多少钱", "medical", After.WAIVED),
    ("已经灭了", "fire", After.OVER),
    ("开门了 人没事", "self_harm", After.OVER),
    ("供电的人来了", "electric_water", After.ARRIVED),
    ("他喝多睡着了", "violence_home", After.GONE),
    ("能不能来个人", "violence_home", After.ASKS),
    ("回来了回来了 在她姐家", "missing", After.OVER),
    ("找到了", "missing", After.OVER),
    ("来人了 盖上了", "electric_water", After.OVER),
    ("火灭了", "fire", After.OVER),
    ("那报的那个还用管不", "missing", After.OVER),
    ("那单子消了吧", None, After.OVER),
    ("不是煤气", "gas", After.MISTAKEN),
    ("你弄错了", "fire", After.MISTAKEN),
    ("误会了", "crime", After.MISTAKEN),
    ("取消", "fire", After.MISTAKEN),
    ("你别当真 俺说着玩的", "self_harm", After.LIGHT),
    ("要不要打电话", "gas", After.ASKS),
    ("我该咋办", "self_harm", After.ASKS),
    ("去哪个医院好", "medical", After.ASKS),
    ("要不要紧", "medical", After.ASKS),
    ("是不是感冒了", "medical", After.ASKS),
    ("打了 他们说来", "gas", After.CALLED),
    ("110打了", "electric_water", After.CALLED),
    ("现在他出去了", "violence_home", After.GONE),
    ("你别给他说", "violence_home", After.SECRET),
    ("有没有能住的地方", "violence_home", After.SHELTER),
    ("没打", "violence_home", After.NO_BLOW),
]
NONE_OF_THESE = [
    ("他回来了", "violence_home"),
    ("还没找到", "missing"),
    ("没找到了吗", "missing"),
    ("火还没灭", "fire"),
    ("打了他好几下", "violence_home"),
    ("他打了我", "violence_home"),
    ("六十八 穿个红褂子", "missing"),
    ("没钱交学费了", "missing"),
    ("喜鹊新村3号楼", "fire"),
    ("现在他出去了", "medical"),
]


@pytest.mark.parametrize(("text", "alarm", "kind"), SAID)
def test_what_is_said_after_an_alarm(text, alarm, kind):
    assert after_alarm(text, alarm) is kind


@pytest.mark.parametrize(("text", "alarm"), NONE_OF_THESE)
def test_what_is_none_of_these(text, alarm):
    assert after_alarm(text, alarm) is None


@pytest.mark.parametrize("kind", [None, *After])
def test_where_there_is_danger_the_number_is_said_again(kind):
    words = words_after(kind, "1128-0001", ("120",))
    settled = (
        *(After.OVER, After.MISTAKEN, After.LIGHT, After.CALLED, After.ARRIVED),
        After.NO_BLOW,
    )
    assert kind in settled or "120" in words
    assert len(words) <= 150


def test_older_alarms_have_no_numbers_to_repeat():
    assert "请现在就打电话" in words_after(After.ASKS, "1128-0001", ())


def test_who_despairs_is_listened_to():
    words = words_after(None, "1128-0001", ("110", "12356"), "self_harm")
    assert "我在听" in words
    assert "12356" in words
