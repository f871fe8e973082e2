"""From documents, whose shape a schema has checked, to places; and back."""

from collections.abc import Iterable, Mapping
from typing import Any

from community.places.model import (
    Community,
    Grid,
    NamedPlace,
    Part,
    PlaceBook,
    PlaceKind,
    Side,
    Street,
)
from community.places.numbers import parse_span, span_text


def parse_streets(document: Mapping[str, Any]) -> dict[str, Street]:
    """Reads `grids/streets.yml`."""
    return {
        doc["id"]: Street(doc["id"], doc["name"], tuple(doc.get("aliases", ())))
        for doc in document["streets"]
    }


def parse_book(
    streets: Mapping[str, Any], communities: Iterable[Mapping[str, Any]]
) -> PlaceBook:
    """Builds the book; references are checked afterwards, by `checks`.

    Raises:
        ValueError: A list of numbers is malformed.
    """
    found: dict[str, Community] = {}
    grids: dict[str, Grid] = {}
    places: list[NamedPlace] = []
    for doc in communities:
        community = Community(
            doc["id"], doc["name"], doc["street"], tuple(doc.get("aliases", ()))
        )
        found[community.id] = community
        for grid in doc["grids"]:
            grids[grid["id"]] = Grid(grid["id"], grid["name"], community.id)
        places += [_place(place, community.id) for place in doc["places"]]
    return PlaceBook(parse_streets(streets), found, grids, tuple(places))


def _place(doc: Mapping[str, Any], community: str) -> NamedPlace:
    parts = doc.get("parts") or [{"grid": doc["grid"]}]
    return NamedPlace(
        name=doc["name"],
        kind=PlaceKind(doc["kind"]),
        community=community,
        parts=tuple(_part(part, doc["name"]) for part in parts),
        aliases=tuple(doc.get("aliases", ())),
        noun=doc.get("noun", ""),
        across=doc.get("across", ""),
        namesake=doc.get("namesake", False),
    )


def _part(doc: Mapping[str, Any], name: str) -> Part:
    try:
        spans, labels = parse_span(str(doc.get("numbers", "")))
    except ValueError as err:
        raise ValueError(f"{name}: {err}") from err
    return Part(doc["grid"], spans, labels, Side(doc.get("side", "all")))


def community_document(community: Community, book: PlaceBook) -> dict[str, Any]:
    """Returns what `parse_book` reads, for one community."""
    head: dict[str, Any] = {
        "id": community.id,
        "name": community.name,
        "street": community.street,
    }
    if community.aliases:
        head["aliases"] = list(community.aliases)
    return {
        **head,
        "grids": [
            {"id": grid.id, "name": grid.name}
            for grid in book.grids.values()
            if grid.community == community.id
        ],
        "places": [
            _place_document(place)
            for place in book.places
            if place.community == community.id
        ],
    }


def _place_document(place: NamedPlace) -> dict[str, Any]:
    doc: dict[str, Any] = {"name": place.name, "kind": place.kind.value}
    if place.aliases:
        doc["aliases"] = list(place.aliases)
    for field in ("noun", "across"):
        if getattr(place, field):
            doc[field] = getattr(place, field)
    if place.namesake:
        doc["namesake"] = True
    only = place.parts[0]
    if len(place.parts) == 1 and only == Part(only.grid):
        doc["grid"] = only.grid
    else:
        doc["parts"] = [_part_document(part) for part in place.parts]
    return doc


def _part_document(part: Part) -> dict[str, Any]:
    doc: dict[str, Any] = {"grid": part.grid}
    if part.spans or part.labels:
        doc["numbers"] = span_text(part.spans, part.labels)
    if part.side is not Side.ALL:
        doc["side"] = part.side.value
    return doc
