"""Lists, details and what is known about the person who reported."""

from datetime import datetime

from pydantic import BaseModel, Field

from community.tickets import Ticket, TicketQuery, TicketState, Warned
from community.tickets.shield import may_unveil
from community.tiers import Tier
from desk.calls import Call, site_of
from desk.documents import Body, Identifier, Query, TicketDoc, TicketPage, Words
from desk.endpoints import Endpoints
from desk.permitted import permitted
from desk.policy import Act, Reach, reach_of
from desk.problems import problem
from desk.talking import who_talks
from desk.views import document_of, row_of

endpoints = Endpoints("tickets")
MAX_PAGE = 100


class TicketFilter(Query):
    """Which tickets; what is left out does not restrict."""

    mine: bool = Field(
        default=False, description="Only what this person has to act on."
    )
    desk: bool = Field(
        default=False, description="Only what lies at this person's duty desk."
    )
    open: bool | None = None
    state: TicketState | None = None
    tier: Tier | None = None
    colour: Warned | None = None
    item: Identifier | None = None
    grid: Identifier | None = None
    community: Identifier | None = None
    number: str = Field(
        default="", regex=r"^[0-9-]{0,11}$", description="Its beginning."
    )
    filed_from: datetime | None = None
    filed_before: datetime | None = None
    newest_first: bool = Field(
        default=False, description="Else what is due first comes first."
    )
    after: str = Field(default="", max_length=400)
    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


class Unveiling(Body):
    """Why somebody has to know who reported."""

    reason: Words


class Reporter(BaseModel):
    """How to reach the person who reported, as far as that was said."""

    contact: str
    description: str = Field(description="In the person's own words, nothing masked.")
    place: str


@endpoints.get(
    "/api/tickets", act=Act.LIST, takes=TicketFilter, gives=TicketPage, systems=True
)
async def list_tickets(call: Call, query: TicketFilter) -> TicketPage:
    """Lists tickets within reach, the most urgent clock first."""
    reach = reach_of(call.person, Act.LIST, call.services.directory.roster, call.now)
    wanted = ticket_query(call, query, reach)
    if wanted is None:
        return TicketPage(tickets=[], next="")
    try:
        page = await call.services.tickets.list(wanted)
    except ValueError as err:
        raise problem(422, "malformed", "翻页的标记不对。", ["after"]) from err
    rows = [
        row_of(call, ticket)
        for ticket in page.tickets
        if reach.covers(site_of(call.services, ticket))
    ]
    return TicketPage(tickets=rows, next=page.next)


def ticket_query(call: Call, query: TicketFilter, reach: Reach) -> TicketQuery | None:
    """Returns what to ask the store for; `None` where nothing can be within reach.

    What somebody owns outside their grids is found with `mine`.
    """
    places = places_within(call, query, reach)
    if places is None:
        return None
    grids, communities = places
    owner = None
    if query.mine:
        owner = call.person.id
    elif query.desk and call.person.staff is not None:
        owner = call.services.directory.roster.desk_of(call.person.staff.unit)
    restricts = not (query.mine or query.desk)
    return TicketQuery(
        grids=grids if restricts else None,
        communities=communities if restricts else frozenset(),
        owner=owner,
        states=frozenset({query.state}) if query.state else frozenset(),
        is_open=query.open,
        tier=query.tier,
        item=query.item,
        warned=query.colour,
        filed_from=aware(query.filed_from),
        filed_before=aware(query.filed_before),
        number=query.number,
        newest_first=query.newest_first,
        after=query.after,
        limit=query.limit,
    )


def places_within(
    call: Call, query: TicketFilter, reach: Reach
) -> tuple[frozenset[str] | None, frozenset[str]] | None:
    """Returns grids and communities to look at; grids are `None` for everywhere."""
    grids, communities = reach_places(call, reach)
    posts = call.services.directory.roster.grids
    if query.community:
        inside = frozenset(
            p.grid for p in posts.values() if p.community == query.community
        )
        if grids is not None and query.community not in communities:
            return (inside & grids, frozenset()) if inside & grids else None
        grids, communities = inside, frozenset({query.community})
    if query.grid:
        if grids is not None and query.grid not in grids:
            return None
        return frozenset({query.grid}), frozenset()
    return grids, communities


def reach_places(
    call: Call, reach: Reach
) -> tuple[frozenset[str] | None, frozenset[str]]:
    """Returns a reach as grids and communities; `None` stands for all grids."""
    if reach.everywhere:
        return None, frozenset()
    roster = call.services.directory.roster
    communities = reach.communities | {
        unit.id for unit in roster.units.values() if unit.parent in reach.streets
    }
    grids = reach.grids | {
        post.grid
        for post in roster.grids.values()
        if post.community in communities or post.street in reach.streets
    }
    return frozenset(grids), frozenset(communities)


def aware(at: datetime | None) -> datetime | None:
    """Refuses an instant that does not say its zone."""
    if at is not None and at.tzinfo is None:
        raise problem(422, "malformed", "时间要写明时区。")
    return at


@endpoints.get("/api/tickets/{number}", act=Act.VIEW, gives=TicketDoc, systems=True)
async def read_ticket(call: Call) -> TicketDoc:
    """Returns a ticket with its history; who reported stays behind an alias."""
    return await detail(call, call.ticket)


async def detail(call: Call, ticket: Ticket) -> TicketDoc:
    """Builds the answer that most calls end with."""
    tickets = call.services.tickets
    talking = await who_talks(call, ticket)
    return document_of(
        call,
        ticket,
        events=await tickets.events(ticket.number),
        messages=await tickets.messages(ticket.number),
        acts=sorted(act.value for act in permitted(call, ticket)),
        is_talking=talking is not None,
    )


@endpoints.post(
    "/api/tickets/{number}/unveil", act=Act.UNVEIL, takes=Unveiling, gives=Reporter
)
async def unveil(call: Call, body: Unveiling) -> Reporter:
    """Shows how to reach the person; who looked and why is written down first."""
    if call.viewer is None or not may_unveil(call.viewer, call.ticket):
        raise problem(403, "not_yours", "只有正在办这件事的人可以查看联系方式。")
    await call.audit(Act.UNVEIL.value, call.ticket.number, body.reason)
    draft = call.ticket.draft
    return Reporter(
        contact=draft.contact, description=draft.description, place=draft.place
    )
