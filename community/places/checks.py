"""Finds every contradiction in the places: each problem is said, not only the first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from shapely.geometry.base import BaseGeometry

from community.places.areas import Areas
from community.places.model import NamedPlace, Part, PlaceBook, PlaceKind, Side
from community.places.numbers import normalise


def check_book(book: PlaceBook) -> Iterator[str]:
    """Yields unknown references, names that are not unique and overlapping numbers."""
    for community in book.communities.values():
        if community.street not in book.streets:
            yield f"{community.id}: street {community.street!r} is unknown"
    for place in book.places:
        yield from _references(place, book)
        yield from _parts(place)
    yield from _names(book)
    yield from _roads(book)


def check_ids(documents: Iterable[tuple[str, Mapping[str, object]]]) -> Iterator[str]:
    """Yields ids that occur twice, which a built book cannot show.

    Args:
        documents: File name and document of each community.
    """
    seen: dict[str, str] = {}
    for name, document in documents:
        grids = document["grids"]
        assert isinstance(grids, list)
        for found in (document["id"], *(grid["id"] for grid in grids)):
            if found in seen:
                yield f"{name}: id {found!r} stands in {seen[found]} already"
            seen.setdefault(str(found), name)


def check_areas(
    book: PlaceBook,
    polygons: Mapping[str, BaseGeometry],
    outline: BaseGeometry | None,
) -> Iterator[str]:
    """Yields grids without a polygon, polygons without a grid, gaps and overlaps."""
    for grid in sorted(set(book.grids) - set(polygons)):
        yield f"grid {grid} has no polygon"
    for name in sorted(set(polygons) - set(book.grids)):
        yield f"the polygon {name} belongs to no grid"
    if polygons:
        yield from Areas(polygons).problems(outline)


def _references(place: NamedPlace, book: PlaceBook) -> Iterator[str]:
    for part in place.parts:
        grid = book.grids.get(part.grid)
        if grid is None:
            yield f"{place.community}: {place.name}: grid {part.grid!r} is unknown"
        elif grid.community != place.community:
            yield (
                f"{place.community}: {place.name}: grid {part.grid} belongs to"
                f" {grid.community}"
            )
    if place.across and place.across not in book.grids:
        yield f"{place.community}: {place.name}: grid {place.across!r} is unknown"


def _parts(place: NamedPlace) -> Iterator[str]:
    where = f"{place.community}: {place.name}"
    for one, other in combinations(place.parts, 2):
        if not (_is_numbered(one) and _is_numbered(other)):
            yield f"{where}: several parts, so each needs numbers or a side"
        elif _meet(one, other):
            yield f"{where}: {one.grid} and {other.grid} share numbers"


def _is_numbered(part: Part) -> bool:
    return bool(part.spans or part.labels or part.side is not Side.ALL)


def _meet(one: Part, other: Part) -> bool:
    """Tells whether two parts hold the same number."""
    if one.labels & other.labels:
        return True
    everything = ((0, 10_000),)
    sides = {part.side for part in (one, other)} - {Side.ALL}
    for low, high in one.spans or (() if one.labels else everything):
        for start, end in other.spans or (() if other.labels else everything):
            first, last = max(low, start), min(high, end)
            numbers = range(first, min(last, first + 1) + 1)
            if any(one.has(str(n)) and other.has(str(n)) for n in numbers):
                return True
            if len(sides) < 2 and first <= last:
                return True
    return False


def _names(book: PlaceBook) -> Iterator[str]:
    users: dict[str, list[str]] = defaultdict(list)
    places: dict[str, list[NamedPlace]] = defaultdict(list)
    for street in book.streets.values():
        for name in (street.name, *street.aliases):
            users[normalise(name)].append(f"street {street.id}")
    for community in book.communities.values():
        for name in (community.name, *community.aliases):
            users[normalise(name)].append(f"community {community.id}")
    for grid in book.grids.values():
        users[normalise(grid.name)].append(f"grid {grid.id}")
    for place in book.places:
        for name in place.names:
            users[normalise(name)].append(f"{place.community}: {place.name}")
            places[normalise(name)].append(place)
    for name, found in sorted(users.items()):
        if len(found) > 1 and not _may_share(found, places.get(name, [])):
            yield f"the name {name} is used by {' and '.join(found)}"


def _may_share(users: list[str], places: list[NamedPlace]) -> bool:
    """Roads cross communities; namesakes are marked as such on both sides."""
    if len(places) < len(users) or len({p.community for p in places}) < len(places):
        return False
    is_road = all(place.kind is PlaceKind.ROAD for place in places)
    return is_road or all(place.namesake for place in places)


def _roads(book: PlaceBook) -> Iterator[str]:
    """Yields stretches of one road, in different communities, that share numbers."""
    stretches: dict[str, list[NamedPlace]] = defaultdict(list)
    for place in book.places:
        if place.kind is PlaceKind.ROAD and not place.namesake:
            stretches[place.name].append(place)
    for name, found in stretches.items():
        for one, other in combinations(found, 2):
            pairs = [(a, b) for a in one.parts for b in other.parts if _meet(a, b)]
            for a, b in pairs:
                yield f"road {name}: {a.grid} and {b.grid} share numbers"
