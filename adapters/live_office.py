"""The office as it is now: catalogue, roster with today's changes, calendar, policy."""

from collections.abc import Callable
from datetime import datetime

from adapters.sql.staff import LiveRoster
from adapters.workdays import is_workday
from community.catalog.model import Catalog
from community.tickets.clocks import WorkTime
from community.tickets.limits import TimePolicy
from community.tickets.office import Office


class LiveOffice:
    """What the ticket repository needs to know at the instant of each act."""

    def __init__(
        self,
        catalog: Callable[[], Catalog],
        roster: LiveRoster,
        *,
        policy: TimePolicy | None = None,
    ) -> None:
        """Nothing is read yet."""
        self._catalog = catalog
        self._roster = roster
        self._policy = policy or TimePolicy()
        self._work = WorkTime(is_workday)

    async def at(self, now: datetime) -> Office:
        """Returns the office (an `adapters.sql.ticket_acts.Offices`).

        Raises:
            StoreUnavailableError: The database did not answer.
        """
        roster = await self._roster.current(now)
        return Office(self._catalog(), roster, self._work, self._policy)
