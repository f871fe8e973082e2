"""`python -m adapters.validate [FOLDER]`: reports every catalogue problem at once."""

import sys
from pathlib import Path

from adapters.content_files import CatalogFiles
from community.errors import CatalogError


def main(argv: list[str]) -> int:
    """Prints `[ERROR] path: message` for each problem; exit code 1 if any."""
    root = Path(argv[0]) if argv else Path("catalog")
    try:
        catalog = CatalogFiles(root, with_examples=True).load()
    except CatalogError as err:
        for problem in err.problems:
            sys.stderr.write(f"[ERROR] {problem}\n")
        sys.stderr.write(f"{len(err.problems)} problem(s) in {root}\n")
        return 1
    sys.stdout.write(
        f"{root}: {len(catalog.services)} services, {len(catalog.matters)} matters,"
        f" version {catalog.version}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
