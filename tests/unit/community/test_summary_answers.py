import pytest

from community.reports.consent import (
    consents,
    files_with_number,
    gives_up,
    hurried_yes,
    is_solved,
    plain_answer,
    refuses_calls,
    takes_for_filed,
)


@pytest.mark.parametrize(
    "text",
    [
        "对",
        "那就报吧",
        "那就报上去吧",
        "赶紧报",
        "都对",
        "先把这个报了吧",
        "提交",
        "发吧",
        "没毛病",
        "木有问题",
        "对，报上去",
        "好的",
        "你报吧",
        "就这样吧",
        "没错",
        "ok",
        "报了吧",
        "报了",
        "好嘞",
        "👌",
        "👍",
        "妥了",
        "能",
        "恁看着报吧",
        "嗯嗯 谢谢",
        "对 就这样 谢谢",
        "没问题 辛苦了",
        "行 你报吧",
        "没不对",
        "没有不对的",
        "这回对了",
        "好的，麻烦您了",
        "得嘞",
        "对的 辛苦啦🙏",
        "👍🏻",
        "没啥补充的了 报吧",
        "不用改了",
        "嗯哪",
        "好 有信告诉俺一声",
        "就这么报",
        "都没错",
    ],
)
def test_many_words_are_a_yes(text: str) -> None:
    assert plain_answer(text) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "对 不过是8单元",
        "报警了",
        "报过了",
        "发现得晚",
        "你看着办",
        "随便",
        "修好了",
        "提交过一回没人管",
        "成天这样",
        "报了也白报",
        "谢谢",
        "报了吗",
        "好几回了",
        "是骗子",
        "能扛",
        "对门",
        "中学门口",
        "报不报",
        "行了他开走了",
        "没改",
        "没说",
        "不是这样",
    ],
)
def test_what_only_sounds_like_a_yes_is_none(text: str) -> None:
    assert plain_answer(text) != "yes"


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("好 麻烦你们快点", "麻烦你们快点"),
        ("中 赶紧来人", "赶紧来人"),
        ("都对 就是早点修", "就是早点修"),
        ("行 谢谢 尽快处理", "尽快处理"),
        ("报吧快点来", "快点来"),
        ("是的没错就是这样请尽快处理谢谢", "请尽快处理"),
        ("快点", None),
        ("好 能不能快点", None),
        ("对 天黑看不见", None),
        ("不行 快点", None),
        ("好", None),
    ],
)
def test_a_yes_may_ask_for_speed(text: str, wish: str | None) -> None:
    assert hurried_yes(text) == wish
    assert consents(text) is (wish is not None or text == "好")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("不用报", True),
        ("井盖又盖好了 不用报了", True),
        ("算了", True),
        ("先别报", True),
        ("算了 照片也不发了 不报了", True),
        ("电话不用了", False),
        ("不用了 俺不留电话", False),
        ("照片不发了 算了", False),
        ("先不打电话", False),
        ("别报我名字", False),
        ("算了报吧", False),
        ("咋还不报", False),
        ("不报不行", False),
    ],
)
def test_only_the_report_itself_is_given_up(text: str, is_one: bool) -> None:
    assert gives_up(text) is is_one


@pytest.mark.parametrize(
    ("text", "is_over"),
    [
        ("行了他开走了", True),
        ("水来了", True),
        ("刚才有人来清理了", True),
        ("现在不吵了", True),
        ("好了", False),
        ("修好了又坏了", False),
        ("还没人来修", False),
        ("水停了", False),
        ("灯不亮了", False),
        ("有人来修了吗", False),
    ],
)
def test_what_is_over_needs_no_report(text: str, is_over: bool) -> None:
    assert is_solved(text) is is_over


@pytest.mark.parametrize(
    "text",
    [
        "催",
        "快点",
        "咋还不报",
        "报了吗",
        "编号多少",
        "等会再报",
        "俺再想想",
        "你看着弄",
    ],
)
def test_who_presses_takes_it_for_filed(text: str) -> None:
    assert takes_for_filed(text)


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("电话就不留了", True),
        ("不留", True),
        ("先不打电话", True),
        ("电话打不通", False),
        ("单号不亮", False),
        ("电话不对", False),
    ],
)
def test_no_calls_are_told_from_a_dead_line(text: str, refuses: bool) -> None:
    assert refuses_calls(text) is refuses


def test_a_number_may_stand_beside_the_yes() -> None:
    assert files_with_number("都对 报吧 13900001234")
    assert not files_with_number("好 13900001234")
    assert not files_with_number("报吧")


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("咋还没人来", True),
        ("到现在没人来啊", True),
        ("这都半天了还没人联系我", True),
        ("楼里没人", False),
        ("一直没人来清 都臭了", False),
    ],
)
def test_whoever_asks_why_nobody_comes_takes_it_for_filed(
    text: str, takes: bool
) -> None:
    assert takes_for_filed(text) is takes
