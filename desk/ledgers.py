"""What the ledger (台账) and the daily report (日报) contain."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from community.calendar import CHINA
from community.tickets import Ticket, TicketQuery
from desk import words
from desk.calls import Call, site_of
from desk.documents import TicketRow
from desk.policy import Reach
from desk.sheets import Cell
from desk.views import row_of

PAGE = 200
MAX_ROWS = 20_000
LOOK_BACK = timedelta(days=92)
"""What was filed earlier than this counts in no daily report."""
LEDGER_HEAD = (
    "编号",
    "登记时间",
    "来源",
    "类别",
    "事项",
    "情况",
    "地点",
    "网格",
    "社区",
    "层级",
    "负责人",
    "状态",
    "紧急程度",
    "首次联系",
    "办完期限",
    "办结",
    "居民评价",
    "催办次数",
    "督办",
    "不计考核",
)
DAILY_HEAD = ("社区", "新登记", "其中急事", "办结", "居民确认", "在办", "其中超时")


class Sheet(NamedTuple):
    """A table, ready to be written in any format."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


async def tickets_within(
    call: Call, query: TicketQuery, reach: Reach
) -> AsyncIterator[Ticket]:
    """Yields all tickets of a query that are within reach, page by page."""
    after, n_rows = "", 0
    while True:
        page = await call.services.tickets.list(_page(query, after))
        for ticket in page.tickets:
            if n_rows < MAX_ROWS and reach.covers(site_of(call.services, ticket)):
                n_rows += 1
                yield ticket
        after = page.next
        if not after or n_rows >= MAX_ROWS:
            return


def _page(query: TicketQuery, after: str) -> TicketQuery:
    return replace(query, after=after, limit=PAGE)


async def ledger(call: Call, query: TicketQuery, reach: Reach) -> Sheet:
    """Builds the ledger, one ticket a line, without anybody's name or number."""
    rows = [
        ledger_row(ticket, row_of(call, ticket))
        async for ticket in tickets_within(call, query, reach)
    ]
    return Sheet("台账", LEDGER_HEAD, rows)


def ledger_row(ticket: Ticket, row: TicketRow) -> Sequence[Cell]:
    """Returns one line of the ledger."""
    life = ticket.life
    rating = {None: "", True: "满意", False: "不满意"}[life.satisfied]
    return (
        row.number,
        local(ticket.requested_at),
        words.ORIGINS.get(row.origin, row.origin),
        words.KINDS.get(row.kind, row.kind),
        row.item_name,
        row.summary,
        row.place,
        row.grid.name if row.grid else "",
        row.community.name if row.community else "",
        words.TIERS[row.tier],
        row.owner.name,
        row.state_name,
        words.URGENCIES.get(row.urgency, row.urgency),
        local(life.responded_at),
        local(life.expected_at),
        local(life.resolved_at),
        rating,
        life.n_urged,
        "是" if life.is_supervised else "",
        "是" if life.is_excluded else "",
    )


async def daily(call: Call, day: date, query: TicketQuery, reach: Reach) -> Sheet:
    """Builds the report of one day, one community a line and all of them below."""
    begin = datetime.combine(day, time(), CHINA)
    end = begin + timedelta(days=1)
    counts: dict[str, Counter[str]] = {}
    async for ticket in tickets_within(call, query, reach):
        community = site_of(call.services, ticket).community or ""
        count_day(counts.setdefault(community, Counter()), ticket, begin, end)
    names = call.services.directory.unit_name
    rows = [
        _daily_row(names(community) or "未定社区", count)
        for community, count in sorted(counts.items())
    ]
    total: Counter[str] = sum(counts.values(), Counter())
    return Sheet(f"日报 {day:%Y-%m-%d}", DAILY_HEAD, [*rows, _daily_row("合计", total)])


def count_day(
    count: Counter[str], ticket: Ticket, begin: datetime, end: datetime
) -> None:
    """Counts a ticket in what happened between two instants."""
    life = ticket.life
    is_new = begin <= ticket.requested_at < end
    is_open = (
        ticket.requested_at < end
        and (life.resolved_at is None or life.resolved_at >= end)
        and (life.ended_at is None or life.ended_at >= end)
    )
    count["new"] += is_new
    count["urgent"] += is_new and ticket.draft.kind.value == "emergency"
    count["resolved"] += _within(life.resolved_at, begin, end)
    count["confirmed"] += life.state.value == "confirmed" and _within(
        life.ended_at, begin, end
    )
    count["open"] += is_open
    count["overdue"] += is_open and life.expected_at < end


def _within(at: datetime | None, begin: datetime, end: datetime) -> bool:
    return at is not None and begin <= at < end


def _daily_row(name: str, count: Counter[str]) -> Sequence[Cell]:
    keys = ("new", "urgent", "resolved", "confirmed", "open", "overdue")
    return (name, *(count[key] for key in keys))


def local(at: datetime | None) -> str:
    """Returns an instant as clerks write it; empty for none."""
    return "" if at is None else f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"
