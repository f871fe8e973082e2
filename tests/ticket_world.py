"""A small world for tickets: two grids, a street, the county, and their staff."""

from datetime import date, datetime, time, timedelta, timezone

from adapters.content_files import CatalogFiles
from adapters.settings import ROOT
from community.staff import COUNTY, GridPost, Role, Roster, Staff, Unit, WorkingHours
from community.tickets import Actor, TicketDraft, TicketKind
from community.tickets.clocks import WorkTime
from community.tickets.office import Office
from community.tiers import Tier

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)
"""10 o'clock in China, a working day."""
CATALOG = CatalogFiles(ROOT / "catalog", default_place="junan").load()
GRIDS = ("willow-1", "willow-2")
ALWAYS = ((time(0, 0), time(23, 59, 59)),)


def member(staff_id: str, tier: Tier, unit: str, *roles: Role) -> Staff:
    community = unit if tier is Tier.GRID else None
    return Staff(
        staff_id,
        staff_id.upper(),
        tier,
        unit,
        community,
        f"wx-{staff_id}",
        frozenset(roles),
    )


STAFF = (
    member("worker1", Tier.GRID, "willow", Role.WORKER),
    member("worker2", Tier.GRID, "willow", Role.WORKER),
    member("head", Tier.GRID, "willow", Role.STATION_HEAD),
    member("clerk", Tier.GRID, "willow", Role.DESK_CLERK),
    member("street1", Tier.STREET, "east", Role.STREET),
    member("street2", Tier.STREET, "east", Role.STREET),
    member("county1", Tier.COUNTY, COUNTY, Role.COUNTY),
    member("county2", Tier.COUNTY, COUNTY, Role.COUNTY),
)


def roster(*, always: bool = True) -> Roster:
    """Everybody is on duty day and night, or only in office hours."""
    office = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
    hours = WorkingHours(ALWAYS, ALWAYS) if always else WorkingHours(office)
    return Roster(
        staff={person.id: person for person in STAFF},
        grids={
            "willow-1": GridPost(
                "willow-1",
                "柳树一网格",
                "willow",
                "east",
                "worker1",
                ("worker2",),
                "head",
            ),
            "willow-2": GridPost(
                "willow-2",
                "柳树二网格",
                "willow",
                "east",
                "worker2",
                ("worker1",),
                "head",
            ),
        },
        units={
            "willow": Unit("willow", "柳树社区", Tier.GRID, "east"),
            "east": Unit("east", "东街道", Tier.STREET, COUNTY),
            COUNTY: Unit(COUNTY, "县", Tier.COUNTY, None),
        },
        hours={tier.value: hours for tier in Tier},
    )


def weekday(day: date) -> bool:
    return day.weekday() < 5


def office(*, always: bool = True) -> Office:
    return Office(CATALOG, roster(always=always), WorkTime(weekday))


def actor(staff_id: str) -> Actor:
    person = office().roster.staff[staff_id]
    leads = bool(person.roles & {Role.STATION_HEAD, Role.DESK_CLERK})
    return Actor.staff(person.id, person.tier, leads=leads)


def draft(
    key: str = "m1#0",
    *,
    who: str = "wechat:oFictitiousOpenId01",
    item: str | None = "matter/garbage_cleaning",
    grid: str | None = "willow-1",
    urgency: str = "normal",
    kind: TicketKind = TicketKind.REPORT,
    description: str = "楼下垃圾三天没人收，我叫张桂兰，电话138 0000 1234",
    place: str = "柳树小区3号楼2单元501",
) -> TicketDraft:
    return TicketDraft(
        idempotency_key=key,
        kind=kind,
        conversation=who,
        item=item,
        description=description,
        place=place,
        since="三天前",
        contact="13800001234",
        urgency=urgency,
        grid=grid,
    )


def hours(n: float) -> timedelta:
    return timedelta(hours=n)
