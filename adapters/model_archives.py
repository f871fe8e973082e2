"""Finds the model that a path means, and takes archives into the registry."""

import platform
import shutil
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from adapters.learning_settings import LearningSettings
from adapters.model_registry import (
    ARCHIVE,
    MANIFEST,
    Manifest,
    ModelRegistry,
    file_hash,
)
from adapters.model_signing import Signer
from community.errors import ConfigurationError, ModelRefusedError

PACKAGES = ("rasa", "numpy", "scikit-learn", "scipy", "jieba", "pypinyin", "spacy")
ADOPT = "if you trust it: python -m training adopt"


def find_model(path: Path, settings: LearningSettings) -> tuple[ModelRegistry, str]:
    """Returns the registry and the id of the model that a path means.

    Args:
        path: The registry (then what serves), a model in it, or its archive.
        settings: Whose signatures are trusted.

    Raises:
        ConfigurationError: There is no model.
        ModelRefusedError: It is an archive outside of any registry: unsigned.
    """
    folder = path.parent if path.name == ARCHIVE else path
    if (folder / MANIFEST).is_file():
        folder = folder.resolve()
        return ModelRegistry.of(folder.parent, settings), folder.name
    if path.is_file():
        raise ModelRefusedError(f"{path}: not signed; {ADOPT} {path}")
    registry = ModelRegistry.of(path, settings)
    model = registry.serving()
    if model is not None:
        return registry, model
    if refused := registry.ids():
        registry.manifest(refused[-1])  # says what is wrong with it
    unsigned = sorted(path.glob("*.tar.gz"))
    if unsigned:
        raise ConfigurationError(
            f"no signed model at {path}: run `make train`, or {ADOPT} {unsigned[-1]}"
        )
    raise ConfigurationError(f"no model at {path}: run `make train` first")


def data_hashes(inputs: list[Path], root: Path) -> dict[str, str]:
    """Returns the hash of every file that a training reads, by its path."""
    files = [
        found
        for path in inputs
        for found in ([path] if path.is_file() else sorted(path.rglob("*.yml")))
    ]
    return {
        (f.relative_to(root) if f.is_relative_to(root) else f).as_posix(): file_hash(f)
        for f in files
    }


def versions() -> dict[str, str]:
    """Returns the versions that decide what a training gives."""
    found = {name: version(name) for name in PACKAGES}
    return {"python": sys.version.split()[0], "machine": platform.machine(), **found}


def adopt(
    archive: Path,
    registry: ModelRegistry,
    signer: Signer,
    *,
    name: str,
    by: str,
    now: datetime,
) -> Path:
    """Signs a copy of an archive whose origin somebody vouches for.

    Raises:
        ConfigurationError: There is no such file, or the name is taken.
    """
    if not archive.is_file():
        raise ConfigurationError(f"{archive}: there is no such file")
    if (registry.folder / name).exists():
        raise ConfigurationError(f"{registry.folder / name} exists already")
    registry.folder.mkdir(parents=True, exist_ok=True)
    copy = registry.folder / f".{name}.adopted.tmp"
    shutil.copyfile(archive, copy)
    manifest = Manifest(
        id=name,
        created_at=now,
        created_by=by,
        sha256=file_hash(copy),
        n_bytes=copy.stat().st_size,
    )
    return registry.add(copy, manifest, signer)
