"""Documents of a content folder: read, checked against their schema, watched."""

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

import jsonschema
import structlog

from adapters.yaml_files import read_yaml
from community.errors import CatalogError

logger = structlog.get_logger()
T = TypeVar("T")


class DocumentReader:
    """Reads YAML and JSON below a root and collects every problem."""

    def __init__(self, root: Path) -> None:
        """Schemas are taken from `schema/` below the root.

        Args:
            root: The content folder.
        """
        self.root = root
        self.problems: list[str] = []
        self._schemas: dict[str, Any] = {}

    def read(self, name: str, schema: str) -> Any:
        """Returns a document; `None`, with the problems noted, where it is unusable."""
        path = self.root / name
        try:
            document = _read_json(path) if path.suffix != ".yml" else read_yaml(path)
        except CatalogError as err:
            self.problems += err.problems
            return None
        errors = list(self._validator(schema).iter_errors(document))
        for error in errors:
            where = ".".join(str(part) for part in error.absolute_path)
            self.problems.append(f"{name}: {where or '(top)'}: {_short(error)}")
        return None if errors else document

    def raise_problems(self, more: Iterable[str] = ()) -> None:
        """Ends the reading.

        Raises:
            CatalogError: There was any problem; all are listed.
        """
        self.problems += more
        if self.problems:
            raise CatalogError(self.problems)

    def _validator(self, schema: str) -> Any:
        if schema not in self._schemas:
            path = self.root / "schema" / f"{schema}.json"
            self._schemas[schema] = jsonschema.Draft7Validator(
                json.loads(path.read_text(encoding="utf-8"))
            )
        return self._schemas[schema]


def _short(error: Any) -> str:
    message = str(error.message)
    return message if len(message) <= 200 else f"{message[:200]}…"


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise CatalogError([f"{path}: cannot be read as JSON: {err}"]) from err


class Watched(Generic[T]):
    """What was loaded from files; loaded again when one of them changes."""

    def __init__(
        self,
        load: Callable[[], T],
        paths: Callable[[], Iterable[Path]],
        *,
        name: str,
        check_every_s: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is read yet.

        Args:
            load: Reads everything; raises `CatalogError`.
            paths: The files it reads.
            name: For the log.
            check_every_s: How often the files' times are looked at.
            monotonic: Clock in seconds, for tests.
        """
        self._load = load
        self._paths = paths
        self._name = name
        self._check_every_s = check_every_s
        self._monotonic = monotonic
        self._value: T | None = None
        self._stamp: tuple[tuple[str, int, int], ...] = ()
        self._next_check = 0.0

    def current(self) -> T:
        """Returns the value as the files say now; a broken edit keeps the last good one.

        Raises:
            CatalogError: The first load failed.
        """
        now = self._monotonic()
        if self._value is not None and now < self._next_check:
            return self._value
        self._next_check = now + self._check_every_s
        stamp = tuple(
            (str(path), stat.st_mtime_ns, stat.st_size)
            for path in self._paths()
            for stat in [path.stat()]
        )
        if self._value is not None and stamp == self._stamp:
            return self._value
        self._stamp = stamp
        try:
            self._value = self._load()
        except CatalogError as err:
            if self._value is None:
                raise
            logger.warning(
                "content.reload.refused", content=self._name, problems=err.problems
            )
        return self._value
