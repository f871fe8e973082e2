"""Each field of a template is filled with what WeChat takes for its type."""

import pytest

from adapters.wechat.templates import WHAT, field_value

AT = "2026-11-25 17:30"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("thing1", "修\n好了" + "好" * 30, "修 好了" + "好" * 15 + "…"),
        ("thing1", "", "-"),
        ("time2", AT, AT),
        ("time2", "昨天", AT),
        ("number3", "1125-4837", "11254837"),
        ("number3", "", "0"),
        ("character_string4", "1125-4837", "1125-4837"),
        ("character_string4", "编号" + "1" * 40, "1" * 32),
        ("character_string4", "", "-"),
        ("phrase5", "已办好，请您看", "已办好请您"),
        ("phrase5", "", "有消息"),
        ("keyword6", "任意", "任意"),
    ],
)
def test_a_value_has_the_type_of_its_field(name, text, value):
    assert field_value(name, text, AT) == value


def test_words_for_tickets_fit_into_a_phrase():
    assert all(field_value("phrase1", word) == word for word in WHAT.values())
