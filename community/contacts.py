"""How somebody wants to be reached: numbers, whom to call and when, and a name."""

from __future__ import annotations

import re
from itertools import pairwise

from community.privacy import PrivateKind, private_numbers

MAX_CONTACT_CHARS = 40
RELATIVE = (
    r"(?:老婆|老公|老伴|对象|爱人|儿?媳妇?|儿子?|女儿|闺女|孩子|孙[子女]|女婿|弟弟?|妹妹?|"
    r"哥哥?|姐姐?|[爸妈爹娘]{1,2}|邻居)"
)
"""Somebody close whom one calls, or who calls."""
SURNAMES = (
    "张王李赵刘陈杨孙周吴徐马朱胡林郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜"
)
"""Characters that most names begin with."""
_WORDS = re.compile(
    rf"(?:{RELATIVE}|家里?人?|电话|手机|座机|号码?|联系(?:方式)?|的话|有事|不通|不接|没人接|网格员|"
    r"(?:[我俺]|名字)?(?:叫|姓)[\u4e00-\u9fff]{1,3}(?=电话|手机|座机|号|$)|"
    r"白天|晚上|上午|下午|中午|早上|下班|以?后|平时|随时|[0-9]{1,2}点|都行|就行|也行|也中|可以|时候|转\d{1,4}|"
    # One number instead of another.
    r"(?:写|记|存|填|拨|登记|联络)上?|[别没]?(?:写|记|说|报|发|弄)?错了?|不[对是]|应该|[改换]成?|为|变了|新|一下|用|刚才|不好意思|麻烦|"
    r"[我俺他她你您恁这那个是打找回给跟再留就先要别也或者吧啊哈呗的了叫姓嗯对好行中哦噢哎呀])*"
)
_NAMED = re.compile(
    rf"(?:^|(?<=\W))[{SURNAMES}](?!老板|经理|总|工头|队长)[\u4e00-\u9fff]{{1,2}}(?=\W|$)"
)
"""王秀兰, beside a number."""
_NUMBER = re.compile(r"1[3-9]\d{9}|0?\d{3,4}-?\d{7,8}|\d{7,8}")
_BY_TELEPHONE = re.compile(r"电话|手机|座机|号码|联系")
_NO_ANSWER = re.compile(r"不通|不接|没人接")
"""Without a number beside it this is somebody who cannot be reached."""
_STRUCK = re.compile(rf"(?:他|她|{RELATIVE})打[我俺](?!电话|手机|座机|号)")
_CALL_THEM = re.compile(
    rf"(?:要不|那|就|有事|先|还是)*[打找][我俺]家?(?:{RELATIVE}|家里?人?)的?(?:吧|就行|也行|也中|呗)?"
)
_AGREED = re.compile(r"^(?:[嗯对好行中是][的了吧]*[ ，,。]+)+")
_ANEW = re.compile(r"错|不对|不是|应该|[改换变]|新的")
"""Beside a number: it replaces another one."""
_ENDS_WRONG = re.compile(r"不是\W*$")
"""Between two numbers: the first one is right."""
_CALLED_SO = re.compile(r"^[我俺]?的?(?:联系)?(?:电话|手机|号码)号?(?:是|写)?[：: ]*")
_WHO = re.compile(r"(?:[我俺]|名字)(?:姓|叫)[\u4e00-\u9fff]{1,3}")


def is_contact(text: str) -> bool:
    """Tells whether a message says how to be reached and nothing else."""
    rest = re.sub(r"\W", "", _NUMBER.sub("", text))
    says_how = _NUMBER.search(text) or (
        _BY_TELEPHONE.search(text) and not _NO_ANSWER.search(text)
    )
    return bool(says_how and _WORDS.fullmatch(rest)) and not _STRUCK.search(text)


def names_whom_to_call(text: str) -> bool:
    """Tells whether 打我闺女的 may be a wish: where somebody is to be called back."""
    return bool(_CALL_THEM.fullmatch(re.sub(r"\W", "", text)))


def contact_in(text: str) -> str | None:
    """Returns the contact where a message gives a number, when to call, and no more."""
    if len(text) > MAX_CONTACT_CHARS:
        return None
    numbers = [n for n in private_numbers(text) if n.kind is PrivateKind.PHONE]
    if not numbers:
        return None
    start, end = numbers[0].start, numbers[-1].end
    between = "".join(text[one.end : other.start] for one, other in pairwise(numbers))
    beside = f"{text[:start]} {between} {text[end:]}"
    rest = re.sub(r"\W", "", _NAMED.sub("", beside))
    if not _WORDS.fullmatch(rest):
        return None
    if not _ANEW.search(rest):
        return _AGREED.sub("", text)
    right = numbers[0] if _ENDS_WRONG.search(between) else numbers[-1]
    return text[right.start : right.end]


def name_in(text: str) -> str | None:
    """Returns the name that a message gives and nothing else: 俺姓张."""
    name = re.sub(r"\W", "", text)
    return name if _WHO.fullmatch(name) else None


def with_name(contact: str | None, known: str | None) -> str | None:
    """Returns a number with the name that was given before it."""
    is_name = known is not None and _WHO.fullmatch(known)
    return f"{known}，{contact}" if contact and is_name else contact


def without_label(contact: str) -> str:
    """Returns a contact without the words that call it one: 电话13812345678."""
    return _CALLED_SO.sub("", contact)


def as_note(text: str, contact: str) -> str:
    """Returns what a ticket is told of a number: a new one, or one instead of another."""
    kind = "更正" if _ANEW.search(text) else "联系"
    return f"{kind}电话：{without_label(contact)}"
