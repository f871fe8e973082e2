"""What the wording of a message says, whatever its topic."""

import re
from dataclasses import dataclass

from community.catalog.derived import of_catalog
from community.catalog.model import Catalog
from community.dialogue.nicknames import NICKNAMES

_CONTRAST = re.compile(
    r"(?:(?:我|俺)?(?:说的|问的)?不是.{1,12}?[,，。 ]?|(?:不对|不是|错了)[,，。！! ]+)"
    r"(?:而?是|[我俺]?(?:问|说)的(?:就?是)?|[我俺]?(?:要|想)问)(.{2,})"
)
_THANKED = re.compile(
    r"(?:(?:好的?|行|中|嗯|哦|知道了|明白了)[,，。！! ]*)*(?:谢谢|多谢|感谢|辛苦|麻烦)"
    r"(?:[您你恁]们?|了|啊|哈|啦)*[,，。！! ]+(.{2,})"
)
"""谢谢，那材料呢: what is asked after the thanks."""
_MISTAKE = re.compile(
    r"(?:我|俺)?(?:说|问|搞|弄|点|打)(?:错了|岔了)[,，。 ]?"
    r"(?:[我俺咱])?(?:是)?(?:要|想)?(?:问|说|办)?的?(?:是)?(.{2,})"
)
_MEANT = re.compile(
    r"[我俺]们?(?:问|说|指)的(?:就)?是(?!真|实|对|[啥哪谁]|什么|不是)(.{2,})"
)
"""我问的是身份证, after an answer about something else."""
_LEFT = re.compile(
    r"[^，。,？?\s]{2,14}?(?:先不|不|先别)(?:问|说|管|提)了[ ，,。]+(?!.*[吗呢]$)(.{4,})"
)
"""孩子上学的事先不问了 门口有个坑: what is left is put aside."""
_SAME = re.compile(r"^(?:那|那么|那个|还有)?(.{1,10}?)(?:呢|咋样|怎么样)[?？]?$")
_SHORTER = re.compile(
    r"(?:说|讲|写|弄)?(?:得|的)?(?:再)?(?:短|简单|简短|简洁)(?:一?点|些)|(?:说|讲|话|字|写)得?太长|^太长|"
    r"(?:说|讲|念)(?:得|的)?慢|慢(?:一?点儿?|些|慢)(?:说|讲|念|来)|^(?!.*(?:密码|号|日子|哪年)).*记不(?:住|过来)(?:了|啊|呀|这么多|恁些)*\W*$|"
    r"长话短说|简单(?:说|讲)|字(?:太|忒|这么|恁么|可真)?多|(?:太|忒|真)?(?:啰嗦|罗嗦|磨叽)|[拣挑]?(?:要紧|重要|关键)的说|说重点|太多了?看不"
)
_PLAINER = re.compile(
    r"[听看](?:不|没)(?:懂|明白)|(?:没|不)(?:大|太|怎么)?[听看](?:懂|明白)|[啥什]么?意思|说人话|没弄?明白|不明白|说白话"
)
_REPEAT = re.compile(
    r"(?:再|重新|重)(?:给[我俺])?(?:说|讲|念|来|发|告诉[我俺])(?:一?[遍下次回]|说)|"
    r"没(?:听|看)(?:清|见|到)|没记住|忘了.{0,4}说的?[啥什]|重复一[遍下]|"
    r"刚才说的?(?:是)?[啥什]|(?:多少|[啥什]么?|[哪谁几])[里儿个天]?来着"
)
_QUESTION = re.compile(
    r"[?？吗呢么]$|[咋啥]|[找问归]谁|谁(?:能|来)?(?:管|负责|赔)|怎么|什么|多[少些](?![天年])|多久|哪(?![怕知想料])|能不能|要不要|是不是|"
    r"([一-龥])[不没]\1(?!不)|有没有|[得能要用管给行办](?:[一-龥]{1,4})?不[呀啊]?$"
)
_RETURN = re.compile(
    r"(?:回到|说回|还是说|接着说|再说回|回头说)(?:刚才|前面|头里|先前|上一?个|前一?个)"
)
_EARLIER = re.compile(
    r"(?:那|哎)?(?:刚才|刚刚|前面|头里|先前|上一|前一|开头)(?:[我俺]?们?(?:说|问)的?)?的?那?[一1]?[个件](?:事儿?)?(?:呢|的|它)?"
    r"(?!.*(?:编号|[报单撤改人修电灯]|取消|不[^，。]{0,3}了))(.*)"
)
"""刚才那个要带啥: what was talked of before, and what is asked of it now."""
_REFUSED = (
    r"(?:没批|不批|不给发|不给批|不给[我俺咱]们?家?[办批发]|没通过|没过|不通过|停了|停发|停掉|给停|停[我俺咱]|取消|没评上|没选上|"
    r"少了|降了|驳回|退回来|拒了|不给办|不发了|没我)"
)
_REASON = re.compile(
    rf"(?:为[啥何]|为什么|凭[啥什]么?|[咋怎]么?).{{0,12}}{_REFUSED}|"
    r"(?:为[啥何]|为什么|凭[啥什]么?)[^，。]{0,8}[都就能]?有.{0,3}[我俺咱][^，。]{0,4}没有?|"
    rf"{_REFUSED}.{{0,4}}(?:为[啥何]|为什么|凭[啥什]|[咋怎]么?回事|[啥什]么?原因)|"
    rf"{_REFUSED}(?:了|的|啊|呀)?(?:[。！!?？]?$|[，,。 ]*(?:说|嫌|因为|就因为|理由|原因)(?!明|不)|[，,。 ]+(?:他们|人家|村里|社区|窗口|干部)?[说讲])|"
    r"(?:以前|原来|从前|去年|头里|一直)(?:都|还)?有.{0,6}(?:没了|没有了|没见|不见了)"
)
_BY_MACHINE = re.compile(
    r"(?:刷脸|扫脸|人脸|识别|眨眼|指纹|验证码?|登[录陆])[^，。,]{0,8}?(?:老是?|总是?|一直|就是|又)?(?:没|不)(?:给)?(?:通?过|过去)"
)
"""刷脸老不通过: no office has refused anything, it is tried once more."""
_BARE_REASON = re.compile(
    rf"(?:那|到底|我的|俺的|这)?(?:为[啥何]|为什么|凭[啥什]么?|[咋怎]么?)?(?:就)?(?:给)?{_REFUSED}"
    r"(?:了|呢|啊|呀)?(?:为[啥何]|为什么)?[。！!?？]?"
)
_REMEDY = re.compile(r"[咋怎]么?(?:办|补|恢复|再|重新|弄|认证)|如何|上哪|去哪|哪里")
_ANGER = re.compile(
    r"[操日艹草]你|你妈[的逼个]|[你他]?(?:他|特)娘的|奶奶个|破(?:机器|电脑|手机人)|^滚|滚[蛋开远]|去死|真他妈|妈了个|^(?:他|你|特)?妈的[^一-鿿]|^(?:他|你|特)?妈的$|"
    r"傻[逼bB叉]|(?:你|恁|这)[^，。]{0,3}傻子|混蛋|王八|狗屁|放屁|废物|垃圾(?:机器人|玩意|东西|系统|软件)|"
    r"[啥什]么?(?:破|鬼|狗屁)(?:玩意|玩艺|东西)|[你您恁这那算是都]个?些?[啥什]么?(?:玩意|玩艺|东西)|"
    r"^[啥什]么?(?:玩意|玩艺|东西)儿?[啊呀嘛，,。！! ]*$|破(?:机器人|玩意|系统|软件)|"
    r"气[死煞](?:我|俺|人)|烦死|[啥什]么?(?:也|都)不是|一点用|没(?:啥|什么)?用的|"
    r"干(?:啥|什么|嘛)吃的|(?:你|您|恁).{0,3}听不懂|不懂人话|(?:你|恁)?[咋怎]么?(?:这么|恁么)?(?:笨|蠢)|笨蛋|没脑子|"
    r"到底(?:还)?管不管|还管不管|要(?:你|您|恁)(?:有|能)?(?:干)?(?:[啥嘛何]|什么)用?[?？]?$|"
    r"糊弄|忽悠(?:谁|人|我|俺)|骗[人子鬼]的?吧|投诉你|"
    r"(?:还是|还没|照样|照旧|依旧|没人)[^？?]{1,16}(?:太|可真?|真是?|多|好)(?:感谢|谢谢|辛苦)|"
    r"(?:太|真是太?|可真)(?:感谢|谢谢)[^。？?]{0,8}(?:还没|没人|还是)"
)
_DOUBT = re.compile(
    r"骗子|^(?:你|您|恁|这|那|说的?|是|个|机器人|东西|啊|，)*(?:真的|可信|靠谱|管用)[吗不么吧]|(?:你|您)?(?:是)?真人|(?:你|您)是(?:不是)?机器"
)
_PRAISE = re.compile(
    r"[好谢赞棒牛帅妙顺佩服]|明白|清楚|懂|管用|有用|帮|满意|不错|不孬|不赖|靠谱|行|中|解决|放心|省事|方便|点赞|贴心|及时|没白|真是|👍|🌹|❤"
)
_UNDERSTOOD = re.compile(
    r"(?:行了?|好的?|中|嗯+|那行|那好|哦+|噢+)?[ ，,。]*(?:[我俺])?(?:都)?(?:知道|明白|晓得|记住|记下|清楚|懂)了?[ ，,。]*"
    r"(?:[我俺])?(?:先|就|等)?(?:(?:明|后|今|改)天|回头|一会儿?|下午|上午|下周|过两天|抽空|有空|这就)?(?:再)?"
    r"(?:去|过去|来|跑一趟|问问|试试|办|弄|看看)*(?:吧|啊|哈|了)?[。！!]*|"
    r"(?:行|好|中|嗯|哦|噢|那|就|我|俺|[ ，,。])*(?:明|后|改|过两)天(?:上午|下午|早上)?(?:再|就)?(?:去|过去|跑)"
    r"(?:一趟|问问?|看看|办|弄|社区|窗口)*(?:吧|啊|哈|了)?[。！!]*"
)
_SMALL_TALK = {
    "talk_deny": re.compile(r"^(?:都|全)?不(?:是|对)(?!.*是)"),
    "talk_greet": re.compile(r"好|在[吗不么]|早|喂|嗨|哈喽|hi|hello", re.IGNORECASE),
    "talk_goodbye": re.compile(
        r"再见|拜|回见|慢走|下[次回]|先这样|先走|走了|忙|睡|晚安|挂了|[去回]了|88"
    ),
}
"""Words without which such a label is only a guess: 别的楼也没有, 通知没有啊."""
_PERSON = re.compile(
    r"转(?:个|一个|给)?(?:真|活)?人(?![事才民员生口身名账头])(?:工|来|接)?|转人工|人工(?:客服|服务|坐席)|"
    r"(?:找|叫|换|要|喊)(?:个|一个)?(?:真人|活人|人工|客服|人来?(?:跟我|跟俺|给我|给俺)?(?:说话|接电话|聊|讲|说))|"
    r"(?:跟|和)(?:个)?(?:真|活)人(?:说|讲|聊)|"
    r"^(?!.*(?:有人|骗|对方|他|陌生|老是|中奖|别|不要|甭|不用)).*(?:给|跟)[我俺](?:们)?(?:先)?[打回]个?电话(?![说让要])|"
    r"^(?:请|麻烦|能不能)?回个?电话"
)
_WISH_FOR_SOMEBODY = re.compile(
    r"人工|真人|活人|客服|专人|明白人|值班|前台|负责人|管事|能人|电话|微信|见面|当面|在不在|躲|"
    r"(?:找|叫|派|喊|让|请|转|换|要(?![债钱账饭])|想|给|跟|和|与|约|联系|打|回|接|帮|求|盼|等)[^。]{0,8}"
    r"(?:人|网格员|社区|领导|干部|书记|主任|[我俺咱]|你们|谁|说|聊|讲|问|个|一趟)|"
    r"来(?:个|位)?人|派|人呢|有(?:没有)?人|谁能|网格员(?:呢|在|来|是|叫|$)|上门|代办|跑"
)
"""Words without which a wish for a person is only a guess: 书记家多了一套."""
_THING = (
    r"(?:一?[个件点些]|一下|几[个件])?(?:小|大|急)?(?:事情?|问题|情况|毛病|现象)儿?"
)
_TELL = r"(?:反映|反应|上报|报告|汇报|投诉|举报|报|说)"
_WANTS_TO_REPORT = re.compile(
    r"(?:(?:你好|您好|喂|哎|那个|同志|闺女|小?云小路)[,，。 ]*)*(?:我|俺|咱)?(?:这里|这儿|这边|这)?(?:就是)?"
    r"(?:(?:替|帮)(?!.*(?:办|领))[我俺]?[一-龥]{1,5}?)?"
    r"(?:"
    rf"(?:想|要|来|得)*(?:给|跟|向)?(?:你们?|您|恁|社区)?{_TELL}{_THING}"
    rf"|(?:想|要|得)+(?:给|跟|向)?(?:你们?|您|恁|社区)?(?:反映|上报|投诉|举报)(?:一?下)?"
    rf"|有{_THING}[,，]?(?:[我俺])?不知道?(?:当讲不当讲|该不该[说讲报]|能不能[说讲])"
    rf"|有{_THING}[,，]?(?:想|要|得)?(?:给|跟|向)?(?:你们?|您|恁|社区)?{_TELL}(?:一?下)?"
    rf"|(?:有{_THING}[,，]?)?(?:找谁|上哪|在哪|[咋怎]么?|如何)(?:反映|上报|报|投诉){_THING}"
    rf"|有{_THING}[,，]?(?:找谁|上哪|在哪|[咋怎]么?|如何)(?:反映|上报|报|投诉)"
    r")[啊呀呢]?(?:行[不吗么]|中不|可以吗|找谁|[咋怎]么?(?:弄|办|报))?[。！!？?]?"
    r"(?:[,，。 ]*[他她][^，。]{0,3}(?:不会|没[^，。]{0,2}(?:手机|微信)|不识|耳|眼|岁数|年纪|腿脚)[^，。]{0,8})?"
)
_SPLIT = re.compile(
    r"[,，。；;！!?？ ]*(?:还有就是|还有一[个件]?事?|还有|另外|顺便(?:问|说)?(?:一?下)?|"
    r"再问(?:一?下|个)?|再就是|对了)[,，：: ]*"
)
_FIRST_AND_SECOND = re.compile(
    r"(?:.{0,6}[两俩二2](?:个|件|样)?(?:事儿?|问题|毛病|情况)[,，。：:、 ]*)?"
    r"(?:第一[个件]?|头一[个件]|一[个件来]?)(?:事儿?)?(?:就?是|呢|[,，、 ])+(.+?)[,，。；; ]*"
    r"(?:第二[个件]?|(?:再|还有?|另)一[个件]|一[个件]|二来?)(?:事儿?)?(?:就?是|呢|[,，、 ])+(.+)"
)
"""两个事 一个是路灯不亮 一个是下水道堵了."""
_TWO_THINGS = re.compile(
    r".{0,6}[两俩](?:个|件|样)?(?:事儿?|问题|毛病|情况)[,，。：:、 ]+"
    r"(?:(?:第一|头一|一)[个件])?([^,，。；;、 ]{4,})[,，。；;、 ]+(?:(?:第二|再一|还一|一)[个件])?(.{4,})"
)
"""俩事 路灯不亮 下水道堵了."""
_OUTDOORS = re.compile(
    r"(?:路灯|灯|井盖|垃圾|下水道?|楼道|电梯|路面?|水管|暖气|污水|墙)[^，。]{0,8}(?:坏|漏|堵|臭|冒|塌|裂|灭|淹|没了|丢|不亮|不热|没人[收管清]|停|满)"
)
"""A thing outside that is out of order: a second matter beside a service."""
_STOP = re.compile(r"[,，。；;！!?？\s]+")
_FRINGE = re.compile(
    r"^(?:那个|那|这个|问问?|想问|咨询)|(?:的事|的|啊|呀|呗|吧)?[。？?！!]*$"
)
MIN_CLAUSE_CHARS = 4
MAX_WISH_CHARS = 14


def rephrase(text: str) -> str:
    """Returns the part of a correction that says what is meant.

    不是低保，是临时救助 → 临时救助; other texts come back as they are.
    """
    clean = text.strip()
    match = _CONTRAST.fullmatch(clean) or _MISTAKE.fullmatch(clean)
    match = match or _LEFT.fullmatch(clean) or _MEANT.fullmatch(clean)
    if match is None and is_question(clean):
        match = _THANKED.fullmatch(clean)
    return match.group(1) if match else text


def same_of_another(text: str) -> str | None:
    """Returns what 那特困呢 names; `None` for other wordings."""
    match = _SAME.match(text.strip())
    return match.group(1) if match else None


def wish(text: str) -> str | None:
    """Returns how the last answer is wanted again: `same`, `short` or `plain`."""
    if len(text) > MAX_WISH_CHARS:
        return None
    for how, wording in (("short", _SHORTER), ("same", _REPEAT), ("plain", _PLAINER)):
        if wording.search(text):
            return how
    return None


def asked_with_wish(text: str) -> bool:
    """Tells whether a wish also names an aspect: 再说一遍材料."""
    rest = text
    for wording in (_SHORTER, _REPEAT, _PLAINER):
        rest = wording.sub("", rest)
    return len(bare(rest)) > 1


def is_question(text: str) -> bool:
    """Tells whether a message has the form of a question."""
    return bool(_QUESTION.search(text))


def is_return(text: str) -> bool:
    """Tells whether the resident goes back to what was talked of before."""
    return bool(_RETURN.search(text))


def asked_of_earlier(text: str) -> bool:
    """Tells whether something is asked of what was talked of before: 刚才那个去哪办."""
    match = _EARLIER.fullmatch(text.strip())
    if match is None:
        return False
    return is_question(text.strip()) or bool(re.search(r"来着|材料|多久", match[1]))


def asks_reason(text: str) -> bool:
    """Tells whether a message asks why something was refused or stopped.

    A question for the remedy (停了怎么补) is not one: that is in the catalogue.
    """
    text = _BY_MACHINE.sub("", text)
    return bool(_REASON.search(text)) and not _REMEDY.search(
        re.sub(r"[咋怎]么?(?=.{0,6}(?:没|停|取消|回事|不给|少))", "", text)
    )


def is_bare_reason(text: str) -> bool:
    """Tells whether a message asks for the reason and says nothing else."""
    return bool(_BARE_REASON.fullmatch(text.strip()))


def is_angry(text: str) -> bool:
    """Tells whether a message scolds the assistant."""
    return bool(_ANGER.search(text))


def doubts_us(text: str) -> bool:
    """Tells whether a resident asks who or what he is talking to."""
    return bool(_DOUBT.search(text))


def praises(text: str) -> bool:
    """Tells whether a message holds a word of praise or relief."""
    return bool(_PRAISE.search(text))


def has_understood(text: str) -> bool:
    """Tells whether a resident says that it is enough: 行，知道了，俺明天去."""
    return bool(_UNDERSTOOD.fullmatch(text.strip()))


def says_small_talk(label: str, text: str) -> bool:
    """Tells whether a message has a word of the small talk that it is taken for.

    For labels of which no such word is known it is taken as read.
    """
    words = _SMALL_TALK.get(label)
    return words is None or bool(words.search(text))


def wants_person(text: str) -> bool:
    """Tells whether somebody asks for a person, in words of his own: 给我转个人."""
    return bool(_PERSON.search(text))


def wishes_for_somebody(text: str) -> bool:
    """Tells whether a message has a word of wanting somebody, in whatever sense."""
    return bool(_WISH_FOR_SOMEBODY.search(text))


def wants_to_report(text: str) -> bool:
    """Tells whether a message announces a problem without telling it."""
    return bool(_WANTS_TO_REPORT.fullmatch(text.strip()))


def split_asks(text: str, catalog: Catalog) -> tuple[str, ...]:
    """Returns the two clauses of a message that asks two things, else nothing."""
    if rephrase(text) != text:
        return ()
    both = _FIRST_AND_SECOND.fullmatch(text) or _TWO_THINGS.fullmatch(text)
    if both is not None:
        return (both[1], both[2])
    pieces = [p for p in _SPLIT.split(text, maxsplit=1) if len(p) >= MIN_CLAUSE_CHARS]
    if len(pieces) == 2:
        return tuple(pieces)
    for stop in _STOP.finditer(text):
        first, second = text[: stop.start()], text[stop.end() :]
        names = named_services(first, catalog), named_services(second, catalog)
        if all(names) and not set(names[0]) & set(names[1]):
            return (first, second)
        if names[0] and not names[1] and _OUTDOORS.search(second):
            return (first, second)
    return ()


def bare(text: str) -> str:
    """Returns a message without the small words at its ends."""
    return re.sub(r"\W", "", _FRINGE.sub("", text.strip()))


def service_names(key: str, catalog: Catalog) -> frozenset[str]:
    """Returns all names of a service."""
    service = catalog.services[key.removeprefix("service/")]
    return frozenset({service.name, service.short_name, *service.aliases})


def service_with_name(name: str, catalog: Catalog) -> str | None:
    """Returns the key of the one service that has exactly this name."""
    keys = [
        service.key
        for service in catalog.services.values()
        if name in service_names(service.key, catalog)
    ]
    return keys[0] if len(keys) == 1 else None


def hints_at(text: str, key: str, catalog: Catalog) -> bool:
    """Tells whether any two characters of a service's names are in a text."""
    return any(
        name[i : i + 2] in text
        for name in service_names(key, catalog)
        for i in range(len(name) - 1)
    )


@dataclass(frozen=True, slots=True)
class Named:
    """Where a text names a service."""

    start: int
    end: int
    key: str


def named_spans(text: str, catalog: Catalog) -> tuple[Named, ...]:
    """Returns where services are named in a text, in the order of their mention."""
    found: list[Named] = []
    names = _names_of(catalog)
    beginnings = {text[i : i + n] for i in range(len(text)) for n in (1, 2)}
    possible = [entry for b in beginnings for entry in names.get(b, ())]
    for _, name, key in sorted(possible):
        start = text.find(name)
        end = start + len(name)
        if text[end : end + 1] == "号":  # 身份证号 is a number
            continue
        if start >= 0 and not any(start < n.end and n.start < end for n in found):
            found.append(Named(start, end, key))
    return tuple(sorted(found, key=lambda named: named.start))


def named_services(text: str, catalog: Catalog) -> tuple[str, ...]:
    """Returns keys of services named in a text, in the order of their mention."""
    return tuple(dict.fromkeys(named.key for named in named_spans(text, catalog)))


_Names = dict[str, list[tuple[int, str, str]]]


@of_catalog
def _names_of(catalog: Catalog) -> _Names:
    """Returns all names of services with rank and key, by their first two letters.

    The longest ranks first. A message is compared with the few names that begin
    somewhere in it: it is cut in many ways, and there are hundreds of names.
    """
    names = [
        (name, service.key)
        for service in catalog.services.values()
        for name in {service.name, service.short_name, *service.aliases}
    ]
    names += NICKNAMES.items()
    names.sort(key=lambda pair: (-len(pair[0]), pair))
    found: _Names = {}
    for rank, (name, key) in enumerate(names):
        found.setdefault(name[:2], []).append((rank, name, key))
    return found
