"""What stands around a question and says nothing of what it is about.

您好 and 谢谢 would make short questions small talk, 还有个事 only says that another
matter follows, 3号楼 and 好几天了 would draw them to the problems that others told with
a house and a time.
"""

from __future__ import annotations

import re
from typing import Iterator, Sequence, Tuple

_OPENING = re.compile(
    r"\s*(?:(?:对了|另外|再一个|还有一?[个件](?:事儿?|问题))[,，。！!、：:\s]*)+"
)
_GREETING = re.compile(
    r"\s*(?:(?:喂|哎|诶|嗨|那个)[,，。！!、\s]*)*"
    r"(?:请问一?下?[,，。！!：:\s]*|"
    r"(?:阿姨|叔叔|大哥|大姐|大妹子|姑娘|闺女|小伙子|同志|领导|师傅|老师|小路|云小路|客服|社区的?|网格员)?[,，\s]*"
    r"(?:您好|你好|恁好|你们好|您们好|大家好|早上好|上午好|中午好|下午好|晚上好)[啊呀哇]?[,，。.！!~～、\s]*"
    r"(?:(?:阿姨|叔叔|大哥|大姐|同志|领导|师傅|老师|姑娘|闺女|小路|云小路)[,，。！!、\s]+)?"
    r"(?:请问一?下?[,，。！!：:\s]*)?)"
)
_CLOSING = re.compile(
    r"(?:[\s,，。.！!~～]|(?:非常|十分|万分)?(?:谢谢|感谢|多谢)(?:您|你们?|啦|了|领导|各位)*|辛苦(?:您|你们?)?了?|"
    r"(?:请|望|盼|求|麻烦)(?:您|你们?)?(?:尽快|及时|予以|给予|给个)*(?:回复|答复|解答|告知)(?:一下)?|此致|敬礼)+$"
)
_LASTING = re.compile(
    r"[，, ]*(?:都|已经|有)*(?:好几|[0-9一二两三四五六七八九十半几]+多?)个?(?:天|星期|礼拜|周|月|年)多?了$"
)
_ADDRESS = re.compile(
    r"(?:[\u4e00-\u9fff]{2,4}(?:小区|花园|家园|新村|公寓))?"
    r"(?:[0-9０-９一二三四五六七八九十百]{1,3}(?:号楼|栋|幢|单元|号院))+"
    r"(?:[0-9０-９一二三四五六七八九十百]{1,4}(?:层|楼|室|户))?"
)
MIN_AFTER_GREETING, MIN_BEFORE_CLOSING, MIN_BEFORE_LASTING = 4, 15, 6
"""Characters that must be left for a greeting, thanks or a time to be an aside."""


def asides(text: str) -> Iterator[Tuple[int, int]]:
    """Yields start and end of each aside of a message, in order."""
    start, end = 0, len(text)
    for pattern in (_OPENING, _GREETING):
        found = pattern.match(text, start)
        if found is not None and end - found.end() >= MIN_AFTER_GREETING:
            start = found.end()
    yield 0, start
    tail = []
    for pattern, least in (
        (_CLOSING, MIN_BEFORE_CLOSING),
        (_LASTING, MIN_BEFORE_LASTING),
    ):
        found = pattern.search(text, start, end)
        if found is not None and found.start() - start >= least:
            tail.append((found.start(), end))
            end = found.start()
    for address in _ADDRESS.finditer(text, start, end):
        yield address.span()
    yield from reversed(tail)


def without_asides(text: str, words: Sequence[str]) -> Tuple[str, Sequence[str]]:
    """Returns a message and its words without what is said around the matter."""
    spans = [(first, last) for first, last in asides(text) if first < last]
    if not spans:
        return text, words
    kept, position = [], 0
    for word in words:
        found = text.find(word, position)
        if found >= 0:
            position = found + len(word)
        if not any(first <= found < last for first, last in spans):
            kept.append(word)
    pieces, position = [], 0
    for first, last in spans:
        pieces.append(text[position:first])
        position = last
    return "".join([*pieces, text[position:]]), kept
