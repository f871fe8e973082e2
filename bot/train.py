"""`python -m bot train`: trains the whole model as `rasa train` does, and signs it."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
import tempfile
import time
import warnings
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable, Optional

import yaml

from adapters.logs import configure_logs
from adapters.model_archives import data_hashes, versions
from adapters.model_registry import ARCHIVE, Manifest, ModelRegistry, file_hash
from adapters.model_signing import Signer
from adapters.settings import ROOT, Settings
from community.errors import CommunityError, ConfigurationError

warnings.filterwarnings("ignore")
# Nothing is reused from one training to the next, so nothing need be kept.
os.environ.setdefault("RASA_MAX_CACHE_SIZE", "0")

DATA = "data"
CONFIG = "config.yml"
DOMAIN = "domain.yml"
CONTENT, CALIBRATION = "catalog", "evaluation/calibration"
"""Read by components, as `config.yml` says."""
STAGES = {
    "NLUTrainingDataProvider": "reading",
    "JointIntentClassifier": "items",
    "EmergencyDetector": "emergencies",
    "FacetDetector": "facets",
    "RulePolicy": "rules",
}
"""Component → what is trained while it works, for people who wait."""
_STARTS = re.compile(r"Starting to train component '(\w+)'")


class _StageHandler(logging.Handler):
    """Hears from Rasa's log which component is being trained."""

    def __init__(self, report: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        """Reports the start of a stage."""
        match = _STARTS.search(record.getMessage())
        if match and match.group(1) in STAGES:
            self._report(STAGES[match.group(1)])


def listen_to_stages(report: Callable[[str], None]) -> None:
    """Calls `report` with each stage as training comes to it."""
    log = logging.getLogger("rasa.engine.training.hooks")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(_StageHandler(report))


def train_model(
    output: Path,
    *,
    name: Optional[str] = None,
    data: str = DATA,
    by: str = "make train",
    candidate: bool = False,
    content: str = CONTENT,
) -> Path:
    """Trains NLU and dialogue and returns the archive's path in the registry.

    Args:
        output: The registry.
        name: Id of the model; the time by default.
        data: Folder or file with training data.
        by: Who wanted it.
        candidate: It serves only after a promotion.
        content: Folder of the catalogue whose names become words.

    Raises:
        CommunityError: Rasa ended without a model.
        ConfigurationError: The name is taken.
    """
    from rasa.model_training import train

    from bot import rasa_training_patches
    from bot.nlu.classifier import remember_all_blocks

    rasa_training_patches.apply()
    remember_all_blocks()
    learning = Settings.from_env().learning
    signer = Signer.from_file(learning.signing_key)
    registry = ModelRegistry.of(output, learning)
    model = name or time.strftime("yunxiaolu-%Y%m%d-%H%M%S")
    if (output / model).exists():
        raise ConfigurationError(f"{output / model} exists already")
    output.mkdir(parents=True, exist_ok=True)
    read = (data, CONFIG, DOMAIN, content, CALIBRATION)
    inputs = data_hashes([Path(p) for p in read if Path(p).exists()], ROOT)
    work = Path(tempfile.mkdtemp(prefix=f".{model}.", suffix=".partial", dir=output))
    try:
        result = train(
            domain=DOMAIN,
            config=config_with(content, work),
            training_files=[data],
            output=str(work),
            force_training=True,
            fixed_model_name=model,
        )
        if result.code != 0 or result.model is None:
            raise CommunityError(f"training ended without a model (code {result.code})")
        archive = Path(result.model)
        manifest = Manifest(
            id=model,
            created_at=datetime.now(timezone.utc),
            created_by=by,
            sha256=file_hash(archive),
            n_bytes=archive.stat().st_size,
            candidate=candidate,
            data=inputs,
            versions=versions(),
            seed=_seed(),
            parent=registry.serving() or "",
        )
        return registry.add(archive, manifest, signer) / ARCHIVE
    finally:
        shutil.rmtree(work, ignore_errors=True)


def config_with(content: str, folder: Path) -> str:
    """Returns a configuration whose components read another catalogue.

    Args:
        content: Folder of the catalogue.
        folder: Where the configuration may be written.
    """
    if content == CONTENT:
        return CONFIG
    doc = yaml.safe_load(Path(CONFIG).read_text(encoding="utf-8"))
    for component in doc["pipeline"]:
        if "content_dir" in component:
            component["content_dir"] = content
    path = folder / CONFIG
    path.write_text(yaml.safe_dump(doc, allow_unicode=True, sort_keys=False), "utf-8")
    return str(path)


def _seed() -> int:
    from bot.nlu.linear import SEED

    return SEED


def main(
    output: Path,
    *,
    name: Optional[str] = None,
    data: str = DATA,
    by: str = "make train",
    candidate: bool = False,
    progress: bool = False,
    content: str = CONTENT,
) -> int:
    """Trains with progress on stderr, or as JSON lines on stdout."""
    configure_logs("train", "WARNING")
    started = time.monotonic()
    if progress:
        listen_to_stages(lambda stage: _say({"stage": stage}))
    sys.stderr.write("› 训练模型（约一分钟）……\n")
    path = train_model(
        output, name=name, data=data, by=by, candidate=candidate, content=content
    )
    if progress:
        _say({"stage": "trained", "model": path.parent.name})
    sys.stderr.write(
        f"› 模型 {path.parent}，用时 {time.monotonic() - started:.0f} 秒\n"
    )
    return 0


def _say(doc: object) -> None:
    sys.stdout.write(json.dumps(doc, ensure_ascii=False) + "\n")
    sys.stdout.flush()
