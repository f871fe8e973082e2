"""Within a rule the words fit what happened."""

from datetime import date

import pytest

from community.answers import AnswerComposer
from community.catalog.local import LocalFacts
from community.emergencies.cases import case_of, rule_of


@pytest.mark.parametrize(
    "text",
    [
        "俺闺女割手腕了",
        "他说活着没意思",
        "她把遗书放桌上了",
        "他买了安眠药",
        "有个网友说要走了 不想麻烦大家",
        "他站在楼顶上要跳",
        "我怕他想不开，他说不想活了",
        "我同学发消息说撑不下去了",
    ],
)
def test_who_fears_for_somebody_is_told_how_to_help(text):
    assert case_of("self_harm", text) == "other_person"


@pytest.mark.parametrize(
    "text",
    [
        "我不想活了",
        "活着没意思",
        "儿子在外地打工，活着没意思",
        "孩子都不管我，不想活了",
        "他打我，我真不想活了",
        "老伴走了 我想跟他去",
        "俺活够了，谁也别管",
        "儿子说我是累赘，死了算了",
    ],
)
def test_who_despairs_himself_is_comforted_himself(text):
    assert case_of("self_harm", text) is None


@pytest.mark.parametrize(
    ("rule", "text", "case"),
    [
        ("medical", "俺们烧炉子 俺老伴说头疼恶心", "fumes"),
        ("medical", "嘴也有点歪 喝水往下流", "stroke"),
        ("medical", "左边胳膊不大听使唤", "stroke"),
        ("medical", "俺哥触电了 躺地上", "current"),
        ("medical", "有人掉河里了", "water"),
        ("medical", "俺爹胸口疼", "heart"),
        ("medical", "他攥着胸口 出了一身冷汗", "heart"),
        ("medical", "心口憋得慌 半边身子也不听使唤", "stroke"),
        ("medical", "胸口叫牛顶了 让车撞的 疼", None),
        ("medical", "一身汗 站不住", None),
        ("medical", "路上躺着个喝醉的 零下八度", "cold"),
        ("self_harm", "闺女赌气跑了 手机关机", "other_person"),
        ("self_harm", "媳妇不理我 手机也不接 没意思", None),
        ("medical", "天桥底下有个老太太冻得直哆嗦", "cold"),
        ("medical", "孩子把洁厕灵喝了", "poison"),
        ("medical", "把汽油当水喝了", "poison"),
        ("self_harm", "喝了敌敌畏了", "poison"),
        ("self_harm", "俺弟把一瓶安眠药都吃了", "poison"),
        ("self_harm", "我吃了一瓶药", "poison"),
        ("self_harm", "她说要喝农药", "other_person"),
        ("self_harm", "他买了农药 还没喝", "other_person"),
        ("electric_water", "两个小孩在河里洗澡", "by_water"),
        ("electric_water", "大坝上有学生下水游泳", "by_water"),
        ("electric_water", "孩子掉河里了", None),
        ("crime", "孩子被锁车里了", "shut_in"),
        ("crime", "娃娃把自己反锁在卧室了", "locked_in"),
        ("crime", "他后爹把孩子锁屋里不给饭吃", None),
        ("electric_water", "小孩头卡栏杆里了", "stuck"),
        ("fire", "着火了", None),
    ],
)
def test_case_of(rule, text, case):
    assert case_of(rule, text) == case


@pytest.mark.parametrize(
    ("voted", "text", "rule"),
    [
        ("self_harm", "宝宝在卫生间里反锁了", "crime"),
        ("violence_home", "小孩把门反锁了 我在外头", "crime"),
        ("violence_home", "他爸把孩子锁屋里打", "violence_home"),
        ("self_harm", "儿子反锁在屋里 说不想活了", "self_harm"),
        ("self_harm", "俺爹把除草剂当水喝了", "medical"),
        ("self_harm", "俺爹喝了除草剂", "self_harm"),
        ("medical", "后墙要倒了", "fire"),
        ("gas", "走廊里烟味越来越大", "fire"),
        ("gas", "闻着煤气味", "gas"),
        ("self_harm", "俩小孩在塘边上玩水", "electric_water"),
        ("self_harm", "孩子说不想活了 往河边玩去了", "self_harm"),
        ("medical", "孩子在河里淹了 捞上来没气了", "medical"),
    ],
)
def test_the_rule_whose_words_fit(voted, text, rule):
    assert rule_of(voted, text) == rule


def test_every_case_has_its_words(catalog):
    today = date(2026, 11, 27)
    facts = LocalFacts(catalog, None, today)
    composer = AnswerComposer(catalog, facts, today)
    for rule in catalog.emergencies.values():
        for case in rule.cases:
            assert rule.words(case.id) is case
    told = composer.emergency("self_harm", "他说活着没意思").text
    assert "110" in told.split("。")[0]
    assert "我很担心您" not in told
    assert "我很担心您" in composer.emergency("self_harm", "我不想活了").text
    assert "触电" not in composer.emergency("medical", "头晕得厉害").text
    fears = catalog.emergencies["self_harm"].words("other_person")
    assert "数落" in fears.then
