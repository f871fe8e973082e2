"""Plays a model through the written conversations, in a process of its own.

What a model did is kept beside it: the serving one was played when it was a candidate.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from adapters.kept_files import replace_text
from adapters.model_process import ModelProcess
from adapters.model_registry import ModelRegistry
from adapters.settings import ROOT
from community.learning.trials import Trial

TRIALS = "trials"
"""Folder of a model with how it did in sets of conversations."""
PREFIX = "test_"


def conversation_files(folder: Path) -> list[Path]:
    """Returns the conversations of a folder, `<kind>/test_<sentence>.yml`."""
    return sorted(folder.glob(f"*/{PREFIX}*.yml"))


def name_of(file: Path) -> str:
    """Returns kind and sentence of a conversation."""
    return f"{file.parent.name}/{file.stem.removeprefix(PREFIX)}"


def state_of(files: Sequence[Path], catalog: Path) -> str:
    """Returns a hash of the conversations and the content that answers in them."""
    digest = hashlib.sha256()
    for file in [*files, *sorted(catalog.rglob("*.yml"))]:
        digest.update(str(file).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:24]


async def trials_of(
    registry: ModelRegistry,
    model: str,
    files: Sequence[Path],
    player: ModelProcess | None = None,
) -> list[Trial]:
    """Returns how a model does in conversations; played once, then kept beside it.

    Args:
        registry: Where the model is.
        model: Its id.
        files: The conversations.
        player: Process for `converse` that waits for a model; a new one by default.

    Raises:
        ModelRefusedError: The model is not what was signed, or could not be played.
    """
    registry.verified_archive(model)
    state = state_of(files, ROOT / "catalog")
    kept = registry.folder / model / TRIALS / f"{state}.json"
    if kept.is_file():
        docs = json.loads(kept.read_text(encoding="utf-8"))
        return [Trial(str(name), tuple(problems)) for name, problems in docs]
    player = player or ModelProcess("converse")
    async with player.loaded(registry.folder / model) as process:
        answers = await process.ask_all([{"file": str(f.absolute())} for f in files])
    found = [
        Trial(name_of(file), tuple(answer["problems"]))
        for file, answer in zip(files, answers, strict=True)
    ]
    kept.parent.mkdir(exist_ok=True)
    docs = [[trial.name, trial.problems] for trial in found]
    replace_text(kept, json.dumps(docs, ensure_ascii=False))
    return found
