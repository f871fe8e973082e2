"""Loads the catalogue from its folder and notices when a file has changed."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import structlog

from adapters.yaml_files import read_yaml
from community.catalog import checks, parse
from community.catalog.model import Catalog, Place
from community.catalog.situations import parse_situations
from community.errors import CatalogError

logger = structlog.get_logger()

SINGLE_FILES = {
    "categories.yml": "categories",
    "hotlines.yml": "hotlines",
    "emergencies.yml": "emergencies",
    "referrals.yml": "referrals",
    "situations.yml": "situations",
    "local/variables.yml": "variables",
}
OPTIONAL = frozenset({"situations.yml"})
"""A community's own content, older than such a file, is served without it."""
FOLDERS = {"services": "service", "matters": "matter", "local": "place"}
EXAMPLE_SUFFIX = ".example.yml"


class CatalogFiles:
    """The catalogue in a folder; `current()` is cheap and follows edits."""

    def __init__(
        self,
        root: Path,
        *,
        default_place: str | None = None,
        with_examples: bool = False,
        check_every_s: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remembers where the files are; nothing is read yet.

        Args:
            root: Folder with `services/`, `matters/`, `local/` and single files.
            default_place: Place that serves residents bound to no community.
            with_examples: Also serve `local/*.example.yml`, for demonstrations.
            check_every_s: How often the files' times are looked at.
            monotonic: Clock in seconds, for tests.
        """
        self._root = root
        self._default_place = default_place
        self._with_examples = with_examples
        self._check_every_s = check_every_s
        self._monotonic = monotonic
        self._catalog: Catalog | None = None
        self._stamp: tuple[tuple[str, int, int], ...] = ()
        self._next_check = 0.0

    def current(self) -> Catalog:
        """Returns the catalogue as the files say now.

        A broken edit keeps the last good catalogue and is logged, so that a typing
        error never silences the assistant.

        Raises:
            CatalogError: The first load failed; every problem is listed.
        """
        now = self._monotonic()
        if self._catalog is not None and now < self._next_check:
            return self._catalog
        self._next_check = now + self._check_every_s
        stamp = tuple(
            (str(path), stat.st_mtime_ns, stat.st_size)
            for path in self._paths()
            for stat in [path.stat()]
        )
        if self._catalog is not None and stamp == self._stamp:
            return self._catalog
        self._stamp = stamp
        try:
            self._catalog = self.load()
        except CatalogError as err:
            if self._catalog is None:
                raise
            logger.warning("catalog.reload.refused", problems=err.problems)
        return self._catalog

    def load(self) -> Catalog:
        """Reads, validates and builds everything.

        Raises:
            CatalogError: Every problem of every file, each `path: message`.
        """
        documents, problems = self._read_all()
        if not problems:
            problems = list(checks.check_documents(documents))
        if problems:
            raise CatalogError(problems)
        catalog = self._build(documents)
        problems = list(checks.check_catalog(catalog))
        if problems:
            raise CatalogError(problems)
        return catalog

    def _paths(self) -> Iterator[Path]:
        for name in SINGLE_FILES:
            path = self._root / name
            if name not in OPTIONAL or path.exists():
                yield path
        for folder in FOLDERS:
            for path in sorted((self._root / folder).glob("*.yml")):
                if path.name == "variables.yml":
                    continue
                if path.name.endswith(EXAMPLE_SUFFIX) and not self._with_examples:
                    continue
                yield path

    def _read_all(self) -> tuple[dict[str, Any], list[str]]:
        documents: dict[str, Any] = {}
        problems: list[str] = []
        schemas: dict[str, Any] = {}
        for path in self._paths():
            name = path.relative_to(self._root).as_posix()
            schema_name = SINGLE_FILES.get(name) or FOLDERS[name.split("/")[0]]
            if schema_name not in schemas:
                schema_path = self._root / "schema" / f"{schema_name}.json"
                schemas[schema_name] = jsonschema.Draft7Validator(
                    json.loads(schema_path.read_text(encoding="utf-8"))
                )
            try:
                documents[name] = read_yaml(path)
            except CatalogError as err:
                problems += err.problems
                continue
            for error in schemas[schema_name].iter_errors(documents[name]):
                where = ".".join(str(part) for part in error.absolute_path)
                problems.append(f"{name}: {where or '(top)'}: {error.message}")
        return documents, problems

    def _build(self, documents: dict[str, Any]) -> Catalog:
        def folder(name: str) -> list[Any]:
            return [
                documents[path]
                for path in sorted(documents)
                if path.startswith(f"{name}/") and path not in SINGLE_FILES
            ]

        services = {d["id"]: parse.parse_service(d) for d in folder("services")}
        matters = {d["id"]: parse.parse_matter(d) for d in folder("matters")}
        places: dict[str, Place] = {}
        for doc in folder("local"):
            places[doc["id"]] = parse.parse_place(doc)
        labels = {
            f"{group}.{key}": label
            for group, keys in documents["local/variables.yml"]["variables"].items()
            for key, label in keys.items()
        }
        for service in services.values():
            for key, label in service.local_variables.items():
                labels[f"{service.id}.{key}"] = label
        words = {
            word
            for names in (
                *((s.name, s.short_name, *s.aliases) for s in services.values()),
                *((m.name, m.short_name, *m.aliases) for m in matters.values()),
            )
            for word in names
        }
        text = json.dumps(documents, ensure_ascii=False, sort_keys=True)
        return Catalog(
            version=hashlib.sha256(text.encode()).hexdigest()[:16],
            services=services,
            matters=matters,
            service_categories=parse.parse_categories(
                documents["categories.yml"]["services"]
            ),
            matter_categories=parse.parse_categories(
                documents["categories.yml"]["matters"]
            ),
            hotlines=parse.parse_hotlines(documents["hotlines.yml"]),
            emergencies=parse.parse_emergencies(documents["emergencies.yml"]),
            referrals=parse.parse_referrals(documents["referrals.yml"]),
            situations=parse_situations(
                documents.get("situations.yml", {"situations": ()})
            ),
            places=places,
            local_labels=labels,
            default_place=self._default_place,
            words=tuple(sorted(words)),
        )
