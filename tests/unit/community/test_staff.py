"""Duty, leave and deputies."""

from datetime import datetime, time, timedelta

import pytest

from community.calendar import CHINA
from community.errors import RosterChangeRefusedError
from community.roster_changes import (
    ChangeKind,
    RosterChange,
    check_change,
    swap,
)
from community.staff import (
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

FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=CHINA)
FRIDAY_NIGHT = FRIDAY.replace(hour=23)
SATURDAY_DAWN = FRIDAY_NIGHT + timedelta(hours=5)
HOUR = timedelta(hours=1)
DAYTIME = WorkingHours(workdays=((time(8), time(18)),))


def member(staff_id: str, *roles: Role, unit: str = "c1") -> Staff:
    return Staff(staff_id, staff_id, Tier.GRID, unit, unit, staff_id, frozenset(roles))


def roster(**changes: object) -> Roster:
    staff = [
        member("w1", Role.WORKER),
        member("w2", Role.WORKER),
        member("head", Role.STATION_HEAD),
    ]
    return Roster(
        staff={m.id: m for m in staff},
        grids={"g1": GridPost("g1", "一网格", "c1", "s1", "w1", ("w2",), "head")},
        units={
            "county": Unit("county", "示例县", Tier.COUNTY, None),
            "s1": Unit("s1", "街道", Tier.STREET, "county"),
            "c1": Unit("c1", "社区", Tier.GRID, "s1"),
        },
        hours={"grid": DAYTIME},
        weekly=(WeeklyShift("c1", "w1", frozenset({4}), time(18), time(8)),),
        changes=RosterChanges(**changes),  # type: ignore[arg-type]
    )


def test_working_hours_include_their_start_and_not_their_end():
    for hour, works in ((8, True), (17, True), (18, False), (7, False)):
        at = FRIDAY.replace(hour=hour)
        assert roster().is_on_duty("w2", at) is works


def test_nobody_works_by_hours_on_a_day_of_rest():
    assert not roster().is_on_duty("w2", FRIDAY + timedelta(days=1))


def test_a_night_shift_passes_midnight():
    assert roster().duty_of("c1", FRIDAY_NIGHT) == ("w1",)
    assert roster().duty_of("c1", SATURDAY_DAWN) == ("w1",)
    assert roster().duty_of("c1", SATURDAY_DAWN + timedelta(days=1)) == ()
    assert roster().duty_of("c1", SATURDAY_DAWN + 5 * HOUR) == ()


def test_leave_comes_before_hours_and_duty():
    away = (Leave("w1", FRIDAY, FRIDAY + timedelta(days=1)),)
    for at in (FRIDAY, FRIDAY_NIGHT):
        assert not roster(leave=away).is_on_duty("w1", at)
    assert roster(leave=away).duty_of("c1", FRIDAY_NIGHT) == ()
    assert roster(leave=away).is_on_duty("w1", FRIDAY - HOUR)


def test_dated_duty_replaces_the_weekly_one_and_newer_plans_the_older():
    first = DutyShift("c1", "w2", FRIDAY_NIGHT, SATURDAY_DAWN, serial=1)
    second = DutyShift("c1", "head", FRIDAY_NIGHT, SATURDAY_DAWN, serial=2)
    assert roster(shifts=(first,)).duty_of("c1", FRIDAY_NIGHT) == ("w2",)
    assert roster(shifts=(second, first)).duty_of("c1", FRIDAY_NIGHT) == ("head",)
    assert not roster(shifts=(first,)).is_on_duty("w1", FRIDAY_NIGHT)


def test_an_unknown_person_is_never_on_duty():
    assert not roster().is_on_duty("nobody", FRIDAY)


def test_who_answers_for_a_grid_includes_backup_head_and_deputy():
    acting = (Deputy("g1", "x", FRIDAY, FRIDAY + HOUR),)
    for staff_id in ("w1", "w2", "head"):
        assert roster().grids_of(staff_id, FRIDAY) == {"g1"}
    assert roster(deputies=acting).grids_of("x", FRIDAY) == {"g1"}
    assert roster(deputies=acting).grids_of("x", FRIDAY + HOUR) == frozenset()


def test_people_are_found_by_role_and_by_account():
    assert roster().members("c1", Role.WORKER) == ("w1", "w2")
    assert roster().by_wecom("head").id == "head"
    assert roster().by_wecom("") is None


def test_two_people_swap_and_others_keep_their_duty():
    shifts = (
        DutyShift("c1", "w1", FRIDAY_NIGHT, SATURDAY_DAWN),
        DutyShift("c1", "head", FRIDAY_NIGHT, SATURDAY_DAWN),
    )
    later = FRIDAY_NIGHT + timedelta(days=2)
    other = DutyShift("c1", "w2", later, later + HOUR)
    plan = roster(shifts=(*shifts, other))
    changes = swap(plan, "c1", shifts[0], other)
    assert [(c.staff_id, c.starts_at) for c in changes] == [
        ("w2", FRIDAY_NIGHT),
        ("head", FRIDAY_NIGHT),
        ("w1", later),
    ]


def test_nobody_swaps_a_duty_that_is_not_theirs():
    mine = DutyShift("c1", "w2", FRIDAY_NIGHT, SATURDAY_DAWN)
    with pytest.raises(RosterChangeRefusedError):
        swap(roster(), "c1", mine, mine)


@pytest.mark.parametrize(
    "change",
    [
        RosterChange(ChangeKind.LEAVE, "nobody", FRIDAY, FRIDAY + HOUR),
        RosterChange(ChangeKind.LEAVE, "w1", FRIDAY, FRIDAY),
        RosterChange(ChangeKind.LEAVE, "w1", FRIDAY, FRIDAY + timedelta(days=400)),
        RosterChange(ChangeKind.DUTY, "w1", FRIDAY, FRIDAY + HOUR, "nowhere"),
        RosterChange(ChangeKind.DEPUTY, "w2", FRIDAY, FRIDAY + HOUR, "nowhere"),
        RosterChange(ChangeKind.DEPUTY, "w1", FRIDAY, FRIDAY + HOUR, "g1"),
        RosterChange(ChangeKind.DEPUTY, "head", FRIDAY, FRIDAY + HOUR, "c1"),
    ],
)
def test_a_change_without_sense_is_refused(change):
    with pytest.raises(RosterChangeRefusedError):
        check_change(roster(), change)


@pytest.mark.parametrize(
    "change",
    [
        RosterChange(ChangeKind.LEAVE, "w1", FRIDAY, FRIDAY + HOUR),
        RosterChange(ChangeKind.DUTY, "w1", FRIDAY, FRIDAY + HOUR, "c1"),
        RosterChange(ChangeKind.DEPUTY, "w2", FRIDAY, FRIDAY + HOUR, "g1"),
        RosterChange(ChangeKind.DEPUTY, "w2", FRIDAY, FRIDAY + HOUR, "c1"),
    ],
)
def test_a_change_with_sense_is_accepted(change):
    check_change(roster(), change)
