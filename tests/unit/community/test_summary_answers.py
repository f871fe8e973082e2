import pytest

from community.form_interpretation import plain_answer


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
    ],
)
def test_what_only_sounds_like_a_yes_is_none(text: str) -> None:
    assert plain_answer(text) != "yes"
