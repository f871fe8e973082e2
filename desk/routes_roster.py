"""Leave, duty and deputies, changed while the system runs."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from community.roster_changes import (
    ChangeKind,
    RosterChange,
    StoredChange,
    check_change,
)
from community.staff import Roster
from desk.calls import Call
from desk.documents import Act as ActBody
from desk.documents import Identifier, Named, Query, Short
from desk.endpoints import Endpoints
from desk.policy import Act, Site, reach_of
from desk.problems import problem

endpoints = Endpoints("roster")
PAST = timedelta(days=7)
AHEAD = timedelta(days=62)
OWN_KINDS = frozenset({ChangeKind.LEAVE})
"""What everybody may ask for themselves."""


class NewChange(ActBody):
    """Who is away, on duty, or acts for somebody, and when."""

    kind: ChangeKind
    staff: Identifier
    post: Identifier = Identifier("")
    starts_at: datetime
    ends_at: datetime
    reason: Short = Short("")


class ChangeDoc(BaseModel):
    """A change of the roster."""

    id: int
    kind: str
    staff: Named
    post: Named | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    made_by: Named
    is_cancelled: bool


class Changes(BaseModel):
    """Changes that touch the weeks around now, oldest first."""

    changes: list[ChangeDoc]


class DutyQuery(Query):
    """Whose duty."""

    unit: Identifier | None = None


class DutyDoc(BaseModel):
    """Who has a unit's duty now."""

    unit: Named
    people: list[Named]


class Duty(BaseModel):
    """Duty of units now."""

    units: list[DutyDoc]


@endpoints.get("/api/duty", act=Act.ROSTER, takes=DutyQuery, gives=Duty)
async def duty_now(call: Call, query: DutyQuery) -> Duty:
    """Tells who is on duty now."""
    directory = call.services.directory
    return Duty(
        units=[
            DutyDoc(
                unit=Named(id=unit.id, name=unit.name),
                people=[
                    Named(id=staff, name=directory.name(staff))
                    for staff in directory.roster.duty_of(unit.id, call.now)
                ],
            )
            for unit in directory.roster.units.values()
            if not query.unit or unit.id == query.unit
        ]
    )


@endpoints.get("/api/roster/changes", act=Act.ROSTER, gives=Changes)
async def list_changes(call: Call) -> Changes:
    """Lists leave, dated duty and deputies around now, as far as one may change them."""
    stored = await call.services.staff.between(
        since=call.now - PAST, until=call.now + AHEAD
    )
    return Changes(
        changes=[
            change_doc(call, item) for item in stored if may_change(call, item.change)
        ]
    )


@endpoints.post("/api/roster/changes", act=Act.ROSTER, takes=NewChange, gives=Changes)
async def add_change(call: Call, body: NewChange) -> Changes:
    """Records leave, duty or a deputy; one's own leave, or that of one's people."""
    for at in (body.starts_at, body.ends_at):
        if at.tzinfo is None:
            raise problem(
                422, "malformed", "时间要写明时区。", ["starts_at", "ends_at"]
            )
    change = RosterChange(
        kind=body.kind,
        staff_id=body.staff,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        post=body.post,
        reason=body.reason,
    )
    require_may_change(call, change)
    check_change(call.services.directory.roster, change)
    await call.audit(f"roster_{body.kind.value}", body.staff, body.reason)
    stored = await call.services.staff.record(
        (change,), key=f"{call.person.id}:{body.key}", by=call.person.id, now=call.now
    )
    call.services.directory.forget()
    return Changes(changes=[change_doc(call, item) for item in stored])


@endpoints.delete("/api/roster/changes/{id}", act=Act.ROSTER, gives=Changes)
async def cancel_change(call: Call) -> Changes:
    """Takes a change back."""
    stored = await call.services.staff.between(
        since=call.now - PAST, until=call.now + AHEAD
    )
    wanted = call.path("id")
    found = next((item for item in stored if str(item.id) == wanted), None)
    if found is None:
        raise problem(404, "not_found", "没有这条安排。")
    require_may_change(call, found.change)
    await call.audit("roster_cancel", found.change.staff_id)
    cancelled = await call.services.staff.cancel(
        found.id, by=call.person.id, now=call.now
    )
    call.services.directory.forget()
    return Changes(changes=[change_doc(call, cancelled)] if cancelled else [])


def require_may_change(call: Call, change: RosterChange) -> None:
    """Refuses changes of other people's units.

    Raises:
        web.HTTPForbidden: It is not for this person to decide.
    """
    if not may_change(call, change):
        raise problem(403, "not_allowed", "您只能安排自己的人；自己只能请假。")


def may_change(call: Call, change: RosterChange) -> bool:
    """Tells whether somebody may decide about a change."""
    if change.staff_id == call.person.id and change.kind in OWN_KINDS:
        return True
    roster = call.services.directory.roster
    reach = reach_of(call.person, Act.EDIT_ROSTER, roster, call.now)
    is_admin = Act.ACCOUNTS in call.person.acts
    sites = [site_of_staff(roster, change.staff_id)]
    if change.post:
        sites.append(site_of_post(roster, change.post))
    return is_admin or all(reach.covers(site) for site in sites)


def site_of_staff(roster: Roster, staff_id: str) -> Site:
    """Returns where somebody works, as the policy sees it."""
    member = roster.staff.get(staff_id)
    return site_of_post(roster, member.unit if member is not None else "")


def site_of_post(roster: Roster, post: str) -> Site:
    """Returns where a grid, community or street lies."""
    grid = roster.grids.get(post)
    if grid is not None:
        return Site(grid.grid, grid.community, grid.street, "")
    unit = roster.units.get(post)
    if unit is None or unit.tier.value == "county":
        return Site(None, None, None, "")
    if unit.tier.value == "street":
        return Site(None, None, unit.id, "")
    return Site(None, unit.id, unit.parent, "")


def change_doc(call: Call, stored: StoredChange) -> ChangeDoc:
    """Returns a change with names."""
    directory, change = call.services.directory, stored.change
    post = Named(id=change.post, name=directory.unit_name(change.post))
    return ChangeDoc(
        id=stored.id,
        kind=change.kind.value,
        staff=Named(id=change.staff_id, name=directory.name(change.staff_id)),
        post=post if change.post else None,
        starts_at=change.starts_at,
        ends_at=change.ends_at,
        reason=change.reason,
        made_by=Named(id=stored.made_by, name=directory.name(stored.made_by)),
        is_cancelled=stored.cancelled_at is not None,
    )
