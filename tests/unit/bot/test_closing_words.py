import pytest

from bot.nlu.features import blocks, closing_length

LONG = "看新闻说住公租房能迁户口，应该怎么办理"


@pytest.mark.parametrize(
    "closing",
    ["，谢谢", "，请回复。谢谢！", "。辛苦了，非常感谢您", "，望尽快答复，此致敬礼"],
)
def test_thanks_at_the_end_of_a_letter_are_no_part_of_its_question(
    closing: str,
) -> None:
    assert closing_length(LONG + closing) == len(closing)
    words = ["看", "新闻", "说"]
    plain, polite = blocks(LONG, words), blocks(LONG + closing, [*words, *closing])
    assert all((a == b).all() for a, b in zip(plain, polite, strict=True))


@pytest.mark.parametrize("text", ["谢谢", "行，知道了，谢谢", "谢谢您帮俺查了这么半天"])
def test_thanks_that_are_all_that_is_said_stay(text: str) -> None:
    assert closing_length(text) == 0
