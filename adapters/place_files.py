"""Places in a content folder: `grids/streets.yml`, a file a community, the polygons."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from adapters.document_files import DocumentReader
from community.places import Areas, CoordinateSystem, Gazetteer, PlaceBook, polygon_of
from community.places.checks import check_areas, check_book, check_ids
from community.places.parse import community_document, parse_book

FOLDER = "grids"
STREETS = "streets.yml"
AREAS = "areas.geojson"
FIELDS_IN_ORDER = (
    "name", "kind", "aliases", "noun", "across", "namesake", "grid", "parts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlaceFiles:
    """What a content folder says about places."""

    book: PlaceBook
    polygons: Mapping[str, BaseGeometry]
    """By grid, in WGS-84."""
    outline: BaseGeometry | None
    county: str
    """Name of the county."""

    def gazetteer(self) -> Gazetteer:
        """Builds the indexes."""
        return Gazetteer(self.book, Areas(self.polygons))


EMPTY = PlaceFiles(PlaceBook({}, {}, {}, ()), {}, None, "")


def place_paths(content_dir: Path) -> list[Path]:
    """Returns the files that `read_places` reads."""
    folder = content_dir / FOLDER
    return sorted([*folder.glob("*.yml"), *folder.glob("*.geojson")])


def read_places(content_dir: Path) -> PlaceFiles:
    """Reads and checks everything; a folder without `grids/` has no places.

    A county without polygons is not asked for them; with some, every grid needs one.

    Raises:
        CatalogError: Every problem of every file, each `path: message`.
    """
    if not (content_dir / FOLDER).is_dir():
        return EMPTY
    reader = DocumentReader(content_dir)
    streets = reader.read(f"{FOLDER}/{STREETS}", "grid_streets")
    documents: list[tuple[str, Any]] = []
    for path in sorted((content_dir / FOLDER).glob("*.yml")):
        if path.name != STREETS:
            name = f"{FOLDER}/{path.name}"
            documents.append((name, reader.read(name, "grid_community")))
    polygons, outline = _read_areas(reader)
    reader.raise_problems()
    book = _book(reader, streets, documents)
    reader.raise_problems(f"{FOLDER}: {p}" for p in check_book(book))
    if (content_dir / FOLDER / AREAS).is_file():
        reader.raise_problems(
            f"{FOLDER}/{AREAS}: {p}" for p in check_areas(book, polygons, outline)
        )
    return PlaceFiles(book, polygons, outline, streets["county"])


def _book(
    reader: DocumentReader, streets: Any, documents: list[tuple[str, Any]]
) -> PlaceBook:
    order = [street["id"] for street in streets["streets"]]
    documents = sorted(
        documents,
        key=lambda d: (d[1]["street"] not in order, d[1]["street"], d[0]),
    )
    reader.raise_problems(check_ids(documents))
    try:
        return parse_book(streets, [document for _, document in documents])
    except ValueError as err:
        reader.raise_problems([f"{FOLDER}: {err}"])
        raise


def _read_areas(
    reader: DocumentReader,
) -> tuple[dict[str, BaseGeometry], BaseGeometry | None]:
    if not (reader.root / FOLDER / AREAS).is_file():
        return {}, None
    name = f"{FOLDER}/{AREAS}"
    document = reader.read(name, "grid_areas")
    if document is None:
        return {}, None
    polygons, outline, problems = parse_areas(document)
    reader.problems += [f"{name}: {problem}" for problem in problems]
    return polygons, outline


def parse_areas(
    document: Mapping[str, Any],
) -> tuple[dict[str, BaseGeometry], BaseGeometry | None, list[str]]:
    """Reads a feature collection: polygons by grid, the outline, and every problem."""
    system = CoordinateSystem(document["coordinate_system"])
    polygons: dict[str, BaseGeometry] = {}
    outline: BaseGeometry | None = None
    problems: list[str] = []
    for number, feature in enumerate(document["features"], start=1):
        properties = feature["properties"]
        grid = properties.get("grid")
        try:
            polygon = polygon_of(feature["geometry"], system)
        except ValueError as err:
            problems.append(f"feature {number} ({grid or 'outline'}): {err}")
            continue
        if grid is None:
            outline = polygon
        elif grid in polygons:
            problems.append(f"feature {number}: grid {grid} has a polygon already")
        else:
            polygons[grid] = polygon
    return polygons, outline, problems


def write_community(path: Path, community_id: str, book: PlaceBook) -> None:
    """Writes a community's file; the comment at the head of an old one is kept."""
    community = book.communities[community_id]
    head = "# yaml-language-server: $schema=../schema/grid_community.json\n"
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        comments = [line for line in lines if line.startswith("#")]
        head = "".join(comments) or head
    document = community_document(community, book)
    path.write_text(head + community_yaml(document), encoding="utf-8")


def community_yaml(document: Mapping[str, Any]) -> str:
    """Writes one place a line, so that a difference shows what was changed."""
    lines = [
        f"{key}: {_flow(document[key])}"
        for key in ("id", "name", "street", "aliases")
        if key in document
    ]
    lines.append("grids:")
    lines += [f"  - {_flow(grid)}" for grid in document["grids"]]
    lines.append("places:" if document["places"] else "places: []")
    lines += [f"  - {_flow(_in_order(place))}" for place in document["places"]]
    return "\n".join(lines) + "\n"


def _in_order(place: Mapping[str, Any]) -> dict[str, Any]:
    return {field: place[field] for field in FIELDS_IN_ORDER if field in place}


def _flow(value: Any) -> str:
    """Writes flow YAML: text in quotes, plain keys."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
