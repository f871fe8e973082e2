"""Ledgers and daily reports as files, and tickets that come from other systems."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from community.calendar import CHINA, local_day
from community.errors import CommunityError, StoreUnavailableError
from community.tickets import Origin, TicketDraft, TicketKind, TicketQuery
from desk import words
from desk.calls import Call
from desk.documents import ActKey, Body, Identifier, Long, Short, Words
from desk.endpoints import Endpoints
from desk.import_sheets import COLUMNS, SheetRow, UnreadableSheetError, read_rows
from desk.ledgers import LOOK_BACK, Sheet, daily, ledger, local
from desk.policy import Act, reach_of
from desk.problems import problem
from desk.routes_handling import require_item
from desk.routes_tickets import TicketFilter, ticket_query
from desk.services import Services
from desk.sheets import CSV_TYPE, MEDIA, XLSX_TYPE, as_csv, as_xlsx
from desk.uploads import read_file

endpoints = Endpoints("exchange")
MAX_IMPORT = 100
MAX_SHEET_BYTES = 5_000_000
MAX_KEY_CHARS = 64
SHORT_KEY = 8


class ExportWish(Body):
    """Which tickets, by day of filing; a daily report is of `until`."""

    since: date | None = None
    until: date | None = None
    community: Identifier | None = None
    item: Identifier | None = None
    open: bool | None = None


class Imported(Body):
    """A ticket of another system."""

    external_id: ActKey = Field(description="The other system's id; a repeat is known.")
    item: Identifier | None = None
    description: Words
    place: Long = Long("")
    since: Short = Short("")
    contact: Short = Short("")
    grid: Identifier | None = None
    community: Identifier | None = None
    urgency: str = Field(default="normal", regex="^(normal|urgent|critical)$")


class Import(Body):
    """Tickets of another system."""

    tickets: list[Imported] = Field(min_items=1, max_items=MAX_IMPORT)


class ImportedTicket(BaseModel):
    """What became of one of them."""

    external_id: str
    number: str | None = None
    problem: str


class ImportResult(BaseModel):
    """What became of each, in the order in which they came."""

    tickets: list[ImportedTicket]
    n_stored: int


@endpoints.post(
    "/api/exports/{sheet}/{format}",
    act=Act.EXPORT,
    takes=ExportWish,
    media=(CSV_TYPE, XLSX_TYPE),
    systems=True,
)
async def export(call: Call, body: ExportWish) -> web.Response:
    """Returns the ledger or the daily report as a file; the export is audited."""
    sheet_name, file_format = call.path("sheet"), call.path("format")
    sheet = await build_sheet(call, sheet_name, body)
    await call.audit("export", f"{sheet_name}.{file_format}", f"{len(sheet.rows)} 行")
    foot = f"由 {call.person.name} 于 {local(call.now)} 导出，仅供工作使用"
    if file_format == "csv":
        data = await asyncio.to_thread(as_csv, sheet.head, sheet.rows, foot)
    else:
        data = await asyncio.to_thread(
            as_xlsx, sheet.title, sheet.head, sheet.rows, foot
        )
    name = f"{sheet_name}-{local_day(call.now):%Y%m%d}.{file_format}"
    return web.Response(
        body=data,
        content_type=MEDIA[file_format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


async def build_sheet(call: Call, name: str, wish: ExportWish) -> Sheet:
    """Returns the table that was asked for, within the caller's reach."""
    day = wish.until or local_day(call.now)
    if wish.since is not None and wish.since > day:
        raise problem(422, "malformed", "开始日期在结束日期之后。", ["since", "until"])
    reach = reach_of(call.person, Act.EXPORT, call.services.directory.roster, call.now)
    begin = _begin(wish.since) if wish.since else None
    end = datetime.combine(day, time.max, CHINA)
    is_daily = name == "daily"
    if is_daily:
        begin = _begin(day) - LOOK_BACK
    query = TicketFilter(
        community=wish.community,
        item=wish.item,
        open=None if is_daily else wish.open,
        newest_first=True,
    )
    wanted = ticket_query(call, query, reach)
    if wanted is None:
        wanted = TicketQuery(grids=frozenset(), owner="nobody")
    wanted = _between(wanted, begin, end)
    if is_daily:
        return await daily(call, day, wanted, reach)
    return await ledger(call, wanted, reach)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _between(query: TicketQuery, begin: datetime | None, end: datetime) -> TicketQuery:
    return replace(query, filed_from=begin, filed_before=end)


@endpoints.post(
    "/api/imports", act=Act.IMPORT, takes=Import, gives=ImportResult, systems=True
)
async def import_tickets(call: Call, body: Import) -> ImportResult:
    """Files tickets of another system; one that is known already keeps its number."""
    await call.audit("import", "tickets", f"{len(body.tickets)} 件")
    found = [await import_one(call, item) for item in body.tickets]
    return ImportResult(
        tickets=found, n_stored=sum(item.number is not None for item in found)
    )


@endpoints.post(
    "/api/imports/{format}",
    act=Act.IMPORT,
    uploads=True,
    media=(CSV_TYPE, XLSX_TYPE),
    gives=ImportResult,
)
async def import_sheet(call: Call) -> ImportResult:
    """Files the tickets of a spreadsheet; a line that is known keeps its number."""
    data = await read_file(call, MAX_SHEET_BYTES, "表格太大了，最多 5 MB。")
    file_format = call.path("format")
    try:
        rows = await asyncio.to_thread(read_rows, data, file_format)
    except UnreadableSheetError as err:
        raise problem(422, "unreadable", str(err)) from err
    await call.audit("import", f"tickets.{file_format}", f"{len(rows)} 行")
    names = Names.of(call.services)
    found = []
    for row in rows:
        filled = imported_of(row, names)
        if isinstance(filled, Imported):
            found.append(await import_one(call, filled))
        else:
            external_id = row.cells["external_id"][:MAX_KEY_CHARS]
            wrong = f"第 {row.line} 行：{filled}"
            found.append(ImportedTicket(external_id=external_id, problem=wrong))
    return ImportResult(
        tickets=found, n_stored=sum(one.number is not None for one in found)
    )


@dataclass(frozen=True, slots=True)
class Names:
    """What people write, and the key that it stands for."""

    items: Mapping[str, str]
    grids: Mapping[str, str]
    communities: Mapping[str, str]
    urgencies: Mapping[str, str]

    @classmethod
    def of(cls, services: Services) -> "Names":
        """Reads the names of now."""
        catalog, roster = services.catalog(), services.directory.roster
        items: dict[str, str] = {}
        for matter in catalog.matters.values():
            for name in (matter.key, matter.name, matter.short_name, *matter.aliases):
                items.setdefault(name, matter.key)
        return cls(
            items=items,
            grids=_both((post.grid, post.name) for post in roster.grids.values()),
            communities=_both((unit.id, unit.name) for unit in roster.units.values()),
            urgencies=_both((key, name) for key, name in words.URGENCIES.items()),
        )


def _both(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {text: key for key, name in pairs for text in (name, key)}


def external_key(text: str) -> str:
    """Returns another system's number as a key; short ones and Chinese are hashed."""
    is_key = len(text) >= SHORT_KEY and ActKey.regex.match(text) is not None
    if not text or is_key:
        return text
    return "sheet-" + hashlib.blake2s(text.encode(), digest_size=12).hexdigest()


def imported_of(row: SheetRow, names: Names) -> Imported | str:
    """Returns a line as a ticket, or what is wrong with it."""
    known = {
        "item": names.items,
        "grid": names.grids,
        "community": names.communities,
        "urgency": names.urgencies,
    }
    values = {name: text for name, text in row.cells.items() if text}
    for name, keys in known.items():
        if name not in values:
            continue
        if values[name] not in keys:
            return f"{COLUMNS[name][0]}“{values[name][:20]}”不认得。"
        values[name] = keys[values[name]]
    values["external_id"] = external_key(values.get("external_id", ""))
    try:
        return Imported.parse_obj(values)
    except ValidationError as err:
        wrong = {str(error["loc"][0]) for error in err.errors()}
        return "、".join(COLUMNS[name][0] for name in sorted(wrong)) + "不对。"


async def import_one(call: Call, item: Imported) -> ImportedTicket:
    """Files one ticket, or says why not."""
    roster = call.services.directory.roster
    try:
        if item.item:
            require_item(call, item.item)
        if item.grid and item.grid not in roster.grids:
            raise problem(422, "no_grid", "没有这个网格。")
        if item.community and item.community not in roster.units:
            raise problem(422, "no_community", "没有这个社区。")
        ticket = await call.services.tickets.open(draft_of(call, item), now=call.now)
    except web.HTTPUnprocessableEntity:
        return ImportedTicket(
            external_id=item.external_id, problem="事项、网格或社区不在目录里。"
        )
    except StoreUnavailableError:
        raise
    except CommunityError as err:
        return ImportedTicket(external_id=item.external_id, problem=type(err).__name__)
    return ImportedTicket(
        external_id=item.external_id, number=ticket.number, problem=""
    )


def draft_of(call: Call, item: Imported) -> TicketDraft:
    """Returns a ticket of another system as it is filed here."""
    return TicketDraft(
        idempotency_key=f"import:{call.person.id}:{item.external_id}#0",
        kind=TicketKind.REPORT,
        conversation="",
        item=item.item or None,
        description=item.description,
        place=item.place,
        since=item.since,
        contact=item.contact,
        urgency=item.urgency,
        grid=item.grid or None,
        community=item.community or None,
        origin=Origin.IMPORT,
        filed_by=call.person.id,
    )
