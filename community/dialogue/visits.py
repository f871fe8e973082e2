"""Somebody shall come, or do an errand: for whom, with consent, and when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from community.payloads import intent_payload
from community.replies import Choice, Choices
from community.reports.answers import says_where

KIND = "visit"
"""Of the question about it, among those that the assistant asks."""
SELF, AGREED, UNASKED, UNTOLD = "self", "agreed", "unasked", "untold"
WHOM_WORDS = {
    SELF: "本人",
    AGREED: "家里人，本人愿意",
    UNASKED: "家里人，还没问过本人",
    UNTOLD: "没说清，去之前先问",
}
ANY_TIME = "都行"
_RELATIVE = re.compile(
    r"[俺我]?(?:家)?(?:老)?(妈|娘|母亲|爸|爹|父亲|大大|爷爷|奶奶|姥姥|姥爷|公公|婆婆|丈人|丈母娘|"
    r"老伴|对象|老头子?|老太太|儿子?|闺女|孩子|哥|弟|姐|妹|大爷|大娘|邻居|叔|婶|姑|姨|舅|亲戚)"
)
_SELF = re.compile(
    r"自己|本人|^(?:给)?[我俺](?:办|呗|啊|吧)?$|[我俺](?:一个人|腿|腰|眼|走|下不|出不|动不|瘫|病)"
)
_FOR_ME = re.compile(r"(?:[给帮陪替跟和扶送]|[上到来去])[我俺](?:们?家)?")
"""给俺量量血压, with nobody of the family named."""
_AGREED = re.compile(
    r"愿意|同意|答应|知道|[让叫][我俺]|说(?:中|行|好|可以)|商量(?:好|过)|^(?:中|行|好|对|是|嗯)"
)
_ONLY_YES = re.compile(r"(?:中|行|好|对|是|嗯|可以|[的了啊呀吧呗，。！ ])+")
_UNASKED = re.compile(
    r"没问|没说|没商量|不知道|还没|不清楚|得问|不(?:太)?(?:愿意|同意)"
)
_FRAIL = re.compile(
    r"[七八九6-9][十0-9][来多几]?[了岁]|腿脚|[腿腰眼耳](?:疼|不好|坏|花|聋)|走不|下不|出不|动不|起不来|一个人住|自己住"
)
_OTHERS = re.compile(r"[?？吗呢]$|[咋啥]|怎么|什么|补贴|津贴|待遇|办个|想办")
_WHEN = re.compile(
    r"[天周月号点日早晚午]|星期|礼拜|[啥什哪几]么?时候|随时|随便|都[行中可好]|有空|得空|你们?定|看着|"
    r"越?快|现在|马上|这会|赶紧|在家|有人|以后|过[几两]|^(?:中|行|好|可以)"
)
"""Words without which hardly anybody says when it suits."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known of the wish; kept between the questions."""

    words: str
    """What was said first."""
    item: str | None = None
    """Key of the service."""
    whom: str = ""
    """One of `WHOM_WORDS`, or the resident's own words."""
    relative: str = ""
    """Who it is for, in the resident's words, as far as the first message says."""
    when: str = ""
    place: str = ""
    contact: str = ""

    @classmethod
    def told(cls, words: str, item: str | None, place: str, contact: str) -> "Visit":
        """Takes what the first message says, so that it is not asked again."""
        relative = _RELATIVE.search(words)
        whom = ""
        if relative and _AGREED.search(words):
            whom = AGREED
        elif not relative and (_SELF.search(words) or _FOR_ME.search(words)):
            whom = SELF
        return cls(
            words,
            item,
            whom=whom,
            relative=relative.group(1) if relative else "",
            place=place,
            contact=contact,
        )

    @property
    def step(self) -> str | None:
        """What has to be asked next: `whom`, `when`, or nothing."""
        if not self.whom:
            return "whom"
        return None if self.when else "when"

    def description(self, name: str) -> str:
        """Returns what the ticket says."""
        whom = WHOM_WORDS.get(self.whom, self.whom)
        relative = f"（{self.relative}）" if self.relative else ""
        return (
            f"想请人上门或代办：{name}。给谁办：{whom}{relative}。方便的时候：{self.when}。"
            f"原话：{self.words}"
        )


def visit_of(question: Mapping[str, Any] | None) -> Visit | None:
    """Returns the wish that is being asked about, if one is."""
    if question is None or question.get("kind") != KIND:
        return None
    return Visit(**question["visit"])


def answers_visit(answer: str, question: Mapping[str, Any]) -> bool:
    """Tells whether a message may answer what is asked: for whom, or when.

    没动手 says neither; it is no consent of anybody.
    """
    visit = visit_of(question)
    if visit is None or visit.step is None:
        return False
    if tells_of_oneself(answer) or says_where(answer, ()):
        return True
    if visit.step == "when":
        return bool(_WHEN.search(answer))
    words = (_RELATIVE, _SELF, _AGREED, _UNASKED)
    return any(known.search(answer) for known in words)


def says_what(answer: str) -> str:
    """Tells what an answer fills, whatever was asked: `place`, `when`, or else `words`."""
    if any(known.search(answer) for known in (_RELATIVE, _SELF, _AGREED, _UNASKED)):
        return "words"
    if _WHEN.search(answer):
        return "when"
    return "place" if says_where(answer, ()) else "words"


def tells_of_oneself(answer: str) -> bool:
    """俺80多了 腿脚不好: whoever comes should know it, whatever was asked."""
    return bool(_FRAIL.search(answer)) and not _OTHERS.search(answer)


def whom_in(answer: str, relative: str = "") -> str:
    """Reads the answer to "for whom": a kind of `WHOM_WORDS`, else the words.

    Args:
        answer: What was said.
        relative: Who it is for, if known: then 中 is the consent that was asked about.
    """
    if not relative and _ONLY_YES.fullmatch(answer.strip()):
        return UNTOLD
    if _UNASKED.search(answer):
        return UNASKED
    if _SELF.search(answer) and not _RELATIVE.search(answer):
        return SELF
    return AGREED if _AGREED.search(answer) else answer[:40]


def visit_question(visit: Visit, name: str) -> Choices:
    """Returns the next question; at most two are asked."""
    if visit.step == "when":
        times = ("上午", "下午", ANY_TIME)
        choices = tuple(Choice(t, intent_payload("visit", f"when:{t}")) for t in times)
        return Choices("啥时候去方便？哪天、上午下午，说一句就行。", choices)
    if visit.relative:
        prompt = f"{name}：替家里人办，得他本人愿意。跟他说过了没？"
        titles = [(AGREED, "他愿意"), (UNASKED, "还没问他")]
    else:
        prompt = f"{name}：是给谁办？要是替家里人，他本人愿意不？"
        titles = [
            (SELF, "给我自己"),
            (AGREED, "替家里人，他愿意"),
            (UNASKED, "替家里人，还没问"),
        ]
    return Choices(
        prompt,
        tuple(Choice(t, intent_payload("visit", f"whom:{w}")) for w, t in titles),
    )
