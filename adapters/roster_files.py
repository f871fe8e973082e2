"""Gazetteer and roster from the content folder, loaded again when a file changes."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.deadline_files import HOLIDAYS, load_calendar
from adapters.document_files import DocumentReader, Watched
from adapters.place_files import PlaceFiles, place_paths, read_places
from community.places import Gazetteer
from community.roster_parse import parse_hours, parse_roster
from community.staff import Roster

FOLDER = "staff"
HOURS = "hours.yml"


def load_gazetteer(content_dir: Path) -> Gazetteer:
    """Reads `grids/`.

    Raises:
        CatalogError: Every problem, each `path: message`.
    """
    return read_places(content_dir).gazetteer()


def load_roster(content_dir: Path) -> Roster:
    """Reads `staff/`, and `grids/` for the units; no such folder, no staff.

    Raises:
        CatalogError: Every problem, each `path: message`.
    """
    return roster_of(content_dir, read_places(content_dir))


def roster_of(content_dir: Path, places: PlaceFiles) -> Roster:
    """Reads `staff/` for places that were read already.

    Raises:
        CatalogError: Every problem, each `path: message`.
    """
    is_workday = load_calendar(content_dir).is_workday
    if not (content_dir / FOLDER).is_dir():
        return Roster(is_workday=is_workday)
    reader = DocumentReader(content_dir)
    hours = reader.read(f"{FOLDER}/{HOURS}", "staff_hours")
    documents: list[tuple[str, Any]] = []
    for path in _paths(content_dir):
        if path.name != HOURS:
            name = f"{FOLDER}/{path.name}"
            documents.append((name, reader.read(name, "staff_unit")))
    reader.raise_problems()
    roster, problems = parse_roster(
        places.book, places.county, parse_hours(hours), documents
    )
    reader.raise_problems(problems)
    return replace(roster, is_workday=is_workday, version=_version(content_dir))


def _paths(content_dir: Path) -> list[Path]:
    return sorted((content_dir / FOLDER).glob("*.yml"))


def _version(content_dir: Path) -> str:
    digest = hashlib.sha256()
    for path in (*place_paths(content_dir), *_paths(content_dir)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class RosterFiles:
    """Gazetteer and roster of a content folder; both are cheap to ask for."""

    def __init__(self, content_dir: Path, *, check_every_s: float = 1.0) -> None:
        """Nothing is read yet.

        Args:
            content_dir: The content folder.
            check_every_s: How often the files' times are looked at.
        """
        self._places = Watched(
            lambda: load_gazetteer(content_dir),
            lambda: place_paths(content_dir),
            name="places",
            check_every_s=check_every_s,
        )
        self._roster = Watched(
            lambda: load_roster(content_dir),
            lambda: [
                *place_paths(content_dir),
                *_paths(content_dir),
                *content_dir.glob(HOLIDAYS),
            ],
            name="roster",
            check_every_s=check_every_s,
        )

    def gazetteer(self) -> Gazetteer:
        """Returns the places as the files say now; a broken edit changes nothing.

        Raises:
            CatalogError: The first load failed.
        """
        return self._places.current()

    def roster(self) -> Roster:
        """Returns staff and weekly duty as the files say now, without run-time changes.

        Raises:
            CatalogError: The first load failed.
        """
        return self._roster.current()
