"""Words that say themselves that nothing threatens now, whatever a model hears in them.

Only the model alone is contradicted here; what a certain pattern finds stays an alarm.
"""

from __future__ import annotations

import re

from community.emergencies.detection import canonical
from community.emergencies.doubts import LONG_AGO, NOW, OVER_BY_TODAY, YESTERDAY

_RELATIVE = (
    r"(?:老婆|老公|老伴|对象|爱人|媳妇|儿媳妇?|儿子?|女儿|孩子|孙子|孙女|女婿|弟弟?|妹妹?|"
    r"哥哥?|姐姐?|[爸妈爹娘]{1,2}|邻居|家里?人?)"
)
_CONTACT = re.compile(
    rf"(?:{_RELATIVE}|电话|手机|座机|号码?|联系|的话|有事|不通|不接|没人接|白天|晚上|上午|下午|中午|"
    r"早上|下班|以?后|平时|随时|都行|就行|也行|也中|可以|时候|网格员|[0-9]{1,2}点|"
    r"[我他她你您这那个是打找回给跟再留就先要别也或者吧啊哈呗的了叫姓])*"
)
_NUMBER = re.compile(r"1[3-9]\d{9}|0?\d{3,4}-?\d{7,8}|\d{7,8}")
_STRUCK = re.compile(rf"(?:他|她|{_RELATIVE})打我(?!电话|手机|座机|号)")
_BY_TELEPHONE = re.compile(r"电话|手机|座机|号码|联系")
_NO_ANSWER = re.compile(r"不通|不接|没人接")
"""Without a number beside it this is somebody who cannot be reached."""
_CALL_THEM = re.compile(
    rf"(?:要不|那|就|有事|先|还是)*[打找]我家?{_RELATIVE}的?(?:吧|就行|也行|也中|呗)?"
)
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


def is_contact(text: str) -> bool:
    """Tells whether a message says how to be reached and nothing else."""
    plain = canonical(text)
    rest = re.sub(r"\W|□", "", _NUMBER.sub("", plain))
    says_how = _NUMBER.search(plain) or (
        _BY_TELEPHONE.search(plain) and not _NO_ANSWER.search(plain)
    )
    return bool(says_how and _CONTACT.fullmatch(rest)) and not _STRUCK.search(plain)


def names_whom_to_call(text: str) -> bool:
    """Tells whether 打我闺女的 may be a wish: where somebody is to be called back."""
    return bool(_CALL_THEM.fullmatch(re.sub(r"\W", "", canonical(text))))


def _is_over(plain: str, rule: str) -> bool:
    """Whether it happened long ago and nothing says that it goes on."""
    if rule in _NEVER_OVER or NOW.search(plain) or _GOES_ON.search(plain):
        return False
    yesterday = rule in OVER_BY_TODAY and YESTERDAY.search(plain)
    return bool(yesterday or LONG_AGO.search(plain))
