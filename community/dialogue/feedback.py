"""What a resident answers to "解决了吗", tapped or in own words, at once or hours later."""

import re

from community.catalog.model import Catalog
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.wordings import is_question
from community.payloads import rating_payload, ticket_answer_payload
from community.replies import Choice, Choices, Text
from community.reports.consent import plain_answer
from community.tickets.commands import Rating

QUESTION = "这件事解决了吗？"
RATING_QUESTION = "对这次办的满意不？"
MAX_CHARS = 40
"""A longer message tells something else."""
MAX_WAITING = 5
"""Results that wait for an answer at a time."""

_END = r"[了啦的呢啊呀吧哈嘞，,。！! ]*"
_SUBJECT = r"[^没未不还又仍咋怎吗?？]{0,8}"
"""What was repaired, before the word that it was: 灯修好了."""
_THANKS = r"[，,。！! ]*(?:谢谢|感谢|多谢|辛苦|麻烦)?.{0,6}"
_DONE = (
    r"(?:解决|[修弄办搞整安换装补]好|收拾(?:好|完|干净)?|处理[好完]?|清(?:理|运|走|完|干净)+|[拉弄搬挪]走|"
    r"来[水电气]|[水电气]来|能用|好使|管用|不(?:漏|堵|臭|响|吵|黑|晃|积水|停)|妥|好|亮|通|满意)"
)
_PLAIN_YES = re.compile(rf"(?:都|已经|早就?|全)?解决{_END}{_THANKS}")
_PLAIN_NO = re.compile(rf"(?:还|根本|压根)?[没未](?:有)?(?:给)?解决{_END}")
_YES = re.compile(
    rf"(?:嗯|对|是的?|哦|恩)?[,， ]*{_SUBJECT}(?:都|已经|早就?|全|给|总算|可算)*"
    rf"{_DONE}(?:了|啦|的|得差不多)+{_THANKS}"
)
_SHORT_YES = re.compile(rf"(?:中|行|妥|可以|管|得){_END}")
"""Enough for a yes while the question is the last thing said."""
_NO = re.compile(
    rf"{_SUBJECT}(?:还|根本|压根|一直|都|到现在)*(?:是)?[没未](?:有)?(?:给|见|人)?"
    r"(?:解决|[修弄办搞整管换清]|处理|好|来|人|动静|亮|通|满意).*"
    rf"|不满意.*|不行.*|白[弄修]了?.*|糊弄.*|{_SUBJECT}(?:又|还是?|仍|照样|照旧)"
    r"(?:不|没|坏|堵|漏|黑|灭|臭|停|响|吵|有|老样子|那样|那熊样).*"
)
_BARE_NO = re.compile(
    rf"(?:还|还是|根本|压根)?(?:[没未](?:有)?(?:给)?(?:解决|[修弄办搞整]好?|处理好?|好)?|不行|不满意|不中){_END}"
)


def solved_question(number: str, *, with_choices: bool = True) -> Choices | Text:
    """Asks whether a ticket is solved; while a form asks something, without taps."""
    if not with_choices:
        return Text(f"{number} {QUESTION}回“解决了”或者“没解决”。")
    answers = (("解决了", "yes"), ("没解决", "no"), ("找人说", "person"))
    return Choices(
        f"{number} {QUESTION}",
        tuple(Choice(t, ticket_answer_payload(a, number)) for t, a in answers),
    )


def rating_question(number: str) -> Choices:
    """Asks once how content the resident is."""
    answers = (("满意", Rating.GOOD), ("一般", Rating.FAIR), ("不满意", Rating.POOR))
    return Choices(
        RATING_QUESTION,
        tuple(Choice(t, rating_payload(r.value, number)) for t, r in answers),
    )


def is_bare_no(text: str) -> bool:
    """Tells whether a message says that it is not solved, and nothing more."""
    return bool(_BARE_NO.fullmatch(text.strip()))


def ticket_answer(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads an answer to the question; a form that is open gets only clear words."""
    if not context.asked_tickets or len(said.text) > MAX_CHARS:
        return None
    text = said.text.strip()
    if _PLAIN_YES.fullmatch(text):
        return _meaning("yes", context)
    if _PLAIN_NO.fullmatch(text):
        return _meaning("no", context)
    if context.requested_slot is not None or _tells_something_new(said, context):
        return None
    if _NO.fullmatch(text):
        return _meaning("no", context)
    if _YES.fullmatch(text) and not is_question(text):
        return _meaning("yes", context)
    if _on_the_table(context) is None:
        return None
    answer = "yes" if _SHORT_YES.fullmatch(text) else plain_answer(text)
    answer = "no" if is_bare_no(text) else answer
    return None if answer is None else _meaning(answer, context)


def _tells_something_new(said: Said, context: Context) -> bool:
    """Another problem than those that were asked about."""
    items = {item for _, item in context.asked_tickets}
    return said.is_clear_matter and None not in items and said.label not in items


def _meaning(answer: str, context: Context) -> Meaning:
    number = _on_the_table(context)
    return Meaning("ticket_answer", value=f"{answer}:{number}" if number else answer)


def _on_the_table(context: Context) -> str | None:
    """Returns the number whose question was the last thing said."""
    offered = [payload for _, payload in context.offered]
    for number, _ in context.asked_tickets:
        if ticket_answer_payload("yes", number) in offered:
            return number
    return None
