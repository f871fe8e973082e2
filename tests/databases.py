"""Migrated databases for tests, without running every migration for every test."""

import functools
import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa

from adapters.sql.migrate import upgrade


@functools.cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="yxl-template-")) / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@functools.cache
def _upgraded_server(url: str) -> None:
    upgrade(url)


def migrated(url: str) -> None:
    """Brings a test's database to the newest revision.

    A SQLite file that does not exist yet is copied from one that was migrated once in
    this process; a server's database is migrated once in this process.
    """
    address = sa.make_url(url)
    if not address.drivername.startswith("sqlite"):
        _upgraded_server(url)
        return
    path = Path(address.database or "")
    if path.exists():
        upgrade(url)
    else:
        shutil.copyfile(_template(), path)
