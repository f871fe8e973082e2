"""Models on disk: a directory each, signed, and one file that says which serves.

| path below the registry | holds |
|---|---|
| `<id>/model.tar.gz` | what Rasa wrote |
| `<id>/manifest.json` | what it was made of, by whom, and the archive's hash |
| `<id>/manifest.sig` | signature of the manifest |
| `current.json` | which model serves and which one served before |

Nothing is loaded before its signature and hash were checked.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.learning_settings import LearningSettings
from adapters.model_signing import Signer, check_signature, trusted_keys
from community.errors import ModelRefusedError

VERSION = 1
ARCHIVE, MANIFEST, SIGNATURE = "model.tar.gz", "manifest.json", "manifest.sig"
POINTER = "current.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model was made of."""

    id: str
    created_at: datetime
    created_by: str
    sha256: str
    """Of the archive."""
    n_bytes: int
    candidate: bool = False
    """Made by the loop: serves only after a promotion."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Path of each input → its SHA-256."""
    versions: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    metrics: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    """Model that served when this one was made."""

    def to_bytes(self) -> bytes:
        """Serialises the manifest."""
        doc = {
            "v": VERSION,
            "id": self.id,
            "created_at": self.created_at.isoformat(),
            "created_by": self.created_by,
            "sha256": self.sha256,
            "n_bytes": self.n_bytes,
            "candidate": self.candidate,
            "data": dict(self.data),
            "versions": dict(self.versions),
            "seed": self.seed,
            "metrics": dict(self.metrics),
            "parent": self.parent,
        }
        return json.dumps(doc, ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Reads a manifest.

        Raises:
            ModelRefusedError: It does not have the shape of version 1.
        """
        try:
            doc = json.loads(data)
            if doc.pop("v") != VERSION:
                raise ModelRefusedError("manifest: version is unknown")
            doc["created_at"] = datetime.fromisoformat(doc["created_at"])
            return cls(**doc)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            raise ModelRefusedError(f"manifest is malformed: {err!r}") from err


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which model serves."""

    current: str
    previous: str = ""
    changed_at: str = ""
    changed_by: str = ""


class ModelRegistry:
    """The models of one folder."""

    def __init__(self, folder: Path, trusted: frozenset[str]) -> None:
        """Binds the folder.

        Args:
            folder: Holds one directory for each model.
            trusted: Public keys, in hex, that may sign models.
        """
        self.folder = folder
        self.trusted = trusted

    @classmethod
    def of(cls, folder: Path, settings: LearningSettings) -> "ModelRegistry":
        """Builds the registry of this installation; makes its key if needed."""
        if not settings.trusted_keys:
            Signer.from_file(settings.signing_key)
        return cls(folder, trusted_keys(settings.trusted_keys, settings.signing_key))

    # Reading

    def ids(self) -> list[str]:
        """Returns all models that have a manifest, in order of their names."""
        return sorted(path.parent.name for path in self.folder.glob(f"*/{MANIFEST}"))

    def manifest(self, model: str) -> Manifest:
        """Returns a manifest whose signature is right.

        Raises:
            ModelRefusedError: It is missing, unsigned, altered or another model's.
        """
        folder = self.folder / model
        try:
            data = (folder / MANIFEST).read_bytes()
        except OSError as err:
            raise ModelRefusedError(f"{folder}: there is no such model") from err
        try:
            signature = (folder / SIGNATURE).read_bytes()
        except OSError as err:
            raise ModelRefusedError(f"{folder}: the model is not signed") from err
        try:
            check_signature(data, signature, self.trusted)
            manifest = Manifest.from_bytes(data)
        except ModelRefusedError as err:
            raise ModelRefusedError(f"{folder}: {err}") from err
        if manifest.id != folder.resolve().name:
            raise ModelRefusedError(f"{folder}: the manifest belongs to {manifest.id}")
        return manifest

    def verified_archive(self, model: str) -> Path:
        """Returns the archive of a model once signature and content were checked.

        Raises:
            ModelRefusedError: Unsigned, altered, truncated or unknown.
        """
        manifest = self.manifest(model)
        path = self.folder / model / ARCHIVE
        try:
            n_bytes = path.stat().st_size
            if n_bytes != manifest.n_bytes:
                raise ModelRefusedError(
                    f"{path}: {n_bytes} bytes, expected {manifest.n_bytes}:"
                    " the archive is incomplete or was altered"
                )
            if file_hash(path) != manifest.sha256:
                raise ModelRefusedError(f"{path}: the archive was altered")
        except OSError as err:
            raise ModelRefusedError(f"{path}: cannot be read: {err}") from err
        return path

    def pointer(self) -> Pointer | None:
        """Returns which model serves; `None` before the first promotion.

        Raises:
            ModelRefusedError: The file is damaged.
        """
        path = self.folder / POINTER
        try:
            return Pointer(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, TypeError, ValueError) as err:
            raise ModelRefusedError(f"{path}: cannot be read: {err!r}") from err

    def serving(self) -> str | None:
        """Returns the model that should serve.

        That is the promoted one; before the first promotion the newest that was
        not made by the loop.
        """
        pointer = self.pointer()
        if pointer is not None:
            return pointer.current
        newest: tuple[datetime, str] | None = None
        for model in self.ids():
            try:
                manifest = self.manifest(model)
            except ModelRefusedError:
                continue
            if not manifest.candidate:
                newest = max(
                    newest or (manifest.created_at, model), (manifest.created_at, model)
                )
        return newest[1] if newest else None

    def version(self) -> tuple[int, int]:
        """Returns what changes when another model may have to serve: for polling."""
        try:
            return (1, (self.folder / POINTER).stat().st_mtime_ns)
        except OSError:
            pass
        try:
            return (0, self.folder.stat().st_mtime_ns)
        except OSError:
            return (0, 0)

    # Writing

    def add(self, archive: Path, manifest: Manifest, signer: Signer) -> Path:
        """Moves an archive into the registry; complete or not there at all.

        Args:
            archive: File on the same disk; it is moved.
            manifest: Its `sha256` and `n_bytes` must be the archive's.
            signer: Signs the manifest.
        """
        partial = self.folder / f".{manifest.id}.{secrets.token_hex(4)}.partial"
        partial.mkdir(parents=True)
        data = manifest.to_bytes()
        _write(partial / MANIFEST, data)
        _write(partial / SIGNATURE, signer.sign(data))
        shutil.move(archive, partial / ARCHIVE)
        target = self.folder / manifest.id
        partial.rename(target)
        return target

    def rewrite(
        self, manifest: Manifest, signer: Signer, *, metrics: Mapping[str, Any]
    ) -> None:
        """Adds what an evaluation found to a manifest, and signs it again.

        The new signature is good for the older manifest, too: whoever reads in
        between, or after a crash, finds one or the other.

        Raises:
            ModelRefusedError: What lies there is not what was signed.
        """
        folder = self.folder / manifest.id
        old = (folder / MANIFEST).read_bytes()
        check_signature(old, (folder / SIGNATURE).read_bytes(), self.trusted)
        new = replace(manifest, metrics=metrics).to_bytes()
        _write(folder / SIGNATURE, signer.sign(new, before=old))
        _write(folder / MANIFEST, new)

    def point(self, pointer: Pointer) -> None:
        """Makes another model the serving one; readers see the old file or the new."""
        text = json.dumps(
            {
                "current": pointer.current,
                "previous": pointer.previous,
                "changed_at": pointer.changed_at,
                "changed_by": pointer.changed_by,
            },
            ensure_ascii=False,
            indent=1,
        )
        _write(self.folder / POINTER, text.encode())

    def remove(self, model: str) -> None:
        """Deletes a model from the disk; never what serves or served before.

        Raises:
            ModelRefusedError: The model is still needed.
        """
        if model in self.needed():
            raise ModelRefusedError(f"{model}: it serves, or a rollback needs it")
        target = self.folder / model
        doomed = self.folder / f".{model}.{secrets.token_hex(4)}.removed"
        target.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)

    def needed(self) -> frozenset[str]:
        """Returns the models that must stay."""
        pointer = self.pointer()
        names = {self.serving() or ""}
        if pointer is not None:
            names |= {pointer.current, pointer.previous}
        return frozenset(names - {""})

    def sweep(self) -> int:
        """Removes what an interrupted addition or removal has left behind."""
        left = [
            path
            for pattern in (".*.partial", ".*.removed")
            for path in self.folder.glob(pattern)
        ]
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
        return len(left)


def file_hash(path: Path) -> str:
    """Returns the SHA-256 of a file in hex."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            total.update(chunk)
    return total.hexdigest()


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
