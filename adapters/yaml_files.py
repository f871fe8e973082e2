"""Reads YAML so that dates stay text and a syntax error names its line."""

from pathlib import Path
from typing import Any

import yaml

from community.errors import CatalogError


class _PlainLoader(yaml.CSafeLoader):  # type: ignore[misc]  # PyYAML has no hints
    """A safe loader that does not turn `2026-01-01` into a date object."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """Reads one document.

    Raises:
        CatalogError: The file is missing, not UTF-8 or not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise CatalogError([f"{path}: cannot be read: {err}"]) from err
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - it is a CSafeLoader
    except yaml.YAMLError as err:
        summary = " ".join(str(err).split())
        raise CatalogError([f"{path}: is not YAML: {summary}"]) from err
