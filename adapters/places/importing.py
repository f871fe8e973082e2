"""Brings a table and polygons into a content folder, or shows what would change."""

import difflib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from adapters.place_files import (
    AREAS,
    FOLDER,
    STREETS,
    community_yaml,
    parse_areas,
    read_places,
)
from adapters.places.table import Documents, decode, read_table
from adapters.roster_files import roster_of
from adapters.yaml_files import read_yaml
from community.errors import CatalogError
from community.places.coordinates import CoordinateSystem, gcj02_of

SCHEMA = "# yaml-language-server: $schema=../schema/{}.json\n"
DECIMALS = 6
"""About ten centimetres."""


@dataclass(slots=True)
class Import:
    """What an import would do."""

    problems: list[str] = field(default_factory=list)
    """Places that contradict each other; nothing is written."""
    owners: list[str] = field(default_factory=list)
    """Grids and units that nobody answers for."""
    changes: dict[str, str] = field(default_factory=dict)
    """New content by file name, below `grids/`."""
    difference: str = ""


def prepare(
    content_dir: Path,
    *,
    table: Path | None = None,
    areas: Path | None = None,
    system: CoordinateSystem | None = None,
) -> Import:
    """Checks what a content folder would be after an import, without changing it.

    Communities that the table does not name, and polygons that the file does not
    have, stay as they are.

    Args:
        content_dir: The content folder.
        table: CSV.
        areas: GeoJSON with a property `grid`.
        system: Of the GeoJSON's coordinates, where it does not say so itself.
    """
    result = Import()
    with tempfile.TemporaryDirectory() as name:
        draft = Path(name)
        for folder in (FOLDER, "schema", "staff"):
            if (content_dir / folder).is_dir():
                shutil.copytree(content_dir / folder, draft / folder)
        (draft / FOLDER).mkdir(exist_ok=True)
        try:
            if table is not None:
                _import_table(draft, table, result)
            if areas is not None:
                _import_areas(draft, areas, system, result)
        except (OSError, ValueError) as err:
            result.problems.append(str(err))
        if not result.problems:
            _check(draft, result)
        _compare(content_dir, draft, result)
    return result


def write(content_dir: Path, result: Import) -> None:
    """Writes what was prepared; each file is replaced as a whole."""
    folder = content_dir / FOLDER
    folder.mkdir(exist_ok=True)
    for name, text in result.changes.items():
        fresh = folder / f".{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / name)


def _check(draft: Path, result: Import) -> None:
    try:
        places = read_places(draft)
    except CatalogError as err:
        result.problems += err.problems
        return
    try:
        roster_of(draft, places)
    except CatalogError as err:
        result.owners += err.problems


def _import_table(draft: Path, table: Path, result: Import) -> None:
    found = read_table(decode(table.read_bytes()))
    result.problems += [f"{table.name}: {problem}" for problem in found.problems]
    if found.problems:
        return
    folder = draft / FOLDER
    _write_streets(folder / STREETS, found)
    for community_id, document in found.communities.items():
        if not community_id.replace("_", "").replace("-", "").isalnum():
            result.problems.append(f"{table.name}: {community_id!r} is no id")
            continue
        path = folder / f"{community_id}.yml"
        head = _head(path, "grid_community")
        path.write_text(head + community_yaml(_tidy(document)), encoding="utf-8")


def _tidy(document: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the document as it is written by hand: one part without numbers is a grid."""
    places = []
    for place in document["places"]:
        parts = place["parts"]
        is_whole = len(parts) == 1 and set(parts[0]) == {"grid"}
        rest = {key: value for key, value in place.items() if key != "parts"}
        places.append({**rest, **(parts[0] if is_whole else {"parts": parts})})
    return {**document, "places": places}


def _write_streets(path: Path, found: Documents) -> None:
    old = read_yaml(path) if path.is_file() else {"county": "", "streets": []}
    streets = {street["id"]: street for street in old["streets"]} | found.streets
    lines = [_head(path, "grid_streets")]
    county = json.dumps(found.county or old["county"], ensure_ascii=False)
    lines.append(f"county: {county}\nstreets:\n")
    for street in streets.values():
        fields = (
            f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in street.items()
        )
        lines.append(f"  - {{{', '.join(fields)}}}\n")
    path.write_text("".join(lines), encoding="utf-8")


def _head(path: Path, schema: str) -> str:
    """Returns the comments at the head of a file, so that an import keeps them."""
    if not path.is_file():
        return SCHEMA.format(schema)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith("#"))


def _import_areas(
    draft: Path, areas: Path, system: CoordinateSystem | None, result: Import
) -> None:
    document = json.loads(areas.read_text(encoding="utf-8"))
    if system is not None:
        document["coordinate_system"] = system.value
    polygons, outline, problems = _parsed(document)
    result.problems += [f"{areas.name}: {problem}" for problem in problems]
    path = draft / FOLDER / AREAS
    note = ""
    if path.is_file():
        old = json.loads(path.read_text(encoding="utf-8"))
        note = old.get("note", "")
        old_polygons, old_outline, _ = _parsed(old)
        polygons = {**old_polygons, **polygons}
        outline = outline or old_outline
    text = areas_json(polygons, outline, CoordinateSystem.WGS84, note)
    path.write_text(text, encoding="utf-8")


def _parsed(
    document: Any,
) -> tuple[dict[str, BaseGeometry], BaseGeometry | None, list[str]]:
    try:
        return parse_areas(document)
    except (KeyError, TypeError, AttributeError, ValueError) as err:
        problem = f"no GeoJSON with polygons, `grid` and a coordinate system: {err!r}"
        return {}, None, [problem]


def areas_json(
    polygons: Mapping[str, BaseGeometry],
    outline: BaseGeometry | None,
    system: CoordinateSystem,
    note: str = "",
) -> str:
    """Writes polygons, one a line; they are given in WGS-84."""
    features = [] if outline is None else [({"outline": "county"}, outline)]
    features += [({"grid": grid}, polygon) for grid, polygon in polygons.items()]
    head = {"type": "FeatureCollection", "note": note}
    head = {k: v for k, v in head.items() if v} | {"coordinate_system": system.value}
    lines = [
        f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)},"
        for k, v in head.items()
    ]
    body = ",\n".join(
        json.dumps(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {
                    "type": polygon.geom_type,
                    "coordinates": _placed(mapping(polygon)["coordinates"], system),
                },
            }
        )
        for properties, polygon in features
    )
    return "\n".join(["{", *lines, '"features": [', body, "]", "}"]) + "\n"


def _placed(coordinates: Any, system: CoordinateSystem) -> Any:
    if coordinates and isinstance(coordinates[0], int | float):
        longitude, latitude = coordinates[:2]
        if system is CoordinateSystem.GCJ02:
            latitude, longitude = gcj02_of(latitude, longitude)
        return [round(longitude, DECIMALS), round(latitude, DECIMALS)]
    return [_placed(item, system) for item in coordinates]


def _compare(content_dir: Path, draft: Path, result: Import) -> None:
    lines: list[str] = []
    for path in sorted((draft / FOLDER).iterdir()):
        old = content_dir / FOLDER / path.name
        before = old.read_text(encoding="utf-8") if old.is_file() else ""
        after = path.read_text(encoding="utf-8")
        if before == after:
            continue
        result.changes[path.name] = after
        lines += difflib.unified_diff(
            before.splitlines(),
            after.splitlines(),
            f"old/{FOLDER}/{path.name}",
            f"new/{FOLDER}/{path.name}",
            lineterm="",
            n=0,
        )
    result.difference = "\n".join(lines)
