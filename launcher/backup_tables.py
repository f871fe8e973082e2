"""Every table of the database as JSON lines, and back."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from adapters.sql.engine import sync_url
from adapters.sql.tables import metadata
from adapters.sql.tables.metadata import UtcDateTime
from community.errors import StoreUnavailableError


def dump_tables(database_url: str) -> Iterator[tuple[str, bytes]]:
    """Yields a file name and its content for each table.

    Raises:
        StoreUnavailableError: The database did not answer.
    """
    engine = sa.create_engine(sync_url(database_url))
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


def load_tables(database_url: str, files: Mapping[str, bytes]) -> None:
    """Replaces what all tables hold, in one transaction.

    Raises:
        StoreUnavailableError: The database did not answer; it is as it was.
    """
    engine = sa.create_engine(sync_url(database_url))
    try:
        with engine.begin() as connection, _without_triggers(connection):
            for table in reversed(metadata.sorted_tables):
                connection.execute(sa.delete(table))
            for table in metadata.sorted_tables:
                text = files.get(f"sql/{table.name}.jsonl", b"").decode()
                # Not `splitlines`: people's words may hold other ends of lines.
                lines = [line for line in text.split("\n") if line]
                rows = [_typed(table, json.loads(line)) for line in lines]
                if rows:
                    connection.execute(sa.insert(table), rows)
                    _continue_numbers(connection, table)
    except (sa.exc.SQLAlchemyError, OSError) as err:
        raise StoreUnavailableError(f"restore: database: {err}") from err
    finally:
        engine.dispose()


@contextmanager
def _without_triggers(connection: sa.Connection) -> Iterator[None]:
    """Append-only tables refuse every change but this one."""
    if connection.dialect.name == "postgresql":
        names = [table.name for table in metadata.sorted_tables]
        for name in names:
            connection.execute(sa.text(f'ALTER TABLE "{name}" DISABLE TRIGGER USER'))
        yield
        for name in names:
            connection.execute(sa.text(f'ALTER TABLE "{name}" ENABLE TRIGGER USER'))
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.execute(sa.text(query)).all()
    for name, _ in triggers:
        connection.execute(sa.text(f'DROP TRIGGER "{name}"'))
    yield
    for _, definition in triggers:
        connection.exec_driver_sql(definition)


def _plain(row: Any) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in row.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return value


def _continue_numbers(connection: sa.Connection, table: sa.Table) -> None:
    """Lets PostgreSQL number new rows after the restored ones, as SQLite does."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    newest = sa.select(sa.func.max(column)).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sequence, newest)))


def _typed(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _typed_value(table.c[name], value) for name, value in row.items()}


def _typed_value(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, sa.LargeBinary):
        return base64.b64decode(value)
    return value
