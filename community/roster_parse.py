"""From documents, whose shape a schema has checked, to a roster; with every problem."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from community.places.model import PlaceBook
from community.staff import (
    COUNTY,
    GridPost,
    Role,
    Roster,
    Staff,
    Unit,
    WeeklyShift,
    WorkingHours,
)
from community.tiers import Tier

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_END_OF_DAY = time.max
Named = tuple[str, Mapping[str, Any]]
"""File name and document."""


@dataclass(slots=True)
class _Found:
    """What was read so far."""

    staff: dict[str, Staff] = field(default_factory=dict)
    grids: dict[str, GridPost] = field(default_factory=dict)
    weekly: list[WeeklyShift] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def units_of(book: PlaceBook, county: str) -> dict[str, Unit]:
    """Returns the county, its streets and their communities."""
    units = {COUNTY: Unit(COUNTY, county, Tier.COUNTY, None)}
    for street in book.streets.values():
        units[street.id] = Unit(street.id, street.name, Tier.STREET, COUNTY)
    for community in book.communities.values():
        units[community.id] = Unit(
            community.id, community.name, Tier.GRID, community.street
        )
    return units


def parse_hours(document: Mapping[str, Any]) -> dict[str, WorkingHours]:
    """Reads `staff/hours.yml`."""
    return {
        name: WorkingHours(_spans(doc["workdays"]), _spans(doc["rest_days"]))
        for name, doc in document["hours"].items()
    }


def _spans(texts: Iterable[str]) -> tuple[tuple[time, time], ...]:
    spans = (text.split("-") for text in texts)
    return tuple((_clock(start), _clock(end)) for start, end in spans)


def _clock(text: str) -> time:
    return _END_OF_DAY if text == "24:00" else time.fromisoformat(text)


def parse_roster(
    book: PlaceBook,
    county: str,
    hours: Mapping[str, WorkingHours],
    documents: Iterable[Named],
) -> tuple[Roster, list[str]]:
    """Builds the roster and returns every problem, each `file: message`."""
    units = units_of(book, county)
    found = _Found()
    documents = list(documents)
    seen: dict[str, str] = {}
    for name, doc in documents:
        unit = units.get(doc["unit"])
        if unit is None:
            found.problems.append(f"{name}: unit {doc['unit']!r} is unknown")
            continue
        if unit.id in seen:
            found.problems.append(
                f"{name}: {unit.id} stands in {seen[unit.id]} already"
            )
        seen.setdefault(unit.id, name)
        _read_staff(name, doc, unit, hours, found)
    for name, doc in documents:
        if doc["unit"] in units:
            found.problems += _read_duty(name, doc, found)
            found.problems += _read_posts(name, doc, units[doc["unit"]], book, found)
    found.problems += _missing(units, seen, book, found)
    roster = Roster(
        staff=found.staff,
        grids=found.grids,
        units=units,
        hours=hours,
        weekly=tuple(found.weekly),
    )
    return roster, found.problems


def _read_staff(
    name: str,
    doc: Mapping[str, Any],
    unit: Unit,
    hours: Mapping[str, WorkingHours],
    found: _Found,
) -> None:
    accounts = {m.wecom_userid: m.id for m in found.staff.values()}
    for member in doc["staff"]:
        if member["id"] in found.staff:
            found.problems.append(f"{name}: staff id {member['id']!r} is used twice")
            continue
        account = member.get("wecom", "")
        if account and account in accounts:
            owner = accounts[account]
            found.problems.append(
                f"{name}: WeCom account {account!r} belongs to {owner} already"
            )
        accounts[account] = member["id"]
        if member.get("hours", unit.tier.value) not in hours:
            found.problems.append(f"{name}: hours {member['hours']!r} are unknown")
        found.staff[member["id"]] = Staff(
            id=member["id"],
            name=member["name"],
            tier=unit.tier,
            unit=unit.id,
            community=unit.id if unit.tier is Tier.GRID else None,
            wecom_userid=account,
            roles=frozenset(map(Role, member["roles"])),
            hours=member.get("hours", ""),
        )


def _read_duty(name: str, doc: Mapping[str, Any], found: _Found) -> Iterator[str]:
    for shift in doc.get("duty", ()):
        if shift["staff"] not in found.staff:
            yield f"{name}: duty: staff {shift['staff']!r} is unknown"
        start, end = _clock(shift["from"]), _clock(shift["to"])
        found.weekly.append(
            WeeklyShift(
                unit=doc["unit"],
                staff_id=shift["staff"],
                weekdays=frozenset(map(DAYS.index, shift["days"])),
                start=start,
                end=end,
            )
        )


def _read_posts(
    name: str, doc: Mapping[str, Any], unit: Unit, book: PlaceBook, found: _Found
) -> Iterator[str]:
    posts = doc.get("grids", {})
    if unit.tier is not Tier.GRID:
        if posts or "head" in doc:
            yield f"{name}: only a community has grids and a station head"
        return
    head = doc.get("head", "")
    yield from _role(name, "head", head, Role.STATION_HEAD, found)
    for grid, post in posts.items():
        known = book.grids.get(grid)
        if known is None or known.community != unit.id:
            yield f"{name}: grid {grid!r} is none of {unit.id}"
            continue
        yield from _role(name, f"worker of {grid}", post["worker"], Role.WORKER, found)
        for backup in post["backups"]:
            yield from _role(name, f"backup of {grid}", backup, None, found)
        if post["worker"] in post["backups"]:
            yield f"{name}: {grid}: the worker is its own backup"
        found.grids[grid] = GridPost(
            grid=grid,
            name=known.name,
            community=unit.id,
            street=book.communities[unit.id].street,
            worker=post["worker"],
            backups=tuple(post["backups"]),
            head=head,
        )


def _role(
    name: str, what: str, staff_id: str, role: Role | None, found: _Found
) -> Iterator[str]:
    member = found.staff.get(staff_id)
    if not staff_id:
        yield f"{name}: {what}: nobody is named"
    elif member is None:
        yield f"{name}: {what}: staff {staff_id!r} is unknown"
    elif role is not None and role not in member.roles:
        yield f"{name}: {what}: {staff_id} does not have the role {role.value}"


def _missing(
    units: Mapping[str, Unit],
    seen: Mapping[str, str],
    book: PlaceBook,
    found: _Found,
) -> Iterator[str]:
    """Yields grids and units that nobody answers for."""
    for unit in units.values():
        if unit.id not in seen:
            yield f"{unit.id} ({unit.name}) has no staff"
    for grid in book.grids.values():
        if grid.id not in found.grids and grid.community in seen:
            yield f"grid {grid.id} has no owner"
