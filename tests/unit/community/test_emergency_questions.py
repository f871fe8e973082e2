"""Questions about dangers in general, and real dangers that sound like questions."""

import pytest

from community.emergencies.questions import answer_about, asked_of_safety


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("油锅着火应该怎么办 想学学", "fire"),
        ("煤气泄漏该怎么处理", "gas"),
        ("有人触电了应该咋急救", "medical"),
        ("叫救护车要钱吗", "120"),
        ("110管吵架不", "110"),
        # Somebody is in it now, or wants something else.
        ("厨房着火了怎么办", None),
        ("俺家煤气泄漏咋办", None),
        ("消防讲座什么时候有", None),
        ("低保怎么办", None),
        ("120什么时候来", None),
    ],
)
def test_what_is_asked_of_dangers(text, about):
    assert asked_of_safety(text) == about


def test_numbers_have_their_answers():
    assert "120" in answer_about("120")
    assert answer_about("gas") is None
