import pytest

from community.reports.filing_order import words_with_order


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("报吧", ""),
        ("没别的事了，报吧", ""),
        ("没啥了报上去吧", ""),
        ("就这些 提交", ""),
        ("行 你记上吧", ""),
        ("拉倒 报吧", ""),
        ("报吧 没相片", ""),
        ("报吧 别打电话", "别打电话"),
        ("中 报吧 别说是俺报的", "别说是俺报的"),
        ("别写我名字报吧", "别写我名字"),
        ("报上吧，电话13900001234", "电话13900001234"),
        ("报吧 晚上更难走", "晚上更难走"),
        ("赶紧报 下雨就进水", "下雨就进水"),
    ],
)
def test_an_order_to_file_is_one_whatever_is_said_with_it(
    text: str, beside: str
) -> None:
    assert words_with_order(text) == beside


@pytest.mark.parametrize(
    "text",
    [
        "对",
        "先别报吧",
        "还是不报吧",
        "别给我报吧",
        "明天再报吧",
        "等我问问再报吧",
        "报吧 算了",
        "报吧 等等 先别",
        "报吧？",
        "报上去以后谁来",
        "报警了",
        "报物业了 没人管",
        "他们报了 没人理",
        "交了 不给退",
        "报了也白报",
    ],
)
def test_what_is_held_back_or_asked_is_no_order(text: str) -> None:
    assert words_with_order(text) is None
