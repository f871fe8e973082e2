"""`python -m bot train`: trains the whole model; the same as `rasa train`, quieter."""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path
from typing import Optional

import bot.model  # noqa: F401 - sets Rasa's environment before it is imported
from adapters.logs import configure_logs
from community.errors import CommunityError

warnings.filterwarnings("ignore")

DATA = "data"
CONFIG = "config.yml"
DOMAIN = "domain.yml"


def train_model(output: Path, *, name: Optional[str] = None, data: str = DATA) -> Path:
    """Trains NLU and dialogue and returns the archive's path.

    Args:
        output: Folder for the archive.
        name: Name without suffix; the time by default.
        data: Folder or file with training data.

    Raises:
        CommunityError: Rasa ended without a model.
    """
    from rasa.model_training import train

    from bot import rasa_patches

    rasa_patches.apply()

    result = train(
        domain=DOMAIN,
        config=CONFIG,
        training_files=[data],
        output=str(output),
        force_training=True,
        fixed_model_name=name or time.strftime("yunxiaolu-%Y%m%d-%H%M%S"),
    )
    if result.code != 0 or result.model is None:
        raise CommunityError(f"training ended without a model (code {result.code})")
    return Path(result.model)


def main(output: Path) -> int:
    """Trains with progress on stderr."""
    configure_logs("train", "WARNING")
    started = time.monotonic()
    sys.stderr.write("› 训练模型（约一分钟）……\n")
    path = train_model(output)
    sys.stderr.write(f"› 模型 {path}，用时 {time.monotonic() - started:.0f} 秒\n")
    return 0
