"""What is said after an alarm, and what fits as an answer."""

import pytest

from community.emergencies.after import SETTLES, After
from community.emergencies.after_alarm import after_alarm
from community.emergencies.alarm_replies import OpenAlarm, words_after

SAID = [
    ("没事吧 躺躺就好了吧", "medical", After.WAIVED),
    ("不用麻烦医院了吧 花钱", "medical", After.WAIVED),
    ("歇一会就好了", "medical", After.WAIVED),
    ("明天再去看吧", "medical", After.WAIVED),
    ("好多了", "medical", After.OVER),
    ("好点了", "medical", After.WAIVED),
    ("不碍事 老毛病", "medical", After.WAIVED),
    ("120多少钱", "medical", After.FEE),
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
    ("我该咋办", "self_harm", After.STEPS),
    ("去哪个医院好", "medical", After.ASKS),
    ("要不要紧", "medical", After.ASKS),
    ("是不是感冒了", "medical", After.ASKS),
    ("打了 他们说来", "gas", After.CALLED),
    ("110打了", "electric_water", After.CALLED),
    ("现在他出去了", "violence_home", After.GONE),
    ("你别给他说", "violence_home", After.SECRET),
    ("有没有能住的地方", "violence_home", After.SHELTER),
    ("没打", "violence_home", After.NO_BLOW),
    ("门打开了", "crime", After.OVER),
    ("哦 她自己出来了", "matter/elder_welfare_check", After.OVER),
    ("上他闺女家去了", "medical", After.OVER),
    ("没人被困", "matter/elevator_fault", After.MISTAKEN),
    ("俺家没通天然气", "gas", After.MISTAKEN),
    ("逗着玩的", "self_harm", After.LIGHT),
    ("能忍", "medical", After.WAIVED),
    ("前天的事", "crime", After.BEFORE),
    ("是上个月", "traffic", After.BEFORE),
    ("没人掉进去", "matter/road_manhole", After.UNHURT),
    ("没砸着人", "matter/building_fall_hazard", After.UNHURT),
    ("去卫生院看了 没啥大碍", "crime", After.UNHURT),
    ("拉到县医院了", "self_harm", After.CARED_FOR),
    ("抢救呢", "medical", After.CARED_FOR),
    ("俺不敢报警", "traffic", After.AFRAID),
    ("怕人家知道", "violence_home", After.AFRAID),
    ("12356是弄啥的", "self_harm", After.HELPLINE),
    ("上哪打疫苗", "medical", After.BITE),
    ("该吃什么药", "medical", After.ASKS),
    ("我开开灯看看", "gas", After.WORSENS),
    ("能不能打火试试", "gas", After.WORSENS),
    ("我先喂点水", "medical", After.WORSENS),
    ("我把他背下楼", "medical", After.WORSENS),
    ("我回屋拿存折", "fire", After.WORSENS),
    ("我下去捞他", "medical", After.WORSENS),
    ("再给他转一笔", "fraud_now", After.WORSENS),
    ("我出去跟他算账", "violence_home", After.WORSENS),
    ("我想把他抱床上", "medical", After.WORSENS),
    ("我该给她喝水不", "medical", After.WORSENS),
    ("先关总阀行不", "gas", After.ASKS),
    ("都没事", "fire", After.UNHURT),
    ("窗户砸开了 孩子没事", "crime", After.UNHURT),
    ("俺们都下来了", "fire", After.UNHURT),
    ("人下来了", "self_harm", After.OVER),
    ("你陪俺说说话", "self_harm", After.LISTENS),
    ("能发短信不", "violence_home", After.SILENT),
    ("拿灭火器灭了", "fire", After.OVER),
    ("醒了", "medical", After.OVER),
    ("我自己骑车去医院", "medical", After.WORSENS),
    ("银行的电话是多少", "fraud_now", After.BANK),
    ("还没来得及打119", "fire", After.NOT_CALLED),
    ("没打120呢", "medical", After.NOT_CALLED),
    ("才打了120了", "medical", After.CALLED),
    ("给俺报上去吧", "building", After.FILED),
    ("救护车多长时间能来", "medical", After.WILL_COME),
    ("俺村偏 救护车找不着咋办", "medical", After.WILL_COME),
    ("是俺家的小牛", "electric_water", After.ANIMAL),
    ("俺爹喝的", "self_harm", After.OTHER),
    ("是我室友", "self_harm", After.OTHER),
    ("钱转过去了", "fraud_now", After.PAID),
    ("已经付了3000", "fraud_now", After.PAID),
    ("俺的钱还能追回来不", "fraud_now", After.PAID_BACK),
    ("没给他验证码", "fraud_now", After.NOTHING_GIVEN),
    ("电话挂了", "fraud_now", After.NOTHING_GIVEN),
    ("俺没转 把他电话挂了", "fraud_now", After.NOTHING_GIVEN),
    ("没味了 头不晕", "gas", After.OVER),
    ("那是真是假啊", "fraud_now", After.DOUBTS),
    ("不用报了", "fraud_now", After.MISTAKEN),
    ("不用报了 俺就是问问", "fire", After.MISTAKEN),
    ("哪有危险", "crime", After.MISTAKEN),
    ("不至于吧", "crime", After.MISTAKEN),
    ("不至于吧", "medical", After.WAIVED),
    ("俺说的是路灯", "electric_water", After.MISTAKEN),
    ("没闻着煤气味", "gas", After.MISTAKEN),
    ("孩子们都上岸了", "electric_water", After.OVER),
    ("上个月打的 他现在不在家", "violence_home", After.BEFORE),
    ("你能帮帮我吗", "self_harm", After.LISTENS),
    ("没味了 是人家炸鱼", "gas", After.OVER),
    ("味散了", "gas", After.OVER),
    ("那是在演练", "fire", After.MISTAKEN),
    ("邻居炒菜呢 是邻居炒菜", "fire", After.MISTAKEN),
    ("有家长领着", "electric_water", After.MISTAKEN),
    ("她闺女前天接走了", "matter/elder_welfare_check", After.OVER),
    ("俺到家了", "crime", After.UNHURT),
    ("回她娘家了", "self_harm", After.OVER),
    ("验证码给他了", "fraud_now", After.BANK),
    ("填了银行卡号", "fraud_now", After.BANK),
    ("硝酸甘油能吃不", "medical", After.ASKS),
    ("恁到底管不管", "crime", After.ASKS),
    ("你能不能帮帮俺", "medical", After.ASKS),
    ("俺能干啥", "gas", After.STEPS),
    ("现在咋办", "fire", After.STEPS),
    ("我能做点啥", "medical", After.STEPS),
    ("俺还能弄点啥", "missing", After.STEPS),
    ("该注意啥", "traffic", After.STEPS),
    ("先干啥好呢", "gas", After.STEPS),
    ("咋救啊", "medical", After.STEPS),
    ("俺咋劝她", "self_harm", After.STEPS),
    ("人还没来咋办", "gas", After.LATE),
    ("打了 没来", "fire", After.LATE),
    ("等了老半天了", "medical", After.LATE),
    ("救护车咋还不来", "medical", After.LATE),
    ("要多久来", "gas", After.WILL_COME),
    ("多会能到", "medical", After.WILL_COME),
    ("啥时候来人", "matter/elevator_fault", After.WILL_COME),
    ("要钱不", "gas", After.FEE),
    ("叫救护车花钱不", "medical", After.FEE),
    ("报警收费吗", "violence_home", After.FEE),
    ("没味了 可是头晕想吐", "gas", After.ILL),
    ("俺妈有点迷糊", "gas", After.ILL),
    ("俺也恶心", "matter/gas_safety", After.ILL),
    ("孙子出来了 呛得直咳嗽", "fire", After.ILL),
    ("头晕得站不住", "violence_home", After.ILL),
    ("胳膊断了", "violence_home", After.ILL),
    ("找着了 冻得直哆嗦", "missing", After.ILL),
    ("脸上青了", "violence_home", After.HURT),
    ("眼都肿了", "violence_home", After.HURT),
    ("胳膊上一块紫的", "crime", After.HURT),
    ("头上起个包", "violence_home", After.HURT),
    ("淌鼻血了", "violence_home", After.HURT),
    ("能判给我吗", "violence_home", After.LEGAL),
    ("离了婚孩子归谁", "violence_home", After.LEGAL),
    ("打我能告他吗", "violence_home", After.LEGAL),
    ("能离了不", "violence_home", After.LEGAL),
    ("会不会抓他", "violence_home", After.PUNISHED),
    ("能关他几天", "crime", After.PUNISHED),
    ("会留案底不", "violence_home", After.PUNISHED),
    ("俺是不是要死了", "medical", After.LIVES),
    ("还能救活不", "self_harm", After.LIVES),
    ("他会不会死啊", "traffic", After.LIVES),
    ("用不用去医院", "violence_home", After.SEE_DOCTOR),
    ("要去医院不", "gas", After.SEE_DOCTOR),
    ("孩子吓着了咋办", "violence_home", After.FRIGHTENED),
    ("孙女吓得直哭", "fire", After.FRIGHTENED),
    ("俺害怕", "matter/elevator_fault", After.SCARED),
    ("报警要等24小时不", "missing", After.ASKS),
    ("味越来越大了", "gas", After.GROWS),
    ("叫不醒了", "medical", After.GROWS),
    ("她不吭声了", "self_harm", After.GROWS),
    ("人没了", "matter/elder_welfare_check", After.DIED),
    ("要不要抠出来", "medical", After.WORSENS),
    ("能扒开门不", "matter/elevator_fault", After.WORSENS),
    ("能进屋拿点钱不", "gas", After.WORSENS),
]
NONE_OF_THESE = [
    ("上来俩了，还有一个没上来", "electric_water"),
    ("救上来了 可是没有呼吸", "electric_water"),
    ("好多了 又吐了", "medical"),
    ("没回娘家", "missing"),
    ("是俺邻居做饭引着的", "fire"),
    ("汇了三万，那人把电话挂了", "fraud_now"),
    ("刚交了五千，没跟俺儿说", "fraud_now"),
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
    ("没敢开灯", "gas"),
    ("灯是开着的", "gas"),
    ("火苗出来了", "fire"),
    ("昨天", "medical"),
    ("昨天", "missing"),
    ("俺爹在床上躺着", "medical"),
    ("我家在二楼", "gas"),
    ("他跳下来了", "self_harm"),
    ("医院离得远", "medical"),
    ("有人从楼上下来了", "crime"),
    ("报的是俺家东边那户", "fire"),
    ("俺家羊圈后头着的", "fire"),
    ("俺妈在旁边哭", "self_harm"),
    ("钱没转过去", "missing"),
    ("还没下来", "self_harm"),
    ("没上来", "electric_water"),
    ("叫个男的接走了", "missing"),
    ("到家了", "violence_home"),
    ("没味了吗", "gas"),
    ("我说的是他要跳", "self_harm"),
    ("门开开了", "medical"),
    ("门打开了 没人应", "matter/elder_welfare_check"),
    ("他没晕", "violence_home"),
    ("孩子没来上学", "crime"),
    ("人没了", "missing"),
    ("他抓着我头发", "violence_home"),
    ("厨房那边", "gas"),
]


@pytest.mark.parametrize(("text", "alarm", "kind"), SAID)
def test_what_is_said_after_an_alarm(text, alarm, kind):
    assert after_alarm(text, alarm) is kind


@pytest.mark.parametrize(("text", "alarm"), NONE_OF_THESE)
def test_what_is_none_of_these(text, alarm):
    assert after_alarm(text, alarm) is None


@pytest.mark.parametrize("kind", [None, *After])
def test_where_there_is_danger_the_number_is_said_again(kind):
    alarm = OpenAlarm("1128-0001", ("120",), "gas")
    words = words_after(kind, alarm, "我先开灯看看")
    needs_none = (*SETTLES, After.NO_BLOW, After.LEGAL)
    assert kind in needs_none or "120" in words
    assert len(words) <= 150


def told_on(n_told, **more):
    return words_after(
        None, OpenAlarm("1128-0001", ("120",), "medical", n_told, **more)
    )


def test_the_number_is_said_to_whoever_tells_more_and_then_left():
    assert "请现在就打" in told_on(0)
    assert "120 打了吗" in told_on(1, wants_place=True)
    assert "在什么地方" in told_on(1, wants_place=True)
    assert "在什么地方" not in told_on(1)
    assert "120" not in told_on(2, wants_place=True)
    assert "120" not in told_on(9)


def test_who_is_called_for_decides_what_to_do_until_they_come():
    assert "路口" in words_after(After.CALLED, OpenAlarm("1", ("120",), "medical"))
    alarm = OpenAlarm("1", ("110",), "fraud_now", steps="再打银行电话要止付。")
    assert "止付" in words_after(After.CALLED, alarm)


def test_who_writes_for_somebody_else_is_not_comforted():
    alarm = OpenAlarm("1128-0001", ("120", "110"), "self_harm", is_of_other=True)
    assert "我在听" not in words_after(None, alarm, "还喘气")
    assert "120" in words_after(None, alarm, "还喘气")


def test_more_of_the_danger_repeats_the_number():
    alarm = OpenAlarm("1128-0001", ("120",), "medical", 2)
    assert "请现在就打 120" in words_after(After.GROWS, alarm)
    settled = OpenAlarm("1128-0001", ("120",), "medical", 2, is_settled=True)
    assert "再打一次 120" in words_after(After.GROWS, settled)


def test_after_an_alarm_is_called_off_nobody_is_told_to_call():
    assert "120" not in told_on(0, is_settled=True)
    settled = OpenAlarm("1128-0001", ("110",), "crime", 1, is_settled=True)
    assert "110" not in words_after(After.WAIVED, settled)


def test_the_place_that_was_asked_for_is_acknowledged():
    alarm = OpenAlarm("1128-0001", ("120",), "medical", 1, wants_place=True)
    words = words_after(None, alarm, "喜鹊新村3号楼", "喜鹊新村3号楼")
    assert "地点记上了：喜鹊新村3号楼" in words
    assert "在什么地方" not in words


@pytest.mark.parametrize(
    ("text", "rule", "warning"),
    [
        ("我先开灯找找", "gas", "别碰开关"),
        ("我进屋去关电闸", "gas", "别碰开关"),
        ("我下水救他", "medical", "别自己下去"),
        ("我先扶他起来", "medical", "别动他"),
    ],
)
def test_what_would_make_it_worse_is_contradicted(text, rule, warning):
    words = words_after(After.WORSENS, OpenAlarm("1128-0001", ("119",), rule), text)
    assert warning in words
    assert "119" in words


def test_older_alarms_have_no_numbers_to_repeat():
    assert "请现在就打电话" in words_after(After.ASKS, OpenAlarm("1128-0001"))


def test_who_despairs_is_listened_to():
    alarm = OpenAlarm("1128-0001", ("110", "12356"), "self_harm")
    words = words_after(None, alarm)
    assert "我在听" in words
    assert "12356" in words
