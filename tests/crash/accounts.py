"""Counts what became of every message, from the simulator's and the database's records."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.tables import outbox, ticket
from community.outbox import SENT_AGAIN_WHEN_UNKNOWN
from simulator.record import Bubble, Delivery, Side
from simulator.wechat import SimulatedWeChat
from tests.crash.talk import Said, Talk, is_answer_to

ENDED = {"delivered", "unknown", "permanent-failure"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the outbox."""

    state: str
    kind: str
    via: str
    attempts: int
    error: str
    has_ended: bool


@dataclass(slots=True)
class Fate:
    """What became of one message."""

    said: Said
    acknowledged_at: datetime | None
    """When the first delivery was answered."""
    first_sent_at: datetime
    row: Row | None
    number: str | None
    """Of the ticket that it opened."""
    bubbles: list[Bubble]
    """Its answers in the resident's chat."""


@dataclass(slots=True)
class Account:
    """The whole of it."""

    fates: list[Fate]
    lost: list[Fate] = field(default_factory=list)
    """Acknowledged, and neither answered nor in an explicit state."""
    unseen: list[Fate] = field(default_factory=list)
    """`delivered` by the database, and not in the chat."""
    doubled: list[Fate] = field(default_factory=list)
    """Answered twice."""
    doubled_against_policy: list[Fate] = field(default_factory=list)
    out_of_order: list[tuple[Fate, Fate]] = field(default_factory=list)
    n_tickets: int = 0
    n_tickets_expected: int = 0
    states: Counter[str] = field(default_factory=Counter)
    n_unacknowledged: int = 0
    n_repeated: int = 0
    """Deliveries beyond the first one."""
    n_passive: int = 0
    n_held: int = 0
    """People who had to write again, because more waited than the platform allows."""


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def message_key(said: Said) -> str:
    """Returns the key under which everything is stored that belongs to a message."""
    return f"wechat:{said.openid}:m{said.msg_id}"


async def read_rows(engine: AsyncEngine) -> dict[str, Row]:
    """Returns the outbox by stored key."""
    columns = outbox.c
    rows = await _query(engine, sa.select(outbox).where(columns.channel == "wechat"))
    return {
        row.key: Row(
            row.state,
            row.kind,
            row.via,
            row.attempts,
            row.error,
            has_ended=row.finished_at is not None,
        )
        for row in rows
    }


async def read_tickets(engine: AsyncEngine) -> dict[str, list[str]]:
    """Returns the numbers of all tickets by stored key."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in await _query(engine, sa.select(ticket)):
        found[row.idempotency_key].append(row.number)
    return found


async def count_open(engine: AsyncEngine) -> int:
    """Returns how many messages to residents are on their way."""
    query = sa.select(sa.func.count()).where(
        outbox.c.finished_at.is_(None),
        outbox.c.channel == "wechat",
        outbox.c.held_since.is_(None),
    )
    return int((await _query(engine, query))[0][0])


async def held_people(engine: AsyncEngine) -> list[str]:
    """Returns whose messages wait until they write again."""
    query = sa.select(outbox.c.recipient.distinct()).where(
        outbox.c.finished_at.is_(None),
        outbox.c.channel == "wechat",
        outbox.c.held_since.is_not(None),
    )
    found = await _query(engine, query)
    return [row[0].partition(":")[2] for row in found]


async def count_tickets(engine: AsyncEngine) -> int:
    """Returns how many tickets there are."""
    query = sa.select(sa.func.count()).select_from(ticket)
    return int((await _query(engine, query))[0][0])


async def _query(engine: AsyncEngine, query: sa.Select) -> Sequence:
    async with engine.connect() as connection:
        return (await connection.execute(query)).all()


async def settle(talk: Talk, wechat: SimulatedWeChat, engine: AsyncEngine) -> Account:
    """Reads all records and counts."""
    rows = await read_rows(engine)
    tickets = await read_tickets(engine)
    deliveries: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in wechat.record.deliveries:
        deliveries[delivery.msg_id].append(delivery)
    chats: dict[str, list[Bubble]] = defaultdict(list)
    for bubble in wechat.record.bubbles:
        if bubble.side is Side.ACCOUNT:
            chats[bubble.person].append(bubble)
    fates = [
        _fate(said, deliveries[said.msg_id], rows, tickets, chats[said.openid])
        for said in talk.said
    ]
    account = Account(fates, n_tickets=sum(map(len, tickets.values())))
    account.n_repeated = sum(len(found) - 1 for found in deliveries.values())
    for fate in fates:
        _judge(account, fate)
    _judge_order(account)
    return account


def _fate(
    said: Said,
    deliveries: list[Delivery],
    rows: dict[str, Row],
    tickets: dict[str, list[str]],
    chat: list[Bubble],
) -> Fate:
    key = message_key(said)
    numbers = tickets.get(_hash(f"{key}#0"), [])
    number = numbers[0] if numbers else None
    answered = [
        d.at + timedelta(milliseconds=d.elapsed_ms)
        for d in deliveries
        if d.outcome == "answered"
    ]
    return Fate(
        said,
        acknowledged_at=min(answered, default=None),
        first_sent_at=min(d.at for d in deliveries),
        row=rows.get(_hash(key)),
        number=number,
        bubbles=[bubble for bubble in chat if is_answer_to(bubble, said, number)],
    )


def _judge(account: Account, fate: Fate) -> None:
    row = fate.row
    account.states[row.state if row else "none"] += 1
    account.n_unacknowledged += fate.acknowledged_at is None
    account.n_passive += any(b.via == "passive" for b in fate.bubbles[:1])
    if not fate.said.title and (fate.acknowledged_at or fate.number):
        account.n_tickets_expected += 1
    has_ended = row is not None and row.state in ENDED and row.has_ended
    if fate.acknowledged_at is not None and not has_ended:
        account.lost.append(fate)
    if row is not None and row.state == "delivered" and not fate.bubbles:
        account.unseen.append(fate)
    if len(fate.bubbles) > 1:
        account.doubled.append(fate)
        kinds = {kind.value for kind in SENT_AGAIN_WHEN_UNKNOWN}
        if row is None or row.kind not in kinds:
            account.doubled_against_policy.append(fate)


def _judge_order(account: Account) -> None:
    """What was acknowledged before another was sent is answered before it, too.

    Emergencies overtake, so they are not compared.
    """
    people: dict[str, list[Fate]] = defaultdict(list)
    for fate in account.fates:
        if fate.bubbles and fate.said.title and fate.acknowledged_at is not None:
            people[fate.said.openid].append(fate)
    for fates in people.values():
        for number, later in enumerate(fates):
            for earlier in fates[:number]:
                was_known = (
                    earlier.acknowledged_at is not None
                    and earlier.acknowledged_at < later.first_sent_at
                )
                if was_known and earlier.bubbles[0].seq > later.bubbles[0].seq:
                    account.out_of_order.append((earlier, later))
