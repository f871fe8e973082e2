"""`python -m desk verify` and `rotate-key` on a real database file."""

import asyncio

import pytest
import sqlalchemy as sa

from adapters.settings import Settings
from adapters.sql.engine import create_engine
from adapters.sql.tables import ticket_event
from adapters.sql.ticket_acts import always
from adapters.sql.tickets import SqlTicketRepository
from desk.verify import rotate_key, verify
from tests.databases import migrated
from tests.ticket_world import MONDAY, draft, office

KEY, NEW_KEY = "k" * 40, "n" * 40


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path}/verify.db"
    migrated(url)
    return url


def settings_of(url, key=KEY):
    return Settings.from_env({"DATABASE_URL": url, "FIELD_KEY": key})


async def filed(url, n=3):
    engine = create_engine(url)
    tickets = SqlTicketRepository(engine, field_key=KEY, office=always(office()))
    opened = [await tickets.open(draft(f"m{i}#0"), now=MONDAY) for i in range(n)]
    await engine.dispose()
    return [ticket.number for ticket in opened]


async def edit_one_byte(url):
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.text("DROP TRIGGER ticket_event_stays"))
        body = sa.func.replace(ticket_event.c.body, "worker1", "worker9")
        await connection.execute(
            sa.update(ticket_event).where(ticket_event.c.id == 2).values(body=body)
        )
    await engine.dispose()


def test_untouched_files_are_said_to_be(database, capsys):
    number, *_ = asyncio.run(filed(database))
    assert verify([number], settings_of(database)) == 0
    assert "查了 1 份，0 份有问题" in capsys.readouterr().out
    assert verify([], settings_of(database), every=True) == 0
    first = capsys.readouterr().out
    assert "查了 3 份，0 份有问题" in first
    assert verify([], settings_of(database), every=True) == 0
    assert capsys.readouterr().out == first  # the fingerprint is the same


def test_a_single_edited_byte_is_found_and_the_rest_is_still_checked(database, capsys):
    numbers = asyncio.run(filed(database))
    asyncio.run(edit_one_byte(database))
    assert verify([], settings_of(database), every=True) == 1
    said = capsys.readouterr()
    assert "查了 3 份，1 份有问题" in said.out
    assert f"[ERROR] {numbers[1]}" in said.err
    assert numbers[0] not in said.err


def test_an_unknown_number_and_no_number_are_errors(database, capsys):
    assert verify(["0000-0000"], settings_of(database)) == 2
    assert verify([], settings_of(database)) == 2
    assert "没有这张工单" in capsys.readouterr().err


def test_rotation_leaves_files_untouched(database, capsys):
    number, *_ = asyncio.run(filed(database))
    assert rotate_key(settings_of(database, f"{NEW_KEY},{KEY}")) == 0
    assert "换好了 3 把钥匙" in capsys.readouterr().out
    assert verify([number], settings_of(database, NEW_KEY)) == 0
