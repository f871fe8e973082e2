"""Saves all state into one archive and brings it back.

State is: Redis (as DUMP payloads of every key below the prefix, with time to live),
the SQL database (every table as JSON lines), the content folder, the models and the
residents' photos. Photos are read last, because what points to them was written later.
The archive has a manifest with a hash of every file; a damaged one is refused.
"""

import base64
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from adapters.content_repository import FOLDER, ContentRepository
from adapters.settings import Settings
from adapters.sql.migrate import upgrade
from community.blobs import is_blob_id
from community.errors import ConfigurationError, StoreUnavailableError
from launcher.backup_tables import dump_tables, load_tables

MANIFEST = "manifest.json"
REDIS = "redis.jsonl"
BLOBS = "blobs"
REPOSITORY = "repository"
VERSION = 1


def backup(
    settings: Settings, target: Path, single_files: Mapping[str, Path] | None = None
) -> int:
    """Writes the archive next to its final name, then renames it; returns files.

    Args:
        settings: Where the state is.
        target: The archive.
        single_files: Name in the archive → further file to keep, if it exists.

    Raises:
        StoreUnavailableError: Redis or the database did not answer.
    """
    hashes: dict[str, str] = {}
    partial = target.with_name(target.name + ".partial")
    partial.touch(mode=0o600)
    with tarfile.open(partial, "w:gz", compresslevel=3) as archive:
        for name, data in _collect(settings, single_files or {}):
            hashes[name] = hashlib.sha256(data).hexdigest()
            _add(archive, name, data)
        manifest = {
            "version": VERSION,
            "created_at": datetime.now(timezone.utc).isoformat(),
            "files": hashes,
        }
        _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
    partial.chmod(0o600)
    partial.rename(target)
    return len(hashes) + 1


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o600
    archive.addfile(info, io.BytesIO(data))


def _collect(
    settings: Settings, single_files: Mapping[str, Path]
) -> Iterator[tuple[str, bytes]]:
    for name, path in single_files.items():
        if path.is_file():
            yield f"single/{name}", path.read_bytes()
    yield REDIS, "\n".join(_dump_redis(settings)).encode()
    yield from dump_tables(settings.database_url)
    for label, folder in _folders(settings).items():
        for path in sorted(folder.rglob("*")):
            is_kept = label == REPOSITORY or ".git" not in path.parts
            if path.is_file() and is_kept:
                yield (
                    f"{label}/{path.relative_to(folder).as_posix()}",
                    path.read_bytes(),
                )
    for path in sorted(settings.blob_dir.glob("*/*")):
        with suppress(FileNotFoundError):  # deleted meanwhile
            if is_blob_id(path.name):
                yield f"{BLOBS}/{path.parent.name}/{path.name}", path.read_bytes()


def _folders(settings: Settings) -> dict[str, Path]:
    models = {"models": _models(settings)}
    own = ContentRepository.around(settings.content_dir)
    if own is not None:  # with its history: who changed what, and why
        return {REPOSITORY: own.root, **models}
    return {"content": settings.content_dir, **models}


def _models(settings: Settings) -> Path:
    path = settings.model_path
    return path.parent if path.is_file() else path


def _dump_redis(settings: Settings) -> Iterator[str]:
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=10) as client:
            for key in client.scan_iter(match=f"{settings.redis_prefix}:*"):
                value = client.dump(key)
                if value is None:
                    continue
                yield json.dumps(
                    {
                        "key": key.decode(),
                        "ttl_ms": max(0, int(client.pttl(key))),
                        "dump": base64.b64encode(value).decode(),
                    }
                )
    except (RedisError, OSError) as err:
        raise StoreUnavailableError(f"backup: Redis: {err}") from err


def restore(
    settings: Settings, source: Path, single_files: Mapping[str, Path] | None = None
) -> int:
    """Replaces Redis and SQL by the archive's and writes its files back.

    Files that the archive does not hold stay. `single_files` as in `backup`.

    Returns:
        How many files the archive held.

    Raises:
        ConfigurationError: The archive is missing, damaged or of another version.
        StoreUnavailableError: Redis or the database did not answer.
    """
    files = read_archive(source)
    upgrade(settings.database_url)
    load_tables(settings.database_url, files)
    _load_redis(settings, files[REDIS])
    # An archive with a repository brings it back where there is none yet.
    folders = {REPOSITORY: settings.state_dir / FOLDER, **_folders(settings)}
    for label, folder in folders.items():
        for name, data in files.items():
            if name.startswith(f"{label}/"):
                _write(folder / name.removeprefix(f"{label}/"), data)
    n_blobs = _load_blobs(settings, source)
    for name, path in (single_files or {}).items():
        kept = files.get(f"single/{name}")
        if kept is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(kept)
    return len(files) + n_blobs


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _load_blobs(settings: Settings, source: Path) -> int:
    n_blobs = 0
    with tarfile.open(source, "r:gz") as archive:
        for name, data in _members(archive):
            if name.startswith(f"{BLOBS}/"):
                _write(settings.blob_dir / name.removeprefix(f"{BLOBS}/"), data)
                n_blobs += 1
    return n_blobs


def read_archive(source: Path) -> dict[str, bytes]:
    """Checks every hash of an archive and returns its files, except photos.

    Photos may be more than memory holds; they are read once more when they are written.

    Raises:
        ConfigurationError: It is missing, damaged, incomplete or of another version.
    """
    files: dict[str, bytes] = {}
    hashes: dict[str, str] = {}
    try:
        with tarfile.open(source, "r:gz") as archive:
            for name, data in _members(archive):
                hashes[name] = hashlib.sha256(data).hexdigest()
                if not name.startswith(f"{BLOBS}/"):
                    files[name] = data
        manifest = json.loads(files.pop(MANIFEST))
        hashes.pop(MANIFEST)
    except (
        OSError,
        tarfile.TarError,
        zlib.error,
        EOFError,
        LookupError,
        ValueError,
    ) as err:
        raise ConfigurationError(f"{source}: is not a backup: {err}") from err
    if manifest.get("version") != VERSION:
        raise ConfigurationError(f"{source}: version {manifest.get('version')!r}")
    for name, wanted in manifest["files"].items():
        if hashes.get(name) != wanted:
            raise ConfigurationError(f"{source}: {name} is damaged or missing")
    for name in hashes:
        if name not in manifest["files"] or name.startswith("/") or ".." in name:
            raise ConfigurationError(f"{source}: {name} does not belong in a backup")
    return files


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in archive:
        file = archive.extractfile(member) if member.isfile() else None
        if file is not None:
            yield member.name, file.read()


def _load_redis(settings: Settings, data: bytes) -> None:
    try:
        with Redis.from_url(settings.redis_url, socket_timeout=10) as client:
            for key in client.scan_iter(match=f"{settings.redis_prefix}:*"):
                client.delete(key)
            for line in data.decode().splitlines():
                record = json.loads(line)
                client.restore(
                    record["key"],
                    record["ttl_ms"],
                    base64.b64decode(record["dump"]),
                    replace=True,
                )
    except (RedisError, OSError) as err:
        raise StoreUnavailableError(f"restore: Redis: {err}") from err
