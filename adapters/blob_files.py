"""Blobs as files: one file each, its type in the first line."""

import asyncio
import os
import secrets
from datetime import datetime
from pathlib import Path

from community.blobs import MEDIA_TYPES, Blob, check_blob, is_blob_id
from community.errors import StoreUnavailableError

ID_BYTES = 20


class FileBlobStore:
    """Implements `community.blobs.BlobStore` in a folder.

    A file appears under its name only when it is complete and on the disk, so that a
    crash leaves no half picture.
    """

    def __init__(self, folder: Path) -> None:
        """Uses a folder that is made when it is first needed."""
        self._folder = folder

    async def put(
        self, data: bytes, media_type: str, *, blob_id: str | None = None
    ) -> str:
        """See the port."""
        check_blob(data, media_type)
        name = blob_id or secrets.token_hex(ID_BYTES)
        path = self._path(name)
        if path is None:
            raise StoreUnavailableError(f"blob: {name!r} is no id")
        try:
            await asyncio.to_thread(_write, path, media_type.encode() + b"\n" + data)
        except OSError as err:
            raise StoreUnavailableError(f"blob: cannot be written: {err}") from err
        return name

    async def get(self, blob_id: str) -> Blob | None:
        """See the port."""
        path = self._path(blob_id)
        if path is None:
            return None
        try:
            content = await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            return None
        except OSError as err:
            raise StoreUnavailableError(f"blob: cannot be read: {err}") from err
        head, _, data = content.partition(b"\n")
        media_type = head.decode("ascii", "replace")
        return Blob(data, media_type) if media_type in MEDIA_TYPES else None

    async def delete(self, blob_id: str) -> None:
        """See the port."""
        path = self._path(blob_id)
        if path is None:
            return
        try:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        except OSError as err:
            raise StoreUnavailableError(f"blob: cannot be removed: {err}") from err

    async def renew(self, blob_id: str) -> bool:
        """See the port."""
        path = self._path(blob_id)
        if path is None:
            return False
        try:
            await asyncio.to_thread(os.utime, path)
        except FileNotFoundError:
            return False
        except OSError as err:
            raise StoreUnavailableError(f"blob: cannot be renewed: {err}") from err
        return True

    async def stored_before(self, at: datetime) -> list[str]:
        """See the port; also removes what a crash left half written before then."""
        try:
            return await asyncio.to_thread(_older, self._folder, at.timestamp())
        except OSError as err:
            raise StoreUnavailableError(f"blob: cannot be listed: {err}") from err

    def _path(self, blob_id: str) -> Path | None:
        if not is_blob_id(blob_id):
            return None
        return self._folder / blob_id[:2] / blob_id


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        _sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _older(folder: Path, before_s: float) -> list[str]:
    found = []
    for path in folder.glob("??/*"):
        try:
            if path.stat().st_mtime >= before_s:
                continue
            if path.name.startswith("."):
                path.unlink()
            elif is_blob_id(path.name):
                found.append(path.name)
        except FileNotFoundError:
            continue  # somebody else was faster
    return found


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
