"""`python -m adapters.places import|export|locate|evaluate`: the gazetteer for operators."""

import argparse
import sys
from pathlib import Path

from adapters.place_files import read_places
from adapters.places.evaluation import errors, evaluate, summary
from adapters.places.importing import areas_json, prepare, write
from adapters.places.table import write_table
from adapters.settings import Settings
from community.errors import CatalogError
from community.places import CoordinateSystem, PlaceMatch, is_sure

SYSTEMS = [system.value for system in CoordinateSystem]
BOM = "\ufeff"
"""Excel reads UTF-8 only behind it."""


def main(argv: list[str]) -> int:
    """Runs one command; exit code 1 if it found a problem, 2 for a wrong call."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except CatalogError as err:
        return _complain(err.problems, f"in {options.folder}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m adapters.places")
    parser.add_argument(
        "--folder", type=Path, help="content folder; default: CONTENT_DIR"
    )
    commands = parser.add_subparsers(required=True)

    bring = commands.add_parser("import", help="check files, show what they change")
    bring.add_argument("--csv", type=Path, help="table of units and places")
    bring.add_argument("--geojson", type=Path, help="polygons with a property `grid`")
    bring.add_argument("--system", choices=SYSTEMS, help="of the GeoJSON's coordinates")
    bring.add_argument("--write", action="store_true", help="write; else only show")
    bring.add_argument(
        "--without-owners",
        action="store_true",
        help="write although grids have no staff yet; `make validate` will complain",
    )
    bring.set_defaults(run=_import)

    give = commands.add_parser("export", help="write the places as CSV and GeoJSON")
    give.add_argument("--csv", type=Path)
    give.add_argument("--geojson", type=Path)
    give.add_argument("--system", choices=SYSTEMS, default=SYSTEMS[1])
    give.set_defaults(run=_export)

    find = commands.add_parser("locate", help="say which grid a place is in")
    find.add_argument("text", nargs="?", default="")
    find.add_argument("--community", help="where the resident lives")
    find.add_argument("--at", metavar="LATITUDE,LONGITUDE", type=_point)
    find.add_argument("--system", choices=SYSTEMS, default=SYSTEMS[0])
    find.add_argument("--scene", help="of a code, such as grid:fengzheng-01")
    find.set_defaults(run=_locate)

    judge = commands.add_parser("evaluate", help="measure against expected places")
    judge.add_argument("files", nargs="+", type=Path)
    judge.add_argument("--errors", action="store_true", help="list what went wrong")
    judge.set_defaults(run=_evaluate)
    return parser


def _point(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = map(float, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError("expected two numbers and a comma") from None
    return latitude, longitude


def _folder(options: argparse.Namespace) -> Path:
    if options.folder is None:
        options.folder = Settings.from_env().content_dir
    return Path(options.folder)


def _import(options: argparse.Namespace) -> int:
    if options.csv is None and options.geojson is None:
        return _complain(["name a file with --csv or --geojson"], "in the call", code=2)
    folder = _folder(options)
    system = CoordinateSystem(options.system) if options.system else None
    result = prepare(folder, table=options.csv, areas=options.geojson, system=system)
    if result.problems:
        return _complain(result.problems, "found; nothing was written")
    sys.stdout.write(result.difference + "\n" if result.difference else "")
    n_files = len(result.changes)
    if result.owners and not options.without_owners:
        return _complain(result.owners, "found with staff; nothing was written")
    if not options.write:
        sys.stdout.write(f"{n_files} file(s) would change; --write changes them\n")
        return 0
    write(folder, result)
    sys.stdout.write(f"{n_files} file(s) changed in {folder}\n")
    return 0


def _export(options: argparse.Namespace) -> int:
    if options.csv is None and options.geojson is None:
        return _complain(["name a file with --csv or --geojson"], "in the call", code=2)
    places = read_places(_folder(options))
    if options.csv is not None:
        table = BOM + write_table(places.book, places.county)
        options.csv.write_text(table, encoding="utf-8", newline="")
    if options.geojson is not None:
        system = CoordinateSystem(options.system)
        text = areas_json(places.polygons, places.outline, system)
        options.geojson.write_text(text, encoding="utf-8")
    return 0


def _locate(options: argparse.Namespace) -> int:
    gazetteer = read_places(_folder(options)).gazetteer()
    latitude, longitude = options.at or (None, None)
    matches = gazetteer.locate(
        options.text,
        latitude=latitude,
        longitude=longitude,
        system=CoordinateSystem(options.system),
        scene=options.scene,
        community=options.community,
    )
    verdict = "sure" if is_sure(matches) else "asks" if matches else "unknown"
    sys.stdout.write(f"{verdict}\n" + "".join(map(_line, matches)))
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    gazetteer = read_places(_folder(options)).gazetteer()
    judged = evaluate(gazetteer, options.files)
    sys.stdout.write(errors(judged) if options.errors else "")
    sys.stdout.write(summary(judged))
    return 0


def _line(match: PlaceMatch) -> str:
    grid = match.grid or f"desk:{match.community}"
    return f"  {grid}\t{match.name}\t{match.score:.2f}\t{match.why.value}\n"


def _complain(problems: list[str], where: str, *, code: int = 1) -> int:
    for problem in problems:
        sys.stderr.write(f"[ERROR] {problem}\n")
    sys.stderr.write(f"{len(problems)} problem(s) {where}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
