"""Numbers of buildings, houses and groups, as they are said and as files list them."""

import re
import unicodedata

from community.places.model import PlaceKind

_DIGITS = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    "〇": 0,
    "两": 2,
    "俩": 2,
    "幺": 1,
}
_UNITS = {"十": 10, "百": 100}
_NUMERAL = re.compile(
    r"([零〇一二两俩三四五六七八九十百幺]{1,6})"
    r"(?=\s*(?:号|栋|幢|座|单元|组|小组|队|排|网格|楼|期))"
)
_SPOKEN = {
    PlaceKind.ESTATE: re.compile(
        r"(\d{1,3}|[A-Z])\s*(?:号楼|栋|幢|座|号|#|-\d+(?:-\d+)?)"
    ),
    PlaceKind.ROAD: re.compile(r"(\d{1,4})\s*号(?!楼)"),
    PlaceKind.VILLAGE: re.compile(r"(\d{1,2})\s*(?:小?组|队|排)"),
}

_CORRECTED = re.compile(r"不对|不是|错了|哦不|应该是")
"""Between two numbers: the second one is meant."""


def normalise(text: str) -> str:
    """Returns a text in plain width, capital letters, with digits for numbers.

    Only numbers before a counting word become digits, so that names such as 三里桥
    stay what they are.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = re.sub(r"(?<=[\u4e00-\u9fff0-9])[ \t]+(?=[\u4e00-\u9fff0-9])", "", plain)
    return _NUMERAL.sub(_in_digits, plain)


def as_said(text: str, words: str) -> str:
    """Returns the part of a text whose normal form the words are; else the words."""
    if words in text:
        return words
    starts = [at for at in range(len(text)) if normalise(text[at:]).startswith(words)]
    if not starts:
        return words
    start = starts[-1]
    ends = range(start + 1, len(text) + 1)
    return next(
        (text[start:end] for end in ends if normalise(text[start:end]) == words), words
    )


def _in_digits(match: re.Match[str]) -> str:
    value = chinese_number(match.group(1))
    return match.group(1) if value is None else str(value)


def chinese_number(text: str) -> int | None:
    """Returns the value of a numeral below 1,000; `None` where it is none.

    Digits that are read out one by one (一二八) count as such.
    """
    if not set(text) & set(_UNITS):
        if len(text) == 1 or len(text) > 2:
            return int("".join(str(_DIGITS[char]) for char in text))
        return None  # 三四 means three or four
    total, digit = 0, None
    for char in text:
        if char in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
        elif digit is not None and digit != 0:
            return None
        else:
            digit = _DIGITS[char]
    return total + (digit or 0)


def number_near(text: str, start: int, end: int, kind: PlaceKind) -> str | None:
    """Returns the number that goes with a mention: what follows it, else before it."""
    pattern = _SPOKEN.get(kind)
    if pattern is None:
        return None
    after = list(pattern.finditer(text, end))
    match = after[0] if after else pattern.search(text[:start])
    if match is None:
        return None
    for later in after[1:]:
        if _CORRECTED.search(text, match.end(), later.start()):
            match = later
    found = match.group(1)
    return str(int(found)) if found.isdigit() else found


def parse_span(text: str) -> tuple[tuple[tuple[int, int], ...], frozenset[str]]:
    """Reads `1-12,15,A`: spans of numbers, and letters.

    Raises:
        ValueError: It is not such a list.
    """
    spans: list[tuple[int, int]] = []
    labels: set[str] = set()
    for piece in filter(None, (p.strip().upper() for p in text.split(","))):
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", piece)
        if match is not None:
            low = int(match.group(1))
            high = int(match.group(2) or low)
            if high < low:
                raise ValueError(f"{piece} runs backwards")
            spans.append((low, high))
        elif re.fullmatch(r"[A-Z]", piece):
            labels.add(piece)
        else:
            raise ValueError(f"{piece!r} is no number, span or letter")
    return tuple(spans), frozenset(labels)


def span_text(
    spans: tuple[tuple[int, int], ...], labels: frozenset[str], joint: str = "-"
) -> str:
    """Writes what `parse_span` reads."""
    numbers = [
        str(low) if low == high else f"{low}{joint}{high}" for low, high in spans
    ]
    return ",".join([*numbers, *sorted(labels)])
