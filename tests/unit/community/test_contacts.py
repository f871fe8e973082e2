"""What says how somebody wants to be reached, and what does not."""

import pytest

from community.contacts import (
    as_note,
    contact_in,
    is_contact,
    name_in,
    names_whom_to_call,
    with_name,
)

NUMBER = "13800001234"


def test_who_is_to_be_called_is_no_blow_where_a_call_is_awaited():
    assert names_whom_to_call("打俺闺女的吧")
    assert names_whom_to_call("找我儿子")
    assert not names_whom_to_call("打我")
    assert not names_whom_to_call("打我儿子了")


def test_a_cry_for_the_police_is_no_telephone_number():
    assert not is_contact("快打110")
    assert not is_contact("他手机打不通")


def test_blows_beside_a_number_are_no_contact():
    assert not is_contact(f"他打俺 {NUMBER}")
    assert is_contact(f"打俺儿媳妇电话 {NUMBER}")


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        (f"俺的电话{NUMBER}，下午打", f"俺的电话{NUMBER}，下午打"),
        (f"嗯，{NUMBER}", NUMBER),
        (f"电话错了，应该是{NUMBER}", NUMBER),
        (f"{NUMBER} 不是 13900001234", NUMBER),
        (f"不是13900001234，是{NUMBER}", NUMBER),
        (f"打俺闺女的吧 {NUMBER}", f"打俺闺女的吧 {NUMBER}"),
        (f"联系电话写俺闺女的 {NUMBER}", f"联系电话写俺闺女的 {NUMBER}"),
        (f"记我老伴的号码{NUMBER}", f"记我老伴的号码{NUMBER}"),
        (f"{NUMBER} 赵秀英", f"{NUMBER} 赵秀英"),
        (f"刘桂兰，{NUMBER}", f"刘桂兰，{NUMBER}"),
        (f"王老板 {NUMBER}", None),
        (f"骗子的电话 {NUMBER}", None),
        (f"路灯还是不亮 {NUMBER}", None),
        ("晚上打我电话", None),
    ],
)
def test_a_contact_is_a_number_with_nothing_but_how_to_call_it(text, contact):
    assert contact_in(text) == contact


def test_a_number_is_noted_as_new_or_as_instead_of_another():
    assert as_note(f"电话错了，应该是{NUMBER}", NUMBER) == f"更正电话：{NUMBER}"
    assert as_note(f"俺电话是{NUMBER}", f"俺电话是{NUMBER}") == f"联系电话：{NUMBER}"


def test_a_name_stays_with_the_number_that_follows():
    name = name_in("俺姓王。")
    assert name == "俺姓王"
    assert with_name(NUMBER, name) == f"俺姓王，{NUMBER}"
    assert with_name(NUMBER, "13900001234") == NUMBER
    assert name_in("俺姓王的邻居天天闹") is None
