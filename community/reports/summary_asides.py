"""What is asked or said beside the summary of a report, and is no part of it."""

import re

from community.dialogue.meaning import Meaning, Said
from community.dialogue.wordings import bare, is_question
from community.reports.answers import is_unknown, says_when
from community.reports.model import place_in

ASKS = "asks"
"""Value of a question that only whoever comes can answer."""
NOTHING = "nothing"
"""Value of words that add nothing: 不记得编号."""
PHOTO_COMES = "photo_comes"
"""Value of a message that says there is a photo, or asks how to send it."""
MIN_WORDS_CHARS = 3
"""Shorter remarks say nothing to whoever works on it."""
MAX_UNKNOWN_CHARS = 10
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
_WHEN = re.compile(
    r"(?:(?:[几多]少?[天久长]|[啥什]么?时候|多会儿?|几时|哪天)[^，。]{0,6}(?:信|来|修|办|弄|处理|解决|回|好)|要?(?:等|过)?(?:几天|多久|多长时间))[啊呀呢?？]*$"
)
_WHO = re.compile(
    r"^报给谁[啊呀呢的?？]*$|^(?:这|那|到时候?|是|这事|归)*(?:谁|哪个?(?:部门|单位|人))(?:来|去|给|会)?(?:修|办|管|弄|处理|负责|看)[啊呀呢的?？]*$"
)
_NAMELESS = re.compile(
    r"(?:别|不|甭|不要|不用|不想)[^，。]{0,3}?[留写报提记说]?(?:[我俺]的?)?(?:真)?(?:姓名|名字?)(?!单|额|称)|"
    r"(?:得|要|能|给[我俺]?)保密"
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
    if wants_no_name(text):
        return Meaning("talk_identity", value="discreet")
    if asks_when(text):
        return Meaning("talk_ask_facet", facets=("time_limit",))
    if _WHO.search(text):
        return Meaning("talk_ask_facet", facets=("process",))
    if _adds_nothing(said):
        return Meaning("inform", value=NOTHING)
    return None


def asks_when(text: str) -> bool:
    """Tells whether it is asked when somebody comes, or it is done: 这事多长时间给解决."""
    return bool(_WHEN.search(text))


def wants_no_name(text: str) -> bool:
    """Tells whether somebody wants his name kept out of it: 别写我名字行不."""
    return bool(_NAMELESS.search(text)) and len(text) <= MAX_UNKNOWN_CHARS


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


def unanswered(said: Said) -> Meaning | None:
    """Reads a question that nobody answers here; a wish is no question."""
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
