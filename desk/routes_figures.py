"""三率: response, solution and satisfaction, within reach and by what one likes."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from pydantic import BaseModel, Field

from adapters.sql.ticket_rates import Scope
from community.calendar import CHINA, local_day
from community.tickets.rates import Dimension, Tally
from desk.calls import Call
from desk.documents import Identifier, Query
from desk.endpoints import Endpoints
from desk.policy import Act, reach_of
from desk.problems import problem
from desk.routes_tickets import reach_places
from desk.views import item_name

endpoints = Endpoints("figures")
USUAL_SPAN = timedelta(days=30)
MAX_SPAN = timedelta(days=400)


class FigureQuery(Query):
    """Which tickets, by day of filing, and how they are broken down."""

    since: date | None = None
    until: date | None = None
    by: Dimension | None = None
    community: Identifier | None = None
    grid: Identifier | None = None
    item: Identifier | None = None


class ProofQuery(Query):
    """Which days the proof covers."""

    since: date | None = None
    until: date | None = None


class FigureDoc(BaseModel):
    """Counts and rates of one grid, community or matter; a rate of nothing is absent."""

    key: str
    name: str
    n_counted: int
    n_excluded: int
    n_respond_due: int
    n_responded_in_time: int
    n_solve_due: int
    n_solved_in_time: int
    n_answered: int
    n_solved: int
    n_satisfied: int
    n_ended: int
    n_unanswered: int
    response_rate: float | None = Field(default=None, description="响应率")
    in_time_rate: float | None = Field(default=None, description="按期办结率")
    solution_rate: float | None = Field(default=None, description="解决率")
    satisfaction_rate: float | None = Field(default=None, description="满意率")
    ended_rate: float | None = Field(default=None, description="办结率")


class Figures(BaseModel):
    """Figures of a span of days."""

    since: date
    until: date
    total: FigureDoc
    rows: list[FigureDoc]


class Proof(BaseModel):
    """Whether figures from the state and from the events agree."""

    agree: bool
    since: date
    until: date


@endpoints.get(
    "/api/figures", act=Act.FIGURES, takes=FigureQuery, gives=Figures, systems=True
)
async def figures(call: Call, query: FigureQuery) -> Figures:
    """Computes 三率 of the tickets within reach."""
    since, until = span_of(call, query.since, query.until)
    scope = scope_of(call, query, since, until)
    rates = call.services.rates
    rows: list[FigureDoc] = []
    found = await rates.from_state(scope, now=call.now, by=query.by)
    if query.by is not None:
        rows = [
            figure_doc(key, key_name(call, query.by, key), one)
            for key, one in sorted(found.items(), key=lambda pair: -pair[1].n_counted)
        ]
    return Figures(
        since=since, until=until, total=figure_doc("", "合计", sum_of(found)), rows=rows
    )


@endpoints.get("/api/figures/proof", act=Act.VERIFY, takes=ProofQuery, gives=Proof)
async def prove_figures(call: Call, query: ProofQuery) -> Proof:
    """Computes the figures again from the events, and compares."""
    since, until = span_of(call, query.since, query.until)
    scope = scope_of(call, FigureQuery(), since, until)
    state = await call.services.rates.from_state(scope, now=call.now)
    events = await call.services.rates.from_events(scope, now=call.now)
    return Proof(agree=sum_of(state) == sum_of(events), since=since, until=until)


def span_of(call: Call, since: date | None, until: date | None) -> tuple[date, date]:
    """Returns the days that are meant; the last thirty by default."""
    last = until or local_day(call.now)
    first = since or last - USUAL_SPAN
    if first > last or last - first > MAX_SPAN:
        raise problem(
            422, "malformed", "日期范围不对，最长 400 天。", ["since", "until"]
        )
    return first, last


def scope_of(call: Call, query: FigureQuery, since: date, until: date) -> Scope:
    """Returns which tickets are looked at, never beyond the caller's reach."""
    roster = call.services.directory.roster
    reach = reach_of(call.person, Act.FIGURES, roster, call.now)
    grids, communities = reach_places(call, reach)
    if query.community:
        inside = {
            p.grid for p in roster.grids.values() if p.community == query.community
        }
        is_whole = grids is None or query.community in communities
        grids = frozenset(inside if grids is None or is_whole else inside & grids)
        communities = frozenset({query.community} if is_whole else ())
    if query.grid:
        allowed = grids is None or query.grid in grids
        grids = frozenset({query.grid} if allowed else ())
        communities = frozenset()
    return Scope(
        filed_from=datetime.combine(since, time(), CHINA),
        filed_before=datetime.combine(until + timedelta(days=1), time(), CHINA),
        grids=grids if grids is None or not communities else None,
        communities=communities or None,
        item=query.item or None,
    )


def sum_of(found: Mapping[str, Tally]) -> Tally:
    """Adds figures up."""
    return sum(found.values(), Tally())


def key_name(call: Call, by: Dimension, key: str) -> str:
    """Returns what a line of figures is called."""
    if by is Dimension.ITEM:
        return item_name(call.services.catalog(), key or None)
    return call.services.directory.unit_name(key) or "未定地点"


def figure_doc(key: str, name: str, tally: Tally) -> FigureDoc:
    """Returns one line of figures."""
    return FigureDoc(
        key=key,
        name=name,
        n_counted=tally.n_counted,
        n_excluded=tally.n_excluded,
        n_respond_due=tally.n_respond_due,
        n_responded_in_time=tally.n_responded_in_time,
        n_solve_due=tally.n_solve_due,
        n_solved_in_time=tally.n_solved_in_time,
        n_answered=tally.n_answered,
        n_solved=tally.n_solved,
        n_satisfied=tally.n_satisfied,
        n_ended=tally.n_ended,
        n_unanswered=tally.n_unanswered,
        response_rate=tally.response_rate,
        in_time_rate=tally.in_time_rate,
        solution_rate=tally.solution_rate,
        satisfaction_rate=tally.satisfaction_rate,
        ended_rate=tally.ended_rate,
    )
