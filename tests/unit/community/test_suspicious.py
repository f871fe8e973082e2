"""A bait is told from everyday codes and links, and what was given away from what was not."""

import pytest

from community.dialogue.assurances import assurance
from community.dialogue.meaning import Context, Said
from community.dialogue.suspicious import suspicious


def read(text, **context):
    label = "service/resident_medical_insurance"
    said = Said(text, label, 0.9, (), "answer", (label,), (), None)
    meaning = suspicious(said, Context(**context), None)
    return meaning and meaning.value


@pytest.mark.parametrize(
    "text",
    [
        "帮我看看这个：【社保中心】您的电子社保卡即将失效，请点击 http://sbk.vip 更新",
        "微信群里发的，六十岁以上每人领补贴，扫码登记",
        "收到个短信说低保要停 让点个链接",
        "有人打电话要我报验证码",
        "陌生号让俺下载个软件说退医保钱",
        "sbrz.top 认证领钱",
    ],
)
def test_a_bait_is_warned_of(text):
    assert read(text) == "scam"
    assert "96110" in assurance("scam")


@pytest.mark.parametrize(
    "text",
    [
        "养老认证在手机上扫码咋弄",
        "医保凭证的二维码在哪看",
        "短信验证码收不到",
        "把网上申请的网址发给我吧",
        "窗口让我扫码排队",
        "物业发了停水通知",
        "社保卡激活要带啥",
        "社区让我下载反诈软件",
    ],
)
def test_everyday_codes_and_links_are_none(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "worry"),
    [
        ("点开了", "clicked"),
        ("点了不要紧吧", "clicked"),
        ("俺填了卡号", "gave_card"),
        ("验证码也给他了", "gave_card"),
        ("填了身份证号", "gave_id"),
        ("银行卡没填", "gave_nothing"),
        ("没敢点", "gave_nothing"),
        ("这是真的假的", "scam"),
        ("要不要挂失卡", "gave_nothing"),
        ("这下咋办", "scam"),
        ("低保咋办", None),
    ],
)
def test_what_was_done_decides_what_to_do(text, worry):
    assert read(text, worry="scam") == worry
    assert worry is None or assurance(worry)
    assert read("填了身份证号") is None


def test_after_the_card_was_given_it_is_to_be_stopped():
    assert read("要不要挂失", worry="gave_card") == "gave_card"
    assert "银行电话" in assurance("gave_card")
    assert read("填了银行卡", report_item="matter/fraud_clue") == "gave_card"
    assert read("收到短信让点链接，我填了卡号") == "gave_card"
