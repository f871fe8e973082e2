"""Only what changes an answer is asked, and only once."""

from dataclasses import replace

import pytest

from community.catalog.facets import Facet
from community.dialogue.circumstances import (
    ASKED_FOR,
    FOR_WHOM,
    HOUSEHOLD,
    fitting,
    mentioned,
    missing,
    named_cases,
    overview_for,
    statement_for,
)

SCHOOL = "service/school_enrollment"
ITEMS = ("孩子和爸妈的户口本", "外地户口的：居住证、务工证明")


def test_a_list_that_differs_is_asked_about():
    assert missing(SCHOOL, ITEMS, {}) is HOUSEHOLD


def test_what_was_asked_or_said_is_not_asked_again():
    assert missing(SCHOOL, ITEMS, {"household": ""}) is None
    assert missing(SCHOOL, ITEMS, {"household": "local"}) is None


def test_a_list_that_holds_for_all_is_not_asked_about():
    assert missing(SCHOOL, ITEMS[:1], {}) is None
    assert missing("service/public_rental_housing", ITEMS, {}) is None


@pytest.mark.parametrize(
    ("known", "items"),
    [
        ({"household": "local"}, [ITEMS[0]]),
        ({"household": "elsewhere"}, [ITEMS[0], "居住证、务工证明"]),
        ({"household": ""}, list(ITEMS)),
        ({}, list(ITEMS)),
    ],
)
def test_a_list_is_fitted_to_what_is_known(known, items):
    assert fitting(SCHOOL, ITEMS, known) == items


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("俺是外地户口", {"household": "elsewhere"}),
        ("给孩子办", {"for_whom": "child"}),
        ("我的身份证丢了", {"for_whom": "adult"}),
        ("低保怎么申请", {}),
    ],
)
def test_what_is_said_by_the_way_is_known(said, known):
    assert mentioned(said) == known


@pytest.mark.parametrize("key", ASKED_FOR)
def test_the_catalogue_still_has_items_that_differ(key, catalog):
    statement = catalog.services[key.removeprefix("service/")].facets[Facet.MATERIALS]
    assert any(ASKED_FOR[key].marks.match(item) for item in statement.items)


def test_each_circumstance_is_used():
    assert set(ASKED_FOR.values()) == {HOUSEHOLD, FOR_WHOM}


CLUB = "service/volunteer_service"
STEPS = (
    "报名：填一张表",
    "报名：等通知",
    "开证明、补证明的：找队长",
    "都要带身份证",
)


def club_of(catalog):
    club = catalog.services["volunteer_service"]
    process = replace(club.facets[Facet.PROCESS], items=STEPS)
    return replace(club, facets={Facet.PROCESS: process})


@pytest.mark.parametrize(
    ("said", "before", "named"),
    [
        ("怎么报名", "", "报名"),
        ("补证明和报名", "", "报名、补证明"),
        ("要多久", "", ""),
        ("要多久", "报名", "报名"),
        ("那证明呢", "报名", ""),
        ("开证明要多久", "报名", "开证明"),
    ],
)
def test_a_case_of_the_lists_is_named_by_its_words(catalog, said, before, named):
    assert named_cases(club_of(catalog), said, before) == named


@pytest.mark.parametrize(
    ("named", "items"),
    [
        ("报名", [*STEPS[:2], STEPS[3]]),
        ("补证明", [*STEPS[2:]]),
        ("报名、补证明", list(STEPS)),
        ("", list(STEPS)),
        ("退队", list(STEPS)),
    ],
)
def test_whoever_names_a_case_hears_of_it_and_of_what_holds_for_all(named, items):
    assert fitting(CLUB, STEPS, {CLUB: named}) == items


def test_a_list_without_the_named_case_is_left_as_it_is():
    assert fitting(SCHOOL, ITEMS, {SCHOOL: "转学"}) == list(ITEMS)


def test_a_case_of_another_service_shortens_nothing():
    assert fitting(CLUB, STEPS, {SCHOOL: "报名"}) == list(STEPS)


def test_the_overview_has_the_steps_of_the_case_that_was_named(catalog):
    club = club_of(catalog)
    assert overview_for(club, {club.key: "报名"}).items == STEPS[:2]
    assert overview_for(club, {club.key: "退队"}) == club.overview
    assert overview_for(club, {}) == club.overview
    said = statement_for(club, Facet.PROCESS, {club.key: "报名"})
    assert said.items == (*STEPS[:2], STEPS[3])
