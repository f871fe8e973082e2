"""Very many tickets kept in a file: made once, copied into each database that is measured."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.settings import ROOT, Settings
from adapters.sql.engine import create_engine
from adapters.sql.migrate import upgrade
from adapters.sql.tables import (
    sealed_key,
    ticket,
    ticket_event,
    ticket_resident,
    ticket_text,
)
from adapters.ticket_store import offices
from benchmarks.many_tickets import make_town, store
from benchmarks.measure import WORK, note

FRESH = timedelta(days=1)
"""A story that ended earlier has more overdue tickets than a town would have."""
TABLES: tuple[tuple[sa.Table, str], ...] = (
    (ticket, "id"),
    (ticket_resident, "ticket_id"),
    (ticket_event, "ticket_id"),
    (ticket_text, "ticket_id"),
)
"""In the order in which they refer to each other, with the column of the ticket."""
MADE_BY = (
    "benchmarks/many_tickets.py",
    "community/tickets/*.py",
    "adapters/sql/tables/tickets.py",
    "adapters/sql/ticket_texts.py",
    "catalog/deadlines.yml",
)
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of tickets."""

    path: str
    field_key: str
    ends_at: str
    """When its story ends, ISO 8601."""
    made_by: str
    """Hash of the code that made it."""

    @property
    def settings(self) -> Settings:
        """Opens it."""
        env = {
            "DATABASE_URL": f"sqlite:///{self.path}",
            "FIELD_KEY": self.field_key,
            "STATE_DIR": str(WORK),
        }
        return Settings.from_env(env)


def kept(folder: Path = WORK / "desk") -> Kept:
    """Returns the file of before, or a new one where rules or day are others."""
    about, database = folder / "tickets.json", folder / "tickets.db"
    made_by, now = _made_by(), datetime.now(timezone.utc)
    if about.is_file() and database.is_file():
        found = Kept(**json.loads(about.read_text(encoding="utf-8")))
        age = now - datetime.fromisoformat(found.ends_at)
        if found.made_by == made_by and age < FRESH:
            return found
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("tickets.*"):
        old.unlink()
    new = Kept(str(database), secrets.token_hex(32), now.isoformat(), made_by)
    upgrade(new.settings.database_url)
    about.write_text(json.dumps(asdict(new)), encoding="utf-8")
    return new


async def grow(file: Kept, size: int, *, until: float) -> None:
    """Makes tickets until there are so many; goes on where an earlier run stopped.

    Args:
        file: Of `kept`.
        size: How many there have to be.
        until: Monotonic seconds.

    Raises:
        TimeoutError: The time is over; what was made stays for the next run.
    """
    engine = create_engine(file.settings.database_url)
    try:
        now = datetime.fromisoformat(file.ends_at)
        office = await offices(file.settings, engine)(now)
        town = await make_town(engine, office, file.field_key)
        async with engine.connect() as connection:
            known = (await connection.execute(sa.select(ticket.c.number))).scalars()
            n_made = town.know(known)
        began = time.monotonic()
        for rows in town.tickets(n_made + 1, size + 1, now=now):
            await store(engine, rows)
            n_made += len(rows.tickets)
            if time.monotonic() > until and n_made < size:
                raise TimeoutError(
                    f"{n_made:,} of {size:,} tickets are made: run again"
                )
        note(f"{size:,} tickets are kept, after {time.monotonic() - began:.0f} s")
    finally:
        await engine.dispose()


async def copy(file: Kept, engine: AsyncEngine, first: int, last: int) -> None:
    """Copies tickets, with the keys that open them, into an empty or shorter database.

    Args:
        file: Of `kept`.
        engine: Of the database.
        first: Row id of the first ticket.
        last: Row id of the last one.
    """
    if engine.dialect.name == "sqlite":
        _within_sqlite(file, str(engine.url.database), first, last)
    else:
        await _into_postgres(file, engine, first, last)
    async with engine.begin() as connection:
        await connection.execute(sa.text("ANALYZE"))


def _within_sqlite(file: Kept, path: str, first: int, last: int) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("ATTACH DATABASE ? AS kept", (file.path,))
        connection.execute(
            "INSERT OR IGNORE INTO main.sealed_key SELECT * FROM kept.sealed_key"
        )
        for table, column in TABLES:
            connection.execute(
                f"INSERT INTO main.{table.name} SELECT * FROM kept.{table.name}"
                f" WHERE {column} BETWEEN ? AND ?",
                (first, last),
            )
        connection.commit()
    connection.close()


async def _into_postgres(
    file: Kept, engine: AsyncEngine, first: int, last: int
) -> None:
    # Plain and blocking: nothing else runs meanwhile.
    source = sa.create_engine(f"sqlite:///{file.path}")
    is_first = first == 1
    async with engine.begin() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        for table, rows in _typed(source, first, last, with_keys=is_first):
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            async with (
                driver.cursor() as cursor,
                cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copying,
            ):
                for row in rows:
                    await copying.write_row(row)
        for table in (ticket, ticket_event, ticket_text):
            await connection.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"
                    f" (SELECT max(id) FROM {table.name}))"
                )
            )
    source.dispose()


def _typed(
    source: sa.Engine, first: int, last: int, *, with_keys: bool
) -> Iterator[tuple[sa.Table, Iterator[tuple[Any, ...]]]]:
    """Yields each table with its rows, as Python's types."""
    queries = [
        (table, sa.select(table).where(table.c[column].between(first, last)))
        for table, column in TABLES
    ]
    if with_keys:
        queries.insert(0, (sealed_key, sa.select(sealed_key)))
    with source.connect() as connection:
        for table, query in queries:
            rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
            yield table, (tuple(row) for row in rows)


def _made_by() -> str:
    digest = hashlib.sha256()
    for pattern in MADE_BY:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
