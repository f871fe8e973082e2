"""Which line of a service's texts a few words are about."""

import pytest

from community.catalog.facets import Facet
from community.catalog.lines import closest_line, touched_lines

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


@pytest.mark.parametrize(
    ("service", "text", "word"),
    [
        ("subsistence_allowance", "卡里攒了两万", "存款"),
        ("subsistence_allowance", "俺家有辆三轮车", "存款"),
        ("destitute_support", "他今年七十二了", "满60周岁"),
        ("destitute_support", "没儿子就一个闺女", "该养"),
        ("public_rental_housing", "来了三年了", "规定的年限"),
        ("military_registration", "我23了 大专", "高校毕业生"),
        ("residence_permit", "来了才四个月", "住满半年"),
        ("unemployment_benefit", "公司把我裁了", "不是自己愿意"),
        ("medical_reimbursement", "在济南做的手术", "异地就医备案"),
        ("id_card", "他十二了", "不满16岁"),
        ("marriage_registration", "孩子才两岁", "孩子、财产"),
    ],
)
def test_a_fact_touches_what_is_written_in_other_words(catalog, service, text, word):
    lines = touched_lines(catalog.services[service], text, (), catalog)
    assert 0 < len(lines) <= 3
    assert any(word in line for line in lines)


@pytest.mark.parametrize(
    ("service", "text"),
    [
        ("medical_reimbursement", "二胎"),
        ("military_registration", "近视"),
        ("student_aid", "不是孤儿"),
        ("marriage_registration", "今天真冷"),
        ("community_certificate", "银行要的"),
        ("household_registration", "还没起名"),
    ],
)
def test_a_fact_of_which_nothing_is_written_touches_no_line(catalog, service, text):
    asked = (Facet.PROCESS,)
    assert touched_lines(catalog.services[service], text, asked, catalog) == ()
