"""What the first message of a report already says, so that it is not asked again."""

import re
from collections.abc import Iterable

from community.catalog.model import Matter

PLACE_ENTITIES = ("address", "building", "unit", "room")
MIN_DETAIL_CHARS = 6
"""Shorter messages, or a bare alias, get one question about details."""

_PLACE = re.compile(
    r"[\u4e00-\u9fff0-9A-Za-z]{0,12}?"
    r"(?:小区|花园|家园|新村|公寓|大院|社区|村|街|路|巷|胡同|广场|市场|学校|公园)"
    r"[\u4e00-\u9fff0-9A-Za-z-]{0,4}?"
    r"(?:[0-9一二三四五六七八九十]+号?楼?)?(?:[0-9一二三四五六七八九十]+单元)?"
)
_SINCE = re.compile(
    r"(?:从|打)?(?:今天|今儿|今早|今晚|昨天|昨晚|昨儿|夜来|前天|大前天|上周|上个?月|"
    r"这几天|好几天|半个?月|一个?(?:多)?(?:星期|礼拜|月)|[0-9一二两三四五六七八九十]+"
    r"(?:多)?(?:天|个?(?:星期|礼拜|月)|年|个?小时))(?:了|前|开始|以来|多)*"
)


def details_are_thin(text: str, matter: Matter) -> bool:
    """Tells whether a message says no more than the name of the problem."""
    clean = re.sub(r"\W", "", text)
    if len(clean) < MIN_DETAIL_CHARS:
        return True
    return clean in {matter.name, matter.short_name, *matter.aliases}


def place_in(text: str, entities: Iterable[tuple[str, str]]) -> str | None:
    """Returns the place that a message names, in its own words."""
    found = [value for name, value in entities if name in PLACE_ENTITIES]
    if found:
        return "".join(dict.fromkeys(found))
    match = _PLACE.search(text)
    return match.group() if match else None


def since_in(text: str) -> str | None:
    """Returns when a message says that it began, in its own words."""
    match = _SINCE.search(text)
    return match.group() if match else None
