"""What a model alone hears as a danger, and what its words say themselves."""

import pytest

from community.emergencies.calm import is_calm, only_denies
from community.emergencies.detection import detect

CALM = [
    ("打俺儿媳妇电话 13800001234", "violence_home"),
    ("我号码是13800001234 找俺对象的话打13900001234", "crime"),
    ("打我手机", "violence_home"),
    ("白天别打 晚上打 13800001234", "fraud_now"),
    ("孩子膝盖蹭破皮了", "self_harm"),
    ("手划破了一点", "medical"),
    ("没动手 就是吵", "violence_home"),
    ("没有人受伤", "traffic"),
    ("没闻到有味", "gas"),
    ("俺没填", "fraud_now"),
    ("没看见火苗", "fire"),
    ("前年被电动车碰过 腿落下毛病", "traffic"),
    ("孩子前天在班里让人推了一下", "crime"),
    ("俺爹上个月从梯子上摔下来", "medical"),
]
NOT_CALM = [
    ("他打我 13800001234", "violence_home"),
    ("俺妈电话没人接", "missing"),
    ("打了一上午电话不通", "missing"),
    ("没气了", "medical"),
    ("没有脉搏", "medical"),
    ("没跑出来", "fire"),
    ("没接住孩子 掉下去了", "medical"),
    ("没活路了", "self_harm"),
    ("没关阀门 味大", "gas"),
    ("没动静了", "medical"),
    ("拿刀把胳膊划破了", "self_harm"),
    ("头碰破了直流血", "medical"),
    ("俺爹前天摔了 起不来", "medical"),
    ("上个月走丢了 到现在没信", "missing"),
    ("从上个月起他天天动手", "violence_home"),
    ("以前就打 刚才又打", "violence_home"),
]


@pytest.mark.parametrize(("text", "rule"), CALM)
def test_words_that_are_calm_themselves(text, rule):
    assert is_calm(text, rule)


@pytest.mark.parametrize(("text", "rule"), NOT_CALM)
def test_words_that_may_be_a_danger(text, rule):
    assert not is_calm(text, rule)


@pytest.mark.parametrize(
    "text",
    [
        "让三轮车碰倒了 前年的事",
        "家里着火了 是去年",
        "老师拿戒尺打孩子 上学期的事",
        "被车撞了 昨天",
    ],
)
def test_when_it_was_may_be_told_afterwards(text):
    assert detect(text) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [("心口疼 昨天", "medical"), ("俺娘走丢了 昨天", "missing")],
)
def test_what_lasts_is_not_over_by_today(text, rule):
    assert detect(text) == rule


def test_a_denial_tells_nothing_but_that():
    assert only_denies("没漏气")
    assert only_denies("俺没闻到煤气味")
    assert not only_denies("没水了")
    assert not only_denies("没漏气 就是打不着")
    assert not only_denies("井盖没了")
