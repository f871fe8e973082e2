"""What only a person can look up: money that did not come, 咋回事, 你帮俺问问."""

import re

_MISSING = re.compile(
    r"(?:少|扣|缺|差)了?(?:我|俺)?(?:[0-9]{2,}|[一二两三四五六七八九几]+[十百千]|[0-9一二两三四五六七八九十几]+[块元])(?![张个份样人天])|"
    r"(?:还|都|也|就|又|怎么|咋)?(?:没|未)(?:有)?(?:打|发|到账|到|给|来)(?:过来|下来|过|钱|我|俺)?(?:了|啊|呀|呢)?[。！!？?]?$"
)
"""Said of a benefit: less of it came than before, or none."""
_LOOK_UP = re.compile(
    r"(?:到底)?(?:是)?(?:咋|怎么|啥|什么)回事(?:儿|啊|呀|呢)?|(?:该|得)?(?:找|问)谁(?:查|问|要)(?:去|啊|呢)?"
)
"""Asked about money of one's own: only a person can tell."""
_FOR_ME = re.compile(
    r"(?:那|要不|麻烦|你|您|恁|你们|能不能|能)*(?:给|帮|替)[我俺](?:们)?(?:去|先)?"
    r"(?:查[查询]?|问问|问一下|打听(?:打听)?|查一下|登个?记|报个?名|填个?表)(?:一?下)?(?:吧|呗|啊|不|吗|行不|中不)*"
)
"""Somebody else shall ask, or do it."""

_IN_VAIN = re.compile(
    r"(?:打|给)?(?:你们?|恁|社区|居委会?|街道|窗口|大厅|社保局?|医保局?|民政局?|残联|12\d{3})(?:的)?(?:电话|热线)?"
    r"(?:打|拨)?(?:了)?(?:老是?|总是?|一直|都|也|还|根本)?(?:打不通|没(?:有)?人接|不接|占线|打不进去)[了啊呀]*"
)
"""An office that does not answer."""


def misses_money(text: str) -> bool:
    """Tells whether less money came than before, or none: 少了二百, 今年没打."""
    return bool(_MISSING.search(text))


def asks_to_look_up(text: str) -> bool:
    """Tells whether a message asks only what the matter is: 咋回事, 找谁查."""
    return bool(_LOOK_UP.fullmatch(text.strip(" ？?。！!")))


def asks_for_help_with_it(text: str) -> bool:
    """Tells whether somebody else shall ask, or do it: 你帮俺问问, 帮俺登个记."""
    return bool(_FOR_ME.fullmatch(text.strip(" ？?。！!")))


def calls_in_vain(text: str) -> bool:
    """Tells whether an office does not answer the telephone: 12333打不通."""
    return bool(_IN_VAIN.fullmatch(text.strip(" 。！!")))
