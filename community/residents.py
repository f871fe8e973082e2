"""Residents: where each lives, whether they follow, who is blocked; the port for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol


class BoundBy(str, Enum):
    """How a resident came to a grid."""

    SCAN = "scan"
    """Scanned the grid's code."""
    LOCATION = "location"
    """Sent a location."""
    WORDS = "words"
    """Said so, or a ticket's place says so."""
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Resident:
    """What is kept of a person besides the dialogue."""

    conversation: str
    grid: str | None = None
    """Id of the grid that the person is bound to."""
    bound_by: BoundBy | None = None
    bound_at: datetime | None = None
    """Aware UTC, as all instants here."""
    is_follower: bool = True
    """`False` after an unfollow: messages cannot be delivered."""
    blocked_until: datetime | None = None
    blocked_by: str | None = None
    """Id of the member of staff."""
    seen_at: datetime | None = None

    def is_blocked(self, now: datetime) -> bool:
        """Tells whether reports of this person are refused at an instant."""
        return self.blocked_until is not None and now < self.blocked_until


class ResidentRepository(Protocol):
    """Stores residents; every call may be repeated.

    All calls raise `StoreUnavailableError` where the database does not answer.
    """

    async def get(self, conversation: str) -> Resident | None:
        """Returns a resident, `None` where nothing is known."""

    async def bind(
        self, conversation: str, grid: str, by: BoundBy, now: datetime
    ) -> Resident:
        """Binds a resident to a grid; the newest binding counts."""

    async def followed(self, conversation: str, now: datetime) -> None:
        """Notes that a person follows, or follows again."""

    async def unfollowed(self, conversation: str, now: datetime) -> None:
        """Notes that a person cannot be reached any more."""

    async def block(
        self, conversation: str, until: datetime, by: str, now: datetime
    ) -> None:
        """Refuses this person's reports until an instant."""

    async def unblock(self, conversation: str) -> None:
        """Ends a block; without one nothing changes."""

    async def forget(self, conversation: str) -> int:
        """Removes everything about a person; returns how many rows there were."""
