"""What the first message of a report already says, so that it is not asked again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from community.catalog.model import Matter
from community.reports.corrections import (
    contrast,
    corrected_place,
    denied_place,
    named_field,
    put_right,
    told_instead,
)
from community.reports.not_the_story import story_of
from community.reports.place_parts import (
    has_name,
    is_part,
    is_town,
    refined,
    replaced,
)

Entity = tuple[str, str]
"""Name and value."""
PLACE_ENTITIES = ("address", "building", "unit", "room")
MIN_MORE_CHARS = 2
"""One character more says nothing."""
MIN_DETAIL_CHARS = 6
"""Shorter messages, or a bare alias, get one question about details."""

_PLACE = re.compile(
    r"(?!我们|你们|俺们|咱们|这个|那个|一个|整个|老旧|附近|旁边|[\u4e00-\u9fff]{0,3}(?:举报|反映|投诉))"
    r"(?:(?![在住是了的不没把])[\u4e00-\u9fff]){2,6}(?:小区|花园|家园|新村|公寓|大院|广场|市场)"
)
"""Named estates and squares that the entities missed; 小区里 alone is no place."""
_NAME_BEFORE = re.compile(
    r"(?:^|(?<=[我俺咱他她们住在是就那到了的家，。,\s]))"
    r"((?![我俺咱他她们住在是就那到了的家])(?:(?![我俺咱他她们住在是了])[\u4e00-\u9fff]){1,6}"
    r"(?:小区|花园|家园|新村|公寓|大院|广场|市场|嘉园|名苑|花苑|苑|府|湾|城|村|庄|镇|[路街巷]))[的，,、 ]{0,1}$"
)
"""What stands right before a house number and may be the name of its estate."""
_LANDMARK = re.compile(
    r"[东西南北正后侧大]门(?:口|[里外])?|"
    r"(?:(?![和跟与])[\u4e00-\u9fff0-9]){0,8}?(?:门口|旁边|对[面过]|附近|路口|交叉口|边上|跟前|"
    r"[东西南北]头|[东西南北][面边侧])"
)
_KIND = re.compile(r"小区|社区|家属院|花园|家园|新村|公寓|[村庄]")
"""Ends the name of an estate or a village that was found without it: 天桥路华府小区."""
_VILLAGE = re.compile(
    r"[ ，,的]?(?:(?![路街那这有个的一])[\u4e00-\u9fff]){1,4}?"
    r"(?:[村庄洼岭崖峪屯疃埠沟寨]|官庄|家[店铺集堂泉河湖坡]|书院)(?:子|头|村)?"
)
"""A village, told right behind its town."""
_TOWN_FIRST = re.compile(
    r"^(?:[我俺]们?|家|住|在|是|就)*((?![我俺咱你这那各本全乡城])[\u4e00-\u9fff]{2,3}镇)(?![静压痛定住江])"
)
"""A town that no list knows."""
MAX_PLACE_ALONE_CHARS = 20
_BUILT = re.compile(
    r"[镇乡]|[路街巷村庄桥楼院场园站厂店局所河沟坝]|胡同|小区|学校?|小学|中学|幼儿园|超市|银行|商行|单元|公寓|花园|家园"
)
_SPOT = re.compile(
    r"(?:就|是|在|到|[我俺咱]们?)*"
    rf"((?=.*(?:{_BUILT.pattern}))[\u4e00-\u9fff0-9]{{2,14}}?"
    r"(?:旁边|门口|附近|对[面过]|[路交叉]+口|边上|跟前|楼[上下]|[前后里外]面|[前后]头|"
    r"[东西南北][头边面侧]))(?:那里|那儿|那边|那块|那|这里|这儿|这边)?"
)
_HAPPENS = re.compile(
    r"[骗死骂坏没不有漏堵脏臭吵占停撒冒破倒掉塌烧裂乱着把被叫让了放摆修挖盖建打抢偷跑撞响黑灭断拉扔丢堆养咬办领交查问找哪谁啥吗呢怎咋]"
)
"""What makes more than a place of words: something is the matter, or is asked."""
_NO_EVENT = re.compile(
    r"开发区|[新在](?:建|修|盖|开)(?=的?[楼房厂场区路桥店小超市])|交叉|交警|修车|养[殖老]|管委|打[谷麦]场|放学"
)
"""Names of things with such a character."""
_NO_NAME = re.compile(
    r"^(?:[我俺咱们的这那个在一条整]|咱们?|你们|这边|那边)*(?:小区|社区|村|街|路|大院)里?$"
)
"""Our estate, that road: words that name no place."""
_NO_PLACE = re.compile(r"看不|瞧不|找不|走不|没有|不知")
"""Roads that one cannot see (看不见路) are no address."""
_SINCE = re.compile(
    r"(?:从|打)?(?:(?<!每天)(?<!天天)早[晨上起]?起来|今天|今儿|今早|今晚|昨天|昨晚|昨儿|夜来|前天|大前天|上(?:周|个?星期|个?礼拜)[一二三四五六日天]?|上个?月|"
    r"这几天|好几天|半(?:个|拉)?月|一个?(?:多)?(?:星期|礼拜|月)|[0-9一二两三四五六七八九十]+"
    r"(?:多)?(?:天|个?(?:星期|礼拜|月)|年|个?小时))(?:了|前|开始|以来|多)*"
)

MAX_TIME_CHARS = 10
_PLACE_LINK = re.compile(r"[的，,、\s—－-]{0,2}")
_SAID_JUST_NOW = re.compile(r"刚[才刚](?:[我俺])?(?:也|都|没)?[说讲报写发打忘记填]")
"""刚才说错了: when it was said, and not since when it is so."""
_WAS_WELL = re.compile(
    r"(?:大?[前昨]天|昨[晚儿]|早上|上午|前几天|上(?:个?星期|周|个?月))(?:晚上|早上|下午)?[都也]?还(?:是|都)?(?:好好|好着|好的|没事|没坏|正常|能[用走开]|亮|有水|有电|热|通)[的着呢了]*"
)
"""昨天还好好的: when it had not begun yet."""
_HARM = re.compile(
    r"[^，。,; ]{0,8}?(?:把|让|叫|给|害)(?:[我俺咱他她]|人|老人|孩子|老头|老太)[^，。, ]{0,6}?(?:颠|摔|绊|翻|扎|撞|崴|磕|闪|滑)|"
    r"[^，。,; ]{0,8}?(?:[我俺咱他她]|人|孩|老头|老太|娘|爹|妈|爸|大爷|大娘)[^，。, ]{0,4}?(?:摔|绊|崴|磕|滑倒|掉进|踩空)"
)
"""昨天把俺三轮车颠翻了: what it did to somebody."""
_NOT_SINCE = re.compile(
    r"^(?:每|天天|明|后天|下个?[周星礼月]|赶明)|内$|^(?:[早晚上下中]|凌晨|[半夜]夜?[里间]?)"
)
"""Times that are not a beginning: every evening, next week, within three days."""

_RATE = re.compile(
    r"[都要得能就]*[\u4e00-\u9fff]{0,2}[0-9一二两三四五六七八九十几好]+(?:多)?[回次趟遍块元]"
)
SMALL_WORDS_CHARS = 4
"""How much longer than its place or time a mere correction may be."""
_BUT = re.compile(
    r"^(?:对|是|嗯|好|行|中|没错)?[的了 ，,。]*(?:不过|但是?|就是|只是|可是)(?:应该)?是?"
)
"""A yes with a correction behind it."""
_YES_BEFORE = re.compile(
    r"^(?:(?:对了?|嗯|是的?|好的?|行|中)[ ，,。]+)?(?:还有|[我俺]?再?(?:补充|补|加)(?:一下|一句|一点|说明)[：:，, ]*)?"
)


def details_are_thin(text: str, matter: Matter) -> bool:
    """Tells whether a message says no more than the name of the problem."""
    clean = re.sub(r"\W", "", text)
    if len(clean) < MIN_DETAIL_CHARS:
        return True
    return clean in {matter.name, matter.short_name, *matter.aliases}


def place_in(text: str, entities: Iterable[Entity]) -> str | None:
    """Returns the place that a message names, in its own words.

    Neighbouring parts are one place with what stands between them (幸福小区的3号楼);
    of several places the one with the most parts counts, then the first.
    """
    places = _places(text, entities)
    if places:
        start, end, _ = max(places, key=lambda place: (place[2], -place[0]))
        named = text[start:end] + _rest_of_name(text[start:end], text[end:])
        rest = text[start + len(named) :]
        return _name_before(text[:start]) + named + _landmark(rest)
    town = _TOWN_FIRST.match(text)
    if town is not None:
        village = _rest_of_name(town[1], text[town.end() :])
        return town[1] + village + _landmark(text[town.end() + len(village) :])
    match = _PLACE.search(text)
    if match is None or _NO_NAME.match(match.group()):
        return None
    place = re.sub(r"^(?:[我俺]们?(?:家)?)?(?:住|在|是)*", "", match.group())
    return place + _landmark(text[match.end() :])


def place_alone(text: str, entities: Iterable[Entity]) -> str | None:
    """Returns the place of a message that says where and nothing else: 加油站旁边.

    Any word of something that happens there makes it more than a place.
    """
    clean = re.sub(r"[\s，。,.!！?？~～、]+", "", text)
    if len(clean) > MAX_PLACE_ALONE_CHARS or happens(clean):
        return None
    place = place_in(text, entities)
    if not place or len(clean) - len(place) > SMALL_WORDS_CHARS:
        match = _SPOT.fullmatch(clean)
        place = match.group(1) if match else None
    if not place or not _BUILT.search(place) or not has_name(place):
        return None
    return place


def _name_before(text: str) -> str:
    """Returns the name of an estate that nobody knows, in front of its house.

    文苑小区6号楼: the house is found by its number, its name belongs to it.
    """
    match = _NAME_BEFORE.search(text)
    if match is None or _NO_NAME.match(match.group(1)):
        return ""
    return match.group()


def _rest_of_name(place: str, rest: str) -> str:
    """Returns how the name of a place goes on: the village behind its town."""
    if is_town(place):
        village = _VILLAGE.match(rest)
        return village.group() if village and not happens(village.group()) else ""
    kind = _KIND.match(rest)
    return kind.group() if kind and not _KIND.search(place) else ""


def happens(text: str) -> bool:
    """Tells whether a text says that something is the matter, or asks."""
    return bool(_HAPPENS.search(_NO_EVENT.sub("", text)))


def _landmark(rest: str) -> str:
    """Returns what follows a place and says where exactly: 邮局门口, 路口."""
    match = _LANDMARK.match(rest)
    return match.group() if match else ""


def _places(text: str, entities: Iterable[Entity]) -> list[tuple[int, int, int]]:
    """Returns start, end and number of parts of each place in a text."""
    places: list[tuple[int, int, int]] = []
    position = 0
    for name, value in entities:
        if name not in PLACE_ENTITIES or _NO_PLACE.match(value):
            continue
        start = text.find(value, position)
        if start < 0:
            continue
        position = start + len(value)
        if places and _PLACE_LINK.fullmatch(text[places[-1][1] : start]):
            first, _, n_parts = places.pop()
            places.append((first, position, n_parts + 1))
        else:
            places.append((start, position, 1))
    return places


def phone_in(entities: Iterable[Entity]) -> str | None:
    """Returns the telephone number that a message gives."""
    return next((value for name, value in entities if name == "phone"), None)


def hours_in_words(hours: float) -> str:
    """Returns a time limit as people say it: 半个小时, 24个小时."""
    return "半个小时" if hours == 0.5 else f"{hours:g}个小时"


def since_in(text: str, entities: Iterable[Entity] = ()) -> str | None:
    """Returns when a message says that it began, in its own words."""
    text = _WAS_WELL.sub("，", text)
    for name, value in entities:
        if name == "time" and value in text and not _NOT_SINCE.search(value):
            rest = text[text.index(value) :]
            if _SAID_JUST_NOW.match(rest) or tells_harm(rest):
                continue
            return None if _is_rate(text, value) else value
    match = _SINCE.search(text)
    if match is None or _is_rate(text, match.group()):
        return None
    return None if tells_harm(text[match.start() :]) else match.group()


def tells_harm(text: str) -> bool:
    """Tells whether somebody came to harm, which is when, and not since when it is so."""
    return _HARM.match(text) is not None


def _is_rate(text: str, time: str) -> bool:
    """Tells how often, and not since when: 一个月坏三回."""
    return _RATE.match(text[text.index(time) + len(time) :]) is not None


def without_since(text: str, since: str) -> str:
    """Returns an answer without the time that it also gives."""
    rest = re.sub(rf"[,，。 ]*(?:从|打)?{re.escape(since)}[,，。 ]*", "，", text)
    return rest.strip("，")


@dataclass(frozen=True, slots=True)
class Account:
    """What a resident has told about a problem."""

    what: str | None = None
    place: str | None = None
    since: str | None = None


def amended(account: Account, text: str, entities: Iterable[Entity]) -> Account:
    """Returns the account as a message corrects or completes it.

    A named field without a new value (地点不对) becomes `None`, to be asked again.
    """
    entities = tuple(entities)
    named = named_field(text)
    if named is not None:
        return _with_field(account, *named)
    found = contrast(text)
    if found is not None:
        return _replaced(account, *found, entities)
    instead = told_instead(text) or ""
    if since_in(instead, entities) and len(instead) <= MAX_TIME_CHARS:
        return replace(account, since=instead)
    right, wrong = corrected_place(text), denied_place(text)
    if right:
        told = text.partition(right)[2].strip("，,。 ")
        return _with_more(_moved(account, right), told)
    if wrong and wrong in (account.place or ""):
        return replace(account, place=None)
    text = _BUT.sub("", text).strip() or text
    place, since = place_in(text, entities), since_in(text, entities)
    known = place and len(text) <= len(place) + SMALL_WORDS_CHARS
    alone = _whole(text, place) if known else place_alone(text, entities)
    if alone is None and is_part(text) and not _is_story(text):
        alone = text
    if alone is None and place and not _BUILT.search(account.place or ""):
        alone = (
            place if _is_story(text) else text
        )  # what was taken for the place is none
    if alone:
        return replace(account, place=refined(account.place, alone))
    if since and len(text) <= len(since) + SMALL_WORDS_CHARS:
        return replace(account, since=since)
    return _with_more(account, _YES_BEFORE.sub("", text) or text)


def _with_more(account: Account, words: str) -> Account:
    """Returns the account with words more in its story."""
    words = story_of(words)
    if not account.what or len(words) < MIN_MORE_CHARS:
        return replace(account, what=account.what or words)
    return replace(account, what=f"{account.what}；补充：{words}")


def _is_story(text: str) -> bool:
    return happens(text) or len(text) > MAX_PLACE_ALONE_CHARS


def _moved(account: Account, right: str) -> Account:
    """Puts the right place where the wrong one stood, in the story too."""
    is_new = is_town(account.place or "") and not is_part(right)
    place = right if is_new else replaced(account.place, right)
    what = account.what
    if account.place and what:
        what = what.replace(account.place, place)
    return replace(account, place=place, what=what)


def _whole(text: str, place: str | None) -> str | None:
    """Returns the text where all of it says where: 三号楼地下室, not only 三号楼."""
    return place if happens(text) else text


def _with_field(account: Account, name: str, value: str) -> Account:
    """Puts a value where the resident says that something is wrong, or nothing."""
    if name == "place" and value:
        return _moved(account, value)
    return replace(account, **{name: value or None})


def _replaced(
    account: Account, wrong: str, right: str, entities: tuple[Entity, ...]
) -> Account:
    """Puts what is right in the place of what was wrong, in each field that has it."""
    wrong = f"{wrong}了" if right.endswith("了") else wrong
    changes = {
        name: put_right(value, wrong, right)
        for name in ("what", "place", "since")
        if (value := getattr(account, name) or "") and wrong in value
    }
    is_story = happens(right) or len(right) > len(wrong) + SMALL_WORDS_CHARS
    if account.what and changes.keys() == {"what"} and is_story:
        return replace(account, what=f"{account.what}；更正：不是{wrong}，是{right}")
    is_place = place_in(right, entities) or re.search(r"[楼号路街门口边旁单元]", right)
    if changes.keys() == {"what"} and is_place and account.place is None:
        changes["place"] = right
    if changes:
        return replace(account, **changes)
    if since_in(right):
        return replace(account, since=right)
    if is_place:
        return _moved(account, right)
    return replace(account, what=f"{account.what}；更正：{right}")
