"""Tickets of the first schema get a life, on every database."""

import sqlalchemy as sa

from adapters.sql.ticket_takeover import BEFORE, take_over
from community.tickets import TicketStatus
from tests.ticket_world import MONDAY


async def put_before(engine, **changed):
    row = {
        "number": "1101-0001",
        "idempotency_key": "a" * 64,
        "kind": "report",
        "status": "open",
        "conversation": "web:a",
        "item": "matter/noise",
        "description": "半夜很吵",
        "place": "东关街",
        "since": "三天",
        "contact": "13800001234",
        "urgency": "normal",
        "requested_at": MONDAY,
        **changed,
    }
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    async with engine.begin() as connection:
        await connection.execute(
            sa.text(f"INSERT INTO {BEFORE} ({names}) VALUES ({values})").bindparams(
                sa.bindparam("requested_at", type_=sa.DateTime(timezone=True))
            ),
            row,
        )


async def test_old_tickets_keep_number_and_person_and_leave_no_clear_text(
    tickets, engine
):
    await put_before(engine)
    await put_before(
        engine, number="1101-0002", idempotency_key="b" * 64, status="withdrawn"
    )
    await put_before(
        engine,
        number="1101-0003",
        idempotency_key="c" * 64,
        status="withdrawn",
        conversation=None,
    )
    assert await take_over(engine, tickets, now=MONDAY) == 2
    mine = await tickets.of_conversation("web:a", limit=5)
    assert {(t.number, t.status) for t in mine} == {
        ("1101-0001", TicketStatus.OPEN),
        ("1101-0002", TicketStatus.WITHDRAWN),
    }
    assert mine[0].draft.contact == "13800001234"
    assert await take_over(engine, tickets, now=MONDAY) == 0
    async with engine.connect() as connection:
        left = await connection.execute(sa.text(f"SELECT * FROM {BEFORE}"))
        assert left.all() == []
    assert await tickets.verify("1101-0001") == []
