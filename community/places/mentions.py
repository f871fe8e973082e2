"""Finds the names that a message mentions, as written or as they sound."""

import re
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from community.places.model import PlaceKind, Why
from community.places.names import (
    GENERIC,
    MIN_SOUND_CHARS,
    NameIndex,
    Target,
    TargetKind,
)
from community.places.sounds import FOLDED_COST, WRONG_COST, nearest, sound_cost

MAX_TEXT_CHARS = 200
"""A place is named within the first sentences; more would only cost time."""
NEAR_CUTOFF = 72
"""Of rapidfuzz, 0 to 100, on sounds: what is below is not looked at closely."""
NEAR_SHARE = NEAR_CUTOFF / (200 - NEAR_CUTOFF)
"""Sounds of a name that a text must hold to reach the cutoff with a part of it."""
NEAR_LIMIT = 12
MAX_NEAR_COST_SHARE = 0.26
"""One wrong character in four; a name of three must not have any."""
NEAR_SCORE = 0.78
"""At most, for names with a wrong character: such a match is always asked."""

_NUMBER_FOLLOWS = re.compile(
    r"(?:那边|那儿|的|里)?(?:\d{1,3}|[A-Z])(?:号楼|栋|幢|座|#|-\d)"
)
_NEGATED = re.compile(r"(?:不是|不在|没在|不叫|别记成)[^,，。;；]{0,2}$")
_HOME = re.compile(r"(?:家?住在?|家在|老家)[^,，。;；]{0,3}$")
_PASSED = re.compile(r"(?:去|到|往|从|路过|经过)[^,，。;；]{0,2}$")
_DIRECTION = "前后东西南北大小新老上下中外"
_NO_DIRECTION = re.compile(
    r"(?:[以之最]后|[以之]前|[门楼房屋路院河桥](?:前|后|上|下|外|东|西|南|北)|[东西]西|俺老|"
    r"[往朝向]?[东西南北前后]边|老是|大家|[往去]下|[地底以]下|[晚早马街]上|出外)$"
)
_LONGER = re.compile(
    r"(?:\d+|[一二三四五])期|[东西南北]区|[东西南北]院|宿舍|小区|家属院|花园|家园|新村|公寓"
)
"""What makes another place of a name: 蝴蝶花园二期, 老车站宿舍."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One name in a text."""

    start: int
    end: int
    targets: tuple[Target, ...]
    score: float
    why: Why
    is_home: bool = False
    """Where the speaker lives, or passes by; another mention comes before it."""


def mentions_in(text: str, index: NameIndex) -> list[Mention]:
    """Returns the names in a normalised text, in order; the longest of overlapping ones.

    Names with a wrong or missing character are looked for only where no place was
    found as it is written or as it sounds.
    """
    text = text[:MAX_TEXT_CHARS]
    sounds = index.encode(text)
    found = _longest(_written_or_sounding(text, sounds, index))
    if not any(_names_a_place(mention) for mention in found):
        found = _longest([*found, *_near(text, sounds, index)])
    kept = [_in_context(m, text) for m in found if not _NEGATED.search(text[: m.start])]
    return sorted(kept, key=lambda mention: mention.start)


def _names_a_place(mention: Mention) -> bool:
    kinds = (TargetKind.PLACE, TargetKind.GRID)
    return any(target.kind in kinds for target in mention.targets)


def _written_or_sounding(text: str, sounds: str, index: NameIndex) -> list[Mention]:
    found: list[Mention] = []
    for start, (char, sound) in enumerate(zip(text, sounds, strict=True)):
        for length in index.lengths_from(char, sound):
            end = start + length
            if end > len(text):
                continue
            mention = _written(text, start, end, index)
            if mention is None:
                mention = _sounding(text, sounds, start, end, index)
            if mention is not None:
                found.append(mention)
    return found


def _written(text: str, start: int, end: int, index: NameIndex) -> Mention | None:
    targets = tuple(
        target
        for target in index.targets.get(text[start:end], ())
        if not target.needs_number or _NUMBER_FOLLOWS.match(text, end)
    )
    if not targets:
        return None
    best = max(target.score for target in targets)
    why = Why.NOUN if targets[0].kind is TargetKind.NOUN else Why.NAME
    return Mention(start, end, targets, best, why)


def _sounding(
    text: str, sounds: str, start: int, end: int, index: NameIndex
) -> Mention | None:
    said = text[start:end]
    costs = {
        name: sound_cost(said, name)
        for name in index.by_sound.get(sounds[start:end], ())
        if _shares_writing(said, name)
    }
    if not costs:
        return None
    least = min(costs.values())
    targets = tuple(
        target
        for name, cost in costs.items()
        if cost <= least + 0.5
        for target in index.targets[name]
        if target.score == 1.0
    )
    score = 1.0 - 0.4 * least / (end - start)
    return Mention(start, end, targets, score, Why.SOUND)


def _shares_writing(said: str, name: str) -> bool:
    """Tells whether at least one character is as written; of a short name, the last.

    Ordinary words sound like short names: 里人想 like 泥人巷.
    """
    if len(name) <= MIN_SOUND_CHARS:
        return said[-1] == name[-1]
    return any(one == other for one, other in zip(said, name, strict=True))


def _near(text: str, sounds: str, index: NameIndex) -> list[Mention]:
    """Returns names that have a character wrong, missing or too many."""
    near = process.extract(
        sounds,
        index.sounding_near(sounds, NEAR_SHARE),
        scorer=fuzz.partial_ratio,
        score_cutoff=NEAR_CUTOFF,
        limit=NEAR_LIMIT,
    )
    found: list[Mention | None] = []
    for encoded, _, _ in near:
        place = fuzz.partial_ratio_alignment(sounds, encoded)
        if place is None:
            continue
        first = max(0, place.src_start - 1)
        piece = text[first : place.src_end + 1]
        found += [
            _near_name(piece, first, name, index) for name in index.by_sound[encoded]
        ]
    return [mention for mention in found if mention is not None]


def _near_name(piece: str, first: int, name: str, index: NameIndex) -> Mention | None:
    """Looks closely at the piece of text where a name seems to be."""
    window = nearest(piece, name)
    share = window.cost / len(name)
    said = piece[window.start : window.end]
    if share > MAX_NEAR_COST_SHARE or not said:
        return None
    special = index.special[name]
    wrong = nearest(said, special).cost
    if wrong >= WRONG_COST and not _is_slip(said, name, special, wrong):
        return None
    targets = tuple(t for t in index.targets[name] if t.score == 1.0)
    score = NEAR_SCORE - share - wrong / len(special) / 4
    return Mention(first + window.start, first + window.end, targets, score, Why.SOUND)


def _is_slip(said: str, name: str, special: str, wrong: float) -> bool:
    """Tells whether what makes a name special has one slip; 小区 alone is nothing special.

    Of two characters one must stand in its place, and nothing may be missing.
    """
    if len(special) > 2:
        return wrong < WRONG_COST + FOLDED_COST
    in_place = any(one == other for one, other in zip(said, special, strict=False))
    return len(said) == len(name) and in_place and said[:2] not in GENERIC


def _longest(mentions: list[Mention]) -> list[Mention]:
    """Keeps the longest of overlapping mentions; of equal spans, all that are as good."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, -m.score, m.start)):
        twin = next((k for k in kept if _same_span(k, mention)), None)
        if twin is not None and twin.score - mention.score < 0.1:
            kept.remove(twin)
            targets = dict.fromkeys((*twin.targets, *mention.targets))
            kept.append(replace(twin, targets=tuple(targets)))
        elif not any(k.start < mention.end and mention.start < k.end for k in kept):
            kept.append(mention)
    return kept


def _same_span(one: Mention, other: Mention) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def _in_context(mention: Mention, text: str) -> Mention:
    """Lowers a mention whose neighbours say that it may be another place, or no target."""
    before, after = text[: mention.start], text[mention.end :]
    score = mention.score
    if _LONGER.match(after) or (_is_village(mention) and _points_elsewhere(before)):
        score = min(score, 0.75)
    is_home = bool(_HOME.search(before) or _PASSED.search(before))
    return replace(mention, score=score, is_home=is_home)


def _is_village(mention: Mention) -> bool:
    return any(
        target.place is not None and target.place.kind is PlaceKind.VILLAGE
        for target in mention.targets
    )


def _points_elsewhere(before: str) -> bool:
    """Tells whether a direction precedes a name: 前麦穗庄 is not 麦穗庄."""
    return (
        before[-1:] in _DIRECTION and bool(before) and not _NO_DIRECTION.search(before)
    )
