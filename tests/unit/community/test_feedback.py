"""Answers to "解决了吗", in people's words."""

import pytest

from community.dialogue.feedback import is_bare_no, ticket_answer
from community.dialogue.meaning import Context, Said
from community.dialogue.questions import rating_in, said_no, said_yes
from community.payloads import ticket_answer_payload

LAMP = "matter/street_lighting"


def said(text, label="oos_other"):
    return Said(text, label, 0.9, (), "answer", (), (), None)


def answer(text, *, label="oos_other", on_the_table=False, **context):
    offered = (("解决了", ticket_answer_payload("yes", "1125-0001")),)
    known = Context(
        asked_tickets=(("1125-0001", LAMP),),
        offered=offered if on_the_table else (),
        **context,
    )
    meaning = ticket_answer(said(text, label), known, None)
    return None if meaning is None else meaning.value.partition(":")[0]


@pytest.mark.parametrize(
    "text",
    [
        "解决了",
        "弄好了",
        "修好了，谢谢",
        "灯亮了",
        "楼道的灯换好了",
        "通了",
        "不漏了",
        "来水了",
        "都弄好了，多谢恁",
    ],
)
def test_it_is_solved(text):
    assert answer(text) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "没解决",
        "没弄",
        "还是漏",
        "灯还是不亮",
        "没人来修",
        "又堵了",
        "不满意，白修",
        "还没弄好",
        "压根没来人",
    ],
)
def test_it_is_not_solved(text):
    assert answer(text) == "no"


@pytest.mark.parametrize("text", ["中", "行", "可以了"])
def test_one_word_counts_while_the_question_is_the_last_thing_said(text):
    assert answer(text, on_the_table=True) == "yes"
    assert answer(text) is None


@pytest.mark.parametrize("text", ["低保咋办", "灯坏了", "谢谢", "修好了吗"])
def test_something_else_is_no_answer(text):
    assert answer(text) is None


def test_another_problem_is_a_new_report():
    assert answer("下水道又堵了", label="matter/drainage") is None


def test_only_clear_words_count_in_a_form():
    assert answer("弄好了", requested_slot="report_place") is None
    assert answer("没解决", requested_slot="report_place") == "no"


def test_nothing_was_asked():
    assert ticket_answer(said("解决了"), Context(), None) is None


@pytest.mark.parametrize(
    ("text", "bare"), [("没解决", True), ("还没弄好", True), ("灯还是不亮", False)]
)
def test_a_bare_no_tells_no_reason(text, bare):
    assert is_bare_no(text) is bare


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("满意", "good"),
        ("怪好", "good"),
        ("一般吧", "fair"),
        ("凑合", "fair"),
        ("不满意", "poor"),
        ("不咋样", "poor"),
        ("低保咋办", None),
    ],
)
def test_how_content_somebody_is(text, rating):
    assert rating_in(text) == rating


@pytest.mark.parametrize("text", ["要", "中", "好的", "嗯，撤吧", "接着报"])
def test_a_yes(text):
    assert said_yes(text)
    assert not said_no(text)


@pytest.mark.parametrize("text", ["不", "先不删", "不用了", "算了", "先留着"])
def test_a_no(text):
    assert said_no(text)
    assert not said_yes(text)
