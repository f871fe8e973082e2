"""Worries are told from what merely sounds like them, and each has an answer."""

import pytest

from community.dialogue.assurances import ASSURANCES, assurance, worry_in


@pytest.mark.parametrize(
    ("text", "worry"),
    [
        ("别跟人家说是俺说的啊", "discreet"),
        ("千万别告诉他是我反映的", "discreet"),
        ("替俺保密行不", "discreet"),
        ("能匿名举报吗", "discreet"),
        ("他会不会知道是我报的", "discreet"),
        ("别告诉我妈", None),
        ("我不知道是谁报的", None),
        ("别说了", None),
        ("把密码给你行不", "secret"),
        ("你们会问俺的密码不", "secret"),
        ("您要我银行卡干啥", "secret"),
        ("你要的银行卡我带了", None),
        ("讲的准不准", "sure"),
        ("他说的准不准", None),
        ("听说的准吗", None),
        ("会不会把我的信息卖了", "data"),
        ("我的资料安全吗", "data"),
        ("你们收费吗", "free"),
        ("找你们反映问题要钱吗", "free"),
        ("这个要钱吗", None),
        ("办残疾证要钱吗", None),
        ("网格员是谁", "grid_worker"),
        ("啥是网格员啊", "grid_worker"),
        ("找网格员", None),
        ("我不会打字", "dictating"),
        ("能发语音吗", "dictating"),
        ("村支书看得到吗", "data"),
        ("会不会给我穿小鞋", "discreet"),
        ("你跟城管是不是一伙的", "independent"),
        ("都是谁写的答案", "source"),
        ("和你说的不一样", "source"),
        ("谁写证明", None),
        ("我妈户口在沂水，低保怎么办", "elsewhere"),
        ("河东区的路灯坏了也能报给你吗", "elsewhere"),
        ("沂水住院回来能报销吗", None),
        ("闺女嫁到沂水了，户口咋迁", None),
        ("俺没事 就是想说说话", "company"),
        ("有人找我说话套我的密码", None),
        ("咋不说话", "present"),
        ("就这些？", "all"),
        ("就这些", None),
        ("发的短信是不是骗人的", "scam"),
        ("社保局的电话是多少", None),
        ("要不要去银行", "bank"),
        ("谁知道居住证在哪办", None),
        ("俺一家人住的房子漏雨", None),
        ("邻居报复我，垃圾堆我门口", None),
        ("他老找我麻烦", None),
        ("养老院是公家的还是私人的", None),
        ("物业跟开发商串通", None),
        ("谁能看到我说的", "data"),
        ("会不会报复我", "discreet"),
    ],
)
def test_worries_are_heard(text, worry):
    assert worry_in(text) == worry


def test_each_worry_has_one_answer():
    assert len({known.id for known in ASSURANCES}) == len(ASSURANCES)
    assert all(assurance(known.id) == known.answer for known in ASSURANCES)
    assert assurance(None) is None
    assert assurance("chosen") is None
