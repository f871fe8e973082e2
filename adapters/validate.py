"""`python -m adapters.validate [FOLDER]`: reports every content problem at once."""

import sys
from pathlib import Path

from adapters.content_files import CatalogFiles
from adapters.deadline_files import load_deadlines
from adapters.phrase_files import check_phrases
from adapters.place_files import read_places
from adapters.roster_files import roster_of
from community.errors import CatalogError


def problems_of(root: Path) -> tuple[list[str], list[str]]:
    """Returns every problem of a content folder, and a summary of what is there."""
    problems: list[str] = []
    summary: list[str] = []
    try:
        catalog = CatalogFiles(root, with_examples=True).load()
    except CatalogError as err:
        problems += err.problems
    else:
        summary.append(f"{len(catalog.services)} services")
        summary.append(f"{len(catalog.matters)} matters")
        summary.append(f"version {catalog.version}")
        problems += check_phrases(root, catalog.matters)
    try:
        places = read_places(root)
        roster = roster_of(root, places)
    except CatalogError as err:
        problems += err.problems
    else:
        summary.append(f"{len(places.book.communities)} communities")
        summary.append(f"{len(places.book.grids)} grids")
        summary.append(f"{len(roster.staff)} staff")
    try:
        load_deadlines(root)
    except CatalogError as err:
        problems += err.problems
    return problems, summary


def main(argv: list[str]) -> int:
    """Prints `[ERROR] path: message` for each problem; exit code 1 if any."""
    root = Path(argv[0]) if argv else Path("catalog")
    problems, summary = problems_of(root)
    if problems:
        for problem in problems:
            sys.stderr.write(f"[ERROR] {problem}\n")
        sys.stderr.write(f"{len(problems)} problem(s) in {root}\n")
        return 1
    sys.stdout.write(f"{root}: {', '.join(summary)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
