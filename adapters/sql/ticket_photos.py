"""Which stored photos and recordings stand in the file of a ticket."""

import re
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.tables import ticket_event
from community.errors import StoreUnavailableError

EVENTS_AT_ONCE = 2_000
HAS_PHOTOS = '%"photos":["%'
"""Events are canonical JSON: one spelling."""
_ID = re.compile(r'"([0-9a-z]{16,64})"')


class SqlTicketPhotos:
    """Looks photos up in the events of all tickets, whoever filed them."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def kept(self, blob_ids: Collection[str]) -> set[str]:
        """Returns those of the blobs that a ticket needs.

        Raises:
            StoreUnavailableError: The database did not answer; nothing is known.
        """
        wanted, found, last = set(blob_ids), set[str](), 0
        while wanted - found:
            query = (
                sa.select(ticket_event.c.id, ticket_event.c.body)
                .where(ticket_event.c.id > last, ticket_event.c.body.like(HAS_PHOTOS))
                .order_by(ticket_event.c.id)
                .limit(EVENTS_AT_ONCE)
            )
            try:
                async with self._engine.connect() as connection:
                    rows = (await connection.execute(query)).all()
            except (SQLAlchemyError, OSError) as err:
                raise StoreUnavailableError(
                    f"ticket photos: database: {type(err).__name__}"
                ) from err
            for row in rows:
                found |= wanted & set(_ID.findall(row.body))
            if len(rows) < EVENTS_AT_ONCE:
                break
            last = rows[-1].id
        return found
