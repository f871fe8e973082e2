"""What the first message of a report already says, so that it is not asked again."""

import re
from collections.abc import Iterable

from community.catalog.model import Matter

PLACE_ENTITIES = ("address", "building", "unit", "room")
MIN_DETAIL_CHARS = 6
"""Shorter messages, or a bare alias, get one question about details."""

_PLACE = re.compile(
    r"(?!我们|你们|俺们|咱们|这个|那个|一个|整个|老旧|附近|旁边)"
    r"[\u4e00-\u9fff]{2,6}(?:小区|花园|家园|新村|公寓|大院|广场|市场)"
)
"""Named estates and squares that the entities missed; 小区里 alone is no place."""
_SINCE = re.compile(
    r"(?:从|打)?(?:今天|今儿|今早|今晚|昨天|昨晚|昨儿|夜来|前天|大前天|上周|上个?月|"
    r"这几天|好几天|半个?月|一个?(?:多)?(?:星期|礼拜|月)|[0-9一二两三四五六七八九十]+"
    r"(?:多)?(?:天|个?(?:星期|礼拜|月)|年|个?小时))(?:了|前|开始|以来|多)*"
)

_PLACE_LINK = re.compile(r"[的，,、\s—－-]{0,2}")
_NOT_SINCE = re.compile(
    r"^(?:每|天天|明|后天|下个?[周星礼月]|赶明)|内$|^(?:[早晚上下中]|凌晨)"
)
"""Times that are not a beginning: every evening, next week, within three days."""


def details_are_thin(text: str, matter: Matter) -> bool:
    """Tells whether a message says no more than the name of the problem."""
    clean = re.sub(r"\W", "", text)
    if len(clean) < MIN_DETAIL_CHARS:
        return True
    return clean in {matter.name, matter.short_name, *matter.aliases}


def place_in(text: str, entities: Iterable[tuple[str, str]]) -> str | None:
    """Returns the place that a message names, in its own words.

    Neighbouring parts are one place with what stands between them (幸福小区的3号楼);
    of several places the one with the most parts counts, then the first.
    """
    places = _places(text, entities)
    if places:
        start, end, _ = max(places, key=lambda place: (place[2], -place[0]))
        return text[start:end]
    match = _PLACE.search(text)
    return match.group() if match else None


def _places(
    text: str, entities: Iterable[tuple[str, str]]
) -> list[tuple[int, int, int]]:
    """Returns start, end and number of parts of each place in a text."""
    places: list[tuple[int, int, int]] = []
    position = 0
    for name, value in entities:
        if name not in PLACE_ENTITIES:
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


def since_in(text: str, entities: Iterable[tuple[str, str]] = ()) -> str | None:
    """Returns when a message says that it began, in its own words."""
    for name, value in entities:
        if name == "time" and value in text and not _NOT_SINCE.search(value):
            return value
    match = _SINCE.search(text)
    return match.group() if match else None
