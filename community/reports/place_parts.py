"""A place in a resident's words, told bit by bit: the estate first, then the house."""

import re

_NUMBER = r"[0-9０-９一二三四五六七八九十百]+"
MIN_NAME_CHARS = 2
_PARTS = (
    re.compile(rf"{_NUMBER}(?:号楼|号院|栋|幢|#楼?)|[甲乙丙丁东西南北]楼"),
    re.compile(rf"{_NUMBER}单元"),
    re.compile(rf"{_NUMBER}(?:层|楼(?![上下道]))"),
    re.compile(rf"{_NUMBER}(?:室|户)"),
)
"""Parts of an address below its name, from the largest: building, unit, floor, room."""
_NAME = re.compile(
    r"小区|社区|花园|家园|新村|公寓|大院|广场|市场|(?<=[\u4e00-\u9fff])(?<![马的])路(?![上边灯面])|街(?![上边])|(?<![楼过通])道(?!理)|"
    r"[巷庄镇]|(?<=[\u4e00-\u9fff])(?<![全本整咱俺我这那])村(?![里口头])|胡同|"
    r"(?<=[\u4e00-\u9fff]{2})(?<![从到在往去的个那这和跟])(?:学校|小学|中学|幼儿园|医院|超市|银行)|"
    r"(?<=[\u4e00-\u9fff]{2})(?:苑|名邸|豪庭|华庭|城|(?<!政)府)(?=$|[0-9一二三四五六七八九十东西南北])"
)
TOWN = re.compile(
    r"(?:[\u4e00-\u9fff]{1,5}?(?:镇|乡|街道(?![路上])|办事处)|[\u4e00-\u9fff]{0,4}?开发区)"
)
"""A town or a quarter: villages, roads and estates lie in it."""
_ANY = re.compile(
    r"[我俺咱恁]们?|[这那]个?|小区|社区|[全本]?村|学校|单位|马路|大?街|楼[上下道]?|家|门口?|旁边|附近|"
    r"对[面过]|路口|边上|跟前|[前后里外]面|[前后东西南北][头边面侧]|庄[上里]|[路街]边"
)
"""What any place may be called; a name is what is left."""
_DOOR = re.compile(rf"{_NUMBER}号(?![楼院线码])")
"""A house of a road or a village: 铁环路30号."""
_HOUSE_NUMBER = re.compile(rf"{_NUMBER}号(?=楼)")
"""Of 踢毽街18号楼下 as of 18号楼; 20号 takes its place."""
_SPOTS = (
    re.compile(r"[东西南北前后正侧]门(?:口|[里外])?"),
    re.compile(r"[东西南北][头边面侧]"),
)
"""A gate or a side of a place: 西门 is not 东门."""
_STANDS_ALONE = re.compile(r"学校|小学|中学|幼儿园|医院|超市|银行")
_ECHO = re.compile(r"^(?:哪个?|啥|什么)[^，。?？ ]{1,4}[?？ ，,]+(?=.)")
"""The question said again before its answer: 哪个小区？东关花园."""
_FILLER = re.compile(
    r"^(?:好像[是在]?|大概[是在]?|可能[是在]?|也是|就是|就在|是在|应该是|应该在|在|是|就|那个|住在?|[我俺]们?家?)+|[那这][里儿边]$|[了的呢吧啊]+$"
)
_SPOT_IN_IT = re.compile(r"村[东西南北里口头]|[东西南北前后][头边面]")
"""A spot that lies in a village or an estate that is told afterwards."""
NAMES_OF_PARTS = ("楼号", "楼", "单元", "门牌号?", "房号", "楼层", "小区")
"""What people call a part that they correct: 楼号错了, 单元也不对."""


def refined(known: str | None, told: str) -> str:
    """Returns a known place with what was told of it later.

    A part replaces the part of its kind (5号楼 instead of 7号楼), anything else is
    added (东边). A place with a name of its own stands for itself, in the town that was
    told before; nothing is kept of what any place may be called (我家门口).
    """
    told = _ECHO.sub("", told.strip())
    told = _FILLER.sub("", re.sub(r"[\s，。,.！!]+", "", told)) or told
    if not known or told in known:
        return known or told
    if known in told:
        return told
    town = TOWN.match(known)
    if town is not None and not TOWN.match(told):
        return town.group() + refined(known[town.end() :].strip(" ，,的"), told)
    if town is None and TOWN.fullmatch(told):
        return f"{told}{known}"
    return _in_town(known, told)


def replaced(known: str | None, right: str) -> str:
    """Returns a known place with what is right instead of what was told of it.

    A part or a gate takes the place of its kind; a landmark takes that of another one,
    in the road or the estate that was told before: 隆山路农行旁边, 工行旁边.
    """
    is_part_of_it = has_part(right) or _DOOR.search(right) or not has_name(right)
    if not known or is_part_of_it or _NAME.search(right):
        return _of_one_kind(known, right)
    if any(spot.fullmatch(right) for spot in _SPOTS):
        return refined(known, right)
    name = TOWN.match(known) or _NAME.search(known)
    if name is None or _STANDS_ALONE.search(name.group()):
        return right
    return known[: name.end()] + right


def _of_one_kind(known: str | None, right: str) -> str:
    """Returns the place with all parts of one kind told anew: 4号楼5号楼, 4号楼6号楼."""
    for part in _PARTS:
        old = [*part.finditer(known or "")]
        if known and len(old) > 1 and part.match(right):
            return known[: old[0].start()] + right
    house = _HOUSE_NUMBER.search(known or "")
    if known and house is not None and _DOOR.fullmatch(right):
        return known[: house.start()] + right + known[house.end() :]
    return refined(known, right)


def is_town(place: str) -> bool:
    """Tells whether a place is a town and nothing in it."""
    return TOWN.fullmatch(place) is not None


def has_name(text: str) -> bool:
    """Tells whether more than words for any place is left of a text: not 我家门口."""
    return len(_ANY.sub("", text)) >= MIN_NAME_CHARS


def _in_town(known: str, told: str) -> str:
    """Returns a place below the town with what was told of it later."""
    if known.endswith("村") and told.startswith("村"):
        told = told[1:]  # 大槐树村，村东头
    for spot in _SPOTS:
        old = re.search(rf"(?:{spot.pattern})$", known)
        if old is not None and spot.fullmatch(told):
            return known[: old.start()] + told
    is_below = is_part(known) or _SPOT_IN_IT.match(known)
    if _NAME.search(told) and is_below and not has_part(told):
        return f"{told}{known}"
    is_vague = not (_NAME.search(known) or has_name(known) or _DOOR.search(told))
    if _NAME.search(told) or is_vague:
        return told
    place, rest = known, told
    for part in (*_PARTS, _DOOR):
        new = part.search(rest)
        if new is None:
            continue
        rest = rest.replace(new.group(), "", 1)
        place = _with_part(place, part, new.group())
    return f"{place}{rest}"


def _with_part(place: str, part: re.Pattern[str], new: str) -> str:
    old = [*part.finditer(place)]
    if not old:
        return f"{place}{new}"
    return place[: old[-1].start()] + new + place[old[-1].end() :]


def is_part(text: str) -> bool:
    """Tells whether a text names a part of an address and no place by its own name."""
    return not _NAME.search(text) and has_part(text)


def has_part(text: str) -> bool:
    """Tells whether a text names a building, a unit, a floor or a room."""
    return any(part.search(text) for part in _PARTS)
