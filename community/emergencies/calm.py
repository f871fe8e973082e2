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
_GOES_ON = re.compile(r"起|开始|一直|到现在|至今|还|天天|老是|经常|总|越来越")
_NEVER_OVER = ("self_harm", "missing")


def is_calm(text: str, rule: str) -> bool:
    """Tells whether a message is no danger although a model finds one in it.

    Args:
        text: The message.
        rule: Emergency rule that the model found.
    """
    plain = canonical(text)
    if is_contact(text) or _DENIED.fullmatch(plain):
        return True
    scratched = _SCRATCH.search(plain) and not _MORE_THAN_A_SCRATCH.search(plain)
    return bool(scratched) or _is_over(plain, rule)


def _is_over(plain: str, rule: str) -> bool:
    """Whether it happened long ago and nothing says that it goes on."""
    if rule in _NEVER_OVER or NOW.search(plain) or _GOES_ON.search(plain):
        return False
    yesterday = rule in OVER_BY_TODAY and YESTERDAY.search(plain)
    return bool(yesterday or LONG_AGO.search(plain))
