"""The order to file a report, whatever else is said with it: 没啥了 报上吧, 报吧 别写我名."""

import re

from community.reports.consent import (
    AGREES,
    DECLINES,
    END,
    FILES,
    THANKS,
    gives_up,
    pieces,
    plain_answer,
)

_URGING = r"(?:吧|呗|嘛|哈|嗷|了吧|好了)+"
"""Without it 报 is an order only where it stands alone: 报上去以后谁来."""
_NOT_YET_DONE = r"(?=.*(?:报|提交|记[上下]))(?!.*了(?!吧|啊$))"
"""交了 不给退 tells what happened before."""
_ALONE = re.compile(rf"{_NOT_YET_DONE}(?:{AGREES}{END})*{FILES}{END}(?:{THANKS})?")
_FIRST = re.compile(rf"(?:{AGREES}{END})*{FILES}{_URGING}(?![?？又可但行])")
_LAST = re.compile(rf"{FILES}{_URGING}$")
_HELD_BACK = re.compile(r"(?:[不别没甭未再才必着免省得]|不用|不能|先不|要不要)$")
"""Before the order it makes none of it: 别给我报吧, 明天再报吧."""
_WAITS = re.compile(r"先别|别急|等[等会一]|慢着|还是别")
_NO_MORE = re.compile(
    r"(?:[我俺]|就|也|再|那)*(?:[没木]有?(?:[啥什别其要]|么|的|他|它|事儿?|补充|说|改)*|"
    r"(?:就|都)?这[些个样么]*(?:事儿?)?|"
    rf"算|拉倒|(?:{AGREES}))[了的吧啊呀呢]*"
)
"""Says that there is nothing to add: 没有别的了, 就这些."""
_PICTURES = re.compile(r"照片?|相片|图|拍|视频")


def words_with_order(text: str) -> str | None:
    """Returns what is said beside the order to file a report.

    Returns:
        The other words, maybe none; `None` where there is no such order, or where it
        is taken back in the same breath.
    """
    if plain_answer(text) == "yes" and re.search("报|提交|记[上下]", text):
        return ""
    told = pieces(text)
    for position, piece in enumerate(told):
        rest = _beside(piece)
        if rest is None:
            continue
        after = " ".join(told[position + 1 :])
        if after and (gives_up(after) or _WAITS.search(after)):
            return None
        words = [*told[:position], rest, *told[position + 1 :]]
        return "，".join(word for word in words if _says_more(word))
    return None


def _beside(piece: str) -> str | None:
    """Returns a piece without the order that it begins or ends with, if it does."""
    if _ALONE.fullmatch(piece):
        return ""
    first = _FIRST.match(piece)
    if first is not None:
        return piece[first.end() :]
    last = _LAST.search(piece)
    if last is None or _HELD_BACK.search(piece[: last.start()]):
        return None
    return piece[: last.start()]


def _says_more(word: str) -> bool:
    if not word or _NO_MORE.fullmatch(word) or plain_answer(word) == "yes":
        return False
    return not (DECLINES.fullmatch(word) and _PICTURES.search(word))
