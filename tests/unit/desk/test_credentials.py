"""One-time codes: the clock's skew, and no code twice."""

from datetime import datetime, timedelta, timezone

import pyotp

from desk.credentials import matching_step, totp_address

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_a_code_fits_half_a_minute_around() -> None:
    code = pyotp.TOTP(SECRET).at(int(NOW.timestamp()))
    step = int(NOW.timestamp()) // 30
    for seconds in (-30, 0, 30):
        assert matching_step(SECRET, code, NOW + timedelta(seconds=seconds)) == step
    assert matching_step(SECRET, code, NOW + timedelta(seconds=90)) is None


def test_nonsense_fits_nothing() -> None:
    assert matching_step(SECRET, "abcdef", NOW) is None
    assert matching_step("not base32 !", "123456", NOW) is None
    assert matching_step(SECRET, "", NOW) is None


def test_the_address_is_for_authenticator_apps() -> None:
    assert totp_address("bugu-w1", SECRET).startswith("otpauth://totp/%E4%BA%91")
