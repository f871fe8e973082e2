"""Tells an answer to the report form's questions from what is said instead."""

import re
from collections.abc import Iterable
from dataclasses import replace

from community.form_interpretation import plain_answer
from community.place_parts import is_part, refined
from community.reports import MAX_PLACE_ALONE_CHARS, Account, Entity, place_in, since_in

MIN_REMARK_CHARS = 7
"""Shorter answers to "where" are taken as they are: 家门口, 南头."""
_NOT_KNOWN = re.compile(r"不知道|不清楚|记不|忘了|说不[上准好清]|没数|谁知道")
_WHERE = re.compile(
    r"[楼栋幢号路街巷村庄镇区院城桥河沟塘湾坡场站厂店馆园厅校门]|[东西南北前后左右里外][边面头侧]|旁|对过|附近|"
    r"跟前|隔壁|家里|屋里|楼道|电梯|车库|路口|超市|市场|学校|医院|单元|小区|拐角|底下|上头|集上|地里|坝|井"
)
"""Words without which hardly anybody says where."""
_TALK = re.compile(
    r"[都要报嗯哦吗呢谁啥咋怎管找没还很太把]|别(?!墅)|[坏漏堵响脏臭吵断停]了"
)
"""Words that hardly any place is called by: 别人家都摆, 找谁管."""
_COUNT = re.compile(
    r"(?:有|大概|差不多|得有)*[0-9一二两三四五六七八九十几百多]+(?:只|条|头|盏|个|回|次|户|辆|堆|家)(?:多|人)?[了吧]*"
)
"""十几只: how many, which is no place."""
_INDOORS = re.compile(r"家里|屋里|底下|里[边面头]")
"""Words for where, which are no place by themselves."""
_WHEN = re.compile(
    r"天(?!一?黑|亮|花|桥|井|然|线|台)|[日月年周点时早晚久]|星期|礼拜|刚|一直|以前|之前|开始|老长|一阵|多会|昨|前|今|夜|"
    r"春|夏|秋|冬|过年|入|开春|去|上个|自|从|经常|总是|老是|每|才|老(?:问题|毛病|样子)|搬来|[0-9一二两三四五六七八九十几]+[回次]|段"
)
"""Words without which hardly anybody says since when."""
UNTOLD = "没说"
"""Shown as the time where nobody could be made to tell it."""


def instead_of_place(
    answer: str, entities: Iterable[Entity], account: Account
) -> Account | None:
    """Returns the account with what was said instead of a place.

    Returns:
        `None` where the text may be the place; else what happened, with the text.
    """
    if plain_answer(answer) is not None:
        return account
    return None if _says_where(answer, tuple(entities)) else _with(account, answer)


def instead_of_time(
    answer: str, entities: Iterable[Entity], account: Account
) -> Account | None:
    """Returns the account with what was said instead of a time: a place, or a remark.

    Returns:
        `None` where the text may be the time.
    """
    entities = tuple(entities)
    place = place_in(answer, entities)
    is_time = since_in(answer, entities) is not None
    if place and not is_time and not place_in(account.place or "", ()):
        return replace(account, place=refined(account.place, answer))
    if is_part(answer) and not is_time and len(answer) <= MAX_PLACE_ALONE_CHARS:
        return replace(account, place=refined(account.place, answer))
    if plain_answer(answer) is not None:
        return account
    return None if _says_when(answer, entities) else _with(account, answer)


def _with(account: Account, remark: str) -> Account:
    return replace(account, what=f"{account.what}；{remark}")


def _says_where(text: str, entities: tuple[Entity, ...]) -> bool:
    """Tells whether an answer to "where" may be one.

    Short ones get the benefit of the doubt, unless they are plainly something else.
    """
    if _NOT_KNOWN.search(text) or place_in(text, entities) is not None:
        return True
    if _TALK.search(text) and not _WHERE.search(_INDOORS.sub("", text)):
        return False
    plain = re.sub(r"\W", "", text)
    if _COUNT.fullmatch(plain) or len(plain) > MAX_PLACE_ALONE_CHARS:
        return False  # a story has some word for where in it
    is_short = len(re.sub(r"\W", "", text)) < MIN_REMARK_CHARS
    return is_short or bool(_WHERE.search(text))


def _says_when(text: str, entities: tuple[Entity, ...]) -> bool:
    """Tells whether an answer to "since when" may be one."""
    if _NOT_KNOWN.search(text):
        return True
    if any(name == "time" for name, _ in entities):
        return True
    return since_in(text, entities) is not None or bool(_WHEN.search(text))
