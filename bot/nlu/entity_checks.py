"""What a spaCy pattern cannot say: word borders, neighbours, ordinary words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, Optional, Sequence

from bot.nlu.entity_patterns import KNOWN_ALONE, PLACE_CHARS
from bot.nlu.entity_symbols import Span, Symbols
from bot.nlu.entity_words import (
    BREAK_WORDS,
    COMPOUND_SURNAMES,
    GENERIC_NAMES,
    GIVEN,
    MIDDLE_ONLY,
    NOT_AFTER_OLD,
    NOT_BEFORE,
    NOT_GIVEN,
    NOT_IN_NAMES,
    NOT_PERSONS,
    PLACE_NAME_END,
    PREFIX_CHARS,
    RARE_SURNAMES,
    SURE_TRIGGERS,
    TRIGGERS,
)

MAX_NAME_CHARS = 4
"""Longest name of an estate or village before its ending."""


@dataclass(frozen=True)
class Candidate:
    """A possible entity; positions in code points."""

    entity: str
    start: int
    end: int
    rule: str = ""


Check = Callable[[Symbols, Candidate], Optional[Candidate]]

_QUANTITY_BEFORE = re.compile(r"(?:[这那哪每几共第盖拆买了]|有|一共|总共)$")
_QUANTITY_AFTER = re.compile(r"楼(?![下上前后顶门道梯东西南北内里]|\d)")
_MEASURE_AFTER = re.compile(
    r"[元块度斤人天年个米平分号万千路点月]|\d|[一二三四五六七八九零]"
)
_PREFIXED = re.compile(r"[.\d/:：A-Za-z_-]$")
_WORD = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z]+")
_PLACE_NAME = re.compile(rf".*(?:{PLACE_NAME_END})")
_ORDINAL = re.compile("[一二三四五六七八九十几两]+")
_COUNTS = tuple("一二两三四五几每各上前这那哪")
_ASKED = "找叫和跟给问让是请喊"
_TRIGGER = re.compile(
    "(" + "|".join(sorted(TRIGGERS, key=len, reverse=True)) + r")(的|是|叫)?[：:，, ]*$"
)
_AFTER_NAME = re.compile(
    r"\s|(?:$|[，,。；;、（(：:！!？?]|家|说|的|欠|占|和|跟|与|在|住|他们|老人|电话|手机|"
    r"身份证|反映|投诉|报|\d|先生|女士)"
)
_NAME_CLOSES = re.compile(r"\s*(?:$|[，,。；;、（(住])")
_AFTER_SHORT_NAME = re.compile(
    r"\s*(?:[（(，, ：:]*(?:电话|手机|联系|身份证|\d)|家[的在里占欠漏违]|[说欠]|在楼|住)"
)
_TEXT_START = re.compile(r"(?:^|[，,。；;、！!？?：:\s）)])$")
AFTER_PERSON = "家给去他她和的说在来就"
"""What may stand after a name without a border in the tokenizer's eyes."""


def _building(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    before, after = _around(symbols, found)
    value = symbols.text[found.start : found.end]
    if _PREFIXED.search(before) and not re.search(r"[\s,，]$", before):
        return None
    if value.endswith(("栋", "幢")) and (
        _QUANTITY_BEFORE.search(before) or _QUANTITY_AFTER.match(after)
    ):
        return None
    if value.endswith(("#", "＃")) and not re.match(
        r"[\d一二三四五六七八九东西-]", after
    ):
        return None
    return found


def _unit(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    before, _ = _around(symbols, found)
    return None if _QUANTITY_BEFORE.search(before) else found


def _room(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    before, _ = _around(symbols, found)
    return None if _PREFIXED.search(before) else found


def _flat(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    _, after = _around(symbols, found)
    value = symbols.text[found.start : found.end].rstrip()
    if not value.endswith(("室", "房", "户")) and _MEASURE_AFTER.match(after):
        return None
    return found


def _triple(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    """3-2-501, not a date, a code or a score."""
    match = re.search(r"[\d\s—－–/-]+$", symbols.text[: found.end])
    first = match.start() if match else found.start
    before = symbols.text[:first]
    numbers = re.findall(r"\d+", symbols.text[first:])[:3]
    if re.search(r"[A-Za-z.:：]\s*$|[码单]是?$", before) or len(numbers) < 3:
        return None
    is_year = len(numbers[2]) == 4 and numbers[2].startswith(("19", "20"))
    return None if is_year and int(numbers[0]) <= 12 else found


def _month(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    """一月 alone is as often "each month"."""
    return None if symbols.text[found.start : found.end] == "一月" else found


def _season(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    _, after = _around(symbols, found)
    return None if re.match(r"\s?\d+岁|[一二三四五六七八九十]+岁", after) else found


def _spell(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    """A bare span of time counts after 堵了, or before 没清."""
    before, after = _around(symbols, found)
    if symbols.text[found.start] == "几":
        return None
    if re.match(r"\s*(?:没|不|还没|，|,|。|$)", after) and not re.search(
        r"[第满限每差]$", before
    ):
        return found
    return found if re.search(r"[了有过]$", before) and after[:1] != "级" else None


def _title(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    """张姐, but not 门卫大爷 or 于总是."""
    text = symbols.text
    last_start, last_end = symbols.word_at(found.end - 1)
    goes_on = last_end > found.end and last_start > found.start
    if goes_on and text[found.end] not in AFTER_PERSON:
        return None
    if text[found.start : found.start + 2] in NOT_PERSONS:
        return None
    if text[found.start] == "任" and text[found.start - 1 : found.start] in _COUNTS:
        return None
    if text[found.start] in RARE_SURNAMES and found.start not in symbols.edges:
        return found if text[found.start - 1] in _ASKED + "里" else None
    return found


def _named_title(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    """康有德大爷."""
    value = symbols.text[found.start : found.end]
    is_name = value[1] in GIVEN and value[2] in GIVEN and _may_be_given(value[1:3])
    if not is_name or value[:2] in NOT_PERSONS or value[0] in RARE_SURNAMES:
        return None
    return found if found.start in symbols.edges else None


def _nick(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    """老张, 小李; not 小区, 小石头, 老毛病."""
    text = symbols.text
    if text[found.start + 1] in NOT_AFTER_OLD:
        return None
    if text[found.start + 1 : found.start + 3] in NOT_PERSONS:
        return None
    word_start, _ = symbols.word_at(found.start)
    if word_start < found.start and text[found.start - 1] not in _ASKED:
        return None
    last_start, word_end = symbols.word_at(found.end - 1)
    goes_on = word_end > found.end and last_start < found.end
    return None if goes_on and text[found.end] not in AFTER_PERSON else found


def _full(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    text = symbols.text
    value = "".join(text[found.start : found.end].split())
    surname = value[:2] if value[:2] in COMPOUND_SURNAMES else value[0]
    given = value[len(surname) :]
    if not given or not _may_be_given(given):
        return None
    trigger = _TRIGGER.search(text[max(0, found.start - 12) : found.start])
    if trigger is not None:
        return _introduced(symbols, found, given, trigger.group(1))
    if len(surname) == 2:
        return found if all(char in GIVEN for char in given) else None
    return _bare(symbols, found, value, given)


def _may_be_given(given: str) -> bool:
    in_middle = given[0] in MIDDLE_ONLY and len(given) == 2
    rest = given[1:] if in_middle else given
    return not any(char in NOT_GIVEN for char in rest)


def _introduced(
    symbols: Symbols, found: Candidate, given: str, trigger: str
) -> Optional[Candidate]:
    value = symbols.text[found.start : found.end]
    if trigger not in SURE_TRIGGERS and value[:2] in NOT_PERSONS:
        return None
    if trigger in SURE_TRIGGERS:
        is_name = given[-1] in GIVEN or found.end in symbols.edges
        is_word = value[:2] in NOT_PERSONS and not _NAME_CLOSES.match(
            symbols.text[found.end :]
        )
        return found if is_name and not is_word else None
    is_name = given[-1] in GIVEN and value[:2] not in NOT_PERSONS
    return found if is_name and _ends_cleanly(symbols, found) else None


def _bare(
    symbols: Symbols, found: Candidate, value: str, given: str
) -> Optional[Candidate]:
    text = symbols.text
    after = text[found.end :]
    if value[:2] in NOT_PERSONS or any(char not in GIVEN for char in given):
        return None
    if found.start not in symbols.edges:
        return None
    at_start = _TEXT_START.search(text[: found.start]) is not None
    if len(given) == 1:
        follows = _AFTER_SHORT_NAME.match(after) is not None
        return found if at_start and follows else None
    if not _ends_cleanly(symbols, found):
        return None
    if value[0] in RARE_SURNAMES or given[0] in MIDDLE_ONLY:
        return found if at_start and _AFTER_NAME.match(after) else None
    return found


def _ends_cleanly(symbols: Symbols, found: Candidate) -> bool:
    """Tells whether no other word begins inside the name and goes on after it."""
    start, end = symbols.word_at(found.end - 1)
    return end <= found.end or start <= found.start or end - found.end > 2


def _place(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    named = _named(symbols, found)
    if named is None:
        return None
    name = _name_of(symbols, named, found)
    is_generic = name in GENERIC_NAMES or any(char in NOT_IN_NAMES for char in name)
    return None if is_generic else named


def _place_char(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    """后岭村; the ending must close a word, and the word must be a name."""
    text = symbols.text
    ending, before = text[found.start], text[found.start - 1 : found.start]
    is_closed = (
        found.start + 1 in symbols.edges
        or text[found.start + 1 : found.start + 2] == "口"
        or (ending == "街" and text[found.start + 1 : found.start + 2] == "上")
        or before == "庄"
    )
    if not is_closed or not before or before in NOT_BEFORE.get(ending, ""):
        return None
    named = _place(symbols, found)
    if named is None:
        return None
    name = _name_of(symbols, named, found)
    if len(name) == 1 and ending in "村庄" and name in "前后东西南北":
        return named
    if len(name) < 2 or _ORDINAL.fullmatch(name) or name[-1] == ending:
        return None
    return named


def _public(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    """东关社区, but not 咨询社区."""
    named = _named(symbols, found)
    if named is None:
        return None
    name = _name_of(symbols, named, found)
    is_name = _PLACE_NAME.fullmatch(name) and name not in GENERIC_NAMES
    return named if is_name else None


def _landmark(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    named = _public(symbols, found)
    if named is not None:
        return named
    value = symbols.text[found.start : found.end]
    return found if value in KNOWN_ALONE else None


def _beside(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    return _public(symbols, found) or found


def _name_of(symbols: Symbols, named: Candidate, found: Candidate) -> str:
    return symbols.text[named.start : found.start]


def _named(symbols: Symbols, found: Candidate) -> Optional[Candidate]:
    """Extends an ending to the left by the words of its name."""
    text = symbols.text
    start = symbols.word_at(found.start)[0]
    if text[start : found.start] in BREAK_WORDS:
        start = found.start
    while start > 0:
        word_start, word_end = symbols.word_at(start - 1)
        word = text[word_start:word_end]
        is_long = found.start - start >= 2
        if is_long and (len(word) > 1 or found.start - word_start > MAX_NAME_CHARS):
            break
        is_name = word not in BREAK_WORDS or word in PREFIX_CHARS
        if is_long and word in PLACE_CHARS:
            break
        if not _WORD.fullmatch(word) or not is_name or len(word) > MAX_NAME_CHARS:
            break
        start = word_start
    if start == found.start:
        return None
    return Candidate(found.entity, start, found.end, found.rule)


CHECKS: Dict[str, Check] = {
    "building": _building,
    "unit": _unit,
    "room": _room,
    "flat": _flat,
    "triple": _triple,
    "month": _month,
    "season": _season,
    "spell": _spell,
    "title": _title,
    "named_title": _named_title,
    "nick": _nick,
    "full": _full,
    "place": _place,
    "place_char": _place_char,
    "public": _public,
    "landmark": _landmark,
    "beside": _beside,
}
"""By the name of a pattern."""

_PRIORITY = ("room", "unit", "building", "time", "person", "address")


def checked(symbols: Symbols, found: Iterable[Candidate]) -> List[Candidate]:
    """Drops what only looks like an entity."""
    kept = (CHECKS[c.rule](symbols, c) if c.rule else c for c in found)
    return [candidate for candidate in kept if candidate is not None]


def disjoint(found: Sequence[Candidate], taken: Sequence[Span]) -> List[Candidate]:
    """Keeps the longest of overlapping candidates, in the order of the text."""
    kept: List[Candidate] = []
    used = list(taken)
    order = sorted(
        found, key=lambda c: (c.start - c.end, _PRIORITY.index(c.entity), c.start)
    )
    for candidate in order:
        if all(candidate.end <= s or candidate.start >= e for s, e in used):
            kept.append(candidate)
            used.append((candidate.start, candidate.end))
    return _joined_addresses(sorted(kept, key=lambda c: c.start))


def _joined_addresses(found: Sequence[Candidate]) -> List[Candidate]:
    joined: List[Candidate] = []
    for candidate in found:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.entity == candidate.entity == "address"
            and last.end == candidate.start
        ):
            joined[-1] = Candidate("address", last.start, candidate.end)
            continue
        joined.append(candidate)
    return joined


def _around(symbols: Symbols, found: Candidate) -> List[str]:
    return [symbols.text[: found.start], symbols.text[found.end :]]
