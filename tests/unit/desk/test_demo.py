"""What a newcomer is told to try, and the past that they find."""

import asyncio
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.roster_files import RosterFiles
from adapters.settings import ROOT, Settings
from adapters.sql.engine import create_engine
from adapters.sql.migrate import upgrade
from adapters.sql.tables import outbox, ticket
from adapters.sql.ticket_rates import Scope, SqlTicketRates
from community.assignment import owner_at
from community.places.model import is_sure
from community.staff import Roster
from community.tiers import Tier
from desk import demo_past
from desk.demo import SENTENCE, STAFF, STREET, WORKER, guidance, seed
from desk.demo_past import live_through
from launcher.site import Site

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=timezone.utc)
EPOCH = datetime(2020, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A migrated database, with the simulated account."""
    folder = tmp_path_factory.mktemp("demo")
    env = Site.from_env({"STATE_DIR": str(folder)}, folder).env
    found = Settings.from_env(env)
    upgrade(found.database_url)
    return found


@pytest.fixture(scope="module")
def roster() -> Roster:
    return RosterFiles(ROOT / "catalog").roster()


def test_the_sentence_names_a_place_of_the_worker(roster: Roster) -> None:
    places = RosterFiles(ROOT / "catalog").gazetteer().locate(SENTENCE)
    assert is_sure(places)
    owner = owner_at(roster, places[0].grid, Tier.GRID, NOON)
    assert owner.staff_id == WORKER
    assert roster.grids[places[0].grid or ""].street == roster.staff[STREET].unit


def test_everybody_who_may_be_told_can_sign_in(
    settings: Settings, roster: Roster
) -> None:
    accounts = {staff for staff, _ in STAFF}
    assert accounts <= set(roster.staff)
    post = roster.grids["fengzheng-05"]
    assert {post.worker, *post.backups, post.head} <= accounts
    text = "\n".join(guidance(settings, roster))
    assert settings.desk_url in text
    assert settings.wechat.api_url in text
    assert all(staff in text for staff in accounts)


def test_a_past_that_nobody_is_told_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_past, "DAYS", 7)

    async def twice() -> None:
        engine = create_engine(settings.database_url)
        try:
            n_tickets = await live_through(settings, engine, until=NOON)
            assert n_tickets > 5
            assert await live_through(settings, engine, until=NOON) == n_tickets
            async with engine.connect() as connection:
                states = set(await connection.scalars(sa.select(ticket.c.state)))
                latest = await connection.scalar(sa.select(sa.func.max(ticket.c.id)))
                told = await connection.scalar(
                    sa.select(sa.func.count()).select_from(outbox)
                )
            assert len(states) >= 2
            assert "confirmed" in states
            assert latest == n_tickets
            assert told == 0
            rates = SqlTicketRates(engine)
            scope = Scope(EPOCH, NOON)
            by_state = await rates.from_state(scope, now=NOON)
            assert by_state == await rates.from_events(scope, now=NOON)
            assert by_state[""].n_answered > 0
        finally:
            await engine.dispose()

    asyncio.run(twice())


def test_a_countys_own_places_get_no_past(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(demo_past, "COMMUNITIES", ("elsewhere",))
    fresh = replace(settings, database_url=f"sqlite:///{tmp_path}/own.db")
    upgrade(fresh.database_url)

    async def once() -> None:
        engine = create_engine(fresh.database_url)
        assert await live_through(fresh, engine, until=NOON) == 0
        await engine.dispose()

    asyncio.run(once())


def test_it_can_be_prepared_again_and_again(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asyncio.run(seed(settings, NOON)) == 0
    first = capsys.readouterr().out
    assert asyncio.run(seed(settings, NOON)) == 0
    assert capsys.readouterr().out == first
    assert SENTENCE in first
