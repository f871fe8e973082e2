"""Pairs of messages on both sides of the line between danger and none."""

import pytest

from community.emergencies.detection import detect, hazard

PAIRS = [
    # rule, the danger, what only sounds like it
    ("fire", "电池着火了", "他说这电池不着火"),
    ("fire", "屋里放鞭炮把床点着了", "楼下放鞭炮，砰砰的像爆炸"),
    ("fire", "仓库里的货都着了", "线太低，货车送货都够着了"),
    ("fire", "厨房里冒烟了，看不见人", "吃辣椒辣得冒烟"),
    ("fire", "车棚又烧起来了", "年年检查年年堵，等烧起来再开会？"),
    ("fire", "楼道里浓烟滚滚", "楼下烧烤摊浓烟滚滚，满地油污"),
    ("fire", "充电的电车爆炸了", "一旦楼梯口的电动车在充电过程中发生爆炸，后果严重"),
    ("fire", "三号楼发生火灾", "路都堵死了，发生火灾，那责任谁来承担"),
    ("traffic", "骑车跟货车撞了，骨折了", "骑车跟货车撞了，骨折了，责任怎么判定"),
    ("traffic", "我爸出车祸没了意识", "我爸出车祸没了，要办啥手续"),
    ("fire", "仓库里着火了", "家里着过火，东西都没了"),
    ("gas", "楼道里一股味，是煤气", "一股味，不是煤气，是下水道"),
    ("gas", "煤气灶关不严，俺晕得慌", "晒太阳晒得晕得慌"),
    ("gas", "俺闻见煤气味了", "俺没闻见煤气味"),
    ("fire", "没人看见，楼后头冒浓烟了", "没看见冒烟"),
    ("crime", "有人还在砸门", "装修的还在砸墙"),
    ("fraud_now", "刚打了两万过去", "刚打了110了"),
    ("medical", "桥头坐着个老汉冻得打颤", "站牌那里等公交的老人冻得打颤"),
    ("electric_water", "俩孩子在水库里洗澡 没大人", "怕孩子去水库洗澡没大人看"),
    ("gas", "燃气泄漏了，快来", "食堂没装燃气泄漏报警装置"),
    ("gas", "装修的钻到气管了", "燃气泄漏正确做法是啥"),
    ("gas", "漏气了，满楼道都是", "昨天报的漏气，修了没"),
    ("medical", "我爸捂着胸口疼得出冷汗", "健身房卷钱跑路，气得我胸口疼"),
    ("medical", "奶奶半边身子不能动了", "半边身子不能动好几年了，想评残"),
    ("medical", "俩孩子煤气中毒了", "挨家看看烟囱，别煤烟中毒了"),
    ("medical", "孩子误食老鼠药了", "狗误食巧克力咋办"),
    ("medical", "快给叫救护车", "你能帮我叫救护车不，就问问"),
    ("medical", "大姐倒在路边不说话", "雨水倒灌，已抽排"),
    ("medical", "工友从楼上掉下来，抢救着呢", "人已经抢救过来了，费用咋报"),
    ("traffic", "我爸被撞了，腿不能动", "药箱在夜市被撞掉过"),
    ("traffic", "那个大爷叫车轧了腿", "我家狗叫车轧了腿"),
    ("traffic", "刚出了车祸", "车祸责任认定不服怎么办"),
    ("crime", "一个男的跟着我不走", "我在这打工，孩子跟着我，上学咋办"),
    ("crime", "有人破门进来了", "那个破门禁到底修不修"),
    ("crime", "同桌天天打我儿子", "孩子被同桌推过，老师处理了，没事了"),
    ("crime", "学校里有人收保护费", "孩子问校园欺凌的讲座几点"),
    ("violence_home", "他动不动就打我妈", "离婚四年了，他以前打我妈"),
    ("violence_home", "俺对象昨天又打我了", "年轻时候挨过他打，离婚二十年了"),
    ("violence_home", "帮我报警，他在砸门", "你能帮我报警吗"),
    ("self_harm", "她要上吊", "线低得能上吊了都没人管"),
    ("self_harm", "我弟喝农药了", "我嫂子喝农药没了，孩子能领补助吗"),
    ("self_harm", "我想跳楼", "股票跌得想跳楼"),
    ("self_harm", "有轻生的念头", "否认有轻生念头，想做心理咨询"),
    ("self_harm", "他写了遗嘱关了手机就走了", "想找律师写遗嘱，社区有没有"),
    ("violence_home", "他勒她脖子", "晾衣绳拉得低，走过去勒脖子"),
    ("traffic", "孩子被撞了", "公交站牌被撞倒一个月了没人修"),
    ("electric_water", "涵洞积水，有车被困", "涵洞积水，无人员被困"),
    ("missing", "我妈三天没回家了，电话关机", "老公三天没回家，住他妈家，电话也接"),
    ("missing", "联系不上老人了", "灯坏了报上去没信了"),
    ("fraud_now", "他叫我把钱转到他给的账户", "大夫叫我转到济南去看"),
    ("fraud_now", "客服让我去银行转钱", "社保局让我去银行激活卡"),
    ("fraud_now", "客服让我下个软件", "社区让我下载软件认证"),
    ("electric_water", "电线垂到地上了", "一根线垂着，离地一米多"),
    ("electric_water", "井盖丢了，没人围", "井盖松动，没丢"),
    ("electric_water", "井盖丢失，有人掉下去", "井盖丢失已由市政补装，过车有响声"),
    ("electric_water", "大马路塌陷了", "地砖松动塌陷，踩踏溅水"),
    ("electric_water", "电话线断了搭在高压线上冒火花", "几根电话线垂到地上，不带电"),
    ("electric_water", "灯杆子挨着就麻手", "来电人反映灯杆上贴满广告"),
    ("electric_water", "雨水没过电表箱了", "电表箱门关不上"),
    ("medical", "孩子把小电池咽下去了", "充电宝电池鼓了，去年的事"),
    ("traffic", "面包车钻到大货车底下去了", "猫钻到柜子底下不出来"),
    ("crime", "半夜门把手自己在转", "门把手转不动了，找谁修"),
    ("crime", "小区里有人举着砍刀乱跑", "摊位上摆着砍刀卖"),
    ("self_harm", "闺女胳膊上全是自己划的", "车门是我自己划的"),
    ("self_harm", "他喝药走了，我也要跟他去", "老伴是喝药走的，现在要办丧葬费"),
    ("self_harm", "有人坐在桥边上两条腿悬着", "桥栏杆断了一截"),
    ("missing", "奶奶坐错车了，电话打不通", "坐错车了，重新买的票能报吗"),
    ("fraud_now", "自称警察的让我开视频别离开", "视频里说别信骗子"),
    ("medical", "嘴巴歪了", "嘴角起泡了"),
    ("medical", "俺姥娘不会说话了", "孩子两岁还不会说话"),
    ("medical", "俺对象胸闷 出汗", "治胸闷的药能报不"),
    ("medical", "娃娃抽了", "孩子抽了血"),
    ("medical", "他有糖尿病 这会儿迷糊", "糖尿病药能报多少"),
    ("medical", "俺摔沟里了", "手机掉沟里了"),
    ("medical", "俺爷爷刚才滑倒了", "俺爷爷怕滑倒"),
    ("medical", "胳膊皮掉了一大块直流血", "楼道墙皮掉了"),
    ("electric_water", "井里掉下去个老头", "井里掉下去个手机"),
    ("fire", "院墙要倒了", "栅栏要倒了"),
    ("fire", "走廊里烟味越来越浓", "走廊里有烟味"),
    ("crime", "家里闹贼了", "家里装了防盗窗"),
    ("crime", "娃娃反锁在屋里了", "屋门锁坏了"),
    ("self_harm", "我死了倒清净", "他死了以后户口咋销"),
    ("self_harm", "他拿刀割胳膊", "小孩胳膊划破了"),
    ("fraud_now", "扫码进去填了卡号", "表上填了卡号"),
]

LIFT_STUCK = [
    "困电梯里了",
    "电梯停在六楼半，门不开",
    "卡十五楼半小时了，没人来",
    "电梯停在五楼和六楼中间，里面三个工人",
    "电梯井里有小孩哭着喊妈妈",
    "电梯困人二十分钟",
    "有两个人",
    "有人在里头",
]
LIFT_ONLY_BROKEN = [
    "电梯停在半空没人，门开着一条缝",
    "昨天我媳妇在电梯里关了十来分钟，后来自己开了门",
    "上周困过人，没修",
    "困人没",
    "困人了没有",
    "困在家里出不去，没电梯",
    "电梯困人频发，要求检修",
    "电梯有异响，目前无人员被困",
    "三名业主被困后由消防救出",
]


@pytest.mark.parametrize(("rule", "danger", "alike"), PAIRS)
def test_danger_is_told_from_what_sounds_like_it(rule, danger, alike):
    assert detect(danger) == rule
    assert detect(alike) is None


@pytest.mark.parametrize("text", LIFT_STUCK)
def test_people_in_a_lift_are_in_danger(text):
    assert hazard("elevator_fault", text)


@pytest.mark.parametrize("text", LIFT_ONLY_BROKEN)
def test_a_lift_without_people_is_only_broken(text):
    assert not hazard("elevator_fault", text)


@pytest.mark.parametrize(
    ("matter", "text"),
    [
        ("drainage_flooding", "一下雨水就快到膝盖"),
        ("neighbor_dispute", "跟人争车位，快打起来了"),
        ("neighbor_dispute", "楼下拿棍子捅顶子"),
        ("traffic_facility", "护栏叫人撞了个大豁子"),
        ("food_consumer", "三人腹泻，现已痊愈"),
        ("elder_welfare_check", "打电话没人接"),
    ],
)
def test_what_is_over_or_not_yet_is_no_hazard(matter, text):
    assert not hazard(matter, text)


def test_a_charger_in_the_stairwell_is_a_report_and_a_threat_is_a_crime():
    assert detect("有人把电动车推进楼道里充电") is None
    assert not hazard("ebike_charging", "有人把电动车推进楼道里充电")
    assert detect("我说他别在楼道充电，他拿扳手要打我") == "crime"
