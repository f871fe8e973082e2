"""Reports by staff: from patrol, for somebody at the door, or from a call."""

from pydantic import BaseModel, Field, validator

from community.assignment import owner_at
from community.places import CoordinateSystem, is_sure
from community.tickets import Origin, Ticket, TicketDraft, TicketKind
from community.tiers import Tier
from desk.calls import Call, site_of
from desk.documents import Act as ActBody
from desk.documents import (
    BlobId,
    Body,
    Identifier,
    Long,
    Named,
    Query,
    Short,
    TicketPage,
    Words,
)
from desk.endpoints import Endpoints
from desk.policy import Act, reach_of
from desk.problems import problem
from desk.routes_handling import MAX_PHOTOS, require_item
from desk.views import row_of

endpoints = Endpoints("reports")
BY_STAFF = frozenset({Origin.PATROL, Origin.DOOR, Origin.PHONE})


class Report(ActBody):
    """What a member of staff reports."""

    origin: Origin
    item: Identifier | None = Field(
        default=None, description="Key of a matter or service."
    )
    description: Words
    grid: Identifier | None = None
    community: Identifier | None = None
    place: Long = Long("")
    since: Short = Short("")
    contact: Short = Short("")
    urgent: bool = False
    photos: list[BlobId] = Field(default=[], max_items=MAX_PHOTOS)

    @validator("origin")
    def by_staff(cls, value: Origin) -> Origin:  # noqa: N805 - pydantic's validators
        """Staff file nothing in a resident's name."""
        if value not in BY_STAFF:
            raise ValueError("请选择：巡查、上门代报，或电话。")
        return value


class Filed(BaseModel):
    """What became of a report."""

    number: str
    owner: Named
    in_reach: bool = Field(description="Whether whoever filed it may read it.")


class SimilarQuery(Query):
    """What is about to be reported."""

    item: Identifier
    grid: Identifier | None = None
    place: Long = Long("")


class Position(Body):
    """Where a phone is."""

    latitude: float = Field(ge=-90, le=90, description="WGS-84, as browsers give it.")
    longitude: float = Field(ge=-180, le=180)


class LocatedGrid(BaseModel):
    """A grid that the position may be in."""

    grid: Named
    is_sure: bool


class Located(BaseModel):
    """Grids of a position, best first; none where it is outside of all."""

    grids: list[LocatedGrid]


@endpoints.post("/api/places/locate", act=Act.REPORT, takes=Position, gives=Located)
async def locate(call: Call, body: Position) -> Located:
    """Finds the grid of a position; nothing is stored, and no address holds it."""
    found = call.services.places().locate(
        latitude=body.latitude,
        longitude=body.longitude,
        system=CoordinateSystem.WGS84,
    )
    posts = call.services.directory.roster.grids
    return Located(
        grids=[
            LocatedGrid(
                grid=Named(id=match.grid, name=posts[match.grid].name),
                is_sure=is_sure(found),
            )
            for match in found
            if match.grid is not None and match.grid in posts
        ]
    )


@endpoints.post("/api/reports", act=Act.REPORT, takes=Report, gives=Filed, systems=True)
async def file_report(call: Call, body: Report) -> Filed:
    """Files a ticket with the same clocks as a resident's."""
    if body.item:
        require_item(call, body.item)
    draft = TicketDraft(
        idempotency_key=f"desk:{call.person.id}:{body.key}#0",
        kind=TicketKind.REPORT,
        conversation="",
        item=body.item or None,
        description=body.description,
        place=body.place,
        since=body.since,
        contact=body.contact,
        urgency=urgency_of(call, body),
        grid=body.grid or None,
        community=community_of(call, body),
        photos=tuple(body.photos),
        origin=body.origin,
        filed_by=call.person.id,
    )
    ticket = await call.services.tickets.open(draft, now=call.now)
    return filed(call, ticket)


def filed(call: Call, ticket: Ticket) -> Filed:
    """Returns number and owner of a ticket."""
    owner = (
        ticket.owner
        or owner_at(
            call.services.directory.roster, ticket.life.grid, Tier.GRID, call.now
        ).staff_id
    )
    return Filed(
        number=ticket.number,
        owner=Named(id=owner, name=call.services.directory.name(owner)),
        in_reach=call.may(Act.VIEW, ticket),
    )


def urgency_of(call: Call, body: Report) -> str:
    """Returns the matter's urgency, raised one step where staff say so."""
    _, _, matter_id = (body.item or "").partition("/")
    matter = call.services.catalog().matters.get(matter_id)
    usual = matter.urgency if matter is not None else "normal"
    if not body.urgent:
        return usual
    return "critical" if usual != "normal" else "urgent"


def community_of(call: Call, body: Report) -> str | None:
    """Returns the community of a report: said, of its grid, or of who files it.

    Raises:
        web.HTTPUnprocessableEntity: The grid or community is unknown.
    """
    roster = call.services.directory.roster
    if body.grid:
        post = roster.grids.get(body.grid)
        if post is None:
            raise problem(422, "no_grid", "没有这个网格。", ["grid"])
        return post.community
    if body.community:
        unit = roster.units.get(body.community)
        if unit is None or unit.tier is not Tier.GRID:
            raise problem(422, "no_community", "没有这个社区。", ["community"])
        return unit.id
    return call.person.staff.community if call.person.staff is not None else None


@endpoints.get(
    "/api/reports/similar", act=Act.REPORT, takes=SimilarQuery, gives=TicketPage
)
async def similar_reports(call: Call, query: SimilarQuery) -> TicketPage:
    """Lists open tickets of the same matter near the same place, within reach."""
    require_item(call, query.item)
    found = await call.services.tickets.similar(
        query.item, grid=query.grid or None, place=query.place, now=call.now
    )
    reach = reach_of(call.person, Act.LIST, call.services.directory.roster, call.now)
    rows = [
        row_of(call, ticket)
        for ticket in found
        if reach.covers(site_of(call.services, ticket))
    ]
    return TicketPage(tickets=rows, next="")
