"""Saves all state into one archive and brings it back.

State is: Redis (as DUMP payloads of every key below the prefix, with time to live),
the SQL database (every table as JSON lines), the content folder and the models.
The archive has a manifest with a hash of every file; a damaged one is refused.
"""

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from redis import Redis
from redis.exceptions import RedisError

from adapters.settings import Settings
from adapters.sql.engine import sync_url
from adapters.sql.migrate import upgrade
from adapters.sql.tables import metadata
from community.errors import ConfigurationError, StoreUnavailableError

MANIFEST = "manifest.json"
REDIS = "redis.jsonl"
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
    files = dict(_collect(settings))
    for name, path in (single_files or {}).items():
        if path.is_file():
            files[f"single/{name}"] = path.read_bytes()
    manifest = {
        "version": VERSION,
        "created_at": datetime.now(timezone.utc).isoformat(),
        "files": {
            name: hashlib.sha256(data).hexdigest() for name, data in files.items()
        },
    }
    files[MANIFEST] = json.dumps(manifest, indent=1).encode()
    partial = target.with_name(target.name + ".partial")
    with tarfile.open(partial, "w:gz", compresslevel=3) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o600
            archive.addfile(info, io.BytesIO(data))
    partial.chmod(0o600)
    partial.rename(target)
    return len(files)


def _collect(settings: Settings) -> Iterator[tuple[str, bytes]]:
    yield REDIS, "\n".join(_dump_redis(settings)).encode()
    yield from _dump_tables(settings)
    for label, folder in (
        ("content", settings.content_dir),
        ("models", _models(settings)),
    ):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and ".git" not in path.parts:
                yield (
                    f"{label}/{path.relative_to(folder).as_posix()}",
                    path.read_bytes(),
                )


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


def _dump_tables(settings: Settings) -> Iterator[tuple[str, bytes]]:
    engine = sa.create_engine(sync_url(settings.database_url))
    try:
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                rows = connection.execute(sa.select(table)).mappings()
                lines = [json.dumps(_plain(row), ensure_ascii=False) for row in rows]
                yield f"sql/{table.name}.jsonl", "\n".join(lines).encode()
    except (sa.exc.SQLAlchemyError, OSError) as err:
        raise StoreUnavailableError(f"backup: database: {err}") from err
    finally:
        engine.dispose()


def _plain(row: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }


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
    _load_tables(settings, files)
    _load_redis(settings, files[REDIS])
    for label, folder in (
        ("content", settings.content_dir),
        ("models", _models(settings)),
    ):
        for name, data in files.items():
            if not name.startswith(f"{label}/"):
                continue
            path = folder / name.removeprefix(f"{label}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for name, path in (single_files or {}).items():
        kept = files.get(f"single/{name}")
        if kept is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(kept)
    return len(files)


def read_archive(source: Path) -> dict[str, bytes]:
    """Reads an archive into memory and checks every hash.

    Raises:
        ConfigurationError: It is missing, damaged, incomplete or of another version.
    """
    try:
        with tarfile.open(source, "r:gz") as archive:
            files = {
                member.name: archive.extractfile(member).read()  # type: ignore[union-attr]  # files only
                for member in archive.getmembers()
                if member.isfile()
            }
        manifest = json.loads(files.pop(MANIFEST))
    except (OSError, tarfile.TarError, EOFError, KeyError, ValueError) as err:
        raise ConfigurationError(f"{source}: is not a backup: {err}") from err
    if manifest.get("version") != VERSION:
        raise ConfigurationError(f"{source}: version {manifest.get('version')!r}")
    for name, wanted in manifest["files"].items():
        if name not in files or hashlib.sha256(files[name]).hexdigest() != wanted:
            raise ConfigurationError(f"{source}: {name} is damaged or missing")
    for name in files:
        if name not in manifest["files"] or name.startswith("/") or ".." in name:
            raise ConfigurationError(f"{source}: {name} does not belong in a backup")
    return files


def _load_tables(settings: Settings, files: dict[str, bytes]) -> None:
    engine = sa.create_engine(sync_url(settings.database_url))
    try:
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(sa.delete(table))
            for table in metadata.sorted_tables:
                lines = files.get(f"sql/{table.name}.jsonl", b"").decode().splitlines()
                rows = [_typed(table, json.loads(line)) for line in lines]
                if rows:
                    connection.execute(sa.insert(table), rows)
    except (sa.exc.SQLAlchemyError, OSError) as err:
        raise StoreUnavailableError(f"restore: database: {err}") from err
    finally:
        engine.dispose()


def _typed(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value)
        if isinstance(table.c[name].type, sa.DateTime) and value is not None
        else value
        for name, value in row.items()
    }


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
