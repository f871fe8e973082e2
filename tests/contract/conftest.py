"""Fixtures of contracts: the ticket repository over SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.engine import create_engine
from adapters.sql.tables import outbox, sealed_key, ticket
from adapters.sql.ticket_acts import always
from adapters.sql.tickets import SqlTicketRepository
from tests.databases import migrated
from tests.postgres import private_postgres, programs
from tests.ticket_world import office

KEY = "k" * 40
Repository = Callable[..., SqlTicketRepository]


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with private_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def engine(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[AsyncEngine]:
    """Each database, freshly migrated and empty."""
    url = f"sqlite:///{tmp_path}/tickets.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrated, url)
    engine = create_engine(url)
    async with engine.begin() as connection:
        for table in (ticket, outbox, sealed_key):
            await connection.execute(sa.delete(table))
    yield engine
    await engine.dispose()


@pytest.fixture
def repository(engine: AsyncEngine) -> Repository:
    """Makes repositories as several processes have them."""

    def make(**changed: object) -> SqlTicketRepository:
        options = {"field_key": KEY, "office": always(office()), **changed}
        return SqlTicketRepository(engine, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def tickets(repository: Repository) -> SqlTicketRepository:
    return repository()
