"""Finds the offered choice that a message takes: by tap, by number or in words."""

import re
from collections.abc import Sequence

from community.errors import RecordError
from community.payloads import ChosenMeaning, read_payload, talk_payload

Offered = Sequence[tuple[str, str]]
"""Titles and payloads of the choices on the table."""

NUMBER_WORDS = {
    **{str(n): n for n in range(1, 4)},
    **dict(zip("一二三", range(1, 4), strict=True)),
    **dict(zip("１２３", range(1, 4), strict=True)),
    **dict(zip("①②③", range(1, 4), strict=True)),
    "头一个": 1,
    "最后一个": -1,
}
_NUMBER = re.compile(
    r"(?:选|按|回|就是|我选|俺选|是)?第?([123１２３①②③一二三]|头一个|最后一个)"
    r"(?:个|项|条|号|种)?(?:吧|啊|呀|的|那个)?"
)
_NONE = re.compile(r"(?:都|全)?(?:不是|不对)(?:这些|这几个|的|啊|呀)?")
_NOT_THIS = re.compile(r"不是(?:问|说|要|那个)?([\u4e00-\u9fff]{2,4}?)(?:的事|的|是|$)")
MAX_NAMING_CHARS = 4
_GENERIC = re.compile(r"[什怎啥咋哪办领带要报]")
"""Of questions and answers, which titles hold too: 怎么办, 要带什么."""
_THIS = re.compile(
    r"(?:对|嗯|是)*(?:就)?是?(?:这个|这件|这事|它|这)(?:事儿?)?(?:吧|啊|呀|的|呢)*"
)
"""Said to "is it this?"; to a list it would mean nothing."""
_NONE_OF_THESE = ChosenMeaning("talk_deny")
_BEFORE = re.compile(
    r"^(?:我|俺|咱)?(?:就)?(?:是|选|要|想|问的?是|说的?是|就是)?(?:那个|这个|问|办)?"
)
_AFTER = re.compile(r"(?:吧|啊|呀|呢|的|那个|这个|的事|这件|那件)+$")


def choose(text: str, payload: str | None, offered: Offered) -> ChosenMeaning | None:
    """Returns what the taken choice says; `None` where the message takes none."""
    payloads = [known for _, known in offered]
    if payload is not None:
        if payload not in payloads and not _is_harmless(payload):
            return None
        return _read(payload)
    clean = re.sub(r"[\s，。！!、.]", "", text)
    if not offered or not clean:
        return None
    known = _by_words(clean, offered) or _by_number(clean, payloads)
    if known is not None:
        return _read(known)
    if _THIS.fullmatch(clean):
        return first_of_yes_or_no(offered)
    other = _other_than(clean, offered)
    if other is not None:
        return _read(other)
    if _NONE.fullmatch(clean):
        of_form = any(known.startswith("/inform") for known in payloads)
        return ChosenMeaning("inform", value="no") if of_form else _NONE_OF_THESE
    return None


def first_of_yes_or_no(offered: Offered) -> ChosenMeaning | None:
    """Returns what a plain "yes" takes, where a yes-or-no question was offered."""
    if talk_payload("deny") not in [payload for _, payload in offered]:
        return None
    return _read(offered[0][1])


def _by_number(clean: str, payloads: list[str]) -> str | None:
    """A lone button is no numbered list: "1" may be a house number."""
    match = _NUMBER.fullmatch(clean)
    if match is None or len(payloads) < 2:
        return None
    number = NUMBER_WORDS[match.group(1)]
    position = number - 1 if number > 0 else len(payloads) - 1
    return payloads[position] if position < len(payloads) else None


def _by_words(clean: str, offered: Offered) -> str | None:
    titles = [
        (re.sub(r"\W", "", title.removeprefix("反映：")), payload)
        for title, payload in offered
    ]
    core = _AFTER.sub("", _BEFORE.sub("", clean)) or clean
    for title, payload in titles:
        if title in (clean, core):
            return payload
    heads = [
        payload
        for title, payload in offered
        if re.split("[：:]", title.removeprefix("反映："))[0] in (clean, core)
    ]
    if len(heads) == 1:
        return heads[0]
    near = [
        payload
        for title, payload in titles
        if len(core) >= 2
        and core in title
        and 2 * len(core) >= len(title)
        # 报了 is no part of 不报了: whoever agrees does not refuse.
        and title.startswith("不") == core.startswith("不")
    ]
    if near:
        return near[0] if len(near) == 1 else None
    named = [payload for title, payload in titles if _names(core, title, payload)]
    return named[0] if len(named) == 1 else None


def _names(core: str, title: str, payload: str) -> bool:
    """老年的, said to 老年人优待 and 退役军人服务: a few letters that only one has."""
    is_short = 2 <= len(core) <= MAX_NAMING_CHARS
    is_item = payload.startswith(("/service", "/matter"))
    return is_short and is_item and core in title and not _GENERIC.search(core)


def _other_than(clean: str, offered: Offered) -> str | None:
    """Returns the other one of two, where a message says which it is not: 不是路灯."""
    found = _NOT_THIS.match(clean)
    items = [
        (title, payload)
        for title, payload in offered
        if payload.startswith(("/service", "/matter"))
    ]
    if found is None or len(items) != 2:
        return None
    left = [payload for title, payload in items if found.group(1) not in title]
    return left[0] if len(left) == 1 else None


def _is_harmless(payload: str) -> bool:
    """A choice of an earlier message may still be tapped, unless it fills a form."""
    return payload.startswith(("/service", "/matter", "/talk_", "/ticket_"))


def _read(payload: str) -> ChosenMeaning | None:
    try:
        return read_payload(payload)
    except RecordError:
        return None
