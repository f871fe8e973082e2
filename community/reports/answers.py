"""Tells an answer to the report form's questions from what is said instead.

A place or a time needs a word that says where or when. What has none is noted as a part
of the story and never filed as the answer.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from community.reports.consent import plain_answer
from community.reports.model import (
    MAX_PLACE_ALONE_CHARS,
    Account,
    Entity,
    happens,
    place_in,
    since_in,
    tells_harm,
)
from community.reports.not_the_story import story_of
from community.reports.place_parts import has_name, has_part, is_part, refined

_NOT_KNOWN = re.compile(r"不知道|不清楚|记不|不记得|忘了|说不[上准好清]|没数|谁知道")
_WHERE = (
    r"(?:[楼栋幢号路街巷村庄镇区院城桥河沟塘湾坡场站厂店馆园厅校门树]|[东西南北前后左右里外][边面头侧]|[上下]面|交叉口|街道办|小卖部|旁|对[过面]|附近|胡同|"
    r"跟前|隔壁|家里|屋里|楼道|电梯|车库|路口|超市|市场|学校|医院|单元|小区|拐角|底下|上头|集上|地里|坝|井|"
    r"地(?:儿|方)|公寓|卫生室|居委会|村委|(?:[我俺咱]们?|自己)家|"
    r"工地|菜地|地头|厕所|垃圾[点桶站]|花坛|草坪|绿化带|滑梯|亭子?|[车大]棚|[灯电]杆|"
    r"网上|微信|群里|抖音|快手|淘宝|拼多多|闲鱼|直播|软件|[Aa][Pp][Pp]|[Qq][Qq]|会上)"
)
_SAYS_WHERE = re.compile(_WHERE)
_ENDS_WHERE = re.compile(
    rf"(?:{_WHERE}|楼上|楼下)(?:口|上|下|里|外|前|后|头|处)?(?:[这那](?:里|儿|边|块|个)?|呗|[的了呢吧啊呀])*$|[这那](?:里|儿|边|块)?[的呢吧啊呀]*$"
)
"""A story may have a word for where in it; a place ends with one."""
_BUILDING = re.compile(
    r"(?:[所局室座口房间社集组队岭岗塔堂台府下边后前]|[桥门]洞|单位|老家|[国省县乡]道)(?:[上下里外前后旁边]|门口)?(?:[这那](?:里|儿|边|块)?)?[的呢吧啊呀]*$"
)
"""What a place may end with, if nothing happens in the words before it."""
_NOWHERE = re.compile(
    r"路灯(?!杆)|路过|一路|城管|站[着不]|号码|部门(?!口)|专门|出门|[没关开]门|现场|在场|[住出]院|法院|沟通|[店厂]家|门锁|挂号|街坊|村民|排队|赶集|[人伤几两三四五六七八]口|[时期空]间|[租住危买]房|以前|以后|之后|眼下|一下|年前"
)
"""Other words that have a character for where."""
_TALK = re.compile(r"[都要报还很太说知听嗯哦我他她是难湿满]|别(?!墅)")
"""Words that hardly any place is called by: 别人家都摆, 村里都知道."""
_COUNT = re.compile(
    r"(?:有|大概|差不多|得有)*[0-9一二两三四五六七八九十几百多]+(?:只|条|头|盏|个|回|次|户|辆|堆|家)(?:多|人)?[了吧]*"
)
"""十几只: how many, which is no place."""
_DENIES = re.compile(r"^不[是在]")
_AT = re.compile(r"^(?:[我俺咱]们?(?:家|村|小区)?|住|就|是|在)+")
_NAMED_SPOT = re.compile(
    r"(?!.*(?:邻居|对门|隔壁|人家|晚上|白天|[天每]天))(?:(?!在)[\u4e00-\u9fff0-9A-Za-z]){2,14}?(?:旁边|边上|门口|附近|对[过面]|路口|跟前|楼[上下]|[桥村街]头|[东西南北][边面头侧门])"
    r"(?:[这那](?:里|儿|边|块)?)?"
)
"""A spot by the name of what stands there."""
_N = r"[0-9〇一二两俩三仨四五六七八九十几半多]+"
_WHEN = re.compile(
    rf"大?[前昨今]天|[昨今]儿|[昨今][晚早夜]|夜来|前[几些两][天年日]|[去前今]年|上(?:个|一)?(?:月|周|星期|礼拜|年|回|次)|"
    rf"这[几两阵些个](?:天|年|月|周|子|日|星期|礼拜|段)|那(?:天|阵|会)|{_N}(?:个|多|来)*(?:天|日|号(?![楼院线])|周|星期|礼拜|月|年|小时|钟头|分钟|(?<!几)点|[回次夜])|"
    r"半拉月|好几?(?:天|年|月|回|次|久|长|个月|些)|(?:老|很|挺|多)(?:长|久)|刚|最近|近来|一直|一阵|段时间|从(?!来)|自从|开始|以前|之前|"
    r"早[就上晨]|上午|中午|下午|傍晚|晚上|半夜|夜里|凌晨|[春夏秋冬][天季里上]|[开入立][春夏秋冬]|年[前初底后]|月[初底]|过年|节|五一|元旦|"
    r"国庆|端午|腊月|正月|秋后|麦收|老早|早了|日子|[少好些]天|一早|天亮|[以之]后(?:就|$)|年年|年头|多少年|记事|放假|开学|[暑寒]假|供暖|下[过完]?[雨雪]|经常|总是|老是|每[天日晚次回年周]|天天|老(?:问题|毛病|样子)|搬(?:进)?来(?!的)|装修[完后]|"
    r"(?:周|星期|礼拜)[一二三四五六日天末]"
)
"""Words without which hardly anybody says since when."""
_LASTS = re.compile(rf"{_N}(?:多|来)?个?(?:天|星期|礼拜|周|月|年|小时|钟头)")
_TO_COME = re.compile(r"明[天儿早晚]|后[天儿](?!来)|赶明|下个?(?:周|星期|礼拜|月)")
_GOES_ON = re.compile(
    r"(?:今天|今儿|现在|昨天)(?:也|都)*(?:还|仍|照样)(?!是?(?:好|没事|没坏|正常|能[用走开]|亮|热|通|有水|有电))"
)
"""他们今天还在讲课: not since then, but still."""
_AROUND_A_TIME = re.compile(
    r"大概|好像|差不多|可能|应该|左右|时间(?:长|久|不短)|开始|就?这样|那时候|时候|以[前后来]|得有|记得|一直到现在|到现在|[有得从打就是在那这都快能来了的吧呢啊呀哦嗯半起前后]"
)
MAX_TIME_CHARS = 8
"""A longer text in which something happens is a story."""
MIN_MORE_CHARS = 3
MAX_HOUSE_DIGITS = 4
_SMALL_WORDS = re.compile(
    r"(?:哦|噢|嗯|啊|哎|唉|呃|额|那个|等等|等下|等一下|稍等|继续|接着|往下|刚才|前面|的|说|来|报|吧|呗|[我俺]|先|想|再|问|个|事|一下|[，。,.！!？? ])+"
)
"""接着刚才的: adds nothing to a story."""
_AT_ANY_RATE = re.compile(r"^(?:但是?|不过|反正|[就只]知道|就?是|就?在)+")
_STATES = re.compile(r"(?<=.{2})(?<!就)(?<!应该)(?<!反正)(?<!好像)(?<!可能)(?<!大概)是")
"""底下是学生放学的路: what a place is like, and no name of it."""
UNTOLD = "没说"
"""Shown as the time where nobody could be made to tell it."""


def instead_of_place(
    answer: str, entities: Iterable[Entity], account: Account
) -> Account | None:
    """Returns the account with what was said instead of a place.

    Returns:
        `None` where the text says where; else what happened, with the text.
    """
    if says_where(answer, entities):
        return None
    return with_remark(account, answer)


def instead_of_time(
    answer: str, entities: Iterable[Entity], account: Account
) -> Account | None:
    """Returns the account with what was said instead of a time: a place, or a remark.

    Returns:
        `None` where the text says when.
    """
    entities = tuple(entities)
    place = place_in(answer, entities)
    is_time = since_in(answer, entities) is not None
    if place and not is_time and not place_in(account.place or "", ()):
        return replace(account, place=refined(account.place, answer))
    if (_is_house(answer) or _is_spot(answer)) and not is_time:
        return replace(account, place=refined(account.place, answer))
    return None if says_when(answer, entities) else with_remark(account, answer)


def with_remark(account: Account, remark: str) -> Account:
    """Returns the account with words that answer nothing; small words are left out."""
    remark = story_of(remark)
    if not remark or remark in (account.what or ""):
        return account
    if is_unknown(remark) and not _SAYS_WHERE.search(remark):
        return account
    if plain_answer(remark) is not None or says_nothing(remark):
        return account
    return replace(account, what=f"{account.what}；{remark}")


def says_nothing(text: str) -> bool:
    """Tells whether a text has small words only: 哦, 接着刚才的, 我先问个事."""
    return bool(_SMALL_WORDS.fullmatch(text))


def is_unknown(text: str) -> bool:
    """Tells whether somebody does not know the answer."""
    return bool(_NOT_KNOWN.search(text))


def insisted_place(answer: str, account: Account) -> str | None:
    """Returns a name that is told for the second time: 金色阳光, 就是金色阳光.

    Nothing shows that it is a place, but what is said twice to "where" is meant so.
    """
    name = (account.what or "").rpartition("；")[2]
    is_name = 2 <= len(name) <= len(answer) and not happens(name)
    return name if is_name and name in answer and account.what != name else None


def known_part(text: str) -> str:
    """Returns what somebody knows who says what they do not know: 不知道啥路 就是桥头."""
    told = [piece for piece in re.split(r"[\s，,。]+", text) if piece]
    rest = [piece for piece in told if not is_unknown(piece)]
    known = _AT_ANY_RATE.sub("", " ".join(rest))
    return known if len(rest) < len(told) and says_where(known, ()) else text


def names_only_a_place(text: str, entities: Iterable[Entity]) -> bool:
    """Tells whether a text says where, and nothing of what is there."""
    is_story = happens(text) or _TALK.search(text) or len(text) > MAX_PLACE_ALONE_CHARS
    return not is_story and says_where(text, entities)


def place_beside(text: str) -> str | None:
    """Returns the piece of a message that names a spot and tells nothing: 农行旁边."""
    for piece in re.split(r"[\s，,。；;！!]+", text):
        place = _AT.sub("", piece)
        spot = _NAMED_SPOT.fullmatch(place)
        if spot and has_name(place) and not happens(place) and not _TALK.search(place):
            return place
    return None


def says_where(text: str, entities: Iterable[Entity]) -> bool:
    """Tells whether a text has words for a place and is no story."""
    if not _DENIES.search(text) and place_in(text, entities) is not None:
        return True
    plain = re.sub(r"\W", "", _NOWHERE.sub("", text))
    if plain.isdigit():  # 3: a house, where it is asked 几号楼
        return len(plain) <= MAX_HOUSE_DIGITS
    if not plain or _DENIES.search(text) or is_unknown(text) or _COUNT.fullmatch(plain):
        return False
    if len(plain) > MAX_PLACE_ALONE_CHARS:
        return False  # a story has some word for where in it
    if _ENDS_WHERE.search(plain):
        return _STATES.search(plain) is None
    head = plain.rpartition("的")[2]  # 新建的厂房: what it is, and not what happened
    if len(head) < len(plain) and len(head) > 1 and not happens(head):
        return bool(_SAYS_WHERE.search(head) or _BUILDING.search(head))
    if happens(plain) or _TALK.search(plain):
        return False
    return bool(_SAYS_WHERE.search(plain) or _BUILDING.search(plain))


def _is_house(text: str) -> bool:
    if is_unknown(text) or len(text) > MAX_PLACE_ALONE_CHARS:
        return False
    return is_part(text) and has_part(text)


def _is_spot(text: str) -> bool:
    """Tells whether a text is a spot and nothing else: 邮局对面."""
    if is_unknown(text) or _WHEN.search(text) or _DENIES.search(text):
        return False
    plain = re.sub(r"\W", "", _NOWHERE.sub("", text))
    is_story = happens(plain) or _TALK.search(plain)
    is_short = len(plain) <= MAX_PLACE_ALONE_CHARS
    return is_short and not is_story and bool(_ENDS_WHERE.search(plain))


def says_when(text: str, entities: Iterable[Entity]) -> bool:
    """Tells whether an answer to "since when" is one.

    A day to come is none, nor is a story with a word for a time in it.
    """
    if is_unknown(text):
        return not _SAYS_WHERE.search(text)
    entities = tuple(entities)
    if since_in(text, entities) is not None:
        return not _GOES_ON.search(text)
    if tells_harm(text):
        return False
    plain = re.sub(r"\W", "", text)
    if _TO_COME.search(plain) or (happens(plain) and len(plain) > MAX_TIME_CHARS):
        return False
    is_time = any(name == "time" for name, _ in entities)
    return is_time or bool(_WHEN.search(text))


def since_beside(text: str, entities: Iterable[Entity]) -> str | None:
    """Returns since when a remark says that it is so: 坏了三天了, and not 昨儿还推俺."""
    since = since_in(text, entities)
    if since is None:
        return None
    lasts = _LASTS.search(since) or text.partition(since)[2].startswith(("就", "开始"))
    return since if lasts or not says_more_than(since, text) else None


def says_more_than(since: str, text: str) -> bool:
    """Tells whether an answer tells more than its time: 两个月 6000."""
    rest = re.sub(r"\W", "", text.replace(since, "", 1))
    return len(_AROUND_A_TIME.sub("", rest)) >= MIN_MORE_CHARS
