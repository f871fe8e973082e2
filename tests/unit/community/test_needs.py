"""Needs are heard that name no service."""

import pytest

from community.dialogue.meaning import Context, Said
from community.dialogue.needs import money_for_illness, nobody_for_me


def _said(text, *, emergency=None):
    return Said(text, "oos_other", 0.5, (), "answer", (), (), emergency)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("在县医院 住院费还差两万", True),
        ("去医院要三万", True),
        ("报销完还剩一万多拿不出", True),
        ("看病没钱", True),
        ("医院乱收费，要三万", False),
        ("医院要三千押金合理吗", False),
        ("俺家低保户 去医院要三万", True),
        ("他说看病拿不出钱，让我转账", False),
        ("看病花了三万能报多少", False),
        ("去医院要带什么", False),
    ],
)
def test_a_hospital_bill_that_cannot_be_paid_is_a_need(text, heard):
    meaning = money_for_illness(_said(text), Context(), None)
    assert (meaning is not None) == heard
    if heard:
        assert meaning.item == "service/medical_assistance"
        assert [ask.item for ask in meaning.also] == ["service/temporary_relief"]


def test_a_danger_is_no_need():
    said = _said("去医院要三万", emergency="medical")
    assert money_for_illness(said, Context(), None) is None


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("我一个人住 有人管我不", True),
        ("俺一个人在家没人照顾", True),
        ("我妈一个人住 没人管", False),
        ("我一个人住", False),
    ],
)
def test_who_is_alone_asks_for_care(text, heard):
    assert (nobody_for_me(_said(text), Context(), None) is not None) == heard


def test_who_is_alone_answers_the_form_first():
    asked = Context(requested_slot="report_place")
    assert nobody_for_me(_said("我一个人住 有人管我不"), asked, None) is None
