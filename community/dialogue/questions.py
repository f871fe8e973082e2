"""Questions that the assistant asks outside the report form, and their answers.

One such question is open at a time; whatever else is said closes it.
"""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from community.catalog.model import Catalog
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.visits import KIND, answers_visit
from community.dialogue.wordings import is_question


class Asked(str, Enum):
    """What is being asked."""

    RATING = "rating"
    """How content the resident is with what was done."""
    REASON = "reason"
    """What is still not right."""
    WITHDRAW = "withdraw"
    FORGET = "forget"
    RESUME = "resume"
    """Whether a report of the day before goes on."""
    VISIT = KIND
    """For whom somebody shall come, and when."""


MAX_REMARK_CHARS = 120
"""A longer message is no answer to a small question."""
_END = r"[了啦的呢啊呀吧哦呗，,。！! ]*"
_YES = re.compile(
    rf"(?:(?:对|是|行|中|好|要|可以|嗯|恩|成|确定|同意|愿意|没错|删|撤|撤回|删掉|接着报?|报)(?:掉|的|了)?{_END})+"
)
_NO = re.compile(
    rf"(?:(?:(?:先|暂时)?[不别][删撤报]|不|别|先不|暂时不|不用|不要|不行|不中|算了|不了|留着|先留着|先别)(?:掉|了)?{_END})+"
)
_GOES_ON = re.compile(
    rf"(?:那|就|我|俺|咱|要)*(?:继续|接着|往下)(?:报|说|来|弄)?{_END}"
)
_REPORTS_AFTER_ALL = re.compile(
    rf"(?:(?:那|要不|不行|想想|嗯|[我俺]|改主意了|后悔了)*[ ，,]*(?:还是|又想|还想|还)(?:给[我俺]|帮[我俺]|得|要|想)*|那?(?:就|给[我俺])?(?=报[吧上]))"
    rf"(?:报|反映)(?:上去|上|一下|了)?{_END}"
)
"""还是报吧, after it was called off."""
_DROPS = re.compile(rf"(?:那|就|给?我|俺)*(?:取消|不报|别报)(?:掉|它|吧)?{_END}")
_DROPS_IT = re.compile(
    rf"(?:不修了|不用修了)?[ ，,]*(?:取消|撤|撤单|不修了|不用来了|不用管了){_END}"
)
_EITHER = re.compile(rf"(?:不用|不要|算)了{_END}")
"""Said to "is it to be withdrawn?" it may mean both: it is asked again."""
_NOTHING = re.compile(rf"(?:没(?:啥|什么|有)?|没事|算了|不说了|不知道|不想说){_END}")
_RATINGS = {
    "poor": re.compile(
        rf"(?:很|太|非常|一点也?|根本)?(?:不(?:太|咋|怎么)?(?:满意|行|中|好|咋样)|差劲?|很差|不怎么样){_END}"
    ),
    "fair": re.compile(
        rf"(?:一般(?:般|化)?|凑合|还行|还中|马马虎虎|将就|过得去|还可以|就那样){_END}"
    ),
    "good": re.compile(
        rf"(?:很|挺|非常|十分|可|怪)?(?:满意|好|中|不错|不孬|可以|行|利索|快)(?:得很)?{_END}(?:谢谢|多谢|感谢|辛苦).{{0,8}}"
        rf"|(?:很|挺|非常|十分|可|怪)?(?:满意|好|中|不错|不孬|可以|行|利索|快)(?:得很)?{_END}"
    ),
}
"""Worst first: what is not good contains what is."""

Reader = Callable[[Said, Context, Mapping[str, Any]], Meaning | None]


def said_yes(text: str) -> bool:
    """Tells whether a message is a yes and nothing else."""
    return bool(_YES.fullmatch(text.strip()))


def said_no(text: str) -> bool:
    """Tells whether a message is a no and nothing else."""
    return bool(_NO.fullmatch(text.strip()))


def rating_in(text: str) -> str | None:
    """Returns how content a message is, where it says nothing else."""
    clean = text.strip()
    return next((r for r, words in _RATINGS.items() if words.fullmatch(clean)), None)


def answered(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads the answer to the open question; `None` where it is none."""
    question = context.question
    if question is None and context.has_dropped_report:
        again = _REPORTS_AFTER_ALL.fullmatch(said.text.strip())
        return Meaning("resume_report") if again else None
    if question is None and context.has_left_report:
        return _left_report(said)
    if question is None or len(said.text) > MAX_REMARK_CHARS:
        return None
    kind = Asked(question["kind"])
    if context.requested_slot is not None and kind is not Asked.RATING:
        return None
    return _READERS[kind](said, context, question)


def _rating(
    said: Said, context: Context, question: Mapping[str, Any]
) -> Meaning | None:
    level = rating_in(said.text)
    in_form = context.requested_slot is not None and "满意" not in said.text
    if level is None or in_form:
        return None
    return Meaning("ticket_rating", value=f"{level}:{question['number']}")


def _reason(
    said: Said, context: Context, question: Mapping[str, Any]
) -> Meaning | None:
    if said.label in ("talk_handoff", "talk_ticket_status", "talk_thanks"):
        return None
    if said.is_clear_service and is_question(said.text):
        return None
    value = "none" if _NOTHING.fullmatch(said.text.strip()) else "told"
    return Meaning("ticket_reason", value=f"{value}:{question['number']}")


def _withdraw(
    said: Said, context: Context, question: Mapping[str, Any]
) -> Meaning | None:
    if said_yes(said.text.removeprefix("都")) or _DROPS_IT.fullmatch(said.text.strip()):
        return Meaning("ticket_withdraw", value=f"yes:{question['number']}")
    if _EITHER.fullmatch(said.text.strip()):
        return Meaning("ticket_withdraw")
    if said_no(said.text):
        return Meaning("ticket_withdraw", value=f"no:{question['number']}")
    return None


def _forget(
    said: Said, context: Context, question: Mapping[str, Any]
) -> Meaning | None:
    if said_yes(said.text):
        return Meaning("forget_me", value="yes")
    return Meaning("forget_me", value="no") if said_no(said.text) else None


def _resume(
    said: Said, context: Context, question: Mapping[str, Any]
) -> Meaning | None:
    if said_yes(said.text) or _GOES_ON.fullmatch(said.text.strip()):
        return Meaning("resume_report")
    drops = said_no(said.text) or _DROPS.fullmatch(said.text.strip())
    return Meaning("drop_report") if drops else None


def _left_report(said: Said) -> Meaning | None:
    """Takes what the reminder told to say, also after something else was said."""
    if _GOES_ON.fullmatch(said.text.strip()):
        return Meaning("resume_report")
    return Meaning("drop_report") if _DROPS.fullmatch(said.text.strip()) else None


def _visit(said: Said, context: Context, question: Mapping[str, Any]) -> Meaning | None:
    if said.label in ("talk_ticket_status", "talk_greet", "talk_identity"):
        return None
    if said.label == "talk_cancel" or re.search(r"算了|不用了|不要了", said.text):
        return Meaning("visit", value="cancel")
    if said.is_clear_matter or is_question(said.text):
        return None
    if not answers_visit(said.text, question):
        return None
    return Meaning("visit", item=question.get("item"), value="told")


_READERS: Mapping[Asked, Reader] = {
    Asked.RATING: _rating,
    Asked.REASON: _reason,
    Asked.WITHDRAW: _withdraw,
    Asked.FORGET: _forget,
    Asked.RESUME: _resume,
    Asked.VISIT: _visit,
}
