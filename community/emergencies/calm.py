"""Words that say themselves that nothing threatens now, whatever a model hears in them.

Only the model alone is contradicted here; what a certain pattern finds stays an alarm.
"""

from __future__ import annotations

import re

from community.contacts import is_contact
from community.emergencies.detection import canonical
from community.emergencies.doubts import LONG_AGO, NOW, OVER_BY_TODAY, YESTERDAY

_SCRATCH = re.compile(
    r"(?:划|刮|蹭|擦|磨|硌|碰)(?:破|伤|红|青)了?|破(?:了)?(?:一?点|一?块)?皮|皮外伤"
)
_MORE_THAN_A_SCRATCH = re.compile(
    r"血|刀|自己|缝|深|骨|腕|昏|晕|打|咬|车|起不来|不能动|动不了|眼|头"
)
_DENIED = re.compile(
    r"(?:他|她|人|也|倒|都|可|但是?|现在|这回|今天|昨天|目前|暂时|就是|其实)*没(?:人|再|真)*"
    r"(?:打|动手|骂|伤|受伤|困|掉|砸|撞|碰|流血|出血|骗|转|着火|起火|漏|冒烟|丢|走丢)[^，。]{0,4}"
    r"(?:$|。|，(?:就是|只是|光是?|是)[^，。]*$)"
)
_SELF = r"(?:我|我们|他|她|人|也|倒|都|可|但是?|现在|这回|今天|昨天|目前|暂时|其实|家里|屋里)*"
_LACKED = (
    r"呼吸|气(?!味)|动静|反应|意识|知觉|脉|心跳|声|应|回|来|找|见|影|醒|信|力|劲|办?法|"
    r"敢|让|[人了吃喝接救活治睡站]|[上出下]来|意思|路|地方|指望|盼|钱|电话|报|打|[^，。]{0,3}[上出下回]来"
)
"""What is bad where it lacks: breath, an answer, a way out."""
_NOTHING = re.compile(rf"{_SELF}没(?!(?:再|真)?(?:{_LACKED}))[^，。没不]{{1,6}}。?")
"""没闻着味, 没点: all that is said is that it did not happen."""
_SIGN = re.compile(r"[味烟火漏血伤响](?!了)")
"""Of a danger: whoever lacks water or light reports just that."""
_OF_PERSONS = ("self_harm", "missing", "violence_home")
_GOES_ON = re.compile(r"起|开始|一直|到现在|至今|还|天天|老是|经常|总|越来越")
_NEVER_OVER = ("self_harm", "missing")


def only_denies(text: str) -> bool:
    """Tells whether all that a message says is that something did not happen."""
    plain = canonical(text)
    if "，" in plain:
        return False  # 没漏气，就是打不着: what is wrong follows
    if _DENIED.fullmatch(plain):
        return True
    return bool(_NOTHING.fullmatch(plain) and _SIGN.search(plain))


def is_calm(text: str, rule: str) -> bool:
    """Tells whether a message is no danger although a model finds one in it.

    Args:
        text: The message.
        rule: Emergency rule that the model found.
    """
    plain = canonical(text)
    if is_contact(text) or _DENIED.fullmatch(plain):
        return True
    if rule not in _OF_PERSONS and _NOTHING.fullmatch(plain):
        return True
    scratched = _SCRATCH.search(plain) and not _MORE_THAN_A_SCRATCH.search(plain)
    return bool(scratched) or _is_over(plain, rule)


def _is_over(plain: str, rule: str) -> bool:
    """Whether it happened long ago and nothing says that it goes on."""
    if rule in _NEVER_OVER or NOW.search(plain) or _GOES_ON.search(plain):
        return False
    yesterday = rule in OVER_BY_TODAY and YESTERDAY.search(plain)
    return bool(yesterday or LONG_AGO.search(plain))
