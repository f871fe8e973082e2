"""Which photos are removed, and when: real files, real tickets, a clock set by hand."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.blob_files import FileBlobStore
from adapters.sql.engine import create_engine
from adapters.sql.ticket_photos import SqlTicketPhotos
from community.errors import StoreUnavailableError
from community.tickets import Action, Actor, Command, TicketDraft, TicketKind
from community.tiers import Tier
from dispatcher.loose_photos import LoosePhotos
from tests.conftest import NOW

KEEP = timedelta(days=30)
WHO = "wechat:oFictitious"


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "blobs")


@pytest.fixture
async def ticket_photos(tickets, tmp_path: Path):
    engine = create_engine(f"sqlite:///{tmp_path}/test.db")
    yield SqlTicketPhotos(engine)
    await engine.dispose()


@pytest.fixture
def loose(blobs, ticket_photos) -> LoosePhotos:
    return LoosePhotos(blobs, ticket_photos, keep=KEEP)


@pytest.fixture
def photo(blobs, tmp_path: Path):
    """Stores a photo that came some days ago."""

    async def store(*, days_ago: float) -> str:
        blob_id = await blobs.put(b"photo", "image/jpeg")
        at = (NOW - timedelta(days=days_ago)).timestamp()
        os.utime(next((tmp_path / "blobs").rglob(blob_id)), (at, at))
        return blob_id

    return store


async def test_only_old_photos_without_a_ticket_are_removed(
    loose, blobs, photo, tickets
):
    filed, remarked, proof = [await photo(days_ago=400) for _ in range(3)]
    recent, old = await photo(days_ago=29), await photo(days_ago=31)
    ticket = await tickets.open(
        TicketDraft(
            "m1#0", TicketKind.REPORT, WHO, "matter/noise", "吵", photos=(filed,)
        ),
        now=NOW,
    )
    await tickets.remark(
        ticket.number, WHO, text="又响了", photos=(remarked,), key="r", now=NOW
    )
    note = Command(
        Actor.staff("clerk", Tier.GRID, leads=True),
        Action.NOTE,
        "n",
        text="看过了",
        photos=(proof,),
    )
    await tickets.act(ticket.number, note, now=NOW)

    assert await loose.remove(NOW) == 1
    assert await blobs.get(old) is None
    for kept in (filed, remarked, proof, recent):
        assert await blobs.get(kept) is not None
    assert await loose.remove(NOW) == 0
    assert await loose.remove(NOW + timedelta(days=2)) == 1
    assert await blobs.get(recent) is None


async def test_photos_of_ended_and_forgotten_tickets_stay(loose, blobs, photo, tickets):
    withdrawn, forgotten = await photo(days_ago=90), await photo(days_ago=90)
    first = await tickets.open(
        TicketDraft(
            "m1#0", TicketKind.REPORT, WHO, "matter/noise", "吵", photos=(withdrawn,)
        ),
        now=NOW,
    )
    await tickets.withdraw(first.number, WHO, now=NOW)
    await tickets.open(
        TicketDraft(
            "m2#0", TicketKind.REPORT, WHO, "matter/noise", "吵", photos=(forgotten,)
        ),
        now=NOW,
    )
    await tickets.forget(WHO, now=NOW)
    assert await loose.remove(NOW) == 0
    assert await blobs.get(withdrawn) is not None
    assert await blobs.get(forgotten) is not None


async def test_nothing_is_removed_while_the_tickets_cannot_be_asked(
    blobs, photo, tmp_path
):
    old = await photo(days_ago=90)
    engine = create_engine(f"sqlite:///{tmp_path}/nowhere/none.db")
    with pytest.raises(StoreUnavailableError):
        await LoosePhotos(blobs, SqlTicketPhotos(engine), keep=KEEP).remove(NOW)
    await engine.dispose()
    assert await blobs.get(old) is not None


async def test_a_removal_that_is_interrupted_goes_on_the_next_time(
    loose, blobs, photo, monkeypatch
):
    old = {await photo(days_ago=90) for _ in range(5)}
    delete, calls = blobs.delete, []

    async def dies(blob_id):
        calls.append(blob_id)
        if len(calls) == 3:
            raise StoreUnavailableError("killed")
        await delete(blob_id)

    monkeypatch.setattr(blobs, "delete", dies)
    with pytest.raises(StoreUnavailableError):
        await loose.remove(NOW)
    monkeypatch.setattr(blobs, "delete", delete)
    assert await loose.remove(NOW) == 3
    assert [await blobs.get(blob_id) for blob_id in old] == [None] * 5


async def test_many_events_are_looked_through(tickets, ticket_photos, monkeypatch):
    monkeypatch.setattr("adapters.sql.ticket_photos.EVENTS_AT_ONCE", 2)
    ids = [f"{n:040d}" for n in range(7)]
    for n, blob_id in enumerate(ids[:6]):
        draft = TicketDraft(
            f"m{n}#0", TicketKind.REPORT, WHO, "matter/noise", "吵", photos=(blob_id,)
        )
        await tickets.open(draft, now=NOW + timedelta(hours=2 * n))
    assert await ticket_photos.kept(ids) == set(ids[:6])
    assert await ticket_photos.kept([]) == set()
