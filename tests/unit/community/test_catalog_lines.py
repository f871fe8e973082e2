"""Which line of a service's texts a few words are about."""

import pytest

from community.catalog.lines import closest_line

CASES = [
    ("school_enrollment", "有购房合同", "购房合同"),
    ("school_enrollment", "小的上幼儿园", "幼儿园"),
    ("residence_permit", "房东不肯给写", "房东"),
    ("household_registration", "刚买房", "买房"),
]


@pytest.mark.parametrize(("service", "text", "word"), CASES)
def test_the_line_with_the_rare_words(catalog, service, text, word):
    line = closest_line(catalog.services[service], text, catalog)
    assert line is not None
    assert word in line


@pytest.mark.parametrize("text", ["能不能申请", "俺也不会", "今天好冷", "我爸七十九"])
def test_small_words_are_about_no_line(catalog, text):
    service = catalog.services["subsistence_allowance"]
    assert closest_line(service, text, catalog) is None


def test_the_name_of_the_service_is_about_no_line(catalog):
    service = catalog.services["subsistence_allowance"]
    assert closest_line(service, "低保", catalog) is None


def test_a_line_that_says_the_opposite_is_not_taken(catalog):
    service = catalog.services["household_registration"]
    assert closest_line(service, "刚买房", catalog) is not None
    assert closest_line(service, "不是刚买房的", catalog) is None
