"""The benchmark's tickets: made in several runs, copied, and true to the program."""

import asyncio
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.sql.engine import create_engine
from adapters.sql.migrate import upgrade
from adapters.sql.tables import ticket, ticket_event, ticket_text
from adapters.sql.tickets import SqlTicketRepository
from adapters.ticket_store import offices
from benchmarks import kept_tickets
from benchmarks.kept_tickets import copy, grow, kept

pytestmark = pytest.mark.timeout(120)


async def count(engine, table=ticket) -> int:
    async with engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(table)
        return int((await connection.execute(query)).scalar_one())


async def test_they_grow_in_several_runs_and_are_copied_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.many_tickets.ROWS_AT_ONCE", 10)
    monkeypatch.setattr("benchmarks.many_tickets.OPEN", 5)
    file = await asyncio.to_thread(kept, tmp_path / "kept")
    with pytest.raises(TimeoutError, match="10 of 40"):
        await grow(file, 40, until=time.monotonic() - 1)
    await grow(file, 40, until=time.monotonic() + 60)
    assert kept(tmp_path / "kept") == file, "the next run takes the same file"

    url = f"sqlite:///{tmp_path}/copy.db"
    await asyncio.to_thread(upgrade, url)
    engine = create_engine(url)
    await copy(file, engine, 1, 15)
    assert await count(engine) == 15
    await copy(file, engine, 16, 40)
    assert await count(engine) == 40
    assert await count(engine, ticket_event) == 5 + 35 * 4
    assert await count(engine, ticket_text) > 100

    office = offices(file.settings, engine)
    tickets = SqlTicketRepository(engine, field_key=file.field_key, office=office)
    numbers = [number for _, number in await tickets.numbers(after=0, limit=100)]
    assert len(set(numbers)) == 40
    for number in numbers:
        assert await tickets.verify(number) == []
    await engine.dispose()


def test_other_rules_make_other_tickets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(tmp_path)
    monkeypatch.setattr(kept_tickets, "_made_by", lambda: "other rules")
    assert kept(tmp_path).field_key != before.field_key
