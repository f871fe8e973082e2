"""Removes photos and recordings that no ticket needs, some time after they came.

They were sent and never reported with, or their conversation has expired. Whoever
asks to be forgotten does not wait for this: see `gateway.forgetting`.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from community.blobs import BlobStore


class TicketPhotos(Protocol):
    """Which photos tickets need (`adapters.sql.ticket_photos.SqlTicketPhotos`)."""

    async def kept(self, blob_ids: Collection[str]) -> set[str]:
        """Returns those of the photos that stand in a ticket's file."""


class LoosePhotos:
    """Looks through the stored files; may be interrupted and repeated at any point."""

    def __init__(
        self, blobs: BlobStore, tickets: TicketPhotos, *, keep: timedelta
    ) -> None:
        """Binds the stores.

        Args:
            blobs: Where the files are.
            tickets: Tells which of them stay.
            keep: How long the others may stay.
        """
        self._blobs = blobs
        self._tickets = tickets
        self._keep = keep

    async def remove(self, now: datetime) -> int:
        """Removes what has been kept long enough; returns how many files.

        Raises:
            StoreUnavailableError: A store did not answer: without the tickets nothing
                is removed, and what was removed was loose.
        """
        old = await self._blobs.stored_before(now - self._keep)
        loose = set(old) - await self._tickets.kept(old)
        for blob_id in sorted(loose):
            await self._blobs.delete(blob_id)
        return len(loose)
