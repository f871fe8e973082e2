"""The resident port over every database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.sql.engine import create_engine
from adapters.sql.residents import SqlResidentRepository
from adapters.sql.tables import resident
from community.errors import StoreUnavailableError
from community.residents import BoundBy
from tests.conftest import NOW
from tests.databases import migrated
from tests.postgres import private_postgres, programs

WHO = "wechat:oABC"


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with private_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def residents(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[SqlResidentRepository]:
    """The repository over each database, freshly migrated."""
    url = f"sqlite:///{tmp_path}/contract.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrated, url)
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.delete(resident))
    yield SqlResidentRepository(engine)
    await engine.dispose()


async def test_nobody_is_known_at_first(residents):
    assert await residents.get(WHO) is None


async def test_a_binding_is_kept_and_the_newest_counts(residents):
    first = await residents.bind(WHO, "dongguan-01", BoundBy.SCAN, NOW)
    assert (first.grid, first.bound_by, first.bound_at) == (
        "dongguan-01",
        BoundBy.SCAN,
        NOW,
    )
    later = NOW + timedelta(days=1)
    second = await residents.bind(WHO, "dongguan-02", BoundBy.LOCATION, later)
    assert await residents.get(WHO) == second
    assert (second.grid, second.bound_at, second.seen_at) == (
        "dongguan-02",
        later,
        later,
    )


async def test_following_keeps_the_binding(residents):
    await residents.bind(WHO, "dongguan-01", BoundBy.SCAN, NOW)
    await residents.unfollowed(WHO, NOW)
    assert not (await residents.get(WHO)).is_follower
    await residents.followed(WHO, NOW)
    found = await residents.get(WHO)
    assert found.is_follower
    assert found.grid == "dongguan-01"


async def test_concurrent_first_calls_agree(residents):
    await asyncio.gather(
        *(residents.followed(WHO, NOW) for _ in range(5)),
        residents.bind(WHO, "dongguan-01", BoundBy.SCAN, NOW),
    )
    found = await residents.get(WHO)
    assert (found.grid, found.is_follower) == ("dongguan-01", True)


async def test_a_block_ends_by_time_or_by_hand(residents):
    until = NOW + timedelta(days=7)
    await residents.block(WHO, until, "staff-7", NOW)
    found = await residents.get(WHO)
    assert found.is_blocked(NOW)
    assert not found.is_blocked(until)
    assert found.blocked_by == "staff-7"
    await residents.unblock(WHO)
    assert not (await residents.get(WHO)).is_blocked(NOW)


async def test_unblocking_a_stranger_changes_nothing(residents):
    await residents.unblock(WHO)
    assert await residents.get(WHO) is None


async def test_a_forgotten_person_leaves_no_row(residents):
    await residents.bind(WHO, "dongguan-01", BoundBy.SCAN, NOW)
    await residents.followed("wechat:other", NOW)
    assert await residents.forget(WHO) == 1
    assert await residents.forget(WHO) == 0
    assert await residents.get(WHO) is None
    assert await residents.get("wechat:other") is not None


async def test_a_database_that_is_down_is_said_to_be(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/no/such/folder.db")
    broken = SqlResidentRepository(engine)
    with pytest.raises(StoreUnavailableError):
        await broken.get(WHO)
    with pytest.raises(StoreUnavailableError):
        await broken.followed(WHO, NOW)
    await engine.dispose()
