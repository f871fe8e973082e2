"""Opens the tickets with everything that their life depends on."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.content_files import CatalogFiles
from adapters.deadline_files import DeadlineFiles
from adapters.roster_files import RosterFiles
from adapters.settings import Settings
from adapters.sql.staff import LiveRoster, SqlStaff
from adapters.sql.ticket_acts import Offices
from adapters.sql.tickets import SqlTicketRepository
from community.catalog.model import Catalog
from community.staff import Roster
from community.tickets.office import Office


def open_tickets(
    settings: Settings,
    engine: AsyncEngine,
    *,
    catalog: Callable[[], Catalog] | None = None,
    roster: Callable[[datetime], Awaitable[Roster]] | None = None,
) -> SqlTicketRepository:
    """Returns the tickets of a process.

    Args:
        settings: FIELD_KEY and the content folder.
        engine: Somebody else closes it.
        catalog: Where the process has it already.
        roster: The same, with leave and duty of run time.

    Raises:
        ConfigurationError: FIELD_KEY is missing or too short.
    """
    office = offices(settings, engine, catalog=catalog, roster=roster)
    return SqlTicketRepository(engine, field_key=settings.field_key, office=office)


def offices(
    settings: Settings,
    engine: AsyncEngine,
    *,
    catalog: Callable[[], Catalog] | None = None,
    roster: Callable[[datetime], Awaitable[Roster]] | None = None,
) -> Offices:
    """Returns what gives catalogue, roster, calendar and policy at an instant."""
    if catalog is None:
        catalog = CatalogFiles(
            settings.content_dir,
            default_place=settings.default_place,
            with_examples=settings.with_examples,
        ).current
    if roster is None:
        files = RosterFiles(settings.content_dir)
        roster = LiveRoster(files.roster, SqlStaff(engine)).current
    deadlines = DeadlineFiles(settings.content_dir)

    async def current(now: datetime) -> Office:
        policy, work = deadlines.current()
        return Office(catalog(), await roster(now), work, policy)

    return current
