"""Queries over tickets: filters, order, and where the next page begins."""

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa

from adapters.sql.tables import ticket
from community.errors import RecordError
from community.tickets.model import Ticket
from community.tickets.repository import TicketQuery

MAX_PAGE = 200


def page_query(query: TicketQuery) -> sa.Select[Any]:
    """Selects one page and one row more, which tells that there is a next one.

    Raises:
        RecordError: `after` is not from a page before.
    """
    columns = _order(query)
    statement = sa.select(ticket).where(*_filters(query))
    if query.after:
        at, last_id = _read_position(query.after)
        place = sa.tuple_(*columns)
        here = sa.tuple_(sa.literal(at, columns[0].type), sa.literal(last_id))
        statement = statement.where(
            place < here if query.newest_first else place > here
        )
    order = [c.desc() if query.newest_first else c.asc() for c in columns]
    return statement.order_by(*order).limit(min(query.limit, MAX_PAGE) + 1)


def position(last: Ticket, last_id: int, query: TicketQuery) -> str:
    """Returns where a page ended."""
    clock = last.life.clock
    by_clock = _by_clock(query) and clock is not None
    at = clock.due_at if by_clock and clock is not None else last.requested_at
    return f"{at.astimezone(timezone.utc).isoformat()}|{last_id}"


def _by_clock(query: TicketQuery) -> bool:
    """Only what is open has a clock to order by."""
    return not query.newest_first and query.is_open is True


def _order(query: TicketQuery) -> tuple[sa.Column[Any], sa.Column[Any]]:
    first = ticket.c.clock_due_at if _by_clock(query) else ticket.c.requested_at
    return first, ticket.c.id


def _read_position(text: str) -> tuple[datetime, int]:
    at, _, last_id = text.partition("|")
    try:
        return datetime.fromisoformat(at), int(last_id)
    except ValueError as err:
        raise RecordError("the next page's position is malformed") from err


def _filters(query: TicketQuery) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    reach = _reach(query)
    if reach is not None:
        found.append(reach)
    if query.states:
        found.append(ticket.c.state.in_([state.value for state in query.states]))
    if query.is_open is not None:
        is_open = ticket.c.ended_at.is_(None)
        found.append(is_open if query.is_open else ~is_open)
    equal = {
        ticket.c.owner: query.owner,
        ticket.c.tier: query.tier.value if query.tier else None,
        ticket.c.item: query.item,
        ticket.c.warned: query.warned.value if query.warned else None,
    }
    found += [column == value for column, value in equal.items() if value is not None]
    if query.filed_from is not None:
        found.append(ticket.c.requested_at >= query.filed_from.astimezone(timezone.utc))
    if query.filed_before is not None:
        before = query.filed_before.astimezone(timezone.utc)
        found.append(ticket.c.requested_at < before)
    if query.number:
        found.append(ticket.c.number.startswith(query.number, autoescape=True))
    return found


def _reach(query: TicketQuery) -> sa.ColumnElement[bool] | None:
    """Grids, communities and units widen each other; no restriction means all."""
    parts: list[sa.ColumnElement[bool]] = []
    if query.grids is not None:
        parts.append(ticket.c.grid.in_(sorted(query.grids)))
    if query.communities:
        parts.append(ticket.c.community.in_(sorted(query.communities)))
    if query.units:
        parts.append(ticket.c.unit.in_(sorted(query.units)))
    return sa.or_(*parts) if parts else None
