"""What is asked or said beside the summary of a report, and is no part of it."""

import re

from community.dialogue.meaning import Meaning, Said
from community.dialogue.wordings import bare, is_question
from community.reports.answers import is_unknown, says_when
from community.reports.consent import pieces
from community.reports.model import place_in
from community.reports.not_the_story import (
    MAX_UNKNOWN_CHARS,
    asks_when,
    asks_who,
    story_of,
    worry_beside,
)

ASKS = "asks"
"""Value of a question that only whoever comes can answer."""
NOTHING = "nothing"
"""Value of words that add nothing: 不记得编号."""
PHOTO_COMES = "photo_comes"
"""Value of a message that says there is a photo, or asks how to send it."""
MIN_TOLD_CHARS = 4
"""Beside a question, shorter words tell nothing."""
MIN_WORDS_CHARS = 3
"""Shorter remarks say nothing to whoever works on it."""
_PICTURE = r"(?:照片?|相片|图片?|视频|录像|截图|(?:聊天|转账|通话)记录)"
_HAS_PICTURE = (
    rf"(?:[我俺]们?|已经|刚才?|这里|手里|手机上?|微信上?|这|那|还|也|都)*"
    rf"(?:(?:有|存着)(?:[张几两一段]|好几)*{_PICTURE}|(?:拍|照|录)了?(?:[张几两一段]|好几)*{_PICTURE}?)[了的啊呢]*"
)
_SENDS = (
    r"(?:[咋怎]么?样?|如何|往哪[儿里]?|上哪[儿里]?|在哪[儿里]?|能不能|可不可以|能|可以)(?:发|传|拍)"
    rf"(?:{_PICTURE}|给?[你您恁]们?|过去|过来|上去|来)*[吗不么呢啊吧]*"
)
_PHOTO = re.compile(
    rf"{_HAS_PICTURE}(?:{_SENDS})?|(?:那|这|[我俺])*(?:有?{_PICTURE})?{_SENDS}"
)
_SAYS_IT_ASKS = re.compile(r"问(?:下|一下|问|个)|(?:想|再)问")
_ASKS = re.compile(r"[了过到]没(?:有)?[?？]?$|几[点号](?:上班|下班|开门|来)?[?？]?$")
_NO_QUESTION = re.compile(
    r"没[啥什]么?|[啥谁哪][都也]|(?<=[0-9一二两三四五六七八九十几百多][个户口家人])人?呢"
)
"""Only sounds like a question: 十几个人呢."""
_GOES_ON = re.compile(
    r"(?:那|就|刚才|前面|先|说|[我俺])*(?:那[个件]|这[个件])?[\u4e00-\u9fff]{0,5}?(?:那[个件]|这[个件]|的)*"
    r"(?:接着|继续)(?:往下)?(?:报|说|来|弄)[吧呗了]*"
)
"""刚才那个公厕的接着报, after something else was asked."""
_WISH = re.compile(
    r"(?:能不能|能|可不可以|可以|会不会).{0,10}[来修换装派拆清帮给安放挪查治]"
)


def aside(said: Said) -> Meaning | None:
    """Reads a question about the report, or words that add nothing to it."""
    text = said.text.strip()
    if tells_of_picture(text):
        return Meaning("inform", value=PHOTO_COMES)
    if asks_when(text):
        return Meaning("talk_ask_facet", facets=("time_limit",))
    if asks_who(text):
        return Meaning("talk_ask_facet", facets=("process",))
    if _adds_nothing(said):
        return Meaning("inform", value=NOTHING)
    return None


def tells_of_picture(text: str) -> bool:
    """Tells whether somebody has a picture, or asks how to send it, and no more."""
    return bool(_PHOTO.fullmatch(bare(text)))


def names_picture(text: str) -> bool:
    """Tells whether a picture is named in it: not only 咋发."""
    return bool(re.search(_PICTURE, text)) and tells_of_picture(text)


def asks_something(text: str) -> bool:
    """Tells a question from what only sounds like one: 没啥, 七八个人呢."""
    return is_question(_NO_QUESTION.sub("", text))


def only_asks(text: str) -> bool:
    """Tells whether a message says of itself that it asks: 顺便问下几号供暖."""
    return bool(_SAYS_IT_ASKS.search(text))


def told_with_question(text: str) -> str:
    """Returns what is told in the breath of a question: 孩子喝了拉肚子 咋办."""
    if only_asks(text):
        return ""
    told = [
        p for p in pieces(story_of(text)) if not (asks_something(p) or _ASKS.search(p))
    ]
    return " ".join(p for p in told if len(p) >= MIN_TOLD_CHARS and not is_unknown(p))


def unanswered(said: Said) -> Meaning | None:
    """Reads a question that nobody answers here; a wish is no question."""
    if worry_beside(said.text) is not None:
        return None  # it is answered, and what is told with it stays
    asks = only_asks(said.text) or asks_something(said.text) or _ASKS.search(said.text)
    if not asks or _WISH.search(said.text):
        return None
    tells = said.is_clear_matter and not only_asks(said.text)
    if place_in(said.text, said.entities) or tells:
        return None
    return Meaning("inform", value=ASKS)


def _adds_nothing(said: Said) -> bool:
    if _GOES_ON.fullmatch(bare(said.text)):
        return True
    if said.entities or any(char.isdigit() for char in said.text):
        return False
    if says_when(said.text, ()):
        return False
    is_dull = is_unknown(said.text) and len(said.text) <= MAX_UNKNOWN_CHARS
    return is_dull or len(bare(said.text)) < MIN_WORDS_CHARS
