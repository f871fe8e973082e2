"""The outbox over every database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.sql.engine import create_engine
from adapters.sql.outbox import SqlOutbox, enqueue
from adapters.sql.outbox_rows import stored_key
from adapters.sql.outbox_upkeep import SqlOutboxUpkeep
from adapters.sql.tables import outbox
from community.errors import StoreUnavailableError
from community.outbox import (
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    SendResult,
)
from tests.conftest import NOW
from tests.databases import migrated
from tests.postgres import private_postgres, programs

LEASE = timedelta(seconds=30)
DELIVERED = SendResult(DeliveryState.DELIVERED, via="custom", external_id="rid-1")
FAILED = SendResult(DeliveryState.TEMPORARY_FAILURE, error="busy")
HELD = SendResult(DeliveryState.TEMPORARY_FAILURE, error="no window", is_held=True)


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with private_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[SqlOutbox]:
    """The outbox over each database, freshly migrated."""
    url = f"sqlite:///{tmp_path}/contract.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrated, url)
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(sa.delete(outbox))
    yield SqlOutbox(engine)
    await engine.dispose()


def message(
    key: str = "m1",
    *,
    to: str = "wechat:a",
    kind: OutgoingKind = OutgoingKind.CHAT,
    channel: Channel = Channel.WECHAT,
    after_s: float = 0,
) -> Outgoing:
    return Outgoing(
        key=key,
        channel=channel,
        recipient=to,
        kind=kind,
        payload={"text": f"您好 {key}"},
        due_at=NOW + timedelta(seconds=after_s),
    )


async def claim(store: SqlOutbox, *, at=NOW, by="d1", limit=100, is_quiet=False):
    return await store.claim_due(
        by, now=at, limit=limit, lease=LEASE, is_quiet=is_quiet
    )


async def finish(store: SqlOutbox, row, result=DELIVERED, *, at=NOW, retry_s=5.0):
    return await store.finish(
        row, result, now=at, retry_at=at + timedelta(seconds=retry_s)
    )


async def rows(store: SqlOutbox):
    async with store._engine.connect() as connection:
        query = sa.select(outbox).order_by(outbox.c.id)
        return (await connection.execute(query)).mappings().all()


def upkeep(store: SqlOutbox) -> SqlOutboxUpkeep:
    return SqlOutboxUpkeep(store._engine)


async def keys(store: SqlOutbox, **options):
    return [row.message.key for row in await claim(store, **options)]


async def test_a_message_is_stored_once_and_comes_back_as_it_was(store):
    assert await store.add([message(), message("m2", to="wechat:b")], now=NOW) == 2
    assert await store.add([message(), message("m3")], now=NOW) == 1
    first = (await claim(store))[0]
    assert first.message == Outgoing(
        key=stored_key("m1"),
        channel=Channel.WECHAT,
        recipient="wechat:a",
        kind=OutgoingKind.CHAT,
        payload={"text": "您好 m1"},
        due_at=NOW,
    )
    assert (first.attempt, first.created_at) == (1, NOW)


async def test_a_stored_key_does_not_show_the_person(store):
    await store.add([message("wechat:somebody:1")], now=NOW)
    assert "somebody" not in (await rows(store))[0]["key"]


async def test_many_messages_are_stored_at_once(store):
    many = [message(f"m{n}", to=f"wechat:{n}") for n in range(1_200)]
    assert await store.add(many, now=NOW) == 1_200
    assert await store.add(many, now=NOW) == 0


async def test_messages_of_a_transaction_that_fails_do_not_exist(store):
    async with store._engine.connect() as connection:
        assert await enqueue(connection, [message()], now=NOW) == 1
        await connection.rollback()
    assert await claim(store) == []


async def test_concurrent_additions_of_one_key_store_one_row(store):
    added = await asyncio.gather(*(store.add([message()], now=NOW) for _ in range(5)))
    assert sum(added) == 1


async def test_only_the_oldest_open_row_of_a_recipient_is_claimed(store):
    await store.add([message("m1"), message("m2"), message("m3")], now=NOW)
    (first,) = await claim(store)
    assert await claim(store) == []
    await finish(store, first)
    assert await keys(store) == [stored_key("m2")]


async def test_a_row_that_failed_holds_the_later_ones_back(store):
    await store.add([message("m1"), message("m2")], now=NOW)
    (first,) = await claim(store)
    await finish(store, first, FAILED, retry_s=60)
    assert await claim(store, at=NOW + timedelta(seconds=59)) == []
    assert await keys(store, at=NOW + timedelta(seconds=60)) == [stored_key("m1")]


async def test_channels_of_one_recipient_do_not_wait_for_each_other(store):
    news = message("m2", channel=Channel.DIALOGUE)
    await store.add([message("m1"), news], now=NOW)
    assert len(await claim(store)) == 2


async def test_an_emergency_does_not_wait_for_chat(store):
    urgent = message("m2", kind=OutgoingKind.EMERGENCY)
    await store.add([message("m1"), urgent, message("m3")], now=NOW)
    assert await keys(store, limit=1) == [stored_key("m2")]
    assert await keys(store) == [stored_key("m1")]
    assert await claim(store) == []


async def test_nothing_goes_out_before_it_is_due(store):
    await store.add([message(after_s=10)], now=NOW)
    assert await claim(store, at=NOW + timedelta(seconds=9)) == []
    assert len(await claim(store, at=NOW + timedelta(seconds=10))) == 1


async def test_two_dispatchers_never_claim_the_same_row(store):
    await store.add([message(f"m{n}", to=f"wechat:{n}") for n in range(60)], now=NOW)

    async def work(name: str) -> list[int]:
        mine: list[int] = []
        while batch := await claim(store, by=name, limit=3):
            mine += [row.id for row in batch]
        return mine

    claimed = await asyncio.gather(*(work(f"d{n}") for n in range(4)))
    ids = [row for part in claimed for row in part]
    # A dispatcher that finds every row locked by another one stops early.
    ids += [row.id for row in await claim(store)]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 60


async def test_what_was_delivered_says_how_and_keeps_no_text(store):
    await store.add([message()], now=NOW)
    (row,) = await claim(store)
    await finish(store, row)
    (stored,) = await rows(store)
    assert stored["state"] == "delivered"
    assert (stored["via"], stored["external_id"]) == ("custom", "rid-1")
    assert stored["payload"] == "{}"
    assert stored["leased_by"] is None


async def test_a_silent_dispatchers_result_is_sent_again(store):
    await store.add([message(kind=OutgoingKind.RESULT)], now=NOW)
    (lost,) = await claim(store)
    late = NOW + LEASE + timedelta(seconds=1)
    assert await store.expire(now=NOW + LEASE) == (0, 0)
    assert await store.expire(now=late) == (1, 0)
    (again,) = await claim(store, at=late)
    assert again.attempt == 2
    await finish(store, lost, FAILED, at=late)
    assert (await rows(store))[0]["state"] == "sending"
    await finish(store, again, at=late)


async def test_a_silent_dispatchers_chat_stays_unknown(store):
    await store.add([message(), message("m2")], now=NOW)
    await claim(store)
    late = NOW + LEASE + timedelta(seconds=1)
    assert await store.expire(now=late) == (0, 1)
    assert (await rows(store))[0]["state"] == "unknown"
    assert await keys(store, at=late) == [stored_key("m2")]


@pytest.mark.parametrize("channel", [Channel.DIALOGUE, Channel.WEBHOOK])
async def test_where_the_receiver_knows_repeats_everything_is_sent_again(
    store, channel
):
    await store.add([message(kind=OutgoingKind.NOTICE, channel=channel)], now=NOW)
    await claim(store)
    assert await store.expire(now=NOW + 2 * LEASE) == (1, 0)


async def test_a_late_delivery_stops_the_second_sending(store):
    await store.add([message(kind=OutgoingKind.RESULT)], now=NOW)
    (lost,) = await claim(store)
    late = NOW + 2 * LEASE
    await store.expire(now=late)
    await finish(store, lost, at=late)
    assert await claim(store, at=late) == []


async def test_a_held_row_waits_for_the_persons_next_message(store):
    await store.add([message("m1"), message("m2")], now=NOW)
    (row,) = await claim(store)
    await finish(store, row, HELD)
    later = NOW + timedelta(days=3)
    assert await claim(store, at=later) == []
    assert await store.wake(["wechat:b"], now=later) == 0
    assert await store.wake(["wechat:a", "wechat:b"], now=later) == 1
    (woken,) = await claim(store, at=later)
    assert woken.message.key == stored_key("m1")
    assert (woken.attempt, woken.failures) == (2, 0)


async def test_failures_are_counted_and_a_paused_channel_is_none(store):
    await store.add([message()], now=NOW)
    paused = SendResult(DeliveryState.TEMPORARY_FAILURE, pauses_channel=True)
    for result in (FAILED, paused, FAILED):
        await finish(store, (await claim(store))[0], result, retry_s=0)
    (row,) = await claim(store)
    assert (row.attempt, row.failures) == (4, 2)


async def test_a_row_held_too_long_ends(store):
    await store.add([message()], now=NOW)
    await finish(store, (await claim(store))[0], HELD)
    later = NOW + timedelta(days=30)
    assert await upkeep(store).give_up_held(before=NOW, now=later) == 0
    assert await upkeep(store).give_up_held(before=later, now=later) == 1
    assert (await rows(store))[0]["state"] == "permanent-failure"


async def test_notices_wait_in_quiet_hours_and_alerts_pass_them(store):
    waiting = message("m1", to="w1", kind=OutgoingKind.NOTICE)
    alert = message("m2", to="w1", kind=OutgoingKind.RESULT)
    hook = message("m3", to="h1", kind=OutgoingKind.NOTICE, channel=Channel.WEBHOOK)
    await store.add([waiting, alert, hook], now=NOW)
    assert await keys(store, is_quiet=True) == [stored_key("m2"), stored_key("m3")]
    assert await keys(store) == [stored_key("m1")]


async def test_a_reported_failure_ends_what_counted_as_delivered(store):
    await store.add([message("m1"), message("m2", to="wechat:b")], now=NOW)
    first, second = await claim(store)
    taken = SendResult(DeliveryState.DELIVERED, via="template", external_id="4711")
    other = SendResult(DeliveryState.DELIVERED, via="custom", external_id="4711")
    assert not await store.settle("4711", "failed:user block", now=NOW)
    await finish(store, first, taken)
    await finish(store, second, other)
    assert await store.settle("4711", "", now=NOW)
    assert [row["state"] for row in await rows(store)] == ["delivered", "delivered"]
    assert await store.settle("4711", "failed:user block", now=NOW)
    assert await store.settle("4711", "", now=NOW)
    found = [(row["state"], row["error"]) for row in await rows(store)]
    assert found == [("permanent-failure", "failed:user block"), ("delivered", "")]
    assert not await store.settle("4712", "", now=NOW)


async def test_a_message_taken_without_an_id_is_found_by_its_recipient(store):
    to = {"m1": "wechat:a", "m2": "wechat:a", "m3": "wechat:b", "m4": "wechat:c"}
    for key, person in to.items():
        await store.add([message(key, to=person)], now=NOW)
        via = "custom" if key == "m4" else "subscribe"
        taken = SendResult(DeliveryState.DELIVERED, via=via)
        await finish(store, (await claim(store))[0], taken)

    async def settle(job, failure, who, now=NOW):
        return await store.settle(job, failure, now=now, recipient=who)

    assert not await settle("1", "-1 failed", "wechat:c")  # went another way
    assert not await settle("1", "-1 failed", "wechat:b", NOW + timedelta(hours=2))
    assert not await settle("1", "-1 failed", "")
    for _ in range(2):  # a repeat is for the same message
        assert await settle("1", "-1 failed", "wechat:a")
    assert await settle("2", "", "wechat:a")
    assert not await settle("3", "", "wechat:a")
    found = [(r["external_id"], r["state"], r["error"]) for r in await rows(store)]
    assert found == [
        ("1", "permanent-failure", "-1 failed"),
        ("2", "delivered", ""),
        ("", "delivered", ""),
        ("", "delivered", ""),
    ]


async def test_forgetting_a_person_leaves_neither_id_nor_text(store):
    await store.add([message("m1"), message("m2")], now=NOW)
    await finish(store, (await claim(store))[0])
    assert await store.forget("wechat:a", now=NOW) == 2
    assert {row["recipient"] for row in await rows(store)} == {None}
    assert {row["payload"] for row in await rows(store)} == {"{}"}
    assert [row["state"] for row in await rows(store)] == [
        "delivered",
        "permanent-failure",
    ]
    assert await claim(store) == []


async def test_passive_answers_are_recorded_in_bulk_with_their_end(store):
    outcomes = [
        (message(f"m{n}", to=f"wechat:{n}"), SendResult(DeliveryState.DELIVERED))
        for n in range(20)
    ]
    for _ in range(2):
        assert await store.take_in(outcomes, [], writers=(), now=NOW) == 0
        assert len(await rows(store)) == 20
    assert await upkeep(store).counts() == {DeliveryState.DELIVERED: 20}
    assert await claim(store) == []


async def test_answers_are_taken_in_with_what_their_writers_waited_for(store):
    await store.add([message("held")], now=NOW)
    (row,) = await claim(store)
    await finish(store, row, HELD)
    passive = (message("m1"), SendResult(DeliveryState.DELIVERED, via="passive"))
    late = message("m2", to="wechat:b")
    people = {"wechat:a", "wechat:b"}
    for n_woken in (1, 0):
        found = await store.take_in([passive], [late], writers=people, now=NOW)
        assert found == n_woken
    states = [(r["state"], r["held_since"]) for r in await rows(store)]
    assert states == [
        *(("temporary-failure", None), ("delivered", None), ("created", None)),
    ]
    assert await keys(store) == [stored_key("held"), stored_key("m2")]


async def test_many_notices_become_one_digest_that_shares_its_fate(store):
    notices = [
        message(f"n{n}", to="w1", kind=OutgoingKind.NOTICE, channel=Channel.WECOM_APP)
        for n in range(4)
    ]
    await store.add(notices, now=NOW)
    assert await upkeep(store).crowded(Channel.WECOM_APP, more_than=4) == []
    assert await upkeep(store).crowded(Channel.WECOM_APP, more_than=3) == ["w1"]
    waiting = await upkeep(store).waiting(Channel.WECOM_APP, "w1")
    digest = message("d", to="w1", kind=OutgoingKind.DIGEST, channel=Channel.WECOM_APP)
    assert await upkeep(store).fold(waiting, digest, now=NOW)
    assert not await upkeep(store).fold(waiting, digest, now=NOW)
    (row,) = await claim(store)
    assert row.message.kind is OutgoingKind.DIGEST
    await finish(store, row, SendResult(DeliveryState.PERMANENT_FAILURE, error="81013"))
    assert await upkeep(store).counts() == {DeliveryState.PERMANENT_FAILURE: 5}


async def test_what_waits_is_counted_by_channel_and_state(store):
    await store.add([message(), message("m2", to="wechat:b")], now=NOW)
    await claim(store, limit=1)
    found = {
        (b.channel, b.state, b.n, b.oldest_at) for b in await upkeep(store).backlog()
    }
    assert found == {
        (Channel.WECHAT, DeliveryState.SENDING, 1, NOW),
        (Channel.WECHAT, DeliveryState.CREATED, 1, NOW),
    }


async def test_old_ended_rows_are_deleted_and_open_ones_stay(store):
    await store.add([message(), message("m2", to="wechat:b")], now=NOW)
    await finish(store, (await claim(store, limit=1))[0])
    assert await upkeep(store).delete_finished(before=NOW) == 0
    assert await upkeep(store).delete_finished(before=NOW + timedelta(days=1)) == 1
    assert len(await rows(store)) == 1


async def test_a_database_that_is_down_is_said_to_be(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/no/such/folder.db")
    broken = SqlOutbox(engine)
    with pytest.raises(StoreUnavailableError):
        await broken.add([message()], now=NOW)
    with pytest.raises(StoreUnavailableError):
        await claim(broken)
    await engine.dispose()
