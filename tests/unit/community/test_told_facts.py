import pytest

from community.dialogue.told_facts import fact_in


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("她不会用手机", "proxy_visit"),
        ("没空去", "proxy_visit"),
        ("俺走不动了", "proxy_visit"),
        ("家里没人", "proxy_visit"),
        ("没证", "materials"),
        ("身份证丢了", "materials"),
        ("租的房子", "eligibility"),
        ("我没有房", "eligibility"),
        ("来了三个月", "eligibility"),
        ("没钱", "eligibility"),
        ("我失业了", "eligibility"),
        ("她是公务员", "eligibility"),
        ("居住证办了", "materials"),
        ("听别人说村里发钱", "amount"),
        ("还没领证", "eligibility"),
        ("断了三个月", "eligibility"),
        ("医保断了两年", "eligibility"),
    ],
)
def test_a_fact_says_what_is_asked(text: str, facet: str) -> None:
    assert fact_in(text) == facet


@pytest.mark.parametrize(
    "text",
    [
        "没事了",
        "没有",
        "不要",
        "三个月",
        "居住证怎么办",
        "我想租公租房",
        "没办成",
        "手机丢了",
        "没有了",
        "房子漏水",
    ],
)
def test_anything_else_is_no_fact(text: str) -> None:
    assert fact_in(text) is None
