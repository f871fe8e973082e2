"""What somebody takes back of what was told: 地点不对, 不是三号楼是五号楼, 我说错了."""

import re

from community.reports.place_parts import NAMES_OF_PARTS

_FIELDS = {
    **dict.fromkeys(("地点", "地方", "位置", "地址", *NAMES_OF_PARTS), "place"),
    **dict.fromkeys(("时间", "日子"), "since"),
    **dict.fromkeys(("情况", "事情", "说法"), "what"),
}
_SLIP = r"[我俺]?(?:刚才|刚刚)?(?:也|都)?[说报写记填打发](?:得)?错字?了?"
_NAMED_FIELD = re.compile(
    rf"({'|'.join(_FIELDS)})(?:名字?)?(?:也|都)?(?:说|写|记|念|报|填)?(?:得)?(?:错了?|不对|有误|不准)"
    r"[,，。 ]*(?:应该|得|要)?(?:是|在|改成|改为)?(.*)"
)
_FIELD_IS = re.compile(
    r"^(?:那|就|[我俺]的?|正确|对)*(?:的)?(地点|地方|位置|地址|时间)(?:应该)?(?:是|在|[改换]成|改为|改到|[:：])(?![啥哪谁什多几])(.+)"
)
"""地址是2号楼, 地点改成7号楼."""
_CHANGES_PLACE = re.compile(
    r"^(?:[我俺]|那个?|要|想|得|再|给[我俺])*(?:换个?|改一?[下个]|改改)(?:地方|地点|位置|地址|门牌号?|楼号)[了吧啊]*(?:[,，。 ]+(?:应该)?(?:是|在|到|成)?|(?:应该)?[是在到成])(.+)"
)
"""换个地方 是20号."""
_BARE_FIELD = re.compile(r"^(?:就?是)?(地点|地址|位置|时间|情况)[吧啊呀。]*()$")
"""Said to "what is wrong?"."""
_CONTRAST = re.compile(
    rf"不(?:是|在)(.{{1,15}}?)[,，。 ]*(?:{_SLIP}[,，。 ]*)?(?:而是|应该[是在]|是|在)(.{{1,40}})"
)
_CONTRASTED = re.compile(
    r"(?:是|在)(.{1,20}?)[,，。 ]*不[是在](.{1,15}?)[了的啊呀。！! ]*$"
)
"""The right one first: 是5号楼不是7号楼."""
_OH = r"^(?:[哦噢啊唉哎呀呃额]|不好意思|对不起|等等|等一?下|慢着|对了|那个|[ ，,])*"
_SLIPPED = re.compile(rf"{_OH}{_SLIP}[,，。 ]*(?:应该)?(?:是|在|改成|改为)?(.*)")
_INSTEAD = re.compile(
    rf"{_OH}(?:(?:不对|错了|不是|(?:弄|搞|看)错)[了啊呀吧]*[,，。 ]+(?:应该)?(?:是|在|改成|改为)?|"
    rf"(?:不对|错了)?应该(?:是|在)|(?:改成|改为))(.+)|^(?:[哦噢哎呀啊]+|对了|等等|不好意思)[ ，,]*是(?![吗啊的不])(.+)"
)
"""哦不对 是50号, 应该是50号, 对了是3单元: with the right words behind it."""
_DENIED = re.compile(rf"{_OH}(?:也|又)?不[是在](.{{1,12}}?)[了的啊呀。！! ]*$")
_TOLD_BEHIND = re.compile(
    r"(?<=.)[ ，,。]+(?:[我俺咱他她你您那]|还|也|就|不是|不在|灯|报).*"
)
"""是3单元 俺闺女住2单元: what follows the place."""
MAX_SLIP_CHARS = 12
"""A longer message tells of a telephone: 电话打错了好几回才通."""
_CONTACT = r"(?:电话|手机|号码|手机号|电话号码?|联系方式)"
_WRONG_CONTACT = re.compile(
    rf"{_CONTACT}(?:也|又|都|刚才|我)?(?:[写报说记填发]?错|不对|变了|换了|要?改|要换)(?!.*[0-9])"
)
_SAME_UNIT = re.compile(
    r"^(?:[哦噢啊唉哎呀呃额 ，,])*不[是在]([^，。, ]{1,8}?)(天|月|年|周|楼|号|层|单元|路)[,，。 ]+([^，。, ]{1,8}\2了?)$"
)
"""不是三天 五天了: the right one follows without a word, in the same unit."""
_ENDS = "，,。.！! 了的"
_PLACE_WORD = re.compile(
    r"号楼|单元|[0-9一二三四五六七八九十]+(?:号|栋|幢|层|楼|室)|小区|花园|家园|新村|[路街巷村庄镇]|门口|旁边|对面|"
    r"路口|附近|跟前|边上|[东西南北前后正侧](?:门|[头边面侧])"
)
_LANDMARK = re.compile(
    r"[农工建]行|银行|信用社|邮[政局]|加油站|超市|[小中大]学|学校|幼儿园|医院|卫生[室院]|"
    r"[饭商药酒]店|市场|广场|公园|[桥庙厂]|大队|村委|大集|菜场"
)
"""What a place is told by; of two of them one may stand for the other: 不是农行 是工行."""


def named_field(text: str) -> tuple[str, str] | None:
    """Returns which part of an account is wrong, and what is right; maybe empty.

    Returns:
        `place`, `since` or `what`, and the words; `None` where no part is named.
    """
    changed = _CHANGES_PLACE.search(text)
    if changed is not None and _PLACE_WORD.search(changed[1]):
        return "place", _right_of(changed[1].strip("，,。 "))
    found = _NAMED_FIELD.search(text) or _FIELD_IS.search(text)
    found = found or _BARE_FIELD.search(text)
    if found is None:
        return None
    field = next(
        name for words, name in _FIELDS.items() if re.fullmatch(words, found[1])
    )
    return field, _right_of(found[2].strip("，,。 "))


def _right_of(words: str) -> str:
    """Returns what is right in words that also say what is wrong: 不是东关 是西关."""
    found = contrast(words)
    if found is not None:
        return found[1]
    return "" if _DENIED.search(words) else words


def contrast(text: str) -> tuple[str, str] | None:
    """Returns what is wrong and what is right instead, in either order."""
    found = _CONTRAST.search(text)
    if found is not None:
        return found[1], found[2].strip("，,。 ")
    found = _CONTRASTED.search(text)
    if found is not None:
        return found[2], found[1]
    found = _SAME_UNIT.search(text)
    return (found[1] + found[2], found[3]) if found is not None else None


def is_correction(text: str) -> bool:
    """Tells whether a message corrects what was read back."""
    if named_field(text) is not None or contrast(text) is not None:
        return True
    return bool(corrected_place(text)) or denied_place(text) is not None


def denied_place(text: str) -> str | None:
    """Returns a place that is wrong, where the right one is not told: 哎呀不是8号楼."""
    found = _DENIED.search(text.strip())
    if found is None or not _PLACE_WORD.search(found[1]):
        return None
    return found[1].strip(_ENDS)


def corrects_contact(text: str) -> bool:
    """Tells whether a telephone number is wrong, the right one not being told."""
    return len(text) <= MAX_SLIP_CHARS and bool(_WRONG_CONTACT.search(text))


def told_instead(text: str) -> str | None:
    """Returns the words behind a no: 不对 是昨天晚上."""
    found = _INSTEAD.search(text)
    return (found[1] or found[2]).strip(_ENDS) if found is not None else None


def put_right(value: str, wrong: str, right: str) -> str:
    """Returns a text with the right words for the wrong ones; nothing is said twice.

    农行旁边, corrected by 不是农行 是工行旁边, is 工行旁边.
    """
    start = value.find(wrong)
    if start < 0:
        return value
    rest = value[start + len(wrong) :]
    ends = (right[n:] for n in range(1, len(right)))
    again = next((end for end in ends if rest.startswith(end)), "")
    return f"{value[:start]}{right}{put_right(rest[len(again) :], wrong, right)}"


def corrected_place(text: str) -> str | None:
    """Returns where something is instead of what was said; maybe empty.

    Returns:
        `None` where the message corrects no place.
    """
    named = named_field(text)
    if named is not None:
        return named[1].strip(_ENDS) if named[0] == "place" else None
    found = contrast(text)
    if found is not None:
        right = found[1].strip(_ENDS)
        is_landmark = all(_LANDMARK.search(words) for words in found)
        return right if is_landmark or _PLACE_WORD.search(right) else None
    instead = _place_first(told_instead(text) or "")
    if instead:
        return instead
    if denied_place(text) is not None:
        return ""
    slipped = _SLIPPED.search(text)
    if slipped is None:
        return None
    right = slipped[1].strip(_ENDS)
    return _place_first(right) if right else ""


def _place_first(words: str) -> str | None:
    """Returns the place that words begin with, without what is told behind it."""
    place = _TOLD_BEHIND.sub("", words).strip(_ENDS)
    return place if _PLACE_WORD.search(place) else None
