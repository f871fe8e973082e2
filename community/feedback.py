"""What a resident answers to "解决了吗", tapped or in own words."""

import re

from community.catalog.model import Catalog
from community.form_interpretation import plain_answer
from community.meaning import Context, Meaning, Said
from community.payloads import ticket_answer_payload
from community.replies import Choice, Choices, Text

SOLVED = Choice("解决了", ticket_answer_payload(solved=True))
UNSOLVED = Choice("没解决", ticket_answer_payload(solved=False))
QUESTION = "这件事解决了吗？"
MAX_CHARS = 40
"""A longer message tells something else."""

_END = r"[了啦的呢啊呀吧，,。！! ]*"
_PLAIN_YES = re.compile(rf"(?:都|已经|早就?|全)?解决{_END}(?:谢谢.{{0,6}})?")
_PLAIN_NO = re.compile(rf"(?:还|根本|压根)?[没未](?:有)?(?:给)?解决{_END}")
_YES = re.compile(
    r"(?:嗯|对|是的?|哦)?[,， ]*(?:都|已经|早就?|全|给)*"
    r"(?:解决|[修弄办搞整]好|处理好?|好|满意|亮|通)(?:了|啦|的|得差不多)+"
    r"[，,。！! ]*(?:谢谢|感谢|多谢|辛苦)?.{0,6}"
)
_NO = re.compile(
    r"(?:还|根本|压根|一直)*(?:是)?[没未](?:有)?(?:给|见)?"
    r"(?:解决|[修弄办搞整]|处理|好|来|人|动静|亮|通|满意).*"
    r"|不满意.*|不行.*|(?:又|还是?)(?:不|没|坏|堵|漏|黑|灭|老样子|那样).*"
)


def solved_question(number: str, *, with_choices: bool = True) -> Choices | Text:
    """Asks whether a ticket is solved; while a form asks something, without taps."""
    if with_choices:
        return Choices(f"{number} {QUESTION}", (SOLVED, UNSOLVED))
    return Text(f"{number} {QUESTION}回“解决了”或者“没解决”。")


def ticket_answer(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads an answer to the question; a form that is open gets only clear words."""
    if context.asked_ticket is None or len(said.text) > MAX_CHARS:
        return None
    text = said.text.strip()
    if _PLAIN_YES.fullmatch(text):
        return _meaning("yes")
    if _PLAIN_NO.fullmatch(text):
        return _meaning("no")
    if context.requested_slot is not None:
        return None
    if _NO.fullmatch(text):
        return _meaning("no")
    if _YES.fullmatch(text):
        return _meaning("yes")
    if SOLVED.payload in [payload for _, payload in context.offered]:
        answer = plain_answer(text)
        return None if answer is None else _meaning(answer)
    return None


def _meaning(answer: str) -> Meaning:
    return Meaning("ticket_answer", value=answer)
