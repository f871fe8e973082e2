"""What the entity extractor knows: words by class, and spaCy patterns over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

from bot.nlu.entity_words import COMPOUND_SURNAMES, SURNAMES

Token = Dict[str, Any]
"""One token of a pattern in spaCy's Matcher notation."""

_TITLES = (
    "先生|女士|小姐|老师|医生|大夫|护士|书记|支书|(?<![户业])主任|经理|师傅|队长|村长|会计|所长|局长|镇长|"
    "乡长|科长|院长|校长|厂长|站长|组长|警官|律师|老板娘|老板|同志|教练|法官|阿姨|叔叔|"
    "[大二三四五六七八小]?(?:爷爷|奶奶|伯伯|大爷|大娘|大妈|大叔|大哥|大姐|大嫂|婶子|爷|娘|妈|"
    "奶|叔|哥|姐|嫂|婶|姨|伯|舅|姑)|老(?:太太|爷子|大爷|大娘|师傅|先生|汉)"
)
_DAYS = (
    "大前天|前天|昨天|今天|明天|后天|前几天|这几天|那天|今儿个?|昨儿个?|今门儿|赶明儿|夜来|"
    "刚才|刚刚|前两天|这两天|前段时间|前阵子"
)
_DAY_PARTS = "[今昨前明](?:早|晚|夜|晨)(?:上|里)?"
_PARTS = "早上|早晨|清早|一早|上午|中午|晌午|下午|傍晚|晚上|夜里|半夜|凌晨|后半夜|后晌|大清早"
_WEEKS = (
    "(?:上上|上|这|本|下)?个?(?:周|星期|礼拜)[一二三四五六日天](?![天个周])|"
    "(?:上上|上|这|本|下)(?:个(?:星期|礼拜|周)|周|星期|礼拜)末?|周末"
)
_SEASONS = (
    "(?:上上|上|这|本|下)个?月(?:初|底|中旬)?|月初|月底|"
    "(?:去年|今年|前年|明年|大前年)(?:春天|夏天|秋天|冬天|年初|年底|过年)?|年初|年底|过年|"
    "春节|国庆节?|元旦|中秋节?|清明节?|端午节?|五一节?|腊月(?:二?十?[一二三四五六七八九])?|"
    "正月(?:十?[一二三四五六七八九])?|大?年?初[一二三四五六七八九十](?![中级])|入冬|开春|立秋"
)
_UNITS_OF_TIME = "(?:个[半多]?)?(?:星期|礼拜|小时|钟头)|个[半多]?月|分钟|周|天|年|宿"

PLACE_WORDS = "小区|小曲|花园|家园|家属院|公寓|新村|名苑|名府|华府|华庭|新城|胡同"
"""Endings of a place; any name may stand before them: 幸福小区."""
PUBLIC_PLACES = "社区|街道|广场|市场|商场|公园|大院|宿舍"
"""Endings that are used alone more often: only a place name makes them one."""
LANDMARKS = (
    "农贸市场|批发市场|菜市场|超市|小学|中学|学校|幼儿园|医院|卫生院|书店|汽车站|火车站|"
    "派出所|桥头|天桥|桥(?=[边下底旁])"
)
"""As above, and places that are found without a name if a side follows: 小学门口."""
KNOWN_ALONE = frozenset(("农贸市场", "批发市场", "菜市场", "桥头"))
"""Landmarks of which a small town has one, so that the word alone is a place."""
PLACE_CHARS = "村镇街路巷苑城府庄"
"""Endings of one character; they count only where a word ends."""
BESIDES = "大?门口|门前|对面|对过|旁边|后头|后面|底下|路口|口(?=[的那有撞路])"

LEXICON: List[Tuple[str, str]] = [
    ("TITLE", _TITLES),
    ("DAY", f"(?:{_DAYS})|{_DAY_PARTS}"),
    ("EVERY", "每天|天天|每晚"),
    ("PART", _PARTS),
    ("WEEK", _WEEKS),
    ("SEASON", _SEASONS),
    ("SPELL", "(?:一阵子|一段时间|些日子|好长时间|很长时间|好久|好些天|好几天)"),
    ("FROM", "自从|打从|从|打(?=[今昨前上去夜周])|自(?=[今昨前上去])"),
    ("START", "开始|以来|起(?![来床火])"),
    ("AGO", "以前|之前|前(?![面门头后院边])"),
    ("UNIT", "单[元员圆]"),
    ("BUILDING", r"号\s?[楼搂]|[#＃]楼?|栋|幢"),
    (
        "SIDE",
        "(?:靠?[东西南北中左右]边?户|[东西左右][边手](?:那家|一户|那户)?|[东西]门|[东西]屋)",
    ),
    ("HIGH", "顶[楼层]"),
    ("TIME_UNIT", _UNITS_OF_TIME),
    ("APPROX", "十?好?几|十多|[二三四五六七八九]?十来|半|数"),
    ("LANDMARK", LANDMARKS),
    ("PLACE", PLACE_WORDS),
    ("PUBLIC", PUBLIC_PLACES),
    ("BESIDE", BESIDES),
    ("NUMBER", r"\d+"),
    ("HAN", "[零〇一二三四五六七八九十百幺两]+"),
    ("LATIN", "[A-Za-z]+"),
]
"""Classes of words as regular expressions, the first that fits wins.

Everything else is one token a character. The class becomes the token's TAG.
"""


@dataclass(frozen=True)
class Pattern:
    """A spaCy pattern and the part of it that is the entity."""

    entity: str
    tokens: Tuple[Token, ...]
    keep: Tuple[int, int]
    """First and last (exclusive) pattern token that belong to the entity."""
    name: str = ""
    """Set where the extractor checks more than the pattern can say."""


def tag(*names: str, op: str = "{1}") -> Token:
    """Returns a pattern token for word classes."""
    condition: Any = names[0] if len(names) == 1 else {"IN": list(names)}
    return {"TAG": condition, "OP": op}


def text(*forms: str, op: str = "{1}") -> Token:
    """Returns a pattern token for literal texts."""
    return {"TEXT": {"IN": list(forms)}, "OP": op}


def shape(regex: str, op: str = "{1}") -> Token:
    """Returns a pattern token for texts that match a regular expression."""
    return {"TEXT": {"REGEX": f"^(?:{regex})$"}, "OP": op}


def _whole(entity: str, *tokens: Token, name: str = "") -> Pattern:
    return Pattern(entity, tokens, (0, len(tokens)), name)


_SMALL = shape(r"\d{1,3}|[一二三四五六七八九十百零〇幺]{1,4}")
_ONE_TO_99 = shape(r"\d{1,2}|[一二三四五六七八九十幺]{1,3}")
_HEAD = shape("[甲乙丙丁东西南北A-Za-z]")
_FLAT = shape(
    r"\d{3,4}|[一二三四五六七八九幺十]{1,3}[零〇][一二三四五六七八九幺]|"
    r"[一二三四五六七八九幺]{1,2}[一二三四五六七八九幺零〇]{2}"
)
_SPOKEN_FLAT = shape("[一二三四五六七八九幺十]{1,2}[零〇][一二三四五六七八九幺]")
_LINK = text("的", "-", "－", "—", "，", ",", "、", op="?")
_DASH = text("-", "－", "—", "–", "/")
_ROOM_WORD = text("室", "房", "户", op="?")

_NUMBERED = (shape(r"\d{1,4}|[一二三四五六七八九十百]{1,4}"), text("号"))

PLACE_PATTERNS: List[Pattern] = [
    _whole("address", tag("PLACE"), name="place"),
    _whole("address", tag("PUBLIC"), name="public"),
    _whole("address", text(*PLACE_CHARS), name="place_char"),
    _whole("address", text("路", "街", "巷"), *_NUMBERED, name="place_char"),
    _whole(
        "address",
        text("小区", "花园", "新村", "村"),
        _NUMBERED[0],
        text("排", "区"),
        *_NUMBERED,
        name="place",
    ),
    _whole("address", tag("LANDMARK"), name="landmark"),
    _whole("address", tag("LANDMARK"), tag("BESIDE"), name="beside"),
]

_SURNAME = text(*SURNAMES)
_COMPOUND = tuple(
    text(*dict.fromkeys(chars)) for chars in zip(*COMPOUND_SURNAMES, strict=True)
)
_NAME_CHAR = shape("[\u4e00-\u9fff]")

PERSON_PATTERNS: List[Pattern] = [
    _whole("person", _SURNAME, tag("TITLE"), name="title"),
    _whole("person", *_COMPOUND, tag("TITLE"), name="title"),
    _whole(
        "person", _SURNAME, _NAME_CHAR, _NAME_CHAR, tag("TITLE"), name="named_title"
    ),
    _whole("person", text("老", "小"), _SURNAME, text("头", op="?"), name="nick"),
    _whole("person", _SURNAME, _NAME_CHAR, name="full"),
    _whole("person", _SURNAME, _NAME_CHAR, _NAME_CHAR, name="full"),
    _whole("person", *_COMPOUND, _NAME_CHAR, name="full"),
    _whole("person", *_COMPOUND, _NAME_CHAR, _NAME_CHAR, name="full"),
]

ADDRESS_PATTERNS: List[Pattern] = [
    _whole("building", _HEAD, _SMALL, tag("BUILDING"), name="building"),
    _whole("building", _SMALL, tag("BUILDING"), name="building"),
    _whole("building", shape("[A-Za-z]"), tag("BUILDING"), name="building"),
    _whole("building", shape("[A-Z]"), text("座")),
    Pattern("building", (_SMALL, text("座"), _LINK, _SMALL, tag("UNIT")), (0, 2)),
    Pattern("building", (_ONE_TO_99, text("楼"), _LINK, _SMALL, tag("UNIT")), (0, 2)),
    _whole("unit", _ONE_TO_99, tag("UNIT"), name="unit"),
    _whole("unit", shape("[东西中甲乙丙A-Z]"), tag("UNIT"), name="unit"),
    _whole("room", _FLAT, text("室", "房"), name="room"),
    Pattern("room", (tag("UNIT"), _LINK, _FLAT, _ROOM_WORD), (2, 4), "flat"),
    Pattern("room", (tag("BUILDING"), _LINK, _FLAT, _ROOM_WORD), (2, 4), "flat"),
    Pattern(
        "room", (shape("[A-Z]"), text("座"), _LINK, _FLAT, _ROOM_WORD), (3, 5), "flat"
    ),
    Pattern(
        "room",
        (tag("UNIT"), _LINK, _FLAT, _ROOM_WORD, text("和", "、", "跟"), _FLAT),
        (5, 6),
        "flat",
    ),
    Pattern("room", (text("楼"), text("上", "下"), _SPOKEN_FLAT), (2, 3), "flat"),
    Pattern("room", (text("住", "在", "门", "壁"), _SPOKEN_FLAT), (1, 2), "flat"),
    _whole("room", _ONE_TO_99, text("楼", "层"), tag("SIDE")),
    _whole("room", tag("HIGH"), tag("SIDE")),
    _whole("room", {**shape("(?:[东西中]边?户)"), **tag("SIDE")}),
    *(
        Pattern(
            entity,
            (_ONE_TO_99, _DASH, _ONE_TO_99, _DASH, shape(r"\d{3,4}"), _ROOM_WORD),
            keep,
            "triple",
        )
        for entity, keep in (("building", (0, 1)), ("unit", (2, 3)), ("room", (4, 6)))
    ),
    *(
        Pattern(
            entity, (tag("BUILDING"), _LINK, _ONE_TO_99, _DASH, _FLAT), keep, "flat"
        )
        for entity, keep in (("unit", (2, 3)), ("room", (4, 5)))
    ),
]

_COUNT = tag("NUMBER", "HAN", "APPROX")
_CLOCK = (tag("NUMBER", "HAN"), text("点"), text("半", "多", "钟", op="?"))
_FROM = tag("FROM", op="?")
_START = tag("START", op="?")
_YEAR = shape(r"(?:19|20)\d\d|[一二][零〇九]{1}[零〇一二三四五六七八九]{2}")
_MONTH = shape(r"\d{1,2}|[一二三四五六七八九十]{1,2}")

TIME_PATTERNS: List[Pattern] = [
    _whole("time", _FROM, tag("DAY", "WEEK"), tag("PART", op="?"), *_CLOCK, _START),
    _whole("time", _FROM, tag("DAY", "WEEK"), tag("PART", op="?"), _START),
    _whole("time", _FROM, tag("EVERY", op="?"), tag("PART"), *_CLOCK, _START),
    _whole("time", tag("FROM"), *_CLOCK, _START),
    _whole("time", tag("FROM"), tag("PART"), _START),
    _whole("time", _COUNT, text("点"), text("半", "钟")),
    _whole("time", _FROM, tag("SEASON"), _START, name="season"),
    _whole(
        "time",
        _FROM,
        _MONTH,
        text("月"),
        _MONTH,
        text("号", "日"),
        tag("PART", op="?"),
        _START,
    ),
    _whole("time", _MONTH, text("月"), _MONTH, text("号", "日"), tag("PART"), *_CLOCK),
    _whole("time", _FROM, _MONTH, text("月"), text("份", op="?"), _START, name="month"),
    _whole("time", _FROM, _YEAR, text("年"), _START),
    _whole("time", _FROM, _YEAR, text("年"), _MONTH, text("月"), text("份", op="?")),
    _whole(
        "time", _FROM, _YEAR, text("年"), _MONTH, text("月"), _MONTH, text("号", "日")
    ),
    _whole("time", text("有", op="?"), tag("SPELL"), text("了", op="?")),
    _whole(
        "time",
        text("有", op="?"),
        _COUNT,
        text("多", op="?"),
        tag("TIME_UNIT"),
        text("多", op="?"),
        text("了"),
    ),
    _whole(
        "time",
        _COUNT,
        text("多", op="?"),
        tag("TIME_UNIT"),
        tag("AGO", "START"),
    ),
    _whole("time", _COUNT, text("多", op="?"), tag("TIME_UNIT"), text("内", "以内")),
    _whole("time", _COUNT, text("多", op="?"), tag("TIME_UNIT"), name="spell"),
]
