"""What pages need to know: matters, grids, people, and the API's own description."""

from pydantic import BaseModel, Field

from community.staff import Staff
from desk import words
from desk.calls import Call
from desk.documents import Identifier, Named, Query
from desk.endpoints import Endpoints
from desk.policy import Act

endpoints = Endpoints("reference")


class MatterDoc(BaseModel):
    """A matter that can be reported."""

    item: str
    name: str
    category: Named
    tier: str
    urgency: str
    phrases: list[str]


class GridDoc(BaseModel):
    """A grid and who answers for it."""

    id: str
    name: str
    community: Named
    street: Named
    worker: Named
    is_mine: bool


class Reference(BaseModel):
    """Everything that a page shows by name."""

    matters: list[MatterDoc]
    services: list[Named]
    grids: list[GridDoc]
    communities: list[Named]
    states: list[Named]
    urgencies: list[Named]
    tiers: list[Named]


class PeopleQuery(Query):
    """Whose colleagues."""

    unit: Identifier | None = None
    on_duty: bool = Field(default=False, description="Only who is on duty now.")


class PersonDoc(BaseModel):
    """A member of staff as colleagues see them."""

    id: str
    name: str
    unit: Named
    tier: str
    roles: list[str]
    is_on_duty: bool


class People(BaseModel):
    """Members of staff."""

    people: list[PersonDoc]


@endpoints.get("/api/reference", gives=Reference)
async def reference(call: Call) -> Reference:
    """Returns names of matters, grids, states."""
    catalog, directory = call.services.catalog(), call.services.directory
    roster = directory.roster
    names = {category.id: category.name for category in catalog.matter_categories}
    mine = roster.grids_of(call.person.id, call.now)
    return Reference(
        matters=[
            MatterDoc(
                item=matter.key,
                name=matter.short_name,
                category=Named(
                    id=matter.category, name=names.get(matter.category, "其他")
                ),
                tier=matter.level,
                urgency=matter.urgency,
                phrases=list(words.REPORT_PHRASES),
            )
            for matter in catalog.matters.values()
        ],
        services=[
            Named(id=s.key, name=s.short_name) for s in catalog.services.values()
        ],
        grids=[
            GridDoc(
                id=post.grid,
                name=post.name,
                community=_unit(call, post.community),
                street=_unit(call, post.street),
                worker=Named(id=post.worker, name=directory.name(post.worker)),
                is_mine=post.grid in mine,
            )
            for post in roster.grids.values()
        ],
        communities=[
            Named(id=unit.id, name=unit.name)
            for unit in roster.units.values()
            if unit.tier.value == "grid"
        ],
        states=_named(words.STATES),
        urgencies=_named(words.URGENCIES),
        tiers=_named(words.TIERS),
    )


@endpoints.get("/api/people", act=Act.ROSTER, takes=PeopleQuery, gives=People)
async def people(call: Call, query: PeopleQuery) -> People:
    """Lists colleagues, and who of them is on duty now."""
    roster = call.services.directory.roster
    found = [
        person_doc(call, member)
        for member in roster.staff.values()
        if query.unit in (None, "", member.unit, member.community)
    ]
    return People(people=[p for p in found if p.is_on_duty or not query.on_duty])


def person_doc(call: Call, member: Staff) -> PersonDoc:
    """Returns a colleague without telephone or account."""
    return PersonDoc(
        id=member.id,
        name=member.name,
        unit=_unit(call, member.unit),
        tier=member.tier.value,
        roles=sorted(role.value for role in member.roles),
        is_on_duty=call.services.directory.roster.is_on_duty(member.id, call.now),
    )


def _unit(call: Call, unit: str) -> Named:
    return Named(id=unit, name=call.services.directory.unit_name(unit))


def _named(names: dict[str, str]) -> list[Named]:
    return [Named(id=key, name=name) for key, name in names.items()]
