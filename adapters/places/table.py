"""Places as one flat table, for a spreadsheet: rows of CSV, and back to documents."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from community.places import NamedPlace, Part, PlaceBook, PlaceKind, Side
from community.places.numbers import span_text

COLUMNS = (
    "kind", "id", "name", "parent", "aliases", "grid", "numbers", "side", "noun",
    "across", "namesake",
)  # fmt: skip
UNITS = ("county", "street", "community", "grid")
KINDS = (*UNITS, *(kind.value for kind in PlaceKind))
_MANY = ";"
_YES = {
    "1": True,
    "yes": True,
    "是": True,
    "": False,
    "0": False,
    "no": False,
    "否": False,
}
Row = Mapping[str, str]


@dataclass(slots=True)
class Documents:
    """What a table says, in the shape of the content files."""

    county: str = ""
    streets: dict[str, dict[str, Any]] = field(default_factory=dict)
    communities: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def decode(data: bytes) -> str:
    """Reads the bytes of a spreadsheet's CSV: UTF-8, or what Chinese Excel writes.

    Raises:
        ValueError: It is neither.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("the file is neither UTF-8 nor GB18030 text")


def read_table(text: str) -> Documents:
    """Reads a table; every problem names its line."""
    found = Documents()
    reader = csv.DictReader(io.StringIO(text))
    unknown = set(reader.fieldnames or ()) - set(COLUMNS)
    missing = {"kind", "name"} - set(reader.fieldnames or ())
    found.problems += [
        f"column {name!r} is unknown" for name in sorted(map(str, unknown))
    ]
    found.problems += [f"column {name!r} is missing" for name in sorted(missing)]
    if found.problems:
        return found
    rows = [
        (
            reader.line_num,
            {k: (v or "").strip() for k, v in row.items() if k in COLUMNS},
        )
        for row in reader
    ]
    for units_only in (True, False):
        for line, row in rows:
            if (row["kind"] in UNITS) == units_only:
                problem = _take(row, found)
                found.problems += [f"line {line}: {problem}"] if problem else []
    return found


def _take(row: Row, found: Documents) -> str | None:
    """Takes a row into the documents; returns what is wrong with it."""
    kind = row["kind"]
    if kind not in KINDS:
        return f"kind {kind!r} is unknown, use one of {', '.join(KINDS)}"
    if not row["name"]:
        return "the name is empty"
    if kind == "county":
        found.county = row["name"]
        return None
    if kind == "street":
        return _take_street(row, found)
    if kind == "community":
        return _take_community(row, found)
    community = found.communities.get(row.get("parent", ""))
    if community is None:
        return f"parent {row.get('parent')!r} is no community of this table"
    if kind == "grid":
        community["grids"].append({"id": row.get("id", ""), "name": row["name"]})
        return None
    return _take_place(row, community)


def _take_street(row: Row, found: Documents) -> str | None:
    if row.get("id", "") in found.streets:
        return f"street {row['id']!r} stands in the table already"
    found.streets[row.get("id", "")] = _named(row)
    return None


def _take_community(row: Row, found: Documents) -> str | None:
    if row.get("id", "") in found.communities:
        return f"community {row['id']!r} stands in the table already"
    named = _named(row)
    found.communities[row.get("id", "")] = {
        **named,
        "street": row.get("parent", ""),
        "grids": [],
        "places": [],
    }
    return None


def _named(row: Row) -> dict[str, Any]:
    named: dict[str, Any] = {"id": row.get("id", ""), "name": row["name"]}
    if row.get("aliases"):
        named["aliases"] = _split(row["aliases"])
    return named


def _take_place(row: Row, community: dict[str, Any]) -> str | None:
    """Adds a place; more rows of one name are its parts."""
    part = {"grid": row.get("grid", "")}
    for name in ("numbers", "side"):
        if row.get(name):
            part[name] = row[name]
    namesake = _YES.get(row.get("namesake", "").lower())
    if namesake is None:
        return f"namesake {row['namesake']!r} is neither yes nor no"
    for place in community["places"]:
        if (place["name"], place["kind"]) == (row["name"], row["kind"]):
            place["parts"].append(part)
            return None
    place = {"name": row["name"], "kind": row["kind"], "parts": [part]}
    if row.get("aliases"):
        place["aliases"] = _split(row["aliases"])
    for name in ("noun", "across"):
        if row.get(name):
            place[name] = row[name]
    if namesake:
        place["namesake"] = True
    community["places"].append(place)
    return None


def _split(text: str) -> list[str]:
    pieces = text.replace("；", _MANY).replace("、", _MANY).split(_MANY)
    return [piece.strip() for piece in pieces if piece.strip()]


def write_table(book: PlaceBook, county: str) -> str:
    """Writes what `read_table` reads."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_rows(book, county))
    return out.getvalue()


def _rows(book: PlaceBook, county: str) -> Iterator[dict[str, str]]:
    yield {"kind": "county", "name": county}
    for street in book.streets.values():
        yield _unit("street", street.id, street.name, "", street.aliases)
    for community in book.communities.values():
        yield _unit(
            "community",
            community.id,
            community.name,
            community.street,
            community.aliases,
        )
        for grid in book.grids.values():
            if grid.community == community.id:
                yield _unit("grid", grid.id, grid.name, community.id, ())
        for place in book.places:
            if place.community == community.id:
                yield from (_place(place, part) for part in place.parts)


def _unit(
    kind: str, unit_id: str, name: str, parent: str, aliases: Iterable[str]
) -> dict[str, str]:
    return {
        "kind": kind,
        "id": unit_id,
        "name": name,
        "parent": parent,
        "aliases": _MANY.join(aliases),
    }


def _place(place: NamedPlace, part: Part) -> dict[str, str]:
    return {
        "kind": place.kind.value,
        "name": place.name,
        "parent": place.community,
        "aliases": _MANY.join(place.aliases),
        "grid": part.grid,
        "numbers": span_text(part.spans, part.labels),
        "side": "" if part.side is Side.ALL else part.side.value,
        "noun": place.noun,
        "across": place.across,
        "namesake": "yes" if place.namesake else "",
    }
