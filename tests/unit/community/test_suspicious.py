"""A bait is told from everyday codes and links, and what was given away from what was not."""

import pytest

from community.dialogue.assurances import assurance
from community.dialogue.meaning import Context, Said
from community.dialogue.suspicious import is_only_tempted, suspicious


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


@pytest.mark.parametrize(
    ("text", "is_tempted"),
    [
        ("有个短信让我点链接领退税", True),
        ("刚才来个人说查水表的 是不是骗子", True),
        ("有人让点链接 我点了 钱少了五百", False),
        ("是不是骗子 我刚给他转了", False),
        ("客服说要先交保证金 是不是骗子", False),
        ("她正在银行汇款 是不是骗子", False),
        ("楼上吵得睡不着", False),
    ],
)
def test_who_only_doubts_has_given_nothing(text, is_tempted):
    assert is_only_tempted(text) is is_tempted


def test_a_doubt_is_answered_by_where_it_comes_from():
    def doubt(text):
        said = Said(text, "matter/fraud_clue", 0.9, (), "answer", (), (), None)
        return suspicious(said, Context(), None).value

    assert doubt("有个上门查煤气的要看户口本 是不是骗子") == "visitor"
    assert doubt("有个电话说俺儿子叫人扣了 真的假的") == "doubt"
    assert "开门" in assurance("visitor")
    assert "96110" in assurance("doubt")


@pytest.mark.parametrize(
    "text",
    [
        "昨天有人来俺家说量血压要俺身份证",
        "刚才来了两个人敲门说是社区的要登记户口本",
        "有个穿白大褂的进家说免费体检要看医保卡",
        "养老认证的人来了俩 要拿俺存折看看",
        "有人来家收医保费 要身份证号 正规不",
        "网格员上门登记信息要看身份证正常吗",
    ],
)
def test_who_wants_papers_at_the_door_is_asked_who_he_is_first(text):
    assert read(text) == "visitor"


@pytest.mark.parametrize(
    "text",
    [
        "社区能上门给老人办身份证吗",
        "我妈瘫痪 能有人上门给她办社保卡吗 要带身份证不",
        "有人上门认证养老金要带身份证吗",
        "昨天来了个网格员 说让俺拿身份证去社区领老年证",
        "俺想请人来家里给老伴拍身份证照片 可以不",
    ],
)
def test_who_asks_for_a_visit_is_not_warned_of_one(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "worry"),
    [
        ("俺给他看了", "shown"),
        ("他还照了相", "shown"),
        ("让他抄走了", "shown"),
        ("连存折也给他了", "gave_card"),
        ("没给他看", "kept"),
        ("没开门", "kept"),
        ("俺害怕", "afraid"),
        ("会不会有事", "visitor"),
        ("低保咋办", None),
    ],
)
def test_what_a_stranger_at_the_door_got_decides_what_to_do_now(text, worry):
    assert read(text, worry="visitor") == worry
    if worry:
        assert "110" in assurance(worry)
