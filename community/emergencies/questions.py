"""Questions about dangers and numbers to call, asked while nothing threatens."""

from __future__ import annotations

import re

from community.emergencies.detection import signs

SAFETY = "safety:"
"""Before the id of a rule or number, in the value of a meaning that asks about it."""
MAX_CHARS = 24
_WHAT_TO_DO = re.compile(r"怎么|咋|如何|应该|该(?:先|打|做|干)|做法|学学|想学")
_NO_LESSON = re.compile(
    r"讲座|培训|宣传|手抄报|作文|考试|演练|演习|预案|短视频|什么时候|啥时候|报名"
)
_NUMBERS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "120",
        re.compile(
            r"(?:120|救护车)[^，。]{0,4}(?:要不要钱|要钱|收费|免费|多少钱|花钱)"
        ),
        "打120不要钱；救护车出车、急救按规定收费，收多少问120。人要紧的时候先打，钱的事过后再说。",
    ),
    (
        "110",
        re.compile(
            r"110[^，。]{0,3}(?:管不管|管|能管)[^，。]{0,8}|(?:噪音|吵|打架|丢东西)[^，。]{0,6}打110(?:行|中|管|能)"
        ),
        "有人受侵害、有危险，或者半夜吵得睡不着、劝不住，都能打110。不急的打12345，也可以跟我说，我报给网格员。",
    ),
)


def asked_of_safety(text: str) -> str | None:
    """Returns what a message asks about dangers in general.

    Args:
        text: The message.

    Returns:
        Id of an emergency rule, or a number; `None` where it asks nothing of the kind.
    """
    if len(text) > MAX_CHARS:
        return None
    for number, wording, _ in _NUMBERS:
        if wording.search(text):
            return number
    if _NO_LESSON.search(text) or not _WHAT_TO_DO.search(text):
        return None
    found = list(signs(text))
    if any(not sign.doubts for sign in found):
        return None
    return next((sign.rule for sign in found if sign.doubts == ("study",)), None)


def answer_about(number: str) -> str | None:
    """Returns what is said of a number that was asked about."""
    return next((said for known, _, said in _NUMBERS if known == number), None)
