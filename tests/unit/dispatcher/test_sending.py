"""The sending loop: retries, ends, pauses."""

import asyncio
from datetime import datetime, timedelta

import pytest

from adapters.sql.outbox_rows import Claimed
from community.errors import StoreUnavailableError
from community.outbox import (
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    SendResult,
)
from dispatcher.sending import MAX_FAILURES, SendingLoop, retry_delay_s
from tests.conftest import NOW

DELIVERED = SendResult(DeliveryState.DELIVERED, via="custom")
BUSY = SendResult(DeliveryState.TEMPORARY_FAILURE, error="busy", retry_after_s=60)


class Rows:
    """An outbox of prepared rows."""

    def __init__(self, *rows: Claimed) -> None:
        self.due = list(rows)
        self.finished: list[tuple[int, SendResult, datetime]] = []
        self.channels: list[list[Channel]] = []
        self.n_outages = 0

    async def claim_due(self, by, *, now, limit, lease, channels, is_quiet):
        self.channels.append(channels)
        mine = [r for r in self.due if r.message.channel in channels][:limit]
        self.due = [r for r in self.due if r not in mine]
        return mine

    async def finish_many(self, outcomes, *, now):
        if self.n_outages > 0:
            self.n_outages -= 1
            raise StoreUnavailableError("down")
        self.finished += [(o.row.id, o.result, o.retry_at) for o in outcomes]

    async def expire(self, *, now):
        return 0, 0


class Sends:
    """A sender that answers as told."""

    def __init__(self, answer) -> None:
        self.answer = answer
        self.sent: list[str] = []

    async def send(self, message, *, attempt):
        self.sent.append(message.key)
        if isinstance(self.answer, Exception):
            raise self.answer
        if callable(self.answer):
            return await self.answer()
        return self.answer


def row(n=1, *, failures=0, kind=OutgoingKind.CHAT, channel=Channel.WECHAT):
    message = Outgoing(f"k{n}", channel, f"wechat:{n}", kind, {}, NOW)
    return Claimed(n, message, failures + 1, failures, NOW)


def loop(rows, sender, *, channel=Channel.WECHAT):
    return SendingLoop(rows, {channel: sender}, name="d1", now=lambda: NOW)


async def test_a_delivered_message_ends():
    rows = Rows(row())
    assert await loop(rows, Sends(DELIVERED)).drain() == 1
    assert rows.finished[0][:2] == (1, DELIVERED)


async def test_the_platforms_wish_is_the_least_delay():
    rows = Rows(row())
    await loop(rows, Sends(BUSY)).drain()
    assert rows.finished[0][2] == NOW + timedelta(seconds=60)


async def test_a_message_is_given_up_after_many_failures():
    rows = Rows(row(failures=MAX_FAILURES - 2), row(2, failures=MAX_FAILURES - 1))
    await loop(rows, Sends(BUSY)).drain()
    states = [result.state for _, result, _ in rows.finished]
    assert states == [DeliveryState.TEMPORARY_FAILURE, DeliveryState.PERMANENT_FAILURE]
    assert "busy" in rows.finished[1][1].error


async def test_a_held_message_is_never_given_up_here():
    held = SendResult(DeliveryState.TEMPORARY_FAILURE, is_held=True)
    rows = Rows(row(failures=MAX_FAILURES + 5))
    await loop(rows, Sends(held)).drain()
    assert rows.finished[0][1] == held


async def test_a_sender_that_raises_stops_nobody_else():
    rows = Rows(row(1), row(2, channel=Channel.WEBHOOK))
    senders = {
        Channel.WECHAT: Sends(ValueError("x")),
        Channel.WEBHOOK: Sends(DELIVERED),
    }
    await SendingLoop(rows, senders, name="d1", now=lambda: NOW).drain()
    outcome = {n: result.state for n, result, _ in rows.finished}
    assert outcome[1] is DeliveryState.TEMPORARY_FAILURE
    assert outcome[2] is DeliveryState.DELIVERED


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (OutgoingKind.CHAT, DeliveryState.UNKNOWN),
        (OutgoingKind.NOTICE, DeliveryState.UNKNOWN),
        (OutgoingKind.RESULT, DeliveryState.TEMPORARY_FAILURE),
        (OutgoingKind.EMERGENCY, DeliveryState.TEMPORARY_FAILURE),
    ],
)
async def test_a_try_without_an_outcome_follows_the_policy_of_its_kind(kind, state):
    rows = Rows(row(kind=kind))
    sender = Sends(lambda: asyncio.sleep(5))
    await SendingLoop(
        rows,
        {Channel.WECHAT: sender},
        name="d1",
        now=lambda: NOW,
        lease=timedelta(seconds=0.02),
    ).drain()
    assert rows.finished[0][1].state is state


async def test_a_channel_that_is_set_up_wrongly_is_left_alone():
    alarm = SendResult(
        DeliveryState.TEMPORARY_FAILURE, error="40164", pauses_channel=True
    )
    rows = Rows(row(1))
    work = loop(rows, Sends(alarm))
    await work.drain()
    rows.due.append(row(2))
    await work.drain()
    assert rows.channels[-1] == []
    assert [r.id for r in rows.due] == [2]


async def test_an_outcome_is_stored_although_the_database_stumbles():
    rows = Rows(row())
    rows.n_outages = 1
    await loop(rows, Sends(DELIVERED)).drain()
    assert len(rows.finished) == 1


async def test_stopping_finishes_what_is_under_way():
    async def slow():
        await asyncio.sleep(0.2)
        return DELIVERED

    rows = Rows(row())
    work = loop(rows, Sends(slow))
    stopping = asyncio.Event()
    running = asyncio.create_task(work.run(stopping))
    await asyncio.sleep(0.05)
    stopping.set()
    work.wake_up()
    await running
    assert rows.finished[0][1] == DELIVERED


def test_delays_double_are_spread_and_bounded():
    assert [retry_delay_s(n, None, lambda: 0.5) for n in (1, 2, 3)] == [2, 4, 8]
    assert retry_delay_s(30, None, lambda: 0.5) == 900
    assert retry_delay_s(1, None, lambda: 0.0) == 1.5
    assert retry_delay_s(1, None, lambda: 1.0) == 2.5
    assert retry_delay_s(1, 30.0, lambda: 0.5) == 30
