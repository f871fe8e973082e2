"""Takes over tickets that were filed before tickets had a life (schema 0001).

Their texts lay in clear. Each is opened anew under its own number, its texts sealed, and
the old row is deleted in the end, so that it may be interrupted and repeated.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.tickets import SqlTicketRepository
from adapters.sql.tickets_read import translated
from community.tickets.model import TicketDraft, TicketKind

BEFORE = "ticket_before"
_before = sa.table(
    BEFORE,
    *(
        sa.column(name)
        for name in (
            "number",
            "idempotency_key",
            "kind",
            "status",
            "conversation",
            "item",
            "description",
            "place",
            "since",
            "contact",
            "urgency",
        )
    ),
)


async def take_over(
    engine: AsyncEngine, tickets: SqlTicketRepository, *, now: datetime
) -> int:
    """Opens what is left in the old table; their clocks start now.

    What was withdrawn by somebody who is forgotten leaves nothing behind.

    Raises:
        StoreUnavailableError: The database did not answer; repeat it.
    """
    n_taken = 0
    for row in await _rows(engine):
        if row.status == "open" or row.conversation:
            await tickets.open(_draft(row), now=now, number=row.number)
            n_taken += 1
        if row.status == "withdrawn" and row.conversation:
            await tickets.withdraw(row.number, row.conversation, now=now)
        async with translated(), engine.begin() as connection:
            await connection.execute(
                sa.delete(_before).where(_before.c.number == row.number)
            )
    return n_taken


async def _rows(engine: AsyncEngine) -> list[Any]:
    async with translated(), engine.connect() as connection:
        tables = await connection.run_sync(lambda c: sa.inspect(c).get_table_names())
        if BEFORE not in tables:
            return []
        return [*await connection.execute(sa.select(_before))]


def _draft(row: Any) -> TicketDraft:
    return TicketDraft(
        idempotency_key=f"before:{row.idempotency_key}",
        kind=TicketKind(row.kind),
        conversation=row.conversation or "",
        item=row.item,
        description=row.description,
        place=row.place,
        since=row.since,
        contact=row.contact,
        urgency=row.urgency,
    )
