"""Finds and masks personal numbers, for logs, training data and shared texts.

A telephone, ID or card number is found in any way of writing it: with spaces or
dashes, full-width, or dictated in Chinese digits. Hotlines, years and amounts stay.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any


class PrivateKind(str, Enum):
    """What a private span is; the values are entity names where there is one."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    CARD = "card_number"
    PERSON = "person"
    ROOM = "room"


MARKS: Mapping[PrivateKind, str] = {
    PrivateKind.PHONE: "〔电话〕",
    PrivateKind.ID_NUMBER: "〔身份证〕",
    PrivateKind.CARD: "〔卡号〕",
    PrivateKind.PERSON: "〔姓名〕",
    PrivateKind.ROOM: "〔门牌〕",
}
"""What stands in place of each kind."""

MIN_DIGITS = 7
"""Shortest number that is private: a local telephone."""
MAX_DIGITS = 19
"""Longest number that is private: a bank card."""


@dataclass(frozen=True, slots=True)
class PrivateSpan:
    """A private stretch of a text, positions in code points."""

    start: int
    end: int
    kind: PrivateKind
    digits: str = ""
    """The number in plain digits, for kinds that are numbers."""


_WRITTEN = {
    "0": "0０零〇○洞",
    "1": "1１一幺么壹",
    "2": "2２二两贰",
    "3": "3３三叁",
    "4": "4４四肆",
    "5": "5５五伍",
    "6": "6６六陆",
    "7": "7７七柒拐",
    "8": "8８八捌",
    "9": "9９九玖勾",
}
DIGIT_OF: Mapping[str, str] = {
    written: digit for digit, forms in _WRITTEN.items() for written in forms
}
"""Every way to write one digit; 幺, 洞, 拐 and 勾 are how digits are dictated."""

_DIGIT = f"[{''.join(DIGIT_OF)}]"
# 四个零 stands for 0000 when a number is dictated.
_SYMBOL = re.compile(rf"(?:([2-8二两三四五六七八])个)?({_DIGIT})")
_GAP = r"[\s\-—–－‐·.．,，/／_杠()（）]"
_RUN = re.compile(rf"{_SYMBOL.pattern}(?:{_GAP}{{0,3}}{_SYMBOL.pattern}){{4,}}")
_CHECK_X = re.compile(r"[\s\-－]?[XxＸｘ×叉](?![A-Za-z])")
_LOOSE_GAP = re.compile(r"[,，/／]")

_MOBILE = re.compile(r"(?:(?:00)?86)?(1[3-9]\d{9})")
_MOBILE_AT_END = re.compile(r"1[3-9]\d{9}$")
_TELEPHONE = re.compile(r"(?=\d{10})(?:0|(?:86)?1[3-9])")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d\d)[2-9]\d{6,7}")
_ID_18 = re.compile(
    r"[1-8]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dX]"
)
_ID_15 = re.compile(r"[1-8]\d{7}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}")
_SERVICE_NUMBER = re.compile(r"(?:[48]00\d{7}|95\d{3,6}|96\d{3,4}|12\d{3})")

_SAYS_ID = re.compile(r"(?:身份证?|证号|(?<![A-Za-z])ID)\D{0,8}$", re.IGNORECASE)
_SAYS_PHONE = re.compile(
    r"(?:电话|手机|座机|联系方式|打给|拨打|tel|phone)(?!费|单)\D{0,6}$", re.IGNORECASE
)
_SAYS_CARD = re.compile(r"(?:卡号?|账号|帐号|存折)\D{0,6}$")
_PREFIX = re.compile(r"(?:[+＋]\s?86|(?<!\d)0086|(?<!\d)86|[(（])[\s\-－]?$")
_COUNTED = re.compile(r"\s?(?:号楼|[栋幢元块度万%％]|单元|公里|平)")
_CONTEXT_CHARS = 16


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits that are written without a gap."""

    start: int
    end: int
    digits: str
    is_dictated: bool


def private_numbers(text: str) -> list[PrivateSpan]:
    """Returns telephone, ID and card numbers in the order of the text."""
    return [span for run in _RUN.finditer(text) for span in _in_run(text, run)]


def mask(text: str, spans: Iterable[PrivateSpan] = ()) -> str:
    """Replaces personal numbers, and the given spans, by fixed marks.

    Args:
        text: What a person wrote; masked text comes back unchanged.
        spans: Persons, rooms and the like, as found by the entity extractor.
    """
    pieces: list[str] = []
    position = 0
    for start, end, kind in _joined([*private_numbers(text), *spans]):
        pieces += [text[position:start], MARKS[kind]]
        position = end
    return "".join([*pieces, text[position:]])


def without_id_numbers(text: str) -> str:
    """Returns a text without ID numbers, which no report and no answer needs."""
    found = [s for s in private_numbers(text) if s.kind is PrivateKind.ID_NUMBER]
    for span in reversed(found):
        text = text[: span.start] + text[span.end :]
    return text


def private_spans(entities: Iterable[Mapping[str, Any]]) -> list[PrivateSpan]:
    """Returns the private ones among the entities of a parse record."""
    names = {kind.value for kind in PrivateKind}
    return [
        PrivateSpan(entity["start"], entity["end"], PrivateKind(entity["entity"]))
        for entity in entities
        if entity.get("entity") in names
    ]


def _joined(spans: Iterable[PrivateSpan]) -> Iterator[tuple[int, int, PrivateKind]]:
    """Yields disjoint stretches; overlapping ones become one, so nothing leaks."""
    ordered = sorted(spans, key=lambda span: (span.start, -span.end))
    current: tuple[int, int, PrivateKind] | None = None
    for span in ordered:
        if current is not None and span.start < current[1]:
            current = (current[0], max(current[1], span.end), current[2])
            continue
        if current is not None:
            yield current
        current = (span.start, span.end, span.kind)
    if current is not None:
        yield current


def _in_run(text: str, run: "re.Match[str]") -> Iterator[PrivateSpan]:
    groups = _groups(text, run.start(), run.end())
    if sum(len(group.digits) for group in groups) < MIN_DIGITS:
        return
    taken: list[PrivateSpan] = []
    windows = _windows(groups)
    # What is a number by its own form goes before what only the context makes one.
    for by_context in (False, True):
        for first, last in windows:
            window = groups[first:last]
            if by_context and len(window) not in (1, len(groups)):
                continue
            start, end = window[0].start, window[-1].end
            if any(start < span.end and span.start < end for span in taken):
                continue
            is_whole = len(window) == len(groups)
            span = _classified(text, window, is_whole=is_whole, by_context=by_context)
            if span is not None:
                taken.append(span)
    yield from sorted(taken, key=lambda span: span.start)


def _groups(text: str, start: int, end: int) -> list[_Group]:
    groups: list[_Group] = []
    for symbol in _SYMBOL.finditer(text, start, end):
        times, digit = symbol.groups()
        digits = DIGIT_OF[digit] * (int(DIGIT_OF[times]) if times else 1)
        dictated = not digit.isdecimal()
        if groups and groups[-1].end == symbol.start():
            last = groups.pop()
            digits = last.digits + digits
            dictated = dictated or last.is_dictated
            groups.append(_Group(last.start, symbol.end(), digits, dictated))
        else:
            groups.append(_Group(symbol.start(), symbol.end(), digits, dictated))
    check = _CHECK_X.match(text, end)
    if check is not None and _may_end_with_x(groups):
        last = groups.pop()
        groups.append(
            _Group(last.start, check.end(), last.digits + "X", last.is_dictated)
        )
    return groups


def _may_end_with_x(groups: Sequence[_Group]) -> bool:
    """Only an ID ends with an X; one digit too few or too many is a slip."""
    total = 0
    for group in reversed(groups):
        total += len(group.digits)
        if 16 <= total <= 18:
            return True
    return False


def _windows(groups: Sequence[_Group]) -> list[tuple[int, int]]:
    """Returns neighbouring groups that may be one number, most likely first.

    A number without gaps is trusted before one with gaps, and 138 0000 1234 before
    any other grouping, so that a room before a number is not taken into it.
    """
    found: list[tuple[int, int, int]] = []
    for first in range(len(groups)):
        digits = ""
        for last in range(first, min(len(groups), first + MAX_DIGITS)):
            digits += groups[last].digits
            if first == last and len(digits) >= MIN_DIGITS:
                found.append((0, first, last + 1))
            if len(digits) > MAX_DIGITS:
                break
            if first < last and (len(digits) >= 14 or _TELEPHONE.match(digits)):
                sizes = tuple(len(g.digits) for g in groups[first : last + 1])
                found.append((1 if sizes == (3, 4, 4) else 2, first, last + 1))
    # Of equally trusted windows the longer goes first: an ID before a part of it.
    found.sort(key=lambda window: (window[0], window[1], -window[2]))
    return [(first, last) for _, first, last in found]


def _classified(
    text: str, window: Sequence[_Group], *, is_whole: bool, by_context: bool
) -> PrivateSpan | None:
    start, end = window[0].start, window[-1].end
    digits = "".join(group.digits for group in window)
    if len(window) > 1 and not _is_one_number(text, window, is_whole=is_whole):
        return None
    before = text[max(0, start - _CONTEXT_CHARS) : start]
    if by_context:
        kind = _kind_by_context(digits, before)
    else:
        kind = _kind(digits, before, n_groups=len(window))
    if kind is PrivateKind.PHONE and _COUNTED.match(text, end):
        return None
    if kind is None:
        return _dictated_mobile(window) if by_context else None
    start -= _prefix_chars(before, text[start:end])
    return PrivateSpan(start, end, kind, digits)


def _prefix_chars(before: str, number: str) -> int:
    """Returns the length of +86, or of the bracket before an area code."""
    prefix = _PREFIX.search(before)
    if prefix is None:
        return 0
    is_closed = ")" in number or "）" in number
    return len(prefix.group()) if is_closed or "86" in prefix.group() else 0


def _is_one_number(text: str, window: Sequence[_Group], *, is_whole: bool) -> bool:
    sizes = [len(group.digits) for group in window]
    gaps = [text[left.end : right.start] for left, right in pairwise(window)]
    if any(_LOOSE_GAP.search(gap) for gap in gaps):
        return min(sizes) >= 3
    if min(sizes) >= 3 or max(sizes) == 1:
        return True
    is_date = sizes[0] == 4 and sizes[1] <= 2
    return is_whole and not is_date


def _kind(digits: str, before: str, *, n_groups: int) -> PrivateKind | None:
    size = len(digits)
    if _ID_18.fullmatch(digits) or _ID_15.fullmatch(digits):
        return PrivateKind.ID_NUMBER
    if 14 <= size <= 19 and _SAYS_ID.search(before):
        return PrivateKind.ID_NUMBER
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return PrivateKind.PHONE
    if not digits.isdecimal() or not 16 <= size <= 19:
        return None
    return PrivateKind.CARD if n_groups == 1 or digits[0] in "34569" else None


def _kind_by_context(digits: str, before: str) -> PrivateKind | None:
    """Reads numbers that only the words before them tell apart."""
    size = len(digits)
    if not digits.isdecimal() or size > MAX_DIGITS:
        return None
    if size >= 12 and _SAYS_CARD.search(before):
        return PrivateKind.CARD
    is_said = size <= 12 and _SAYS_PHONE.search(before) is not None
    if is_said and not _SERVICE_NUMBER.fullmatch(digits):
        return PrivateKind.PHONE
    return None


def _dictated_mobile(window: Sequence[_Group]) -> PrivateSpan | None:
    """Finds 五零二幺三八…: a room and a mobile number dictated in one breath."""
    group = window[0]
    if len(window) > 1 or not group.is_dictated:
        return None
    match = _MOBILE_AT_END.search(group.digits)
    is_spelled_out = group.end - group.start == len(group.digits)
    if match is None or not is_spelled_out:
        return None
    return PrivateSpan(
        group.start + match.start(), group.end, PrivateKind.PHONE, match.group()
    )
