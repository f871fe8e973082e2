"""The ticket port over every database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.sql.engine import create_engine
from adapters.sql.tables import ticket
from adapters.sql.tickets import SqlTicketRepository
from community.errors import StoreUnavailableError
from community.tickets import TicketDraft, TicketKind, TicketStatus
from tests.conftest import NOW
from tests.databases import migrated
from tests.postgres import private_postgres, programs


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with private_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def tickets(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[SqlTicketRepository]:
    """The repository over each database, freshly migrated."""
    url = f"sqlite:///{tmp_path}/contract.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrated, url)
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.delete(ticket))
    yield SqlTicketRepository(engine)
    await engine.dispose()


def draft(key: str = "m1#0", who: str = "web:a") -> TicketDraft:
    return TicketDraft(
        idempotency_key=key,
        kind=TicketKind.REPORT,
        conversation=who,
        item="matter/street_lighting",
        description="路灯不亮",
        place="东关街",
        since="好几天",
        contact="13800001234",
        urgency="normal",
    )


async def test_a_ticket_is_found_again_as_it_was_filed(tickets):
    opened = await tickets.open(draft(), now=NOW)
    assert await tickets.of_conversation("web:a", limit=5) == [opened]
    assert opened.status is TicketStatus.OPEN
    assert opened.requested_at == NOW


async def test_the_same_key_opens_one_ticket(tickets):
    first = await tickets.open(draft(), now=NOW)
    again = await tickets.open(draft(), now=NOW + timedelta(hours=1))
    assert again == first


async def test_concurrent_openings_of_one_key_agree(tickets):
    opened = await asyncio.gather(*(tickets.open(draft(), now=NOW) for _ in range(5)))
    assert len({ticket.number for ticket in opened}) == 1


async def test_many_tickets_of_one_day_have_different_numbers(tickets):
    opened = [await tickets.open(draft(f"m{n}#0"), now=NOW) for n in range(200)]
    assert len({ticket.number for ticket in opened}) == 200


async def test_newest_tickets_come_first_and_are_limited(tickets):
    opened = [
        await tickets.open(draft(f"m{n}#0"), now=NOW + timedelta(minutes=n))
        for n in range(4)
    ]
    found = await tickets.of_conversation("web:a", limit=2)
    assert [t.number for t in found] == [opened[3].number, opened[2].number]


async def test_a_stored_key_does_not_show_the_person(tickets):
    opened = await tickets.open(draft("web:somebody:1#0"), now=NOW)
    assert "somebody" not in opened.draft.idempotency_key


async def test_only_the_owner_withdraws(tickets):
    ticket = await tickets.open(draft(), now=NOW)
    assert await tickets.withdraw(ticket.number, "web:b") is None
    withdrawn = await tickets.withdraw(ticket.number, "web:a")
    assert withdrawn is not None
    assert withdrawn.status is TicketStatus.WITHDRAWN


async def test_forgetting_a_person_keeps_the_ticket_without_identity(tickets):
    await tickets.open(draft(), now=NOW)
    assert await tickets.forget("web:a") == 1
    assert await tickets.of_conversation("web:a", limit=5) == []
    again = await tickets.open(draft(), now=NOW)
    assert again.draft.conversation == ""
    assert again.draft.contact == ""


@pytest.fixture
async def broken(tmp_path: Path) -> AsyncIterator[SqlTicketRepository]:
    engine = create_engine(f"sqlite:///{tmp_path}/no/such/folder.db")
    yield SqlTicketRepository(engine)
    await engine.dispose()


async def test_a_database_that_is_down_is_said_to_be(broken):
    with pytest.raises(StoreUnavailableError):
        await broken.open(draft(), now=NOW)
    with pytest.raises(StoreUnavailableError):
        await broken.of_conversation("web:a", limit=1)


async def test_migrating_twice_changes_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/twice.db"
    await asyncio.to_thread(migrated, url)
    await asyncio.to_thread(migrated, url)
