"""Dashboard of operators: how the assistant does, by week, grid and question."""

from datetime import date, datetime, time, timedelta

from aiohttp import web
from pydantic import BaseModel, Field

from adapters.sql.harvest import Finding
from adapters.sql.learning_figures import Span
from community.calendar import CHINA, local_day
from community.errors import NotFoundError
from community.learning.entry import LogEntry
from community.learning.figures import Counts
from community.learning.labels import name_of
from community.learning.signals import Reason, Signal
from desk.calls import Call
from desk.documents import Body, Identifier, Query
from desk.documents_review import TurnDoc
from desk.endpoints import Endpoints
from desk.ledgers import local
from desk.policy import Act
from desk.problems import problem
from desk.routes_review import outcome_of, turn_doc
from desk.sheets import CSV_TYPE, as_csv

endpoints = Endpoints("learning_figures")
USUAL_SPAN = timedelta(days=55)
MAX_SPAN = timedelta(days=400)
WEEK = timedelta(days=7)
SAMPLE_SPAN = timedelta(days=14)
TOP = 20
PAGE = 50
MAX_ROWS = 20_000
OUTCOMES = "^(answered|abstained|clarified|person|emergency|good|bad|failed)?$"
HEAD = (
    "时间",
    "渠道",
    "网格",
    "居民说的（隐去了个人信息）",
    "最像哪一项",
    "把握",
    "结果",
)


class SpanQuery(Query):
    """Which messages."""

    since: date | None = None
    until: date | None = None
    grid: Identifier = Identifier("")
    item: Identifier = Identifier("")


class TurnQuery(SpanQuery):
    """Which messages, and how they ended."""

    outcome: str = Field(default="", regex=OUTCOMES)
    offset: int = Field(default=0, ge=0, le=100_000)


class TurnWish(Body):
    """Which messages go into the file."""

    since: date | None = None
    until: date | None = None
    grid: Identifier = Identifier("")
    item: Identifier = Identifier("")
    outcome: str = Field(default="", regex=OUTCOMES)


class SampleWish(Body):
    """How many answered messages to draw."""

    count: int = Field(default=30, ge=1, le=200)


class CountsDoc(BaseModel):
    """Counts of some messages."""

    key: str
    name: str
    n_messages: int
    n_questions: int
    n_abstained: int
    n_clarified: int
    n_resolved: int
    n_person: int
    n_emergency: int
    n_good: int
    n_bad: int
    n_failed: int
    alone: float | None = Field(default=None, description="Share that needed nobody.")


class EstimateDoc(BaseModel):
    """Share of wrong answers in a random sample, with its 95 % interval (Wilson)."""

    n_sampled: int = Field(description="Messages that could be judged.")
    n_wrong: int
    n_unclear: int = Field(description="Discarded; the interval allows for them.")
    share: float | None
    low: float
    high: float


class TopItem(BaseModel):
    """How often an item was asked about."""

    item: str
    name: str
    n_questions: int


class Dashboard(BaseModel):
    """Figures of a span of days."""

    since: date
    until: date
    total: CountsDoc
    weeks: list[CountsDoc]
    grids: list[CountsDoc]
    top: list[TopItem]
    wrong: EstimateDoc | None = None


class TurnRow(BaseModel):
    """One message in the drill-down."""

    id: str
    at: datetime
    grid: str
    text: str
    label: str
    confidence: float
    outcome: str


class Turns(BaseModel):
    """Messages, newest first."""

    turns: list[TurnRow]
    has_more: bool


class Dialogue(BaseModel):
    """A message with its neighbours."""

    turns: list[TurnDoc]


class Sampled(BaseModel):
    """How many messages were put in front of the review list."""

    n_drawn: int


@endpoints.get("/api/learn/figures", act=Act.LEARN, takes=SpanQuery, gives=Dashboard)
async def learning_figures(call: Call, query: SpanQuery) -> Dashboard:
    """Computes the figures of a span, week by week."""
    since, until = _days(call, query.since, query.until)
    figures = call.services.learning.figures
    whole = _span(since, until, query.grid, query.item)
    found = await figures.breakdown(whole)
    weeks = []
    monday = since - timedelta(days=since.weekday())
    while monday <= until:
        first, last = max(monday, since), min(monday + timedelta(days=6), until)
        part = await figures.breakdown(_span(first, last, query.grid, query.item))
        year, week, _ = first.isocalendar()
        weeks.append(_counts(f"{year}-W{week:02d}", f"{first:%m-%d}", part.total))
        monday += WEEK
    names = call.services.directory.unit_name
    estimate = await figures.wrong_answers(whole)
    top = sorted(found.by_item.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP]
    catalog = call.services.catalog()
    return Dashboard(
        since=since,
        until=until,
        total=_counts("", "合计", found.total),
        weeks=weeks,
        grids=[
            _counts(grid, names(grid) if grid else "没说在哪", counts)
            for grid, counts in sorted(
                found.by_grid.items(), key=lambda pair: -pair[1].n_messages
            )
        ],
        top=[
            TopItem(item=item, name=name_of(catalog, item), n_questions=count)
            for item, count in top
            if count
        ],
        wrong=None
        if estimate is None
        else EstimateDoc(
            n_sampled=estimate.n_sampled,
            n_wrong=estimate.n_wrong,
            n_unclear=estimate.n_unclear,
            share=estimate.share,
            low=estimate.low,
            high=estimate.high,
        ),
    )


@endpoints.get("/api/learn/turns", act=Act.LEARN, takes=TurnQuery, gives=Turns)
async def list_turns(call: Call, query: TurnQuery) -> Turns:
    """Lists masked messages behind a figure, newest first."""
    since, until = _days(call, query.since, query.until)
    span = _span(since, until, query.grid, query.item, query.outcome)
    found = await call.services.learning.figures.turns(
        span, limit=PAGE + 1, offset=query.offset
    )
    return Turns(
        turns=[_turn_row(call, turn) for turn in found[:PAGE]],
        has_more=len(found) > PAGE,
    )


@endpoints.get("/api/learn/turns/{id}", act=Act.LEARN, gives=Dialogue)
async def read_turn(call: Call) -> Dialogue:
    """Shows the masked dialogue around a message."""
    message = call.path("id")
    found = await call.services.learning.log.conversation(message)
    if not found:
        raise NotFoundError("the message is not in the log (any more)")
    return Dialogue(turns=[turn_doc(call, turn, message) for turn in found])


@endpoints.post(
    "/api/learn/turns/csv", act=Act.LEARN, takes=TurnWish, media=(CSV_TYPE,)
)
async def export_turns(call: Call, body: TurnWish) -> web.Response:
    """Returns masked messages as CSV; the export is audited."""
    since, until = _days(call, body.since, body.until)
    span = _span(since, until, body.grid, body.item, body.outcome)
    found = await call.services.learning.figures.turns(span, limit=MAX_ROWS)
    await call.audit("learn_export", "turns.csv", f"{len(found)} 行")
    rows = [
        (
            local(turn.at),
            turn.channel,
            call.services.directory.unit_name(turn.grid) if turn.grid else "",
            turn.text,
            name_of(call.services.catalog(), turn.label),
            f"{turn.confidence:.0%}" if turn.ranking else "",
            outcome_of(call, turn),
        )
        for turn in found
    ]
    foot = f"由 {call.person.name} 于 {local(call.now)} 导出，仅供工作使用"
    return web.Response(
        body=as_csv(HEAD, rows, foot),
        content_type=CSV_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="turns-{until:%Y%m%d}.csv"',
            "Cache-Control": "no-store",
        },
    )


@endpoints.post("/api/learn/samples", act=Act.LEARN, takes=SampleWish, gives=Sampled)
async def draw_sample(call: Call, body: SampleWish) -> Sampled:
    """Puts answered messages, drawn at random, in front of the review list."""
    learning = call.services.learning
    found = await learning.figures.sample(call.now - SAMPLE_SPAN, count=body.count)
    await call.audit("learn_sample", "review", f"{len(found)} 条")
    await learning.harvest.write(
        [
            Finding(turn, Signal(turn.message, turn.person, turn.at, Reason.SAMPLED))
            for turn in found
        ],
        call.now,
    )
    return Sampled(n_drawn=len(found))


def _days(call: Call, since: date | None, until: date | None) -> tuple[date, date]:
    last = until or local_day(call.now)
    first = since or last - USUAL_SPAN
    if first > last or last - first > MAX_SPAN:
        raise problem(
            422, "malformed", "日期范围不对，最长 400 天。", ["since", "until"]
        )
    return first, last


def _span(
    since: date, until: date, grid: str = "", item: str = "", outcome: str = ""
) -> Span:
    return Span(
        datetime.combine(since, time(), CHINA),
        datetime.combine(until + timedelta(days=1), time(), CHINA),
        grid,
        item,
        outcome,
    )


def _counts(key: str, name: str, counts: Counts) -> CountsDoc:
    fields = {field: getattr(counts, field) for field in counts.__dataclass_fields__}
    return CountsDoc(key=key, name=name, alone=counts.alone, **fields)


def _turn_row(call: Call, turn: LogEntry) -> TurnRow:
    return TurnRow(
        id=turn.message,
        at=turn.at,
        grid=call.services.directory.unit_name(turn.grid) if turn.grid else "",
        text=turn.text,
        label=name_of(call.services.catalog(), turn.label),
        confidence=turn.confidence,
        outcome=outcome_of(call, turn),
    )
