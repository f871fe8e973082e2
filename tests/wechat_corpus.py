"""The protocol's example files, and what has to become of each.

Every file has an outcome in `tests/data/wechat/outcomes.yml`; one without fails.
"""

from typing import Any

import pytest
import yaml

from adapters.settings import ROOT
from tests.unit.adapters.wechat.reference import FOLDER

OUTCOMES: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "data" / "wechat" / "outcomes.yml").read_text("utf-8")
)
"""Group → file → outcome."""
needs_corpus = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the protocol's examples are not in {FOLDER}"
)


def cases(group: str) -> Any:
    """Parametrizes a test by file and outcome of one group."""
    return pytest.mark.parametrize(
        ("name", "outcome"), OUTCOMES[group].items(), ids=list(OUTCOMES[group])
    )


def body_of(name: str) -> bytes:
    """Returns what is in a file."""
    return (FOLDER / name).read_bytes()


def files() -> set[str]:
    """Returns every file that is there."""
    return {
        str(path.relative_to(FOLDER))
        for folder in ("payloads", "examples")
        for path in (FOLDER / folder).rglob("*")
        if path.is_file()
    }
