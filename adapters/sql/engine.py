"""Opens the database with settings that keep what was acknowledged."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from community.errors import ConfigurationError

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}


def async_url(database_url: str) -> sa.URL:
    """Adds the async driver to a plain `sqlite:///…` or `postgresql://…` address.

    Raises:
        ConfigurationError: The address is not one of the two.
    """
    try:
        url = sa.make_url(database_url)
    except sa.exc.ArgumentError as err:
        raise ConfigurationError(
            f"DATABASE_URL is not an address: {database_url!r}"
        ) from err
    backend = url.drivername.split("+")[0]
    if backend not in DRIVERS:
        raise ConfigurationError(
            f"DATABASE_URL: {backend!r} is not supported, use sqlite or postgresql"
        )
    return url.set(drivername=DRIVERS[backend])


def sync_url(database_url: str) -> sa.URL:
    """Returns the address for plain, blocking tools such as the backup."""
    url = async_url(database_url)
    if url.drivername.startswith("sqlite"):
        return url.set(drivername="sqlite")
    return url


def create_engine(database_url: str) -> AsyncEngine:
    """Creates an engine; SQLite gets WAL, full sync and a busy time-out."""
    url = async_url(database_url)
    if not url.drivername.startswith("sqlite"):
        return create_async_engine(url, pool_pre_ping=True, pool_timeout=5)
    engine = create_async_engine(url, connect_args={"timeout": 5})

    @sa.event.listens_for(engine.sync_engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine
