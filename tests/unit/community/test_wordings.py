"""What wordings say, whatever their topic."""

import pytest

from community.catalog.facets import Facet
from community.dialogue.about_us import asks_about_us
from community.dialogue.ambiguities import AMBIGUITIES, ambiguous
from community.dialogue.two_services import is_comparison
from community.dialogue.wordings import (
    asked_with_wish,
    asks_reason,
    doubts_us,
    has_understood,
    is_angry,
    is_bare_reason,
    named_services,
    rephrase,
    same_of_another,
    split_asks,
    wants_person,
    wants_to_report,
    wish,
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("不是低保，是临时救助", "临时救助"),
        ("我说的不是养老金，我问的是高龄津贴", "高龄津贴"),
        ("说错了，我问的是居住证", "居住证"),
        ("点错了，是问要多久", "要多久"),
        ("不对，是临时救助", "临时救助"),
        ("错了 我问的是医保", "医保"),
        ("不是 俺问的养老认证 咋弄", "养老认证 咋弄"),
        ("不是残疾证 俺问的长护险", "长护险"),
        ("不是路灯的事", "不是路灯的事"),
        ("多谢，那要几天呢", "那要几天呢"),
        ("好的 谢谢您，晚上能办吗", "晚上能办吗"),
        ("谢谢，不用了", "谢谢，不用了"),
        ("谢谢你帮我问", "谢谢你帮我问"),
        ("低保怎么办", "低保怎么办"),
        ("这不是我的错", "这不是我的错"),
    ],
)
def test_a_correction_leaves_what_is_meant(said, meant):
    assert rephrase(said) == meant


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ("说短点", "short"),
        ("你说得太长了", "short"),
        ("再说一遍材料", "same"),
        ("没看清，再发一遍", "same"),
        ("听不懂", "plain"),
        ("低保怎么申请", None),
        ("树枝长得太长，挡住窗户了", None),
    ],
)
def test_a_wish_for_the_last_answer_is_heard(said, how):
    assert wish(said) == how


def test_a_wish_may_name_an_aspect():
    assert asked_with_wish("再说一遍材料")
    assert not asked_with_wish("说短点")


@pytest.mark.parametrize(
    "said",
    [
        "低保为啥没批",
        "残疾人补贴怎么停了",
        "养老金停了",
        "凭啥把俺的低保取消了",
        "公租房没批 说收入超了",
        "高龄津贴停发了，因为没认证",
        "护理补贴 嫌岁数大不给发",
        "去年有 今年没了",
    ],
)
def test_a_question_for_the_reason_is_heard(said):
    assert asks_reason(said)


@pytest.mark.parametrize(
    "said",
    [
        "医保停了怎么补",
        "低保怎么申请",
        "停了怎么恢复",
        "养老金怎么领",
        "刷脸总是不通过",
        "人脸识别没通过",
    ],
)
def test_a_question_for_the_remedy_is_none_for_the_reason(said):
    assert not asks_reason(said)


def test_a_reason_may_be_asked_without_saying_of_what():
    assert is_bare_reason("为啥没批")
    assert not is_bare_reason("暖气停了两天了为啥没批")


@pytest.mark.parametrize(
    "said", ["滚", "你个破机器人", "什么破玩意", "气死我了", "他妈的", "都是干什么吃的"]
)
def test_scolding_is_heard(said):
    assert is_angry(said)


@pytest.mark.parametrize(
    "said",
    [
        "他妈80了想办老年证",
        "我妈的高龄津贴咋申请",
        "他妈的低保停了",
        "谢谢你",
        "邻居家有个傻子",
    ],
)
def test_mothers_are_no_curse(said):
    assert not is_angry(said)


def test_two_asks_are_split_at_a_link(catalog):
    clauses = split_asks("路灯坏了，还有公租房怎么申请", catalog)
    assert clauses == ("路灯坏了", "公租房怎么申请")


def test_two_asks_are_split_where_each_half_names_a_service(catalog):
    clauses = split_asks("我妈的高龄津贴咋申请，我爸的残疾证去哪办", catalog)
    assert clauses == ("我妈的高龄津贴咋申请", "我爸的残疾证去哪办")


@pytest.mark.parametrize(
    "said", ["我爸没工作，低保咋申请", "不是低保，是临时救助", "低保咋办"]
)
def test_one_ask_is_not_split(said, catalog):
    assert split_asks(said, catalog) == ()


def test_services_are_named_in_the_order_of_mention(catalog):
    named = named_services("医保和低保有啥区别", catalog)
    assert named == (
        "service/resident_medical_insurance",
        "service/subsistence_allowance",
    )
    assert is_comparison("医保和低保有啥区别")


def test_an_ellipsis_names_what_it_is_about():
    assert same_of_another("那特困呢？") == "特困"
    assert same_of_another("特困怎么申请") is None


@pytest.mark.parametrize("said", ["优待证怎么办", "社保停了", "老人补贴怎么领", "补助"])
def test_a_wording_of_two_meanings_is_ambiguous(said):
    assert len(ambiguous(said)) >= 2


@pytest.mark.parametrize(
    "said", ["老人优待证", "社保卡丢了", "80岁老人补贴", "退役军人优待证"]
)
def test_a_telling_word_makes_it_clear(said):
    assert ambiguous(said) == ()


def test_every_ambiguity_names_known_services(catalog):
    for known in AMBIGUITIES:
        for key in known.candidates:
            assert key.removeprefix("service/") in catalog.services


@pytest.mark.parametrize(
    ("said", "facet"),
    [
        ("你们电话多少", Facet.CONTACT),
        ("社区在哪", Facet.PLACE),
        ("居委会几点上班", Facet.PLACE),
        ("低保电话多少", None),
        ("几点上班", None),
    ],
)
def test_a_question_about_the_community_is_told_from_one_about_an_item(said, facet):
    assert asks_about_us(said, alone=False) == facet


def test_the_community_need_not_be_named_where_nothing_was_talked_of():
    assert asks_about_us("几点上班", alone=True) is Facet.PLACE


def test_doubts_are_heard():
    assert doubts_us("你是不是骗子")


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("行 知道了 俺明天去", True),
        ("好，记住了", True),
        ("明白了", True),
        ("那我后天跑一趟", True),
        ("明天去哪办", False),
        ("俺不知道", False),
        ("知道了还问啥", False),
    ],
)
def test_the_end_of_a_talk_is_heard(text, understood):
    assert has_understood(text) is understood


@pytest.mark.parametrize(
    "said",
    [
        "我想反映个事",
        "我要报事",
        "我要反映问题",
        "我想上报个问题",
        "俺有个事要反映",
        "有个情况想给社区反映一下",
        "你好，我要投诉",
        "有问题找谁反映啊",
        "怎么上报问题？",
    ],
)
def test_a_report_is_announced(said):
    assert wants_to_report(said)


@pytest.mark.parametrize(
    "said",
    [
        "我想反映路灯坏了的问题",
        "我要举报他骗低保",
        "我要投诉物业",
        "有个问题要问",
        "我要报销",
        "我要报名",
        "我要报警",
        "上报了吗",
    ],
)
def test_other_wishes_announce_no_report(said):
    assert not wants_to_report(said)


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("那你给我转个人", True),
        ("转人工", True),
        ("找个真人跟我说话", True),
        ("叫个人来跟我说", True),
        ("人工客服", True),
        ("档案要转人事局", False),
        ("把户口转个人名下", False),
        ("楼下有个人躺着", False),
    ],
)
def test_a_person_is_asked_for_in_own_words(text, wants):
    assert wants_person(text) is wants
