"""Answers of the platform become typed errors by their code alone."""

import pytest

from adapters.wechat import errors
from adapters.wechat.errors import error_of
from adapters.wecom.errors import wecom_error_of

RID = "5f3ded7d-22929d02-4ba1f5f6"


@pytest.mark.parametrize(
    ("code", "cls"),
    [
        (-1, errors.TemporaryError),
        (40001, errors.TokenRefusedError),
        (40014, errors.TokenRefusedError),
        (42001, errors.TokenRefusedError),
        (40013, errors.ConfigurationAlarm),
        (40125, errors.ConfigurationAlarm),
        (40164, errors.ConfigurationAlarm),
        (89503, errors.ConfigurationAlarm),
        (48001, errors.ConfigurationAlarm),
        (40003, errors.PermanentError),
        (43004, errors.UnreachableError),
        (43019, errors.UnreachableError),
        (40007, errors.MediaGoneError),
        (40033, errors.PermanentError),
        (47001, errors.PermanentError),
        (40200, errors.InvalidAccountTypeError),
        (43101, errors.NotGrantedError),
        (45002, errors.PermanentError),
        (45009, errors.TemporaryError),
        (45011, errors.TemporaryError),
        (45015, errors.OutOfWindowError),
        (45047, errors.QuotaExceededError),
        (87014, errors.PermanentError),
        (123456, errors.TemporaryError),
    ],
)
def test_every_code_says_what_to_do(code, cls):
    error = error_of({"errcode": code, "errmsg": f"whatever rid: {RID}"}, "/call")
    assert type(error) is cls
    assert (error.code, error.rid) == (code, RID)
    assert "whatever" not in str(error) or cls is errors.ConfigurationAlarm


@pytest.mark.parametrize("document", [{}, {"errcode": 0, "errmsg": "ok"}, {"msgid": 1}])
def test_a_success_is_no_error(document):
    assert error_of(document, "/call") is None


def test_daily_and_minute_limits_wait_longer():
    waits = [
        error_of({"errcode": c}, "/call").retry_after_s for c in (-1, 45011, 45009)
    ]
    assert waits == sorted(waits)


def test_a_refused_address_is_named_for_the_operator():
    answer = {
        "errcode": 40164,
        "errmsg": f"invalid ip 1.2.3.4, not in whitelist rid: {RID}",
    }
    assert "1.2.3.4" in str(error_of(answer, "/call"))


def test_an_errcode_of_another_type_is_no_success():
    assert isinstance(error_of({"errcode": "x"}, "/call"), errors.PermanentError)


@pytest.mark.parametrize(
    ("code", "cls"),
    [
        (60020, errors.ConfigurationAlarm),
        (93000, errors.ConfigurationAlarm),
        (40014, errors.TokenRefusedError),
        (81013, errors.UnreachableError),
        (45009, errors.TemporaryError),
        (40029, errors.PermanentError),
    ],
)
def test_wecom_has_codes_of_its_own(code, cls):
    assert type(wecom_error_of({"errcode": code}, "/call")) is cls
