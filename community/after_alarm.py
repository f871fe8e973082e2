"""What residents say after an alarm: it is over, it was none, it can wait, they called.

All of it is noted on the alarm's ticket as the resident's word; nothing withdraws the
ticket but a plain yes to that question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

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


CALLS_OFF = frozenset({After.OVER, After.MISTAKEN})
"""After these the ticket may be withdrawn."""
_THREATENED = ("violence_home", "crime")
_AT_LARGE = ("missing", "self_harm")
_BACK = re.compile(
    r"(?<![没不未还])(?:回来|送回来|到家|接回来|回家)了(?![吗没么])|人(?:都|也)?没事(?![吧吗么])"
)
_OVER = re.compile(
    r"(?<![没不未还])(?:找到|找着|寻着|盖上|修好|弄好|接好|扑灭|救出来|救上来|拉出来|"
    r"处理[好完]|缓过来|醒过来|好多|没事)了(?![吗没么吧])|(?:火|已经|都|给)灭了(?![吗没么])|"
    r"(?:单子?|那个|报的|工单)[^，。]{0,6}(?:消|撤|销|取消|还用管)|还用(?:管|来)[不吗么]"
)
_MISTAKEN = re.compile(
    r"不是(?:着火|起火|失火|火|煤气|燃气|漏气|触电|走失|真的|被?骗|打架|那个?意思|这个?意思|"
    r"[^，。]{0,3}[味烟])|没(?:着火|起火|漏气|出事|丢|走失|被骗|触电|这回?事)|"
    r"(?:弄|搞|看|听|报|说|认|闻|点|发)[错岔混]了|误会|虚惊|误[报触点]|"
    r"^(?:那|先|就)?(?:取消|别报|不报|不用报)[了吧掉]*$"
)
_LIGHT = re.compile(
    r"说着玩|别当真|开玩笑|逗[你您]|随口|好着呢|想开了|^[我俺]?没事|不会(?:干|做)傻事|不用(?:打|担心)"
)
_WAIVED = re.compile(
    r"(?:没事|(?<!要)不要紧|不碍事)(?:[吧的啊呀，]|$)|老毛病|好[点些]了|"
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
    r"打不通|没人接|(?:来|派)[个几]+人|(?:我|俺)[该能](?:干|做)[啥什]"
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
_IS_IT = re.compile(
    r"^(?:那|这|他|她)?(?:是不是|会不会(?:是)?)[^，。]{0,5}(?:感冒|着凉|上火|累|中暑|发烧|血压|血糖|没睡好)"
)
_BY_RULE: tuple[tuple[After, tuple[str, ...], re.Pattern[str]], ...] = (
    (After.OVER, _AT_LARGE, _BACK),
    (After.NO_BLOW, _THREATENED, _NO_BLOW),
    (After.SECRET, _THREATENED, _SECRET),
    (After.SHELTER, _THREATENED, _SHELTER),
    (After.GONE, _THREATENED, _GONE),
    (After.LIGHT, ("self_harm",), _LIGHT),
    (After.ASKS, ("medical",), _IS_IT),
)
_ALWAYS = (
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
    for kind, rules, words in _BY_RULE:
        if alarm in rules and words.search(plain):
            return kind
    return next((kind for kind, words in _ALWAYS if words.search(plain)), None)


def words_after(
    kind: After | None, number: str, call: Sequence[str], alarm: str | None = None
) -> str:
    """Says what fits, with the numbers to call where there is still danger.

    Args:
        kind: What was said; `None` for any more that is told.
        number: Of the alarm's ticket.
        call: Telephone numbers of the alarm, as they were first said.
        alarm: Rule of the alarm.
    """
    numbers = "、".join(call)
    to_call = f"请现在就打 {numbers}。" if call else "请现在就打电话。"
    noted = f"您这句记上了，跟 {number} 放在一起，网格员看得到。"
    if kind is None and alarm == "self_harm":
        return f"我在听，您这句记上了，跟 {number} 放在一起。别一个人扛着，{numbers} 现在就能打；叫身边的人过来陪着。"
    if kind is None:
        yet = f"要是还没打 {numbers}，" if call else "要是电话还没打，"
        return f"记上了，跟 {number} 放在一起交给网格员。{yet}请现在就打。"
    wait = "躺着等会耽误，人要紧；钱的事过后再想办法。"
    is_ill = "120" in call[:1]
    wait = wait if is_ill else "人要紧，别的事过后再说。"
    doctor = "要不要紧、去哪家医院，听接电话的大夫说。" if is_ill else ""
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
    }[kind]
