"""The port of roster changes over every database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.sql.engine import create_engine
from adapters.sql.staff import LiveRoster, SqlStaff
from adapters.sql.tables import roster_change
from community.errors import StoreUnavailableError
from community.roster_changes import ChangeKind, RosterChange
from community.staff import Roster
from tests.conftest import NOW
from tests.databases import migrated
from tests.postgres import private_postgres, programs

HOUR = timedelta(hours=1)
LEAVE = RosterChange(ChangeKind.LEAVE, "w1", NOW, NOW + 8 * HOUR, reason="年假")
DUTY = RosterChange(ChangeKind.DUTY, "w2", NOW, NOW + 8 * HOUR, "fengzheng")
DEPUTY = RosterChange(ChangeKind.DEPUTY, "w3", NOW, NOW + HOUR, "fengzheng-01")


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with private_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def staff(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[SqlStaff]:
    """The repository over each database, freshly migrated."""
    url = f"sqlite:///{tmp_path}/contract.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrated, url)
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.delete(roster_change))
    yield SqlStaff(engine)
    await engine.dispose()


async def record(staff, *changes, key="k1", now=NOW):
    return await staff.record(changes, key=key, by="head", now=now)


async def test_changes_are_found_again_as_the_roster_takes_them(staff):
    stored = await record(staff, LEAVE, DUTY, DEPUTY)
    assert [item.change for item in stored] == [LEAVE, DUTY, DEPUTY]
    current = await staff.current(NOW)
    assert (current.leave[0].staff_id, current.leave[0].ends_at) == (
        "w1",
        NOW + 8 * HOUR,
    )
    assert current.shifts[0].unit == "fengzheng"
    assert current.deputies[0].post == "fengzheng-01"


async def test_the_same_key_stores_once(staff):
    first = await record(staff, LEAVE)
    assert await record(staff, LEAVE, now=NOW + HOUR) == first
    assert len((await staff.current(NOW)).leave) == 1


async def test_the_same_call_many_times_at_once_stores_once(staff):
    stored = await asyncio.gather(*(record(staff, LEAVE, DUTY) for _ in range(5)))
    assert all(item == stored[0] for item in stored)
    assert len(stored[0]) == 2


async def test_changes_of_one_call_are_one_plan_and_newer_ones_are_higher(staff):
    old = await record(staff, DUTY, replace(DUTY, staff_id="w4"))
    new = await record(staff, replace(DUTY, staff_id="w5"), key="k2")
    assert old[0].batch == old[1].batch < new[0].batch
    roster = Roster().with_changes(await staff.current(NOW))
    assert roster.scheduled("fengzheng", NOW) == ("w5",)


async def test_a_cancelled_change_counts_no_more_and_stays_on_record(staff):
    (stored,) = await record(staff, LEAVE)
    cancelled = await staff.cancel(stored.id, by="desk", now=NOW + HOUR)
    assert (cancelled.cancelled_by, cancelled.cancelled_at) == ("desk", NOW + HOUR)
    again = await staff.cancel(stored.id, by="other", now=NOW + 2 * HOUR)
    assert again == cancelled
    assert (await staff.current(NOW)).leave == ()
    listed = await staff.between(since=NOW, until=NOW + HOUR)
    assert listed == [cancelled]


async def test_cancelling_what_does_not_exist_says_so(staff):
    assert await staff.cancel(987_654, by="desk", now=NOW) is None


async def test_what_is_over_is_not_read(staff):
    await record(staff, LEAVE)
    assert (await staff.current(NOW + timedelta(days=3))).leave == ()


async def test_a_list_is_limited_to_its_span_and_person(staff):
    await record(staff, LEAVE, DUTY)
    assert await staff.between(since=NOW + 9 * HOUR, until=NOW + 10 * HOUR) == []
    assert await staff.between(since=NOW - 2 * HOUR, until=NOW) == []
    found = await staff.between(since=NOW, until=NOW + HOUR, staff_id="w2")
    assert [item.change for item in found] == [DUTY]


async def test_the_live_roster_follows_changes(staff):
    live = LiveRoster(Roster, staff, refresh_every=timedelta(minutes=1))
    assert not (await live.current(NOW)).is_on_leave("w1", NOW)
    await record(staff, LEAVE)
    assert not (await live.current(NOW + timedelta(seconds=5))).is_on_leave("w1", NOW)
    live.forget()
    assert (await live.current(NOW)).is_on_leave("w1", NOW)


async def test_the_live_roster_is_the_same_object_while_nothing_changes(staff):
    files = Roster()
    live = LiveRoster(lambda: files, staff)
    first = await live.current(NOW)
    assert await live.current(NOW + HOUR) is first


async def test_a_database_that_is_down_is_said_to_be(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/no/such/folder.db")
    staff = SqlStaff(engine)
    with pytest.raises(StoreUnavailableError):
        await record(staff, LEAVE)
    with pytest.raises(StoreUnavailableError):
        await LiveRoster(Roster, staff).current(NOW)
    await engine.dispose()
