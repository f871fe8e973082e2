"""What happened to a family, and what helps: `catalog/situations.yml`.

A wording is written as residents say it. `*` stands for a few characters without a stop,
a name in braces for the words of `WORDS`: `{elder}{when}走了` is 俺爹上个月走了.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_COUNT = r"[0-9一二两三四五六七八九十半几]+"
_ELDER = (
    r"大大|娘|妈|母亲|爸|爹|父亲|爷爷?|奶奶?|姥[姥爷娘]?|公公|婆婆|老?丈人|丈母娘|岳[父母]|老伴|老头子?|老太太?|"
    r"老爷子|老公|丈夫|男人|对象|爱人|那口子|老人|老两口|大爷|大娘|哥|弟|姐|妹|叔|婶|姑|姨|舅"
)
_CHILD = r"孩子?|娃|儿子?|闺女|女儿|妮子?|孙子?|孙女"
WORDS: Mapping[str, str] = {
    "elder": rf"(?:{_ELDER})",
    "child": rf"(?:{_CHILD})",
    "family": rf"(?:{_ELDER}|{_CHILD}|老婆|媳妇)",
    "when": (
        rf"(?:去年|前年|今年|上个?月|这个?月|上个?(?:星期|周|礼拜)|昨[天晚儿]|大?前[天几日]|前{_COUNT}天|今[天早儿晚]|刚刚?|才|"
        rf"已经|突然|忽然|也|都|就|早|又|是|因病|得病|生病|在家|在医院|半夜|夜里|[，, ]|{_COUNT}月份?|"
        rf"{_COUNT}(?:多)?个?(?:天|年|月|星期|周|礼拜)(?:前|多|了)*)*"
    ),
    "old": (
        r"(?:(?:[6-9]\d|1[01]\d)|[六七八九]十[一二三四五六七八九多来]*)"
        r"(?!\d|小时|分|斤|块|元|号|万|个|楼|栋|平|天|%)(?:多|来)?岁?"
    ),
}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PERSON_FIRST = re.compile(r"\{(elder|child|family)\}")
_GAP = r"[^，。,.！!？?；;]{0,8}?"
_END = r"[了的啊呀呢吧。！! ]*"


@dataclass(frozen=True, slots=True)
class Situation:
    """What happened to somebody, and the items that help."""

    id: str
    name: str
    kind_word: str
    """Said first, before choices and before an answer; may be empty."""
    say: str
    """Leads to the choices."""
    items: tuple[str, ...]
    """Keys of services and matters, the likeliest first."""
    told: tuple[re.Pattern[str], ...]
    """How residents tell it."""
    rests: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    """Whom the message before must name, and the words that tell the rest of it."""
    unless: tuple[re.Pattern[str], ...]
    """Words with which it is something else."""

    def is_told_in(self, text: str, before: str = "") -> bool:
        """Tells whether a message tells this, if need be with the one before.

        Args:
            text: The message.
            before: The message before: somebody is named there, 走了 follows.
        """
        if any(words.search(text) for words in self.unless):
            return False
        if any(words.search(text) for words in self.told):
            return True
        return any(
            whom.search(before) and rest.fullmatch(text.strip())
            for whom, rest in self.rests
        )


def situation_in(
    text: str, before: str, situations: Iterable[Situation]
) -> Situation | None:
    """Returns the first situation that a message tells."""
    return next((s for s in situations if s.is_told_in(text, before)), None)


def unknown_words(wording: str) -> list[str]:
    """Returns the names in braces that stand for nothing."""
    return [name for name in PLACEHOLDER.findall(wording) if name not in WORDS]


def parse_situations(doc: Mapping[str, Any]) -> tuple[Situation, ...]:
    """Builds the situations of `catalog/situations.yml`, in file order."""
    return tuple(
        Situation(
            id=s["id"],
            name=s["name"],
            kind_word=s.get("kind_word", ""),
            say=s["say"],
            items=tuple(s["items"]),
            told=tuple(re.compile(_pattern(w)) for w in s["wordings"]),
            rests=tuple(_rest(w) for w in s["wordings"] if _PERSON_FIRST.match(w)),
            unless=tuple(re.compile(_pattern(w)) for w in s.get("unless", ())),
        )
        for s in doc["situations"]
    )


def _rest(wording: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Splits a wording after the person it begins with."""
    person = _PERSON_FIRST.match(wording)
    whom = person.group(1) if person else "family"
    rest = wording[person.end() :] if person else wording
    when = WORDS["when"]
    words = f"(?:[他她]|人)?{when}{_pattern(rest).removesuffix('了')}{_END}{when}{_END}"
    return re.compile(WORDS[whom]), re.compile(words)


def _pattern(wording: str) -> str:
    """Returns the pattern of a wording; unknown names are left to `checks`."""
    pieces = re.split(r"(\*|\{\w+\})", wording)
    return "".join(
        _GAP
        if piece == "*"
        else WORDS.get(piece[1:-1], "")
        if piece.startswith("{")
        else re.escape(piece)
        for piece in pieces
    )
