"""What speaks against a danger word: past, denied, supposed, studied, a service."""

from __future__ import annotations

import re

NOW = re.compile(
    r"现在|正在|这时|还在|刚刚|刚才|(?<![上前][月周次回年])刚(?!好|需|性)|今天|今早|今晚|今夜|又|快来|快点|"
    r"赶紧|救命|突然"
)
_URGENT = re.compile(r"现在|正在|刚才|刚刚|快来|救命|还在|突然")
_PAST = re.compile(
    r"去年|前年|前几年|那年|几年前|年前|头[一两]年|早先|以前|从前|当年|小时候|年轻时候|"
    r"上个?(?:月|礼拜|星期|周)|前(?:几|些|两)?(?:天|日|个月|阵)|(?<!头)[有过]一?回(?!头)|"
    r"(?<!网)(?<!手)上(?:一)?[回次](?!头)|那[回次]|有一?[回次](?!头)|早前就|曾经?|"
    r"[0-9一二两三四五六七八九十几]个?(?:月|年|周|礼拜|星期)前"
)
YESTERDAY = re.compile(r"昨[天晚日夜]|前天|前晚")
LONG_AGO = re.compile(
    r"上个?学期|去年|前年|前几年|那年|年前|头[一两]年|早先|以前|从前|小时候|年轻时候|上个?(?:月|礼拜|星期|周)|"
    r"[0-9一二两三四五六七八九十几半]个?多?(?:月|年|周|礼拜|星期)前"
)
_DATED = re.compile(
    rf"，(?:都?是|那是|就)?(?:{LONG_AGO.pattern}|(?P<recent>{YESTERDAY.pattern}))"
    r"(?:的事儿?|那会儿?|的时候|了)*(?:$|[，。])"
)
"""When it was, told after what happened: 被车撞了，去年的事."""
_DONE = re.compile(
    r"扑灭|灭了火|(?:已经?|早就?|都|后来|当天|就)[^，。]{0,6}(?:修好|弄好|处理完|处理好|处理了|"
    r"处理过|解决了|接好|换好|找到了|找着|找回|送回|救出|救上来|救下|没事了|好利索|平息|"
    r"抓住了|抓走了|灭了|获救|养好|结束|拘留)|现在没味|没味了|误报|虚惊|"
    r"(?:找到|找着|找回来|送回来|修好|好利索|没事|获救|灭掉|平息)了(?=，|。|$)|"
    r"已(?:立案|报案|获救|寻回|平息|送医)|寻回|取消|查清了|没救过来|抢救过来|"
    r"(?:救|拉|弄|放)出来了?(?=[，。]|$)|由[^，。]{0,8}(?:救出|接回|送医)|(?:已经?|现在|今天|后来|都)好(?:利索|点|多)?了|已?痊愈|"
    r"已(?:经)?[^，。]{0,4}(?:解决|修复|补装|更换|恢复|痊愈|康复)"
)
_NEGATION = re.compile(
    r"(?:没|不是|没(?:在|再|说过?|想过?|听说)|未|无(?:人员?)?|不会|从没|不像|绝不|不存在)[^，。]?$|没(?:再|人)?[闻听看瞧](?:见|到|着|出来?)?(?:有|是|啥|什么)?[^，。]?$|"
    r"别(?!人|处|的|墅)[^，。]{0,2}$|否认[^，。]{0,3}$|我?报(?:过)?的[^，。]{0,4}$"
)
_SUPPOSED = re.compile(
    r"万一|如果|要是|假如|假设|要真|真要|真(?=着)|怕|担心|会不会|免得|省得|以免|避免|防止|"
    r"预防|等(?:着|到|哪天|出|炸|烧|撞|砸|死)|非(?:得|要|等)|真有个?|迟早|早晚|难保|说不定|容易|极易|听说|人家说|哪天|"
    r"可能会|一旦|(?:遇到|碰到|碰上|发生)(?=[^。]{0,10}(?:怎么|如何|该|时|咋))|差点|"
    r"差一点|险些|据说|存在|隐患|都能|眼看着?要|一[下到][^，。]{0,3}雨|每[逢次年到][^，。]{0,4}[雨汛]|年年"
)
_CONDITION = re.compile(r"一旦|万一|如果|要是|假如|假设")
"""Makes a whole clause a supposition, however long it is."""
_STUDY = re.compile(
    r"演练|演习|培训|讲座|科普|宣传|知识|常识|考试|手抄报|作文|预案|短视频|想学|学学|"
    r"如何(?:处理|应对|自救|逃生|预防|报警|防)|"
    r"怎么(?:预防|逃生|自救|防范|防|避免|判断|识别|分辨)|是否属于|正确(?:的)?(?:做法|处理|方法|步骤)|"
    r"急救(?:方法|视频|知识|要点|教程)|教程|能找(?:你|你们)[吗不么]"
)
_SHOULD = re.compile(r"(?:该|应该?|应当|需要)(?:怎么|咋|如何|先|打)")
_OWN = re.compile(r"[我她他家屋孩妈爸楼店奶爷]|对门|邻居|厨房")
_NEWS = re.compile(
    r"电视[上里剧]|看电视|新闻|电影|小说|小品|报纸|网上看|抖音上?看|看了个|外地一个|"
    r"奥特曼|打游戏|梦见|做梦"
)
_SERVICE = re.compile(
    r"保险|赔付|赔偿|赔多少|报销|补贴|补助|补住|鉴定|评残|失能|起诉|官司|律师|疫苗|"
    r"救助(?!站|，|。|$)|救济|救急|救不|抚恤|丧葬|丧藏|火化|火葬|慢性?病|特殊病|保显|"
    r"[医社长]保|医宝|社宝|底保|低保|特困|孤儿|残补|残疾证|身份证(?!收|扣|藏|没)|生份证|户口|结婚证|"
    r"证明|养老金|养老保|养老钱|退休金|公租房|廉租|减免|学费|护[理里]|托养|过户|入当|"
    r"党组织|组织生活|备案|贷款(?!要)|领钱|给钱|领取|报不|给报|拨款|公示|年审|认[证正]|"
    r"政审|失业|险种|意外险|吃啥药|办手续|复查|康复|登个记|登记[不没吗下]|那份钱|凝血|截肢|假肢|"
    r"植物人|残了|残废|没钱|揭不开|断顿|手续|看守所|缓刑|工伤|公证|住院|狂犬针|申请|"
    r"评[一级]|几级|遗[属蜀]|优抚|凑钱|贫困户|报名|医院半个|给孤儿|老两口拉扯|撇下|"
    r"生活难以|没饭吃|房租|缺钙|多少[钱年]|出生证|残疾[本正]|够残疾|报几成|自费|发票|高压氧|"
    r"咨询[^，。]{0,16}(?:条件|材料|政策|流程|途径|如何)"
)
_TURN = re.compile(
    r"回头再说|先不问|不问了?|不是(?:来)?问|等一下|等下|一抬头|问到一半|写到一半|刚写|"
    r"顺便|可是|可我|外头|一转身|一回头|道到|到她家|现场|本来|先说这个|先别|也不给|约好|突然|请立即|请速|快"
)
_CHILD = re.compile(
    r"[孩幼娃婴孙]|儿子|女儿|我儿|同桌|岁|我爸|弟弟|我弟|妹妹|学生|同学"
)
_EXCUSES: dict[str, re.Pattern[str]] = {
    # Smoke and flames where they belong, or that only pollute the air.
    "fire": re.compile(
        r"焚烧(?!垃圾引)|(?:烟花|鞭炮)[^。]{0,16}(?:爆炸|巨响|以为)|烧秸|锅炉(?!房)|劣质|□□摊|烤[串肉羊]|油污|扰民|喧哗|[着起失]过火|打不着|点不着|一打火|蒸馒头|冒过|隐患"
    ),
    # Smells of other things, alarms of other things, devices to be changed.
    "gas": re.compile(
        r"烟感|没电|地漏冒|馋|酸臭|院里倒气|喷漆|塑料|垃圾[桶站]|养殖|装修味|甲醛|"
        r"熄火保护|试鸣|人防|电梯"
    ),
    # Mere discomfort, and animals.
    "medical": re.compile(
        r"静电|腿抽筋|[狗猫](?:趴|误|卡|噎)|我家[狗猫]|按键|谁赔|产生火花|猫抓|轮椅推|"
        r"好(?:几|些)年了?|[两二三四五六七八九十几]年了|一直(?:这样|没好)"
    ),
    "self_harm": re.compile(r"自杀式|公证|房子给谁|自杀未遂"),
    # Things hit by cars, past accidents of a family, questions about points.
    "traffic": re.compile(
        r"铁栏杆|草坪|井盖|盲道|人没事|没人受伤|没伤着人|扣12分|安个灯|标线|花坛|"
        r"[两三]回车祸|爸妈车祸|责任认定|认定书|判定|怎么判|定责|怎么划|怎么赔|先[出垫付]|[狗猫](?:叫|让|被)|(?:车祸|撞)[^，。]{0,3}(?:走了|没了(?!呼吸|气|心跳|动静|反应|意识|知觉)|去世|走的|没的)|恢复得|没收入|没上班|只是[^，。]{0,3}剐"
    ),
    # What happens again and again, but not to this moment.
    "crime": re.compile(
        r"牌子|快打起来|小偷都能|轮椅|多次|天天|判了|没证据|车不让走|等他砸|开的门"
    ),
    "violence_home": re.compile(
        r"电梯|看守所|放出来|翻窗户出来|麻手|打手|漏电|开的门|分居|早不来往|年轻时候|团建|"
        r"(?:离婚?|分开)了?[^，。]{0,3}[0-9两一二三四五六七八九十几]+年"
    ),
    # Stairs and no lift at all.
    "elevator_fault": re.compile(r"没(?:有|装|通)?电梯|加装|想装"),
    # Cables without current, and places already guarded or mended.
    "electric_water": re.compile(
        r"网线|电话线(?![^。]{0,10}高压)|通信|宽带|废(?:弃|线)|砖[^，。]{0,8}(?:松动|塌陷|下陷)|坑[^，。]{0,4}(?:挺小|浅)|挺小$|巴掌大|"
        r"线绳|没通电|[冒打]过[^，。]{0,2}火|已[^，。]{0,3}拦|提醒行人|补了|电梯"
    ),
    # Fees of ordinary life, and frauds that were seen through or are over.
    "fraud_now": re.compile(
        r"每户|医保[^，。]{0,3}(?:账户|大厅)|养老钱|凑|签了|贷款到现在|退不|尺码|改造|"
        r"没(?:交|转|点|给|信|理|损失|搭理)|立案|报过?案|之前|上周的事|我挂了|给挂了|"
        r"补贴名额|交医保|还是现金|提醒|二维码截图|绑定|不买就罚"
    ),
    # Children who rarely come home, businesses that closed, parents who left long ago, pets.
    "missing": re.compile(
        r"(?:[一二两三四五六七八九十几半好多0-9]年|[几半俩两三四五六七八九十0-9]个?多?月|过年|逢年过节|年年|从来)"
        r"[^，。]{0,8}[没不][^，。]{0,3}[回来]|(?:打工|外地|外头|城里)[^。]{0,12}不(?:回|来)|"
        r"父母双双|服刑|监狱|改嫁|老板|工头|负责人|物业|(?:我家|宠物)[猫狗]|猫跑|狗跑|"
        r"垃圾|报上去|电话也?(?:接|通)|报平安|没满|未满|算吗|失踪证明|宣告|锁不住|没了爹|党员|快递|商家|健身"
    ),
}
_DIED = re.compile(
    r"(?:上吊|服毒|自杀|自尽|跳[楼河井]|喝[^，。]{0,2}药)[^，。]{0,2}"
    r"(?:走了|走的|没了(?!呼吸|气|心跳|动静|反应|意识)|去世|身亡|过世)"
)
"""Somebody's suicide of before; it excuses these words alone, not what follows."""
_OUTSIDER = re.compile(
    r"贼|客人|要账|讨债|催收|网贷|醉汉|喝多的|陌生|老板|工友|讨薪|滴水|告他|车位|独居|"
    r"电梯|噎|保安|挪车|不认识|收账|顾客|要债|催债|混混|小偷|(?:有人|人|几个)(?:在|正)?(?:砸|踹|撬|敲|闯)|有人往|有人拿|邻居[^，。]{0,3}(?:拿|要打|打我)|一伙|醉鬼|传销"
)
OVER_BY_TODAY = (
    *("crime", "fraud_now", "traffic", "fire"),
    *("elevator_fault", "traffic_facility", "food_consumer"),
)
"""Rules and matters of which yesterday's story is no danger of today."""


_ASKED = re.compile(
    r"(?:[吗么呢]|[咋哪]|怎么|多少|能不能|行不|中不|咨询)[^，。]{0,12}。?$|请问|想问|咨询"
)
_ASKED_BEFORE = re.compile(
    r"(?:[吗么呢]|[咋啥哪]|怎么|什么|多[久少]|[不没])[^，。]{0,6}(?:[，。]|(?=[我俺咱]们?[^，。]))(?:还有|另外|对了|哎呀?|呀|啊|，)*[^，。]{0,14}$"
)
"""A question that is over when the danger is told in words of its own: 低保咋办，煤气漏了."""
_OF_HARM = re.compile(r"报销|赔|工伤|救助|鉴定|残|失业|护理|长护|抚恤")
"""Services that are asked for because of what happened: their story is no second thing."""
_MARKERS = {
    "asked": _ASKED,
    "now": NOW,
    "past": _PAST,
    "yesterday": YESTERDAY,
    "done": _DONE,
    "supposed": _SUPPOSED,
    "study": _STUDY,
    "should": _SHOULD,
    "own": _OWN,
    "news": _NEWS,
    "service": _SERVICE,
    "turn": _TURN,
    "outsider": _OUTSIDER,
    "child": _CHILD,
}


def markers(plain: str) -> list[str]:
    """Names the kinds of words in a canonical text that bear on its urgency."""
    return [name for name, pattern in _MARKERS.items() if pattern.search(plain)]


_ONLY_CROPS = re.compile(
    r"^(?!.*(?:屋|家里|进家|人|电|困|车)).*(?:庄稼|玉米|花生|小麦|麦子|大豆|红薯|地瓜|菜地|果园|大棚|地里|田里|[几亩]亩)"
)
"""Water on fields costs a harvest; nobody is in danger."""


def doubts(plain: str, rule: str, start: int, end: int) -> tuple[str, ...]:
    """Names what speaks against a danger found at `plain[start:end]`.

    Args:
        plain: Canonical text of the whole message.
        rule: Rule that the danger belongs to.
        start: First position of the danger.
        end: Position after it.
    """
    begin = max(plain.rfind(mark, 0, start) for mark in "，。") + 1
    stops = [i for i in (plain.find(mark, end) for mark in "，。") if i >= 0]
    stop = min(stops, default=len(plain))
    now = [match.start() for match in NOW.finditer(plain)]
    checks = {
        "negated": bool(_NEGATION.search(plain[begin:start])),
        "supposed": _is_supposed(plain, rule, begin, start, end),
        "past": _is_past(plain, rule, stop, now),
        "done": _is_done(plain, rule, now),
        "study": _is_study(plain, now),
        "news": bool(_NEWS.search(plain, 0, stop)),
        "service": _is_service(plain, rule, start, now),
        "excused": _is_excused(plain, rule, start, end),
    }
    return tuple(name for name, holds in checks.items() if holds)


def _is_supposed(plain: str, rule: str, begin: int, start: int, end: int) -> bool:
    """Whether the clause that begins at `begin` only supposes the danger."""
    if rule == "self_harm":
        return False
    near = max(begin, start - 12)
    return bool(
        _SUPPOSED.search(plain, near, end) or _CONDITION.search(plain, begin, start)
    )


def _is_past(plain: str, rule: str, stop: int, now: list[int]) -> bool:
    dated = _DATED.match(plain, stop)
    if dated and not now and (rule in OVER_BY_TODAY or not dated["recent"]):
        return True
    past = [match.start() for match in _PAST.finditer(plain, 0, stop)]
    if rule in OVER_BY_TODAY:
        past += [match.start() for match in YESTERDAY.finditer(plain, 0, stop)]
    return bool(past) and not any(max(past) < moment < stop for moment in now)


def _is_done(plain: str, rule: str, now: list[int]) -> bool:
    done = [match.end() for match in _DONE.finditer(plain)]
    if rule == "self_harm" or not done:
        return False
    return not any(done[-1] <= moment for moment in now)


def _is_study(plain: str, now: list[int]) -> bool:
    if now:
        return False
    return bool(
        _STUDY.search(plain) or (_SHOULD.search(plain) and not _OWN.search(plain))
    )


def _is_service(plain: str, rule: str, start: int, now: list[int]) -> bool:
    """Whether the text is about a service and does not turn away from it."""
    services = [match.start() for match in _SERVICE.finditer(plain)]
    if rule in ("self_harm", "fraud_now") or not services:
        return False
    is_beside = rule == "gas" or not _OF_HARM.search(plain, 0, start)
    if is_beside and _ASKED_BEFORE.search(plain, 0, start) and services[-1] < start:
        return False
    turns = [match.start() for match in _TURN.finditer(plain)]
    if services[-1] > start:
        return not any(turn <= start for turn in turns)
    return not any(services[-1] - 6 < turn <= start + 8 for turn in turns + now)


def _is_excused(plain: str, rule: str, start: int, end: int) -> bool:
    if rule == "violence_home" and _OUTSIDER.search(plain):
        return True
    if rule in ("violence_home", "crime") and _CHILD.search(plain, start, end):
        return False
    if rule == "self_harm" and _DIED.search(plain, max(0, start - 2), end + 6):
        return True
    if rule == "drainage_flooding" and _ONLY_CROPS.search(plain):
        return True
    if _URGENT.search(plain):
        return False
    excuse = _EXCUSES.get(rule)
    return bool(excuse and excuse.search(plain))
