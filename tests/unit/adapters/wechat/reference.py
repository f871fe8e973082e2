"""Where the protocol's examples lie, beside the checkout where there are any."""

import json
import os
from pathlib import Path
from typing import Any

from adapters.settings import ROOT

FOLDER = Path(os.environ.get("WECHAT_REFERENCE", ROOT.parent / "shared" / "wechat"))


def example_files(*patterns: str) -> list[Path]:
    """Files below the folder, none where it is absent."""
    return sorted(path for pattern in patterns for path in FOLDER.glob(pattern))


def vectors() -> dict[str, dict[str, Any]]:
    """Tencent's own examples of signatures and ciphers, each with its source."""
    path = ROOT / "tests" / "data" / "wechat" / "official_vectors.json"
    return {entry["id"]: entry for entry in json.loads(path.read_text("utf-8"))}
