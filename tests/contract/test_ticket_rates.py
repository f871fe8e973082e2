"""三率 by two paths that share nothing: an altered state shows."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from adapters.sql.tables import ticket
from adapters.sql.ticket_rates import Scope, SqlTicketRates
from community.tickets import Action, Command
from community.tickets.rates import Dimension
from tests.ticket_world import MONDAY, actor, draft, hours

DAY = timedelta(days=1)
NOW = MONDAY + 20 * DAY
ALL = Scope(MONDAY - DAY, MONDAY + DAY)
HERE = Scope(
    MONDAY - DAY,
    MONDAY + DAY,
    frozenset({"willow-1"}),
    frozenset({"willow"}),
    draft().item,
)


@pytest.fixture
async def number(tickets):
    """A ticket that the resident called solved; beside it one that nobody has."""
    opened = await tickets.open(draft(), now=MONDAY)
    await tickets.open(draft("m2#0", grid="willow-2"), now=MONDAY)
    for n, action in enumerate((Action.CLAIM, Action.CONTACT, Action.RESOLVE)):
        command = Command(actor("worker1"), action, f"k{n}", text="清了")
        await tickets.act(opened.number, command, now=MONDAY + hours(1))
    await tickets.answer(
        opened.number,
        draft().conversation,
        satisfied=True,
        key="yes",
        now=MONDAY + hours(2),
    )
    return opened.number


async def both(engine, scope, by=None):
    rates = SqlTicketRates(engine)
    return (
        await rates.from_state(scope, now=NOW, by=by),
        await rates.from_events(scope, now=NOW, by=by),
    )


@pytest.mark.parametrize("by", [None, *Dimension])
@pytest.mark.parametrize("scope", [ALL, HERE])
async def test_they_agree_on_what_was_not_altered(engine, number, scope, by):
    state, events = await both(engine, scope, by)
    assert state == events
    n_tickets = sum(one.n_counted for one in state.values())
    assert n_tickets == (2 if scope is ALL else 1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", "withdrawn"),
        ("state", "closed"),
        ("requested_at", MONDAY - 30 * DAY),
        ("grid", "willow-2"),
        ("community", "elsewhere"),
        ("item", "matter/noise"),
        ("respond_by", MONDAY),
        ("expected_at", MONDAY),
        ("responded_at", NOW),
        ("resolved_at", NOW),
        ("satisfied", False),
        ("is_excluded", True),
    ],
)
async def test_a_wrong_column_is_found(engine, number, column, value):
    assert isinstance(value, str | bool | datetime)
    async with engine.begin() as connection:
        await connection.execute(
            sa.update(ticket).where(ticket.c.number == number).values({column: value})
        )
    state, events = await both(engine, HERE)
    assert state != events, f"{column} was altered, and nobody notices"
    assert events[""].n_solved == 1, "the events still tell the truth"
