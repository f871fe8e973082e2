"""What residents say after an alarm: it is over, it was none, it can wait, they called.

All of it is noted on the alarm's ticket as the resident's word; nothing withdraws the
ticket but a plain yes to that question.
"""

from __future__ import annotations

import re

from community.emergencies.after import SETTLES, After
from community.emergencies.alarm_questions import ASKED, ASKED_FIRST
from community.emergencies.detection import detect
from community.emergencies.doubts import LONG_AGO, YESTERDAY
from community.emergencies.warnings import warning_for

MAX_CHARS = 24
"""A longer message tells more than one of these things."""


_THREATENED = ("violence_home", "crime")
_AT_LARGE = ("missing", "self_harm")
_BACK = re.compile(
    r"(?<![不没])(?:回|在)(?:她|他)?(?:自己)?娘家(?!门|了?(?:也?没|吗|么))|(?<![没不未还])(?:回来|送回来|到家|接回来|回家)了(?![吗没么])|人(?:都|也)?没事(?![吧吗么])"
)
_OUT = re.compile(
    r"(?:^|，|人|他|她|孩子|已经|都|刚才|自己|背|救|抬|放|爬|走|弄|哦)出来了(?![吗没么])|"
    r"(?:孩子|他|她|自己|老人|大[爷娘])(?:给|自己)?(?:打开|开开?)门了(?![吗没么])|"
    r"走亲戚(?:去)?了|(?:去|上|在)(?:他|她)?(?:闺女|儿子?|亲戚|妹|姐|哥|弟|邻居)[^，。]{0,2}家"
)
"""Said of somebody who did not open, or was locked in."""
_OPENED = re.compile(r"(?:^|，|门)(?:给|自己)?(?:打开|开开?)门?了(?![吗没么])")
_OVER = re.compile(
    r"(?:火花|烟|响声|火)[^，。]{0,2}(?:停|没)了|不(?:冒|响|漏|流|烧|着)[^，。]{0,2}了(?![吗没么])|包扎(?:好|上|过)?了|"
    r"(?<![没不未还])(?:找到|找着|寻着|盖上|修好|弄好|接好|扑灭|救出来|救上来|拉出来|"
    r"处理[好完]|缓过来|醒过来|好多|没事|清醒|(?:人|他|她|自己)醒|^醒)了(?![吗没么吧])|(?:火|已经|都|给|器|扑|浇|踩|盖)灭了(?![吗没么])|"
    r"(?:单子?|那个|报的|工单)[^，。]{0,6}(?:消|撤|销|取消|还用管)|还用(?:管|来)[不吗么]"
)
_MISTAKEN = re.compile(
    r"不是(?:着火|起火|失火|火|煤气|燃气|漏气|触电|走失|真的|被?骗|打架|那个?意思|这个?意思|"
    r"[^，。]{0,3}[味烟])|没(?:着火|起火|漏气|出事|丢|走失|被骗|触电|这回?事)|"
    r"没(?:有)?(?:通|装|用)(?:煤气|燃气|天然气|气)|没(?:有)?(?:人被?困|困人?|关人)|"
    r"(?:弄|搞|看|听|报|说|认|闻|点|发)[错岔混]了|误会|虚惊|误[报触点]|"
    r"^(?:那|先|就)?(?:取消|别报|不报|不用报)[了吧掉]*$|"
    r"是(?:在|搞|做|别人|人家|邻居|隔壁|他们|俺家?|我家?)*(?:演习|演练|排练|拍戏|拍电影|拍视频|放鞭炮|放烟花|做饭|炒菜|蒸馒头|烧水|烧纸|烧香)(?![^，。]{0,3}(?:着|引|失|起火))|"
    r"(?:哪|没)(?:有|里有|啥|什么)?(?:危险|急事)|不是[^，。]{0,4}(?:危险|急事)|(?:^|，)(?:我|俺)(?:说|问)的是(?!他|她)|"
    r"打(?:啥|什么)(?:110|119|120)"
)
_ONLY_ASKED = re.compile(
    r"^(?:我|俺|就|只|只是|光)*(?:随便|随口)?问问[的而已]*$|"
    r"(?:^|，)(?:我|俺)?(?:就是|只是|就|光)(?:想)?问(?:问|一下|一声)(?:而已|罢了)?$"
)
_NOTHING_BAD = re.compile(
    r"(?:哪|何)至于|不至于|至于[吗么]$|没(?:那|这)么?(?:严重|吓人|邪乎)|用不着(?:打|报|那么)"
)
"""An alarm that nobody's body depends on is off with these words; else it cannot wait."""
_WELL = (
    r"^(?!.*(?<![不没])(?:头[晕昏疼痛沉]|恶心|想吐|吐|喘|憋|迷糊|站不|昏|难受|犯困)).*"
)
"""Before what is over: nobody feels ill of it."""
_NO_SMELL = re.compile(
    _WELL + r"没(?:有|闻[着到见]|啥|什么|一点)*(?:煤气|天然气|燃气)?的?味(?!了|道?变)"
)
_SMELL_GONE = re.compile(
    _WELL
    + r"(?:没(?:有)?[^，。]{0,3}味(?:儿)?|味(?:儿)?(?:都|已经)?(?:散|没))了(?![吗没么])"
)
_WATCHED = re.compile(r"^有(?:个|俩)?(?:大人|家长)(?:在|看着|跟着|领着|陪着)*$")
_TAKEN_ALONG = re.compile(
    r"(?:闺女|女儿|儿子?|亲戚|家里人|侄子?|孙子?|妹|姐|哥|弟|早就|昨天|前天)[^，。没]{0,4}接(?:走|去|回)[^，。]{0,3}了"
)
_AT_HOME = re.compile(
    r"^(?:我|俺|人|她|他)?(?:已经|刚|都|安全)*(?:到家|进屋|跑出来|躲开|安全)了$"
)
_UNNEEDED = re.compile(r"(?:^|，)(?:我|俺|那|就|先|都|这|真)*(?:不用|别|不|甭)报(?!警)")
_LIGHT = re.compile(
    r"[说闹]着玩|气话|吓唬(?:他|老板)|逗着?玩|别当真|开玩笑|逗[你您]|随口|好着呢|想开了|^[我俺]?没事|不会(?:干|做)傻事|不用(?:打|担心)"
)
_WAIVED = re.compile(
    r"(?:没事|没(?:啥|什么)?大(?:事|碍)|(?<!要)不要紧|不碍事)(?:[吧的啊呀，]|$)|能[扛忍挺](?:住|过去)?(?:$|，)|[扛忍挺]得住|老毛病|好[点些]了|"
    r"(?:躺|睡|歇|缓|坐|忍|扛|熬|等)[一会下躺睡歇缓忍儿]{0,3}[^，。]{0,3}(?:就|能|会)[^，。]{0,2}"
    r"(?:好|行|没事|过去)|^不用[了吧]*$|"
    r"(?:不用|不想|先不|没必要|先别)[^，。]{0,3}(?:麻烦|去|上|打|叫|惊动|报)|花钱|怕花|嫌贵|"
    r"不(?:愿意?|肯|想)去|不去了|(?:120|救护车|医院)[^，。]{0,3}贵|"
    r"(?:没钱|掏不起)(?:看病|住院|去医院|$)|明天再[说去看]|过[一会两]{0,2}(?:会|天)再"
)
_CALLED = re.compile(
    r"(?:120|110|119|122|警察?|救护车|消防|急救|燃气公司)[^，。]{0,4}(?:打了|叫了|报了|来了|到了|说来|说马上|在路上)|"
    r"^(?:我|俺|已经|都|刚|才|也|早)*(?:打|报|叫)(?:过|完|好|通|了)?(?:120|110|119|警|电话)?了(?!他|她|我|人)(?!.*(?:没人接|不通))"
)
_ARRIVED = re.compile(
    r"(?:他们|大夫|医生|警察|民警|消防员?|120|110|119|供电|燃气|救护车|师傅)[^，。没不]{0,3}[来到]了(?![吗没么])"
)
_ASKS = re.compile(
    r"(?:要不要|用不用|该不该|需不需要|还用)[^，。]{0,3}[打报叫]|打(?:哪个|哪[里儿]|谁|什么|[啥几])|"
    r"[去上送]哪个?(?:医院|看)|要不要紧|要紧[吗不么]|严不严重|严重[吗不]|"
    r"(?:行不行|行[吗不]|中不中|中不|可以[吗不])$|该[^，。]{1,8}[吗不]$|打不通|没人接|管不管(?:我|俺|了|啊|呀)?$|(?:能|会)(?:不能|不会)?帮帮?(?:我|俺)|(?:来|派)[个几]+人"
)
_GONE = re.compile(
    r"(?:他|她|那?人|对方)(?:这会|现在|刚|已经|又|喝[多醉]了?)*(?:出去|出门|走|跑|不在|睡着?|睡下)了?(?:$|，|。|家)"
)
_SECRET = re.compile(
    r"(?:别|不要|甭)[^，。]{0,2}(?:给|跟|对|让|告诉|叫)[^，。]{0,2}(?:他|她|俺?男人|老公)"
)
_SHELTER = re.compile(
    r"(?:住|躲|去|待|避)的地方|没(?:地方|处)[去住躲]|(?:躲|住)哪[里儿]?|去哪[里儿]?(?!.{0,4}(?:找|问|打|办))"
)
_NO_BLOW = re.compile(r"^(?:现在|这回|今天|他)*没有?(?:打|动手)[我人过]?$")
_UNHURT = re.compile(
    r"没(?:有)?人(?:掉|伤|受伤|碰|摔|砸|出事)|没(?:伤|砸|碰)着?人?(?:$|，)|人(?:都|也|倒)?没(?:伤|受伤|啥事|什么事|大?事|大碍)|没(?:啥|什么)?大(?:事|碍)"
)
_ALL_WELL = re.compile(
    r"(?:都|人|孩子|老人|大人|他|她|我们|俺们)(?:都|也)?没(?:啥|什么)?事了?(?:$|，)|"
    r"^(?:人|他|她|我们?|俺们?|已经|都|劝|救|跑|撤)*(?:下来|出来)了"
)
_CAME_DOWN = re.compile(r"^(?:人|他|她|已经|都|劝|救|被)*下来了")
_LISTENS = re.compile(
    r"帮帮(?:我|俺)|(?:能|会)(?:不能|不会)?帮帮?(?:我|俺)|陪(?:着)?(?:我|俺)|[跟和]我(?:说|聊|唠)|说说话|聊聊天?|唠唠|你(?:能|会|有)[^，。]{0,3}(?:[啥什]么?)用?$"
)
_BANK = re.compile(
    r"(?:填|输|给|报|说|念|发)了[^，。没]{0,4}(?:卡号|密码|验证码|身份证)|(?:卡号|密码|验证码|身份证)[^，。没]{0,4}(?:填|输|给|报|说|念|发)(?:给)?(?:他|她|人家|对方)?了|银行[^，。]{0,4}(?:电话|号码)|挂失|冻结|止付"
)
_CARED_FOR = re.compile(
    r"(?:送|拉|转|抬)(?:到|去|进)?[^，。]{0,4}医院|到了?[^，。]{0,4}医院了|"
    r"(?<![不没])在[^，。]{0,4}(?:医院|急诊|抢救室|病房|ICU)(?=里|呢|住|抢救|看|躺|洗|，|$)|"
    r"洗了?胃|抢救(?:呢|着)|住(?:上|了)院|出院了"
)
_SILENT = re.compile(r"短信|不(?:敢|能|方便|好)(?:出声|说话|吱声|打电话)")
_AFRAID = re.compile(
    r"不(?:敢|想|能|愿)(?:报警|打110|吭声|惹事|得罪|声张)|怕(?:他|她|人家|邻居|得罪|报复|惹)[^，。]{0,4}"
    r"(?:知道|报复|记恨|事|人|$)"
)
_HELPLINE = re.compile(
    r"12356[^，。]{0,3}(?:是|干|管)?(?:干|做)?(?:[啥什哪]|怎么|收费|要钱)"
)
_VACCINE = re.compile(r"打针|疫苗|狂犬")
_ASKS_DOCTOR = re.compile(
    r"(?:能|可以)(?:不能|先|给)?[^，。]{0,3}吃[^，。]{0,6}(?:丸|药|片|油)?[吗不么]?$|吃[^，。]{0,8}(?:行|中|管用|可以)[吗不么]|吃(?:点)?[啥什哪]么?药|(?:附近|哪[里儿]?|上哪)[^，。]{0,4}(?:医院|诊所|看病)|(?:要|用)不(?:要|用)(?:去医院|紧)"
)
_NOT_CALLED = re.compile(
    r"没(?:来得及|顾上|顾得上|工夫)?(?:给)?(?:打|报|拨|叫)(?:通)?(?:1[12]0|119|122|警(?!察)|电话|救护车)"
)
_FILED = re.compile(
    r"(?:(?:[中行好对嗯]|可以|是)[的吧]*，?)*(?:那|就|快|你|您|给(?:我|俺)|帮(?:我|俺)|赶紧|赶快)*(?:报|上报|记)(?:上去?|一下|给他们|案)?[吧呗啊]*"
)
_ANIMAL = re.compile(
    r"(?:那|是|就是|掉的是|里头是|我|俺|们|家|家里)*的?[一个只头条匹]*"
    r"(?:小|老|母|公)?(?:羊羔?|猪|牛|狗|猫|鸡|鸭|鹅|兔子?|驴|马|骡子?)(?:崽|娃)?(?:掉[进下]去?了?|在里头?)?"
)
_OTHER = re.compile(
    r"(?:那|不|不是(?:我|俺)|是|就是|说的是|，)*(?:我|俺)?(?:们)?(?:家)?(?:里)?的?"
    r"(?:媳妇|老婆|对象|老公|男人|丈夫|老伴|儿子?|小子|闺女|女儿|孩子|爹|爸爸?|娘|妈妈?|奶奶?|爷爷?|哥|姐|弟弟?|妹妹?|"
    r"同学|同事|朋友|邻居|室友|侄子?|嫂子|婆婆|公公|老头|老太太?|网友)(?:[喝吃说要想割][^，。]{0,4})?"
)
_PAID = re.compile(
    r"^(?:已经|都|刚才?|钱|我|俺|可)*(?:[汇转付交]|打钱|打过|扫码?|给他?)(?:给)?(?:他们?)?(?:过去|出去|走|完)?了"
    r"(?:[0-9一二两三四五六七八九十几万千百块]*)(?:过去|出去)?$"
)
_PAID_BACK = re.compile(
    r"(?:能|可以|会|还)[^，。没]{0,5}(?:[要追找拿退弄]|补)(?:得|的)?回来?|追回|(?:能|会)[^，。]{0,3}退"
)
_NOT_GIVEN = (
    r"(?:(?:我|俺|钱|卡号|也|都|可|就|还|啥|什么|倒|幸亏|好在|一分钱?)*没(?:有)?(?:敢|给|往下)*"
    r"(?:点|转|填|给|信|汇|扫|理|告诉|说|交|下载|损失|被骗|上当)(?:他|她|它|钱|进去|呢|啥|验证码)*|"
    r"(?:我|俺|已经|都|就|刚|把|电话|他的?|给|直接)*挂了)"
)
_NOTHING_GIVEN = re.compile(rf"^{_NOT_GIVEN}(?:，{_NOT_GIVEN})*$")
"""All of it: 转了两万，他把电话挂了 is no relief."""
_SWINDLE = re.compile(
    r"真[^，。]{0,3}假|是不是(?:真|假|骗)|骗[人子]?的?[吗吧么不]|真的[吗么不]"
)
_CAME_OUT = re.compile(
    r"(?:^|都|人|孩子们?|已经|喊|，)(?:都|给)?(?:上来|上岸|回去|回家)了(?![吗没么])|^都?走了$"
)
_WHEN = r"(?:那|都|就|我说的?)*(?:是)?"
_WHEN_ENDS = r"(?:[打摔撞烧骗抢吵闹砸]的)?(?:上午|中午|下午|晚上|夜里|早上)?(?:的事儿?|那会儿?|的时候|了)*(?:$|，)"
_RECENT = re.compile(rf"^{_WHEN}(?:{YESTERDAY.pattern}|前几天){_WHEN_ENDS}")
_LONG_BEFORE = re.compile(
    rf"^{_WHEN}(?:{LONG_AGO.pattern}|前几天|前一?阵子?){_WHEN_ENDS}"
)
_IS_IT = re.compile(
    r"^(?:那|这|他|她)?(?:是不是|会不会(?:是)?)[^，。]{0,5}(?:感冒|着凉|上火|累|中暑|发烧|血压|血糖|没睡好)"
)
_ENDS = ("crime", "violence_home", "traffic", "fire", "fraud_now")
"""Dangers that last no night."""
_LIES_HURT = ("medical", "matter/elder_welfare_check")
_OPEN_DANGER = (
    *("traffic", "electric_water", "fire", "gas"),
    *("matter/road_manhole", "matter/traffic_facility", "matter/greenery"),
    *("matter/building_fall_hazard", "matter/ads_posters"),
)
_PASSES_BY = ("fire", "traffic", "crime", "electric_water", "matter/traffic_facility")
_SHUT = (
    *("missing", "medical", "self_harm", "crime", "electric_water"),
    *("matter/elder_welfare_check", "matter/elevator_fault"),
)
_BITES = ("medical", "crime", "matter/dog_nuisance", "matter/stray_livestock")
_FRAUD = ("fraud_now",)
_OF_BODIES = ("medical", "self_harm", "traffic", "matter/elder_welfare_check")
_BY_RULE: tuple[tuple[After, tuple[str, ...], re.Pattern[str]], ...] = (
    *ASKED_FIRST,
    (After.PAID_BACK, _FRAUD, _PAID_BACK),
    (After.MISTAKEN, _FRAUD, _UNNEEDED),
    (After.NOTHING_GIVEN, _FRAUD, _NOTHING_GIVEN),
    (After.DOUBTS, _FRAUD, _SWINDLE),
    (After.PAID, _FRAUD, _PAID),
    (After.MISTAKEN, ("gas", "matter/gas_safety"), _NO_SMELL),
    (After.OVER, ("gas", "matter/gas_safety"), _SMELL_GONE),
    (After.MISTAKEN, ("electric_water",), _WATCHED),
    (After.OVER, _LIES_HURT, _TAKEN_ALONG),
    (After.UNHURT, ("crime",), _AT_HOME),
    (After.WAIVED, _OF_BODIES, _NOTHING_BAD),
    (After.OVER, ("electric_water",), _CAME_OUT),
    (After.OVER, _AT_LARGE, _BACK),
    (After.OVER, _SHUT, _OUT),
    (After.OVER, ("crime", "matter/elevator_fault"), _OPENED),
    (After.OVER, ("self_harm",), _CAME_DOWN),
    (After.UNHURT, _PASSES_BY, _ALL_WELL),
    (After.LISTENS, ("self_harm",), _LISTENS),
    (After.BANK, ("fraud_now",), _BANK),
    (After.UNHURT, (*_OPEN_DANGER, *_THREATENED), _UNHURT),
    (After.BEFORE, _ENDS, _RECENT),
    (After.BEFORE, (*_ENDS, "medical", "gas", "electric_water"), _LONG_BEFORE),
    (After.CARED_FOR, (*_LIES_HURT, "self_harm", "traffic"), _CARED_FOR),
    (After.BITE, _BITES, _VACCINE),
    (After.HELPLINE, ("self_harm",), _HELPLINE),
    (After.NO_BLOW, _THREATENED, _NO_BLOW),
    (After.SECRET, _THREATENED, _SECRET),
    (After.SILENT, _THREATENED, _SILENT),
    (After.SHELTER, _THREATENED, _SHELTER),
    (After.GONE, _THREATENED, _GONE),
    (After.LIGHT, ("self_harm", "matter/wage_labor_dispute"), _LIGHT),
    (After.ASKS, _LIES_HURT, _IS_IT),
    (After.ASKS, _LIES_HURT, _ASKS_DOCTOR),
)
_ALWAYS = (
    (After.NOT_CALLED, _NOT_CALLED),
    *ASKED,
    (After.AFRAID, _AFRAID),
    (After.MISTAKEN, _ONLY_ASKED),
    (After.WAIVED, _WAIVED),
    (After.OVER, _OVER),
    (After.MISTAKEN, _MISTAKEN),
    (After.ASKS, _ASKS),
    (After.ARRIVED, _ARRIVED),
    (After.CALLED, _CALLED),
    (After.MISTAKEN, _NOTHING_BAD),
)
_STILL_BAD = re.compile(
    r"(?:可(?!以)|但|另)[^，。]{0,8}(?:没|不|又|还)|[又还](?:晕|昏|喘|吐|倒|抽|疼|有[^，。事]{0,6}(?:在|里|下面|没)|没(?:上|出|下|找|醒|回))|"
    r"冻|哆嗦|发抖|呛|迷糊|昏|不清醒"
)
"""Beside what is good news it says that all is not well: 上来一个，还有一个在下面."""
_WHOLE: tuple[tuple[After, tuple[str, ...], re.Pattern[str]], ...] = (
    (After.OTHER, ("self_harm",), _OTHER),
    (
        After.ANIMAL,
        ("electric_water", "medical", "traffic", "fire", "matter/road_manhole"),
        _ANIMAL,
    ),
)
"""Said with nothing else: 俺家羊."""


def after_alarm(text: str, alarm: str | None) -> After | None:
    """Tells what a message says about the alarm that is out.

    Args:
        text: The message.
        alarm: Rule of the alarm; `None` where it is not known.
    """
    plain = re.sub(r"\s+", "，", text.strip(" ？?。！!，"))
    if len(plain) > MAX_CHARS:
        return None
    if warning_for(text, alarm) is not None:
        return After.WORSENS
    if _FILED.fullmatch(plain):
        return After.FILED
    for whole, rules, words in _WHOLE:
        if alarm in rules and words.fullmatch(plain):
            return whole
    kind = _first_said(plain, alarm)
    is_relief = kind in SETTLES and kind is not After.CALLED
    return None if is_relief and _is_still_bad(plain, text) else kind


def has_called(text: str) -> bool:
    """Whether a message says that help was called, whatever else it says or asks."""
    plain = re.sub(r"\s+", "，", text.strip(" ？?。！!，"))
    return bool(_CALLED.search(plain)) and not _NOT_CALLED.search(plain)


def _first_said(plain: str, alarm: str | None) -> After | None:
    for kind, rules, words in _BY_RULE:
        if alarm in rules and words.search(plain):
            return kind
    return next((kind for kind, words in _ALWAYS if words.search(plain)), None)


def _is_still_bad(plain: str, text: str) -> bool:
    """Whether good news is only half of what is said; no relief may hide the rest."""
    return bool(_STILL_BAD.search(plain)) or detect(text) is not None
