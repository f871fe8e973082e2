"""Takes reclassified tickets into the review list: a grid worker knew better.

What counts is the resident's message that opened the ticket, as the dialogue log has
it: masked, and gone once its person is deleted. The worker's item is the suggestion.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from adapters.sql.harvest import Finding, SqlHarvest
from adapters.sql.relabels import SqlRelabels
from community.errors import NotFoundError
from community.learning.entry import LogEntry, Pseudonyms
from community.learning.signals import Reason, Signal, reporting_turn
from community.tickets import Ticket
from community.tickets.repository import Relabel

AT_ONCE = 200
REPORTED_WITHIN = timedelta(hours=2)
"""From the message that reports something to the ticket; forms may take a while."""
STILL_COMING = timedelta(days=1)
"""So long a message may wait for the database that the tickets reached already."""


class Relabelled(Protocol):
    """What is needed of `community.tickets.TicketRepository`."""

    async def relabels(self, *, after: int, limit: int) -> Sequence[Relabel]:
        """See `community.tickets.TicketRepository`."""

    async def get(self, number: str) -> Ticket:
        """See `community.tickets.TicketRepository`."""


@dataclass(frozen=True, slots=True)
class RelabelHarvest:
    """Everything that a harvest of reclassified tickets needs."""

    tickets: Relabelled
    harvest: SqlHarvest
    relabels: SqlRelabels
    pseudonyms: Pseudonyms
    items: Callable[[], Collection[str]]
    """Returns the catalogue's keys; other items cannot be suggested."""

    async def run(self, now: datetime) -> int:
        """Takes in what was reclassified since the last time.

        May be repeated and interrupted. A message that is not in the log yet is waited
        for; one that is not there after a day is gone, and nothing is learned from it.

        Args:
            now: Current instant, aware UTC.

        Returns:
            How many messages got a suggestion.
        """
        mark = after = await self.relabels.mark()
        n_taken, is_waiting = 0, False
        while found := await self.tickets.relabels(after=after, limit=AT_ONCE):
            for one in found:
                turn = await self._turn(one)
                if turn is not None:
                    n_taken += await self._take(turn, one.after, now)
                is_waiting |= turn is None and now - one.at < STILL_COMING
                if not is_waiting:
                    mark = one.id
            after = found[-1].id
        await self.relabels.finish(mark)
        return n_taken

    async def _turn(self, one: Relabel) -> LogEntry | None:
        try:
            ticket = await self.tickets.get(one.number)
        except NotFoundError:
            return None
        if not ticket.draft.conversation:
            return None  # from patrol, or forgotten
        person = self.pseudonyms.person(ticket.draft.conversation)
        filed = ticket.requested_at
        turns = await self.relabels.turns(person, filed - REPORTED_WITHIN, filed)
        return reporting_turn(turns, ticket.draft.item)

    async def _take(self, turn: LogEntry, item: str, now: datetime) -> bool:
        """Keeps the newest opinion about a turn; none where the model was right."""
        await self.relabels.withdraw(turn.message)
        if item == turn.label or item not in self.items():
            return False
        signal = Signal(turn.message, turn.person, turn.at, Reason.RECLASSIFIED, item)
        await self.harvest.write([Finding(turn, signal)], now)
        return True
