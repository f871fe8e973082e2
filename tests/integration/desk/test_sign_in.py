"""Signing in: passwords, one-time codes, throttling, sessions, other sites."""

from datetime import timedelta

import pyotp
import pytest

from desk.calls import COOKIE, CSRF_HEADER
from desk.sessions import Stage
from tests.integration.desk.conftest import Desk

PASSWORD = "a long enough password"


async def sign_in(desk: Desk, staff: str, password: str = PASSWORD, code: str = ""):  # type: ignore[no-untyped-def]
    body = {"account": staff, "password": password, "code": code}
    return await desk.client.post("/api/session/password", json=body)


async def with_password(desk: Desk, staff: str = "bugu-w1") -> None:
    await desk.services.credentials.set_password(staff, PASSWORD, now=desk.clock())


async def with_totp(desk: Desk, staff: str = "bugu-w1") -> pyotp.TOTP:
    await with_password(desk, staff)
    secret, _ = await desk.services.credentials.new_totp(staff, now=desk.clock())
    return pyotp.TOTP(secret)


async def test_password_and_code_open_a_session(desk: Desk) -> None:
    otp = await with_totp(desk)
    assert (await sign_in(desk, "bugu-w1")).status == 401
    code = otp.at(int(desk.clock().timestamp()))
    answer = await sign_in(desk, "bugu-w1", code=code)
    assert answer.status == 200
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert (await answer.json())["stage"] == "full"


async def test_a_code_counts_once(desk: Desk) -> None:
    otp = await with_totp(desk)
    code = otp.at(int(desk.clock().timestamp()))
    assert (await sign_in(desk, "bugu-w1", code=code)).status == 200
    assert (await sign_in(desk, "bugu-w1", code=code)).status == 401


async def test_without_a_second_factor_only_setting_it_up_is_possible(
    desk: Desk,
) -> None:
    await with_password(desk)
    answer = await sign_in(desk, "bugu-w1")
    document = await answer.json()
    assert document["stage"] == Stage.ENROL.value
    headers = {CSRF_HEADER: document["csrf"]}
    refused = await desk.client.get("/api/tickets")
    assert refused.status == 403
    offer = await (await desk.client.post("/api/session/totp", headers=headers)).json()
    wrong = {"secret": offer["secret"], "code": "000000"}
    confirm = "/api/session/totp/confirm"
    assert (await desk.client.post(confirm, json=wrong, headers=headers)).status == 422
    code = pyotp.TOTP(offer["secret"]).at(int(desk.clock().timestamp()))
    right = {"secret": offer["secret"], "code": code}
    assert (await desk.client.post(confirm, json=right, headers=headers)).status == 200
    # Everything ends, so that the new factor is asked for at once.
    assert (await (await desk.client.get("/api/session")).json()) == {}
    desk.clock.turn(minutes=1)
    later = pyotp.TOTP(offer["secret"]).at(int(desk.clock().timestamp()))
    assert (await sign_in(desk, "bugu-w1", code=later)).status == 200


async def test_whoever_has_a_factor_cannot_replace_it_alone(desk: Desk) -> None:
    await with_totp(desk)
    worker = await desk.as_("worker")
    assert (await worker.post("/api/session/totp")).status == 409


@pytest.mark.parametrize("account", ["bugu-w1", "nobody-at-all", "bugu-w2"])
async def test_every_refusal_sounds_the_same(desk: Desk, account: str) -> None:
    await with_password(desk)
    answer = await sign_in(desk, account, "wrong password")
    assert answer.status == 401
    assert (await answer.json())["detail"] == "账号、密码或动态口令不对。"


async def test_guessing_is_throttled_even_with_the_right_password(desk: Desk) -> None:
    otp = await with_totp(desk)
    for _ in range(10):
        assert (await sign_in(desk, "bugu-w1", "wrong password")).status == 401
    code = otp.at(int(desk.clock().timestamp()))
    assert (await sign_in(desk, "bugu-w1", code=code)).status == 429


async def test_a_disabled_account_is_out_at_once(desk: Desk) -> None:
    worker = await desk.as_("worker")
    assert (await worker.get("/api/tickets")).status == 200
    admin = await desk.as_("admin")
    answer = await admin.post("/api/accounts/bugu-w1/disabled", {"is_disabled": True})
    assert answer.status == 200
    assert (await worker.get("/api/tickets")).status == 401


async def test_a_session_ends_after_a_week_at_the_latest(desk: Desk) -> None:
    worker = await desk.as_("worker")
    desk.clock.now += timedelta(days=7, minutes=1)
    assert (await worker.get("/api/tickets")).status == 401


async def test_signing_out_ends_the_session(desk: Desk) -> None:
    worker = await desk.as_("worker")
    assert (await worker.delete("/api/session")).status == 200
    assert (await worker.get("/api/tickets")).status == 401


async def test_a_change_needs_the_pages_token(desk: Desk) -> None:
    number = await desk.file()
    worker = await desk.as_("worker")
    worker.csrf = "guessed"
    assert (await worker.act(number, "claim")).status == 403
    assert (await worker.read(number))["state"] == "assigned"


async def test_another_sites_page_changes_nothing(desk: Desk) -> None:
    number = await desk.file()
    worker = await desk.as_("worker")
    headers = worker.headers(**{"Sec-Fetch-Site": "cross-site"})
    path = f"/api/tickets/{number}/claim"
    answer = await desk.client.post(path, json={"key": "k" * 8}, headers=headers)
    assert answer.status == 403


async def test_a_new_password_ends_all_sessions(desk: Desk) -> None:
    await with_password(desk)
    worker = await desk.as_("worker")
    body = {"old": PASSWORD, "new": "another long password"}
    weak = {"old": PASSWORD, "new": "aaaaaaaaaaaa"}
    assert (await worker.post("/api/session/own-password", weak)).status == 422
    assert (await worker.post("/api/session/own-password", body)).status == 200
    assert (await worker.get("/api/tickets")).status == 401


async def test_a_forged_or_old_cookie_is_nobody(desk: Desk) -> None:
    worker = await desk.as_("worker")
    worker.token += "x"
    assert (await worker.get("/api/tickets")).status == 401


class FakeWeCom:
    """Knows one code."""

    def sign_in_url(self, redirect_url: str, state: str) -> str:
        return f"https://wecom.invalid/?r={redirect_url}&state={state}"

    async def oauth_userid(self, code: str) -> str:
        return "bugu-w1" if code == "good" else "somebody-else"


async def test_wecom_signs_in_whom_it_knows(desk: Desk) -> None:
    none = await desk.client.post("/api/session/wecom/start")
    assert none.status == 404
    desk.services.wecom.connect(FakeWeCom())
    started = await (await desk.client.post("/api/session/wecom/start")).json()
    state = started["url"].rpartition("state=")[2]
    assert state.isascii()
    assert state.isalnum()  # else WeCom shows an error page
    forged = {"code": "good", "state": "forged"}
    assert (await desk.client.post("/api/session/wecom", json=forged)).status == 401
    stranger = {"code": "bad", "state": state}
    assert (await desk.client.post("/api/session/wecom", json=stranger)).status == 401
    body = {"code": "good", "state": state}
    answer = await desk.client.post("/api/session/wecom", json=body)
    assert answer.status == 200
    assert (await answer.json())["staff"]["id"] == "bugu-w1"


async def test_signing_in_often_is_no_guessing(desk: Desk) -> None:
    await with_password(desk)
    for _ in range(12):
        assert (await sign_in(desk, "bugu-w1")).status == 200
