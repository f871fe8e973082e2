"""What is said to a report that was read back: yes, no, not needed any more, not yet."""

import re

_FEELINGS = re.compile("(?![👌👍🆗])[\U0001f000-\U0001faff\u2600-\u26ff\u2764\ufe0f]")
"""Emoji that say neither yes nor no, and the colours of hands."""
_STOPS = re.compile(r"[\s，,。.！!~～…、]+")
END = r"[的了呢哩吧啊呀哈呗哦嘞咧哒滴啦]*"
AGREES = (
    r"(?:(?:都|全|全都|这回|这下|现在)?(?:对|正确)(?:着|劲)?|都?没错|[没木]有?(?:[啥什]么?)?(?:问题|毛病|意见|不对)|"
    r"是|好|行|中|成|妥|可以|嗯+[哪呐]?|恩+|(?:就)?是这样|不用改|没有?(?:[啥什]么?要?|要)(?:补充|改|说)|没有补充|确[定认]|同意|就这[样些]|得(?=[嘞咧])|[oO][kK]|👌|👍|🆗|✅)"
)
FILES = (
    r"(?:那|就|你|您|恁|看着|赶紧|快点?|麻烦|先|帮[我俺]|给[我俺]|可以|一块|[我俺]|要|得|想|把|就?这[么样])*"
    r"(?:这个|这件|它|刚才那个|刚才的?|头一个|第一个)?(?:给)?(?:[报交发]|提交|记(?=[上下]))(?:上去|上|下来?|一下)?"
    r"(?:(?<=先报)(?:这一?[个件]的?|第一[个件]的?|(?!警)[一-龥]{2,4}的|"
    r"(?!警|名|[个到给]|社区|物业|城管|派出所)[一-龥]{2,4}(?:那[个件]事?)?))?"
)
_PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
_HAS_IT_FILED = re.compile(r"报|提交|记")
THANKS = r"(?:(?:太)?(?:谢谢|多谢|感谢|麻烦|辛苦|费心|劳驾|拜托)(?:你|您|恁)?们?(?:了|啦|啊)*|有(?:信儿?|消息|结果|进展)了?(?:再|就)?(?:告诉|通知|回|说)[我俺]?(?:一声|一下)?)"
_HURRIES = (
    r"(?=.*(?:快[点些一来去修弄办处解]|赶快|尽快|[赶抓]紧|尽早|早[点些日]))"
    r"(?:就是|只是|但是?|不过|请|麻烦|劳驾|让|叫|催|希望|最好|一定|能|要|得|你|您|恁|他们?|们|咱|[赶抓]紧|赶快|尽快|尽早|"
    r"早[点些日]|快[点些]?|给|帮|[我俺]们?|来|去|派|个|人|修|弄|处理|解决|办|看看?|管|收拾|清理?|好|一下|一点|吧|呗|啊|哈|了|哦)+"
)
_YES_PIECE = re.compile(
    rf"(?:{AGREES}{END})+(?:{FILES}{END})?{THANKS}?|{FILES}{END}{THANKS}?|能"
)
_HURRIED_YES = re.compile(rf"((?:{AGREES}{END})+|{FILES}{END})({_HURRIES}){THANKS}?")
_THANKS_PIECE = re.compile(THANKS)
_HURRY_PIECE = re.compile(_HURRIES)
_NO = re.compile(
    r"(?:(?:不对|不是|不行|错了|不准|有错|有(?:地方|点)?不对|没说对|重说|重来|重新说|[说写搞弄记念]错)[了的吧啊，,。！! ]*)+"
)
_ABOUT_THE_REPORT = re.compile(
    r"取消|(?<!还)(?:[别不]|不用)(?:再)?(?:报|反映)(?!不)|不用(?:再|你们?|恁|派人)*(?:来|修|管|弄|处理)|"
    r"撤了|撤回|不想报"
)
_GIVES_UP = re.compile(
    rf"{_ABOUT_THE_REPORT.pattern}|不用了|不要了|算了|拉倒|退出|先不|不说了|不用?麻烦"
)
_OTHER_THINGS = r"(?:电话|手机|号码?|照片?|相片|图片?|姓名|名字?|录音|视频)"
DECLINES = re.compile(
    rf"(?:[别不没甭]|没法)[^，。,\s]{{0,4}}?(?:{_OTHER_THINGS}|[留发拍传])[^，。,\s]{{0,3}}|"
    rf"{_OTHER_THINGS}[^，。,\s]{{0,3}}?(?:[别不没甭](?!接|人接|打?通|回|灵|好使|清|电)|算了)[^，。,\s]{{0,4}}"
)
"""A telephone number, a photo or the name is declined, and not the report."""
_SOLVED = re.compile(
    r"(?:行了?|好了?|哦|噢|哎)?[ ，,]*(?:[^，。,\s]{0,5}?)(?:已经|都|又|自己|刚才?|给|把)*"
    r"(?:有?人?来?(?:修|弄|整|处理|解决|收拾|清理)(?:好|完|干净)?|(?:搬|挪|开|拉|移)走|好|亮|通水|通电|来水|来电|[水电气]来|"
    r"不(?:吵|闹|漏|堵|响|叫|臭|冒))了(?:[ ，,]*(?:不用|别|甭).{0,6})?[吧啊呀。！! ]*"
)
_BARE_GOOD = re.compile(r"(?:那|就|嗯|也)*(?:好|行|有人来)了[吧啊呀。！! ]*")
"""好了 alone may be a yes as well as news."""
_NOT_SOLVED = re.compile(r"没|还|要是|等|[吗么呢?？]|(?<!又)不(?![吵闹漏堵响叫臭冒用])")
_SAYS_NOTHING = re.compile(
    r"(?:那|就)?(?:随便|[你您恁]?看着[办弄整来]|[我俺]?再?(?:考虑|想想|琢磨)(?:考虑|琢磨|一下)?|(?:先)?(?:等会儿?|等等|明天|回头|过会儿?|一会儿?|改天)再(?:说|报)|都行|无所谓|随你)[吧了啊呗。！!]*"
)
_FILED = re.compile(
    r"(?:编号|单号)(?:是)?(?:多少|几|[啥什]么?)|(?:刚才|刚刚)?(?:给[我俺])?报的?(?:是)?[啥什]|(?:啥|什么)时候(?:让|叫)你报|"
    r"报(?:上去|上)?了[吗没么]|(?:咋|怎么|为[啥何])?还[没不]报"
)
_NOBODY_CAME = re.compile(
    r"(?:[那这]|你们|恁|他们|[咋怎]么?|为[啥何什]么?|到现在|这么[长久]时?间?了?|这都|[几半][天月]了?)*(?:还|也|都|一直|咋|怎么)*(?:是)?"
    r"没(?:有|个|见|得)*人(?:来|管|理|问|联系|打电话)(?:[我俺]|过|呢|啊|呀|了|的|吗|嘛)*[?？。！!]*"
)
_URGES = re.compile(r"(?:再|帮[我俺]|给[我俺])?催一?催?[吧啊一下]*")
_NO_CALLS = re.compile(r"(?:别|不用|不要|甭)(?:给[我俺])?(?:打|来)?(?:电话|手机)")
_NO_NUMBER = re.compile(
    r"(?:电话|手机|号码)(?:[我俺]|就|也|先|还是)*(?:(?:不|别|甭)[用留要打给写](?!通)|算了)|"
    r"不(?:想|愿意?|方便)?[留打给写](?:手机|电话|联系|号码?)|先不[打留](?:电话|手机|号)?|^[我俺]?不留[了吧啊。]*$"
)
MAX_REFUSAL_CHARS = 15
"""A longer message says more than that there shall be no calls."""


def plain_answer(text: str) -> str | None:
    """Returns `yes` or `no` where a message says nothing else, thanks aside."""
    if _NO.fullmatch(text.strip()):
        return "no"
    told = pieces(text)
    if not any(_YES_PIECE.fullmatch(piece) for piece in told):
        return None
    agrees = all(_YES_PIECE.fullmatch(p) or _THANKS_PIECE.fullmatch(p) for p in told)
    return "yes" if agrees else None


def hurried_yes(text: str) -> str | None:
    """Returns the wish of a yes that only asks to be quick: 好 麻烦你们快点."""
    wishes = []
    n_yes = 0
    for piece in pieces(text):
        if _YES_PIECE.fullmatch(piece) or _THANKS_PIECE.fullmatch(piece):
            n_yes += bool(_YES_PIECE.fullmatch(piece))
        elif _HURRY_PIECE.fullmatch(piece):
            wishes.append(piece)
        elif (both := _HURRIED_YES.fullmatch(piece)) is not None:
            n_yes += 1
            wishes.append(both[2])
        else:
            return None
    return "，".join(wishes) if n_yes and wishes else None


def consents(text: str) -> bool:
    """Tells whether a message agrees, with thanks or a wish for speed or without."""
    return plain_answer(text) == "yes" or hurried_yes(text) is not None


def files_with_number(text: str) -> bool:
    """Tells whether a message has it filed, and gives a number: 报吧 13812345678."""
    rest = _PHONE.sub(" ", text)
    return rest != text and bool(_HAS_IT_FILED.search(rest)) and consents(rest)


def gives_up(text: str) -> bool:
    """Tells whether the report is not wanted any more: 算了, 灯又好了 不用报了.

    Whoever declines a telephone number or a photo still wants it.
    """
    told = pieces(text)
    if told and _YES_PIECE.fullmatch(re.sub("^(?:算了|拉倒)", "", told[-1]) or "无"):
        return False  # 算了 报吧
    rest = DECLINES.sub("", text)
    words = _GIVES_UP if rest == text else _ABOUT_THE_REPORT
    return bool(words.search(rest))


def is_solved(text: str) -> bool:
    """Tells whether what was about to be reported is over: 他挪走了, 灯又好了."""
    clean = text.strip()
    if _BARE_GOOD.fullmatch(clean) or _NOT_SOLVED.search(clean):
        return False
    return bool(_SOLVED.fullmatch(clean))


def takes_for_filed(text: str) -> bool:
    """Tells whether a message takes the report for filed, or leaves the yes to others."""
    clean = text.strip()
    presses = _HURRY_PIECE.fullmatch(clean) or _URGES.fullmatch(clean)
    presses = presses or _NOBODY_CAME.fullmatch(clean)
    return bool(presses or _SAYS_NOTHING.fullmatch(clean) or _FILED.search(clean))


def refuses_calls(text: str) -> bool:
    """Tells whether somebody wants no telephone calls: 别给俺打电话, 不留电话."""
    if _NO_CALLS.search(text):
        return True
    return len(text) <= MAX_REFUSAL_CHARS and bool(_NO_NUMBER.search(text))


def pieces(text: str) -> list[str]:
    """Returns what stands between spaces, stops and emoji."""
    return [piece for piece in _STOPS.split(_FEELINGS.sub(" ", text)) if piece]
