"""What a mention may mean, and what several mentions mean together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from community.places.mentions import Mention
from community.places.model import NamedPlace, PlaceBook, PlaceKind, Why
from community.places.names import TargetKind
from community.places.numbers import number_near

UNKNOWN_NUMBER_FACTOR = 0.9
"""The building is not in the files: perhaps another estate is meant."""
NARROWING_ONLY = 0
"""Precision of a bare noun: 小学 narrows a village or a road, and is no place itself."""
_ACROSS = re.compile(r"[^,，。;；]{0,3}?(?:对过|对面|对门|马路对|路对)")
_PRECISION = {
    PlaceKind.LANDMARK: 3,
    PlaceKind.ESTATE: 3,
    PlaceKind.VILLAGE: 2,
    PlaceKind.ROAD: 1,
}


@dataclass(frozen=True, slots=True)
class Option:
    """One grid that a mention may mean, and by which place."""

    score: float
    place: NamedPlace | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """All grids that a mention may mean."""

    grids: Mapping[str, Option]
    why: Why
    precision: int = 0
    is_home: bool = False
    start: int = 0

    def lowered(self, limit: float) -> "Options":
        """Returns the same with scores of at most the limit."""
        grids = {
            grid: replace(option, score=min(option.score, limit))
            for grid, option in self.grids.items()
        }
        return replace(self, grids=grids)

    def within(self, grids: set[str]) -> "Options":
        """Returns only some of the grids."""
        kept = {grid: option for grid, option in self.grids.items() if grid in grids}
        return replace(self, grids=kept)


def options_of(
    mention: Mention,
    text: str,
    book: PlaceBook,
    scope: frozenset[str] | None,
) -> Options:
    """Returns the grids that one mention may mean.

    Args:
        mention: A name in the text.
        text: The normalised text, for numbers and 对过.
        book: All places.
        scope: Communities that the text names; they decide between namesakes.
    """
    grids: dict[str, Option] = {}
    precision = 0
    for place, score, fitting in _fitting(mention, text, book):
        for grid in fitting:
            if grid not in grids or grids[grid].score < score:
                grids[grid] = Option(score, place)
        precision = max(precision, _PRECISION[place.kind])
    for target in mention.targets:
        if target.kind is TargetKind.GRID:
            grids[target.id] = Option(mention.score)
            precision = 4
    if scope:
        inside = {g: o for g, o in grids.items() if book.grids[g].community in scope}
        outside = {} if mention.why is Why.NOUN else grids
        grids = inside or {
            g: replace(o, score=o.score * 0.75) for g, o in outside.items()
        }
    if mention.why is Why.NOUN:
        precision = NARROWING_ONLY
    return Options(grids, mention.why, precision, mention.is_home, mention.start)


def _fitting(
    mention: Mention, text: str, book: PlaceBook
) -> list[tuple[NamedPlace, float, frozenset[str]]]:
    """Returns places, scores and grids; those that have the number before the rest."""
    places = _places(mention, book)
    fitting = [(p, score, _grids(p, mention, text)) for p, score in places]
    with_number = [found for found in fitting if found[2]]
    return with_number or [
        (place, score * UNKNOWN_NUMBER_FACTOR, place.grids) for place, score in places
    ]


def _places(mention: Mention, book: PlaceBook) -> list[tuple[NamedPlace, float]]:
    found: list[tuple[NamedPlace, float]] = []
    for target in mention.targets:
        if target.place is not None:
            found.append((target.place, mention.score))
        elif target.kind is TargetKind.NOUN:
            found += [(p, 0.85) for p in book.places if p.noun == target.id]
    return found


def _grids(place: NamedPlace, mention: Mention, text: str) -> frozenset[str]:
    """Returns the grids of a place that fit the number or the side of the road."""
    if place.across and _ACROSS.match(text, mention.end):
        return frozenset({place.across})
    number = number_near(text, mention.start, mention.end, place.kind)
    if number is None:
        return place.grids
    return frozenset(part.grid for part in place.parts if part.has(number))


def combine(named: list[Options]) -> Options | None:
    """Returns what several mentions mean together.

    The more precise one leads; others narrow it where they can. Two that are as
    precise and contradict each other leave the choice to the resident.
    """
    away = [options for options in named if not options.is_home]
    order = sorted(away or named, key=lambda o: (-o.precision, len(o.grids), o.start))
    if not order or order[0].precision == NARROWING_ONLY:
        return None
    current = order[0]
    for other in order[1:]:
        common = set(current.grids) & set(other.grids)
        if common:
            current = current.within(common)
        elif other.precision == current.precision != NARROWING_ONLY:
            grids = {**other.grids, **current.grids}
            current = replace(current, grids=grids)
    return current
