"""Who may do what: rights by role and by reach, without any endpoint."""

from datetime import datetime, timezone

import pytest

from community.staff import GridPost, Role, Roster, Staff, Unit
from community.tiers import Tier
from desk.policy import (
    GRANTS,
    HANDLING,
    SCOPES,
    Act,
    Person,
    Reach,
    Site,
    may,
    reach_of,
)

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc)


def staff(
    staff_id: str, role: Role, tier: Tier, unit: str, community: str | None = None
) -> Staff:
    return Staff(staff_id, staff_id, tier, unit, community, "", frozenset({role}))


ROSTER = Roster(
    staff={
        s.id: s
        for s in (
            staff("w1", Role.WORKER, Tier.GRID, "c1", "c1"),
            staff("w2", Role.WORKER, Tier.GRID, "c1", "c1"),
            staff("w9", Role.WORKER, Tier.GRID, "c9", "c9"),
            staff("head", Role.STATION_HEAD, Tier.GRID, "c1", "c1"),
            staff("clerk", Role.DESK_CLERK, Tier.GRID, "c1", "c1"),
            staff("street", Role.STREET, Tier.STREET, "s1"),
            staff("street9", Role.STREET, Tier.STREET, "s9"),
            staff("county", Role.COUNTY, Tier.COUNTY, "county"),
            staff("auditor", Role.AUDITOR, Tier.COUNTY, "county"),
            staff("operator", Role.OPERATOR, Tier.COUNTY, "county"),
            staff("admin", Role.ADMIN, Tier.COUNTY, "county"),
        )
    },
    grids={
        "g1": GridPost("g1", "g1", "c1", "s1", "w1", ("w2",), "head"),
        "g2": GridPost("g2", "g2", "c1", "s1", "w2", (), "head"),
        "g9": GridPost("g9", "g9", "c9", "s9", "w9", (), "head9"),
    },
    units={
        "c1": Unit("c1", "c1", Tier.GRID, "s1"),
        "c9": Unit("c9", "c9", Tier.GRID, "s9"),
        "s1": Unit("s1", "s1", Tier.STREET, "county"),
        "s9": Unit("s9", "s9", Tier.STREET, "county"),
        "county": Unit("county", "county", Tier.COUNTY, None),
    },
)
HERE = Site("g1", "c1", "s1", "w1")
AT_DESK = Site(None, "c1", "s1", "desk:c1")


def person(staff_id: str) -> Person:
    member = ROSTER.staff[staff_id]
    return Person(member.id, member.name, member)


def allowed(staff_id: str, act: Act, site: Site = HERE) -> bool:
    return may(person(staff_id), act, site, ROSTER, NOW)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("w1", True),
        ("w2", True),
        ("w9", False),
        ("head", True),
        ("clerk", True),
        ("street", True),
        ("street9", False),
        ("county", True),
        ("auditor", True),
        ("operator", False),
        ("admin", False),
    ],
)
def test_who_sees_a_ticket(who: str, sees: bool) -> None:
    assert allowed(who, Act.VIEW) is sees


def test_a_worker_sees_what_was_given_to_them_elsewhere() -> None:
    assert allowed("w9", Act.VIEW, Site("g1", "c1", "s1", "w9"))


def test_only_the_owner_or_a_lead_handles() -> None:
    for act in HANDLING - {Act.UNVEIL}:
        assert allowed("w1", act)
        assert not allowed("w2", act), act
    assert allowed("head", Act.RETURN)
    assert allowed("street", Act.ESCALATE)
    assert not allowed("clerk", Act.RESOLVE)


def test_who_reported_is_for_whoever_acts_on_it() -> None:
    assert allowed("w1", Act.UNVEIL)
    for who in ("w2", "head", "street", "county", "clerk", "auditor"):
        assert not allowed(who, Act.UNVEIL), who


def test_the_desk_handles_what_lies_at_the_desk() -> None:
    assert allowed("clerk", Act.RESOLVE, AT_DESK)
    assert allowed("clerk", Act.UNVEIL, AT_DESK)
    assert not allowed("w9", Act.CLAIM, AT_DESK)


def test_nobody_reads_without_the_right_and_nobody_has_all() -> None:
    for role in Role:
        assert GRANTS[role] != frozenset(Act)
    assert Act.ACCOUNTS not in GRANTS[Role.COUNTY]
    assert not GRANTS[Role.ADMIN] & {Act.VIEW, Act.LIST, Act.UNVEIL, Act.EXPORT}
    assert not GRANTS[Role.AUDITOR] & HANDLING
    assert GRANTS[Role.OPERATOR] & {Act.VIEW, Act.LIST} == frozenset()


def test_a_system_never_unveils_and_never_handles() -> None:
    system = Person("key:1", "县平台", None, frozenset(SCOPES))
    assert not system.acts & HANDLING
    assert reach_of(system, Act.LIST, ROSTER, NOW) == Reach(everywhere=True)
    assert not may(system, Act.UNVEIL, HERE, ROSTER, NOW)
    reader = Person("key:2", "大屏", None, frozenset({"figures:read"}))
    assert not may(reader, Act.VIEW, HERE, ROSTER, NOW)


def test_roles_add_up() -> None:
    member = ROSTER.staff["w9"]
    both = Staff(
        "w9", "w9", Tier.GRID, "c9", "c9", "", frozenset({Role.WORKER, Role.AUDITOR})
    )
    assert Person(member.id, "", both).acts == (
        GRANTS[Role.WORKER] | GRANTS[Role.AUDITOR]
    )
