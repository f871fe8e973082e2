"""What somebody takes back of what was told: 地点不对, 不是三号楼是五号楼, 我说错了."""

import re

from community.place_parts import NAMES_OF_PARTS

_FIELDS = {
    **dict.fromkeys(("地点", "地方", "位置", "地址", *NAMES_OF_PARTS), "place"),
    **dict.fromkeys(("时间", "日子"), "since"),
    **dict.fromkeys(("情况", "事情", "说法"), "what"),
}
_SLIP = r"[我俺]?(?:刚才|刚刚)?(?:也|都)?[说报写记填](?:得)?错了?"
_NAMED_FIELD = re.compile(
    rf"({'|'.join(_FIELDS)})(?:也|都)?(?:说|写|记|念|报|填)?(?:得)?(?:错了?|不对|有误|不准)"
    r"[,，。 ]*(?:应该|得|要)?(?:是|在|改成|改为)?(.*)"
)
_CONTRAST = re.compile(
    rf"不(?:是|在)(.{{1,15}}?)[,，。 ]*(?:{_SLIP}[,，。 ]*)?(?:而是|应该[是在]|是|在)(.{{1,40}})"
)
_CONTRASTED = re.compile(
    r"(?:是|在)(.{1,20}?)[,，。 ]*不[是在](.{1,15}?)[了的啊呀。！! ]*$"
)
"""The right one first: 是5号楼不是7号楼."""
_SLIPPED = re.compile(
    rf"^(?:啊|哎|哎呀|不好意思|对不起)*[ ，,]*{_SLIP}[,，。 ]*(?:应该)?(?:是|在|改成|改为)?(.*)"
)
_ENDS = "，,。.！! 了的"
_PLACE_WORD = re.compile(
    r"号楼|单元|[0-9一二三四五六七八九十]+(?:号|栋|幢|层|楼|室)|小区|花园|家园|新村|[路街巷村]|门口|旁边|对面"
)


def named_field(text: str) -> tuple[str, str] | None:
    """Returns which part of an account is wrong, and what is right; maybe empty.

    Returns:
        `place`, `since` or `what`, and the words; `None` where no part is named.
    """
    found = _NAMED_FIELD.search(text)
    if found is None:
        return None
    field = next(
        name for words, name in _FIELDS.items() if re.fullmatch(words, found[1])
    )
    return field, found[2].strip("，,。 ")


def contrast(text: str) -> tuple[str, str] | None:
    """Returns what is wrong and what is right instead, in either order."""
    found = _CONTRAST.search(text)
    if found is not None:
        return found[1], found[2].strip("，,。 ")
    found = _CONTRASTED.search(text)
    return (found[2], found[1]) if found is not None else None


def is_correction(text: str) -> bool:
    """Tells whether a message corrects what was read back."""
    return named_field(text) is not None or contrast(text) is not None


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
        return right if _PLACE_WORD.search(right) else None
    slipped = _SLIPPED.search(text)
    if slipped is None:
        return None
    right = slipped[1].strip(_ENDS)
    return right if not right or _PLACE_WORD.search(right) else None
