"""Time limits and holidays from the content folder."""

import shutil
from datetime import date, time

import pytest
from structlog.testing import capture_logs

from adapters.deadline_files import DeadlineFiles, load_calendar, load_deadlines
from adapters.settings import ROOT
from community.errors import CatalogError
from community.tickets.limits import Limit, TimePolicy, limits_of
from community.tiers import Tier

CONTENT = ROOT / "catalog"


@pytest.fixture
def content(tmp_path):
    shutil.copytree(CONTENT / "schema", tmp_path / "schema")
    for name in ("deadlines.yml", "holidays.yml"):
        shutil.copy(CONTENT / name, tmp_path / name)
    return tmp_path


def test_the_files_of_this_checkout_say_what_the_code_assumes():
    policy, work = load_deadlines(CONTENT)
    built_in = TimePolicy()
    assert policy.acknowledge_minutes == built_in.acknowledge_minutes
    assert policy.respond_hours == built_in.respond_hours
    assert policy.resolve == built_in.resolve
    assert work.spans == ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))


def test_every_matter_with_a_first_measure_has_its_hours(catalog):
    policy, _ = load_deadlines(CONTENT)
    assert set(policy.interim_hours) == {
        matter.id for matter in catalog.matters.values() if matter.interim
    }


def test_limits_come_from_the_matter_and_from_the_urgency(catalog):
    policy, _ = load_deadlines(CONTENT)
    lighting = limits_of("matter/street_lighting", "normal", catalog, policy)
    assert lighting.tier is Tier.STREET
    assert lighting.respond == Limit(24)
    assert lighting.resolve == Limit(3, in_workdays=True)
    assert limits_of(
        "matter/street_lighting", "critical", catalog, policy
    ).respond == Limit(0.5)
    assert limits_of("matter/gas_safety", "normal", catalog, policy).interim == Limit(
        0.5
    )
    person = limits_of("service/id_card", "normal", catalog, policy)
    assert (person.tier, person.resolve) == (Tier.GRID, Limit(3, in_workdays=True))


def test_known_years_have_make_up_days_and_holidays():
    calendar = load_calendar(CONTENT)
    assert calendar.is_workday(date(2026, 10, 10))  # a Saturday
    assert not calendar.is_workday(date(2026, 10, 1))


def test_an_unknown_year_takes_the_file_and_warns_once():
    calendar = load_calendar(CONTENT)
    with capture_logs() as logs:
        assert not calendar.is_workday(date(2027, 2, 8))  # a Monday, Spring Festival
        assert calendar.is_workday(date(2027, 2, 10))
    assert [entry["event"] for entry in logs] == ["calendar.year.unknown"]


def test_a_year_that_nobody_knows_has_weekends(content):
    (content / "holidays.yml").unlink()
    calendar = load_calendar(content)
    assert calendar.is_workday(date(2045, 1, 2))
    assert not calendar.is_workday(date(2045, 1, 1))  # a Sunday


def test_a_final_year_is_used_without_a_warning(content):
    path = content / "holidays.yml"
    path.write_text(
        "years:\n  - {year: 2027, is_final: true, holidays: ['2027-01-01'],"
        " workdays: ['2027-01-02']}\n"
    )
    calendar = load_calendar(content)
    with capture_logs() as logs:
        assert calendar.is_workday(date(2027, 1, 2))
        assert not calendar.is_workday(date(2027, 1, 1))
    assert logs == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("deadlines.yml", "red: 0.8", "red: 0.4"),
        ("deadlines.yml", '["08:30", "12:00"]', '["12:00", "08:30"]'),
        ("deadlines.yml", "confirm_hours: 120", "confirm_hours: soon"),
        ("deadlines.yml", "remind_hours: [24, 72]", "remind_hours: [72, 24]"),
        ("holidays.yml", "2027-01-01", "2027-13-01"),
    ],
)
def test_mistakes_are_named_and_the_last_good_values_stay(content, name, old, new):
    files = DeadlineFiles(content, check_every_s=0)
    good = files.current()
    path = content / name
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(CatalogError, match=name):
        load_deadlines(content)
    assert files.current() == good
