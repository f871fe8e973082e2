"""Whether 多少钱 asks what one gets or what it costs."""

import pytest

from community.dialogue.meaning import Meaning
from community.dialogue.money import about_money

BOTH = ("fee", "amount")


@pytest.mark.parametrize(
    ("service", "text", "facets", "wanted"),
    [
        ("senior_age_allowance", "多少钱", BOTH, ("amount",)),
        ("senior_age_allowance", "一个月给多少钱", BOTH, ("amount",)),
        ("subsistence_allowance", "办这个要钱吗", BOTH, ("fee",)),
        ("temporary_relief", "要不要钱", BOTH, ("fee",)),
        ("flexible_employment_subsidy", "多少钱", ("fee",), ("amount",)),
        ("id_card", "多少钱", ("amount",), ("fee",)),
        ("id_card", "得花多少钱", BOTH, ("fee",)),
        ("medical_reimbursement", "住院能报多少", BOTH, ("amount",)),
        ("temporary_relief", "能给多少，多久", (*BOTH, "time_limit"), None),
    ],
)
def test_only_the_asked_one_is_left(catalog, service, text, facets, wanted):
    meaning = Meaning("service", f"service/{service}", facets)
    told = about_money(meaning, text, catalog)
    assert told.facets == (wanted or ("amount", "time_limit"))


@pytest.mark.parametrize(
    ("service", "text"),
    [
        ("home_care_services", "住养老院多少钱"),
        ("resident_medical_insurance", "一年交多少"),
        ("subsistence_allowance", "要不要钱，能领多少"),
    ],
)
def test_what_may_be_either_is_told_both(catalog, service, text):
    meaning = Meaning("service", f"service/{service}", BOTH)
    assert about_money(meaning, text, catalog) == meaning
