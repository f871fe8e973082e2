"""三率 from the stored state, and the events from which they are computed again."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.tables import ticket, ticket_event
from adapters.sql.tickets_read import translated
from community.tickets import Action, chain
from community.tickets.model import TicketEvent, TicketState
from community.tickets.rates import Dimension, Tally, tally

T = ticket.c
S = TicketState
TICKETS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """Which tickets are looked at; empty fields do not restrict."""

    filed_from: datetime
    filed_before: datetime
    grids: frozenset[str] | None = None
    communities: frozenset[str] | None = None
    item: str | None = None


class SqlTicketRates:
    """Computes figures in two ways that share no rule."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def from_state(
        self, scope: Scope, *, now: datetime, by: Dimension | None = None
    ) -> dict[str, Tally]:
        """Computes the figures from the stored state, in the database.

        Raises:
            StoreUnavailableError: The database did not answer.
        """
        key = sa.func.coalesce(T[by.value], "") if by else sa.literal("")
        counts = _counts(now.astimezone(timezone.utc))
        query = sa.select(
            key.label("key"),
            *(
                sa.func.sum(sa.case((counts[f.name], 1), else_=0)).label(f.name)
                for f in fields(Tally)
            ),
        ).where(*_within(scope))
        if by is not None:
            query = query.group_by(key)
        async with translated(), self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return {
            row["key"]: Tally(**{f.name: int(row[f.name] or 0) for f in fields(Tally)})
            for row in rows
            if by is not None or row["n_counted"] is not None
        }

    async def from_events(
        self, scope: Scope, *, now: datetime, by: Dimension | None = None
    ) -> dict[str, Tally]:
        """Computes the same from events alone; slower, for proof.

        Which tickets are meant follows from their events, too: the stored state is not
        looked at, so that a wrong one shows.

        Raises:
            StoreUnavailableError: The database did not answer.
        """
        found: dict[str, Tally] = {}
        among = _among(scope)
        async for histories in self._histories(scope):
            for key, one in tally(histories, now=now, by=by, among=among).items():
                found[key] = found.get(key, Tally()) + one
        return found

    async def _histories(
        self, scope: Scope
    ) -> AsyncIterator[Sequence[Sequence[TicketEvent]]]:
        """Yields the events of tickets filed in the period, as their first event says."""
        last = 0
        columns = ticket_event.c
        filed = sa.select(columns.ticket_id).where(
            columns.action == Action.FILE.value,
            columns.at >= scope.filed_from.astimezone(timezone.utc),
            columns.at < scope.filed_before.astimezone(timezone.utc),
        )
        while True:
            page = filed.where(columns.ticket_id > last).order_by(columns.ticket_id)
            async with translated(), self._engine.connect() as connection:
                ids = [
                    row.ticket_id
                    for row in await connection.execute(page.limit(TICKETS_AT_ONCE))
                ]
                rows = await connection.execute(
                    sa.select(columns.ticket_id, columns.body)
                    .where(columns.ticket_id.in_(ids))
                    .order_by(columns.ticket_id, columns.seq)
                )
                histories: dict[int, list[TicketEvent]] = {}
                for ticket_id, body in rows:
                    histories.setdefault(ticket_id, []).append(chain.read(body)[0])
            if not ids:
                return
            last = ids[-1]
            yield list(histories.values())


def _among(scope: Scope) -> dict[Dimension, frozenset[str]]:
    """Returns what restricts the tickets besides the period."""
    found = {Dimension.GRID: scope.grids, Dimension.COMMUNITY: scope.communities}
    among = {by: values for by, values in found.items() if values is not None}
    if scope.item is not None:
        among[Dimension.ITEM] = frozenset({scope.item})
    return among


def _within(scope: Scope) -> list[sa.ColumnElement[bool]]:
    found = [
        T.requested_at >= scope.filed_from.astimezone(timezone.utc),
        T.requested_at < scope.filed_before.astimezone(timezone.utc),
    ]
    if scope.grids is not None:
        found.append(T.grid.in_(sorted(scope.grids)))
    if scope.communities is not None:
        found.append(T.community.in_(sorted(scope.communities)))
    if scope.item is not None:
        found.append(T.item == scope.item)
    return found


def _counts(now: datetime) -> dict[str, sa.ColumnElement[bool]]:
    """Returns the condition under which a ticket adds one to each count."""
    given_up = T.state.in_([S.WITHDRAWN.value, S.MERGED.value])
    counted: Any = ~given_up & T.is_excluded.is_(False)
    over = T.state.in_([S.CONFIRMED.value, S.CLOSED.value])
    answered = T.satisfied.is_not(None)
    return {
        "n_counted": counted,
        "n_excluded": ~given_up & T.is_excluded.is_(True),
        "n_respond_due": counted
        & (T.responded_at.is_not(None) | (T.respond_by <= now)),
        "n_responded_in_time": counted & (T.responded_at <= T.respond_by),
        "n_solve_due": counted & (over | (T.expected_at <= now)),
        "n_solved_in_time": counted & over & (T.resolved_at <= T.expected_at),
        "n_answered": counted & answered,
        "n_solved": counted & (T.state == S.CONFIRMED.value),
        "n_satisfied": counted & T.satisfied.is_(True),
        "n_ended": counted & over,
        "n_unanswered": counted & (T.state == S.CLOSED.value),
    }
