"""What residents say after an alarm: it is over, it was none, it can wait, they called.

All of it is noted on the alarm's ticket as the resident's word; nothing withdraws the
ticket but a plain yes to that question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from community.emergencies.doubts import LONG_AGO, YESTERDAY
from community.emergencies.warnings import warning_for

MAX_CHARS = 24
"""A longer message tells more than one of these things."""


class After(str, Enum):
    """What is said about an alarm that is out."""

    OVER = "over"
    """The person is found, the hole is covered."""
    MISTAKEN = "mistaken"
    LIGHT = "light"
    """The wish to die was not meant so."""
    WAIVED = "waived"
    """It will pass, or costs too much."""
    CALLED = "called"
    ARRIVED = "arrived"
    ASKS = "asks"
    """Whether, or whom, to call; what to do."""
    GONE = "gone"
    """Who threatens is out of the room."""
    SECRET = "secret"  # noqa: S105  # no password: he must not learn of it
    SHELTER = "shelter"
    NO_BLOW = "no_blow"
    """Not struck, but kept at home or threatened."""
    WORSENS = "worsens"
    """Something is wanted that makes it worse: a light where gas leaks."""
    BEFORE = "before"
    """It was yesterday, or long ago."""
    UNHURT = "unhurt"
    """Nobody is hurt; what threatens is still there."""
    CARED_FOR = "cared_for"
    """In the hands of doctors."""
    AFRAID = "afraid"
    """Of the police, or of whoever may learn who called them."""
    HELPLINE = "helpline"
    """What the number 12356 is for."""
    LISTENS = "listens"
    """Somebody to talk to is wanted."""
    SILENT = "silent"
    """Whoever cannot speak aloud."""
    BANK = "bank"
    """How to reach the bank."""
    BITE = "bite"
    """Where to be vaccinated after a bite."""


CALLS_OFF = frozenset({After.OVER, After.MISTAKEN})
"""After these the ticket may be withdrawn."""
SETTLES = CALLS_OFF | {
    *(After.LIGHT, After.CALLED, After.ARRIVED),
    *(After.BEFORE, After.UNHURT, After.CARED_FOR),
}
"""After these nobody is told again whom to call."""
_THREATENED = ("violence_home", "crime")
_AT_LARGE = ("missing", "self_harm")
_BACK = re.compile(
    r"(?<![没不未还])(?:回来|送回来|到家|接回来|回家)了(?![吗没么])|人(?:都|也)?没事(?![吧吗么])"
)
_OUT = re.compile(
    r"(?:^|，|人|他|她|孩子|已经|都|刚才|自己|背|救|抬|放|爬|走|弄|哦)出来了(?![吗没么])|"
    r"(?:^|，|门|孩子|他|她|自己|老人|大[爷娘])(?:给|自己)?(?:打开|开开?)门?了(?![吗没么])|"
    r"走亲戚(?:去)?了|(?:去|上|在)(?:他|她)?(?:闺女|儿子?|亲戚|妹|姐|哥|弟|邻居)[^，。]{0,2}家"
)
"""Said of somebody who did not open, or was locked in."""
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
    r"^(?:那|先|就)?(?:取消|别报|不报|不用报)[了吧掉]*$"
)
_LIGHT = re.compile(
    r"[说闹]着玩|气话|吓唬(?:他|老板)|逗着?玩|别当真|开玩笑|逗[你您]|随口|好着呢|想开了|^[我俺]?没事|不会(?:干|做)傻事|不用(?:打|担心)"
)
_WAIVED = re.compile(
    r"(?:没事|没(?:啥|什么)?大(?:事|碍)|(?<!要)不要紧|不碍事)(?:[吧的啊呀，]|$)|能[扛忍挺](?:住|过去)?(?:$|，)|[扛忍挺]得住|老毛病|好[点些]了|"
    r"(?:躺|睡|歇|缓|坐|忍|扛|熬|等)[一会下躺睡歇缓忍儿]{0,3}[^，。]{0,3}(?:就|能|会)[^，。]{0,2}"
    r"(?:好|行|没事|过去)|^不用[了吧]*$|"
    r"(?:不用|不想|先不|没必要|先别)[^，。]{0,3}(?:麻烦|去|上|打|叫|惊动|报)|花钱|怕花|嫌贵|"
    r"不(?:愿意?|肯|想)去|不去了|(?:120|救护车|医院)[^，。]{0,3}(?:多少钱|要钱|收费|贵)|"
    r"(?:没钱|掏不起)(?:看病|住院|去医院|$)|明天再[说去看]|过[一会两]{0,2}(?:会|天)再"
)
_CALLED = re.compile(
    r"(?:120|110|119|122|警察?|救护车|消防|急救|燃气公司)[^，。]{0,4}(?:打了|叫了|报了|来了|到了|说来|说马上|在路上)|"
    r"^(?:我|俺|已经|都|刚)*(?:打|报|叫)(?:过|完|好|通)?(?:120|110|119|警|电话)?了(?!他|她|我|人)(?!.*(?:没人接|不通))"
)
_ARRIVED = re.compile(
    r"(?:他们|大夫|医生|警察|民警|消防员?|120|110|119|供电|燃气|救护车|师傅)[^，。没不]{0,3}[来到]了(?![吗没么])"
)
_ASKS = re.compile(
    r"(?:要不要|用不用|该不该|需不需要|还用)[^，。]{0,3}[打报叫]|打(?:哪个|哪[里儿]|谁|什么|[啥几])|"
    r"^(?:那|现在|我|俺|这|该)*(?:咋|怎么)[办弄整][啊呀呢]?$|[去上送]哪个?(?:医院|看)|要不要紧|严不严重|严重[吗不]|"
    r"(?:行不行|行[吗不]|中不中|中不|可以[吗不])$|该[^，。]{1,8}[吗不]$|打不通|没人接|(?:来|派)[个几]+人|(?:我|俺)[该能](?:干|做)[啥什]"
)
_GONE = re.compile(
    r"(?:他|她|那?人|对方)(?:这会|现在|刚|已经|又|喝[多醉]了?)*(?:出去|出门|走|跑|不在|睡着?|睡下)了?(?:$|，|。|家)"
)
_SECRET = re.compile(
    r"(?:别|不要|甭)[^，。]{0,2}(?:给|跟|对|让|告诉|叫)[^，。]{0,2}(?:他|她|俺?男人|老公)"
)
_SHELTER = re.compile(
    r"(?:住|躲|去|待|避)的地方|没(?:地方|处)[去住躲]|(?:去|躲|住)哪[里儿]?"
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
_LISTENS = re.compile(r"陪(?:着)?(?:我|俺)|[跟和]我(?:说|聊|唠)|说说话|聊聊天?|唠唠")
_BANK = re.compile(r"银行[^，。]{0,4}(?:电话|号码)|挂失|冻结|止付")
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
    r"吃(?:点)?[啥什哪]么?药|(?:附近|哪[里儿]?|上哪)[^，。]{0,4}(?:医院|诊所|看病)|(?:要|用)不(?:要|用)(?:去医院|紧)"
)
_WHEN = r"(?:那|都|就|我说的?)*(?:是)?"
_WHEN_ENDS = r"(?:上午|中午|下午|晚上|夜里|早上)?(?:的事儿?|那会儿?|的时候|了)*(?:$|，)"
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
_BY_RULE: tuple[tuple[After, tuple[str, ...], re.Pattern[str]], ...] = (
    (After.OVER, _AT_LARGE, _BACK),
    (After.OVER, _SHUT, _OUT),
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
    (After.AFRAID, _AFRAID),
    (After.WAIVED, _WAIVED),
    (After.OVER, _OVER),
    (After.MISTAKEN, _MISTAKEN),
    (After.ASKS, _ASKS),
    (After.ARRIVED, _ARRIVED),
    (After.CALLED, _CALLED),
)


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
    for kind, rules, words in _BY_RULE:
        if alarm in rules and words.search(plain):
            return kind
    return next((kind for kind, words in _ALWAYS if words.search(plain)), None)


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An alarm that is out, as far as words about it depend on it."""

    number: str
    """Of its ticket."""
    call: Sequence[str] = ()
    """Telephone numbers, as they were first said."""
    rule: str | None = None
    n_told: int = 0
    """How much was told since."""
    is_settled: bool = False
    """Called off, or in good hands."""
    wants_place: bool = False


def words_after(
    kind: After | None, alarm: OpenAlarm, text: str = "", place: str = ""
) -> str:
    """Says what fits, with the numbers to call where there is still danger.

    Args:
        kind: What was said; `None` for any more that is told.
        alarm: The alarm that is out.
        text: The message.
        place: Where it is, if the message says so.
    """
    numbers = "、".join(alarm.call)
    to_call = f"请现在就打 {numbers}。" if alarm.call else "请现在就打电话。"
    noted = f"您这句记上了，跟 {alarm.number} 放在一起，网格员看得到。"
    if kind is None or (kind is After.WAIVED and alarm.is_settled):
        return _more_told(alarm, numbers, place)
    wait = "躺着等会耽误，人要紧；钱的事过后再想办法。"
    is_ill = "120" in alarm.call[:1]
    wait = wait if is_ill else "人要紧，别的事过后再说。"
    doctor = "要不要紧、吃什么药、去哪家医院，听接电话的大夫说。" if is_ill else ""
    return {
        After.OVER: f"那就好。{'人好些了也让大夫看看，别大意。' if is_ill else ''}{noted}",
        After.MISTAKEN: f"对不住，是我听岔了。{noted}",
        After.LIGHT: f"您没事就好。{noted}心里再难受，不管几点都能打12356，身边最好有人陪着。",
        After.WAIVED: f"这事等不得，{to_call}{wait}{noted}",
        After.CALLED: f"打了就好，等他们来。电话别占着，留个人在路口接。{noted}",
        After.ARRIVED: f"来了就好，听他们的。{noted}",
        After.ASKS: f"{to_call}先打电话，照他们说的做。打不通就接着打。{doctor}",
        After.GONE: f"他不在跟前，{to_call}也可以打12338。带上身份证和孩子，先去亲戚家或社区。{noted}",
        After.SECRET: f"您放心，我不会告诉他，单子只给来处理的人看。能打电话的时候，{to_call}",
        After.SHELTER: f"{to_call}跟警察说想找地方避一避，他们能联系救助站；也可以打12338问。",
        After.NO_BLOW: f"没动手也别大意：不让出门、收手机、吓唬人，都能打110，也能打12338问。{noted}",
        After.WORSENS: f"{warning_for(text, alarm.rule)}，{to_call}",
        After.BEFORE: f"是以前的事，就不用赶着打了。{noted}现在又有危险，马上打 {numbers or '110'}。",
        After.UNHURT: f"人没事就好。{noted}",
        After.CARED_FOR: f"有大夫管着就好，听大夫的。{noted}"
        f"{'您也别一个人扛。' if alarm.rule == 'self_harm' else ''}",
        After.AFRAID: f"您别怕，报了单子只给来处理的人看，不说是谁报的。人的安全要紧，{to_call}{noted}",
        After.HELPLINE: "12356是心理援助热线：心里难受想说说，或者怎么劝家里人拿不准，都能打。"
        f"人要是有危险，先打 {numbers}。",
        After.LISTENS: f"我在呢，您说，我听着。身边有人能陪着您最好；{numbers} 不管几点都能打。",
        After.SILENT: f"不方便出声，就试着发短信到12110，写清在哪儿、出了什么事，能不能收到以当地为准。能打的时候，{to_call}",
        After.BANK: f"卡背面印着银行的电话，现在就打，让他们止付、挂失；钱已经转出去了，先打 {numbers or '110'}。",
        After.BITE: f"先用肥皂水和流动的水反复冲伤口，冲够一刻钟，再去医院问狂犬疫苗；哪家能打，打12345或120问。{noted}",
    }[kind]


def _more_told(alarm: OpenAlarm, numbers: str, place: str) -> str:
    """Notes what is told on: with the numbers, then with a question, then alone."""
    noted = f"地点记上了：{place}。" if place else "记上了，"
    noted += f"跟 {alarm.number} 放在一起，网格员看得到。"
    if alarm.is_settled:
        return noted
    if alarm.rule == "self_harm":
        listens = (
            f"别一个人扛着，{numbers} 现在就能打；叫身边的人过来陪着。",
            f"身边这会儿有人吗？{numbers} 不管几点都能打。",
            "您接着说，我听着。",
        )
        return f"我在听。{noted}{listens[min(alarm.n_told, 2)]}"
    called = f"{numbers} 打了吗？" if numbers else "电话打了吗？"
    asks_where = alarm.wants_place and not place and alarm.rule != "fraud_now"
    goes_on = (
        f"要是还没打 {numbers or '电话'}，请现在就打。",
        f"{called}{'在什么地方？说个小区、路名就行。' if asks_where else ''}",
        "有变化接着跟我说。",
    )
    return f"{noted}{goes_on[min(alarm.n_told, 2)]}"
