"""What is answered to the questions about a visit."""

import pytest

from community.dialogue.visits import says_what


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("后天上午吧", "when"),
        ("张家庄村东头第二排", "place"),
        ("俺娘，她愿意", "words"),
        ("给俺自己", "words"),
    ],
)
def test_an_answer_fills_what_it_tells(answer, kind):
    assert says_what(answer) == kind
