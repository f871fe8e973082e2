"""Finds flats and names that give themselves away, so that they can be masked."""

import re
from collections.abc import Iterator

from community.privacy import PrivateKind, PrivateSpan, mask

_N = r"[0-9０-９一二三四五六七八九十百零〇两]"
_ROOM = re.compile(
    rf"{_N}{{1,3}}(?:单元|门洞|门)\s*{_N}{{1,4}}(?:室|户|号)?"
    rf"|{_N}{{3,4}}(?:室|房间|房|户)"
    rf"|(?<=[-—－])\s*{_N}{{1,2}}[-—－]{_N}{{3,4}}"
    rf"|{_N}{{1,3}}(?:楼|层)\s*(?:[东西南中]户|左手|右手|对门)"
)
_NAME = re.compile(
    r"(?:我(?:叫|是)|俺(?:叫|是)|姓名[:：]?\s*)"
    r"(?P<name>[\u4e00-\u9fff]{2,3})(?=[，,。.；;、\s]|$|电话|手机|住)"
)
_NOT_NAMES = re.compile(
    r"这里|这儿|这个|那个|咱|业主|租户|居民|住户|老人|党员|他|她|你|您|来|想|要|说|反映"
)


def private_places(text: str) -> Iterator[tuple[int, int, PrivateKind]]:
    """Yields stretches that name a flat or a person."""
    for match in _ROOM.finditer(text):
        yield match.start(), match.end(), PrivateKind.ROOM
    for match in _NAME.finditer(text):
        if not _NOT_NAMES.search(match.group("name")):
            yield match.start("name"), match.end("name"), PrivateKind.PERSON


def masked(text: str) -> str:
    """Removes telephone, ID and card numbers, flats, and names that give themselves."""
    spans = [PrivateSpan(*place) for place in private_places(text)]
    return mask(text, spans)
