import pytest

from bot.nlu.asides import without_asides
from bot.nlu.features import blocks

LONG = "看新闻说住公租房能迁户口，应该怎么办理"


@pytest.mark.parametrize(
    "closing",
    ["，谢谢", "，请回复。谢谢！", "。辛苦了，非常感谢您", "，望尽快答复，此致敬礼"],
)
def test_thanks_at_the_end_of_a_letter_are_no_part_of_its_question(
    closing: str,
) -> None:
    words = ["看", "新闻", "说"]
    plain, polite = blocks(LONG, words), blocks(LONG + closing, [*words, *closing])
    assert all((a == b).all() for a, b in zip(plain, polite, strict=True))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("您好，请问路灯坏了找谁", "路灯坏了找谁"),
        ("东关花园3号楼2单元楼道灯坏了，好几天了", "楼道灯坏了"),
        ("楼道里的灯不亮都一个星期了，谢谢", "楼道里的灯不亮都一个星期了，谢谢"),
        (
            "俺那栋楼前头的垃圾桶满得冒尖没人来收，三天了，谢谢",
            "俺那栋楼前头的垃圾桶满得冒尖没人来收",
        ),
        ("你好", "你好"),
        ("谢谢您帮俺查了这么半天", "谢谢您帮俺查了这么半天"),
        ("行，知道了，谢谢", "行，知道了，谢谢"),
        ("三天了", "三天了"),
    ],
)
def test_what_is_said_around_the_matter_is_left_out(text: str, left: str) -> None:
    assert without_asides(text, list(text))[0] == left
    assert "".join(without_asides(text, list(text))[1]) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("还有个事 楼道里灯不亮", "楼道里灯不亮"),
        ("对了，您好，楼道里灯不亮", "楼道里灯不亮"),
        ("另外还有一件事：垃圾没人收", "垃圾没人收"),
        ("还有多久能批下来", "还有多久能批下来"),
        ("对了吗", "对了吗"),
    ],
)
def test_the_words_that_another_matter_follows_are_no_part_of_it(
    text: str, left: str
) -> None:
    assert without_asides(text, list(text)) == (left, list(left))


def test_a_message_without_asides_is_returned_as_it_is() -> None:
    words = ["低保", "怎么", "申请"]
    assert without_asides("低保怎么申请", words) == ("低保怎么申请", words)
