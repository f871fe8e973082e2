"""One owner at any instant, never one who is off duty."""

from dataclasses import replace
from datetime import datetime, time, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.assignment import Reason, backup_chain, on_duty_from, owner_at
from community.staff import (
    DESK_PREFIX,
    Deputy,
    DutyShift,
    GridPost,
    Leave,
    Role,
    Roster,
    RosterChanges,
    Staff,
    Unit,
    WeeklyShift,
    WorkingHours,
)
from community.tiers import Tier
from tests.unit.community.test_staff import FRIDAY, FRIDAY_NIGHT, HOUR, roster

START = datetime(2026, 11, 23, tzinfo=timezone.utc)
IDS = ["w1", "w2", "w3", "head", "clerk", "street", "county"]
GRIDS = ["g1", "g2", "g3"]
UNITS = ["c1", "c2", "s1", "county"]
HOURS = st.integers(0, 24 * 14)
ids = st.sampled_from(IDS)
times = st.integers(0, 23).map(lambda hour: time(hour))


@st.composite
def spans(draw):
    first = draw(HOURS)
    starts = START + timedelta(hours=first)
    return starts, starts + timedelta(hours=draw(st.integers(1, 100)))


@st.composite
def rosters(draw):
    """Any roster at all: posts that nobody holds, loops of units, odd duty."""
    known = draw(st.lists(ids, unique=True))
    roles = st.frozensets(st.sampled_from(list(Role)), min_size=1)
    unit_ids = draw(st.lists(st.sampled_from(UNITS), unique=True))
    staff = {
        name: Staff(
            name,
            name,
            draw(st.sampled_from(list(Tier))),
            draw(st.sampled_from(UNITS)),
            None,
            name,
            draw(roles),
        )
        for name in known
    }
    grids = {
        name: GridPost(
            name,
            name,
            draw(st.sampled_from(UNITS)),
            draw(st.sampled_from(UNITS)),
            draw(ids),
            tuple(draw(st.lists(ids, max_size=2))),
            draw(ids),
        )
        for name in draw(st.lists(st.sampled_from(GRIDS), unique=True))
    }
    units = {
        name: Unit(
            name,
            name,
            draw(st.sampled_from(list(Tier))),
            draw(st.sampled_from([None, *UNITS])),
        )
        for name in unit_ids
    }
    hours = {
        tier.value: WorkingHours(((draw(times), draw(times)),), ())
        for tier in draw(st.lists(st.sampled_from(list(Tier)), unique=True))
    }
    weekly = tuple(
        WeeklyShift(
            draw(st.sampled_from(UNITS)),
            draw(ids),
            draw(st.frozensets(st.integers(0, 6))),
            draw(times),
            draw(times),
        )
        for _ in range(draw(st.integers(0, 3)))
    )
    changes = RosterChanges(
        leave=tuple(
            Leave(draw(ids), *draw(spans())) for _ in range(draw(st.integers(0, 3)))
        ),
        shifts=tuple(
            DutyShift(draw(st.sampled_from(UNITS)), draw(ids), *draw(spans()))
            for _ in range(draw(st.integers(0, 3)))
        ),
        deputies=tuple(
            Deputy(draw(st.sampled_from([*GRIDS, *UNITS])), draw(ids), *draw(spans()))
            for _ in range(draw(st.integers(0, 2)))
        ),
    )
    return Roster(staff, grids, units, hours, weekly, changes)


instants = HOURS.map(lambda hour: START + timedelta(hours=hour, minutes=7))
places = st.sampled_from([None, "nowhere", *GRIDS])
excluded = st.frozensets(st.sampled_from([*IDS, *(f"desk:{u}" for u in UNITS)]))


@settings(max_examples=400, deadline=None)
@given(
    rosters(),
    places,
    st.sampled_from(list(Tier)),
    instants,
    st.booleans(),
    excluded,
    st.sampled_from([None, "nowhere", *UNITS]),
)
def test_there_is_always_one_owner_who_is_on_duty_and_not_excluded(
    any_roster, grid, tier, at, urgent, exclude, community
):
    owner = owner_at(
        any_roster,
        grid,
        tier,
        at,
        urgent=urgent,
        exclude=exclude,
        community=community,
    )
    if owner.is_desk:
        assert owner.staff_id not in exclude or owner.staff_id == "desk:county"
        assert owner.reason is Reason.DESK
    else:
        assert any_roster.is_on_duty(owner.staff_id, at)
        assert owner.staff_id not in exclude
    again = owner_at(
        any_roster,
        grid,
        tier,
        at,
        urgent=urgent,
        exclude=exclude,
        community=community,
    )
    assert again == owner


@settings(max_examples=200, deadline=None)
@given(rosters(), places, instants)
def test_the_chain_begins_with_the_owner_ends_at_a_desk_and_names_nobody_twice(
    any_roster, grid, at
):
    chain = backup_chain(any_roster, grid, at)
    names = [owner.staff_id for owner in chain]
    assert chain[0] == owner_at(any_roster, grid, Tier.GRID, at)
    assert names[-1].startswith(DESK_PREFIX)
    assert len(set(names)) == len(names)
    assert all(any_roster.is_on_duty(name, at) for name in names[:-1])


@settings(max_examples=50, deadline=None)
@given(rosters(), places, instants)
def test_somebody_is_on_duty_when_it_is_said_so(any_roster, grid, at):
    moment = on_duty_from(any_roster, grid, at)
    if moment is not None:
        assert moment >= at
        assert not owner_at(any_roster, grid, Tier.GRID, moment).is_desk


def test_the_worker_comes_first_then_backup_then_head():
    chain = backup_chain(roster(), "g1", FRIDAY)
    assert [(o.staff_id, o.reason) for o in chain] == [
        ("w1", Reason.WORKER),
        ("w2", Reason.BACKUP),
        ("head", Reason.STATION_HEAD),
        ("desk:c1", Reason.DESK),
    ]


def test_whoever_returned_it_is_passed_over():
    owner = owner_at(roster(), "g1", Tier.GRID, FRIDAY, exclude={"w1"})
    assert owner.staff_id == "w2"


def test_leave_passes_the_grid_to_the_backup_and_a_deputy_comes_first():
    leave = (Leave("w1", FRIDAY, FRIDAY + HOUR),)
    deputies = (Deputy("g1", "head", FRIDAY, FRIDAY + HOUR),)
    assert owner_at(roster(leave=leave), "g1", Tier.GRID, FRIDAY).staff_id == "w2"
    acting = roster(leave=leave, deputies=deputies)
    owner = owner_at(acting, "g1", Tier.GRID, FRIDAY)
    assert (owner.staff_id, owner.reason) == ("head", Reason.DEPUTY)


def test_at_night_the_duty_has_it_and_without_duty_the_desk():
    plan = replace(roster(), weekly=())
    assert owner_at(roster(), "g1", Tier.GRID, FRIDAY_NIGHT).staff_id == "w1"
    assert owner_at(plan, "g1", Tier.GRID, FRIDAY_NIGHT).staff_id == "desk:c1"
    monday = (FRIDAY + timedelta(days=3)).replace(hour=8)
    assert on_duty_from(plan, "g1", FRIDAY_NIGHT) == monday


def test_an_unknown_place_goes_to_a_desk_of_those_who_sort_it_out():
    plan = replace(roster(), weekly=())
    assert owner_at(plan, None, Tier.GRID, FRIDAY).staff_id == "desk:county"
    in_community = owner_at(plan, None, Tier.GRID, FRIDAY_NIGHT, community="c1")
    assert (in_community.staff_id, in_community.unit) == ("desk:c1", "c1")


@pytest.mark.parametrize(
    ("tier", "desk"), [(Tier.STREET, "desk:s1"), (Tier.COUNTY, "desk:county")]
)
def test_each_tier_falls_to_its_own_desk(tier, desk):
    owner = owner_at(roster(), "g1", tier, FRIDAY)
    assert (owner.staff_id, owner.tier) == (desk, tier)


def test_an_urgent_matter_finds_a_person_above_an_empty_desk():
    officer = Staff(
        "street",
        "街道",
        Tier.STREET,
        "s1",
        None,
        "street",
        frozenset({Role.STREET}),
    )
    night = WeeklyShift("s1", "street", frozenset(range(7)), time(18), time(8))
    plan = replace(
        roster(), staff={**roster().staff, "street": officer}, weekly=(night,)
    )
    calm = owner_at(plan, "g1", Tier.GRID, FRIDAY_NIGHT)
    urgent = owner_at(plan, "g1", Tier.GRID, FRIDAY_NIGHT, urgent=True)
    assert calm.staff_id == "desk:c1"
    assert (urgent.staff_id, urgent.tier) == ("street", Tier.STREET)


@settings(max_examples=60, deadline=None)
@given(rosters(), places, instants)
def test_nobody_was_on_duty_before_the_instant_that_is_said(any_roster, grid, at):
    moment = on_duty_from(any_roster, grid, at)
    end = moment or at + timedelta(days=3)
    step = at
    while step < min(end, at + timedelta(days=3)):
        assert owner_at(any_roster, grid, Tier.GRID, step).is_desk
        step += timedelta(minutes=30)
