"""Signing in and out."""

from typing import Any

import structlog
from aiohttp import web
from pydantic import BaseModel, Field

from adapters.sql.accounts import Account
from community.staff import Staff
from desk.calls import COOKIE, Call, answer_with
from desk.credentials import WeakPasswordError
from desk.documents import Body, Done, Named, Short, Words
from desk.endpoints import Endpoints, Entry
from desk.policy import Person
from desk.problems import problem
from desk.sessions import Session, Stage

endpoints = Endpoints("session")
logger = structlog.get_logger()
STATE_COOKIE = "yxl_desk_state"
STATE_MAX_AGE_S = 600
WRONG = "账号、密码或动态口令不对。"


class SessionDoc(BaseModel):
    """Who is signed in here."""

    staff: Named
    roles: list[str]
    tier: str
    unit: Named
    acts: list[str] = Field(description="Everything that this person may do somewhere.")
    stage: str = Field(description="full, or enrol: a second factor is still missing.")
    csrf: str


class CurrentSession(BaseModel):
    """Who is signed in here, if anybody is."""

    session: SessionDoc | None = None


class SignInOptions(BaseModel):
    """How one can sign in here."""

    wecom: bool
    password: bool = True


class PasswordSignIn(Body):
    """A password and, where it is set up, a one-time code."""

    account: Short
    password: str = Field(max_length=200)
    code: str = Field(default="", max_length=10)


class WeComStart(BaseModel):
    """Where the browser goes to be known."""

    url: str


class WeComSignInBody(Body):
    """What WeCom's page sent back."""

    code: str = Field(max_length=600)
    state: str = Field(max_length=100)


class NewPassword(Body):
    """A change of one's own password."""

    old: str = Field(max_length=200)
    new: str = Field(max_length=200)


class TotpOffer(BaseModel):
    """A secret for an authenticator app; counts once a code confirms it."""

    secret: str
    address: str


class TotpConfirmation(Body):
    """The offered secret and a code that the app made of it."""

    secret: Words = Field(max_length=64)
    code: str = Field(max_length=10)


@endpoints.get("/api/session/options", entry=Entry.PUBLIC, gives=SignInOptions)
async def sign_in_options(call: Call) -> SignInOptions:
    """Tells how one can sign in."""
    return SignInOptions(wecom=call.services.wecom.is_on)


@endpoints.get("/api/session", entry=Entry.PUBLIC, gives=CurrentSession)
async def current_session(call: Call) -> CurrentSession:
    """Tells who is signed in, with the token that changes need; nobody is no error."""
    if call.session is None:
        return CurrentSession()
    return CurrentSession(session=session_doc(call, call.person, call.session))


@endpoints.post(
    "/api/session/password",
    entry=Entry.PUBLIC,
    takes=PasswordSignIn,
    gives=SessionDoc,
)
async def sign_in_by_password(call: Call, body: PasswordSignIn) -> web.Response:
    """Signs in with a password and a one-time code."""
    await throttle(call, body.account)
    services = call.services
    account = await services.accounts.get(body.account)
    fits = await services.credentials.password_fits(account, body.password)
    staff = services.directory.staff(body.account, account)
    if not fits or account is None or account.is_disabled or staff is None:
        logger.info("desk.sign_in.refused", why="password")
        raise problem(401, "wrong", WRONG)
    stage = await second_factor(call, account, body.code)
    # Only tries that failed count against the account.
    await services.limits.sign_in_account.clear(account_bucket(staff.id))
    return await signed_in(call, staff, stage)


def account_bucket(account: str) -> str:
    """Returns where tries of an account are counted."""
    return f"signin:as:{account}"


async def throttle(call: Call, account: str) -> None:
    """Counts a try of this account and of this address.

    Raises:
        web.HTTPTooManyRequests: There were too many in the last quarter of an hour.
    """
    limits = call.services.limits
    allowed = await limits.sign_in_address.allows(f"signin:from:{call.address}")
    if not allowed or not await limits.sign_in_account.allows(account_bucket(account)):
        logger.warning("desk.sign_in.throttled")
        raise problem(429, "too_many", "试的次数太多了，请过一刻钟再试。")


async def second_factor(call: Call, account: Account, code: str) -> Stage:
    """Checks the one-time code, or says that one has to be set up."""
    if not account.totp_secret:
        optional = call.services.settings.desk_password_only
        return Stage.FULL if optional else Stage.ENROL
    if not code:
        raise problem(401, "code_needed", "请输入动态口令。")
    if not await call.services.credentials.code_fits(account, code, now=call.now):
        logger.info("desk.sign_in.refused", why="code")
        raise problem(401, "wrong", WRONG)
    return Stage.FULL


@endpoints.post("/api/session/wecom/start", entry=Entry.PUBLIC, gives=WeComStart)
async def start_wecom_sign_in(call: Call) -> web.Response:
    """Begins signing in by WeCom."""
    if not call.services.wecom.is_on:
        raise problem(404, "no_wecom", "这里没有接企业微信，请用密码登录。")
    url, state = call.services.wecom.start()
    response = answer_with(WeComStart(url=url))
    set_cookie(call, response, STATE_COOKIE, state, STATE_MAX_AGE_S)
    return response


@endpoints.post(
    "/api/session/wecom",
    entry=Entry.PUBLIC,
    takes=WeComSignInBody,
    gives=SessionDoc,
)
async def sign_in_by_wecom(call: Call, body: WeComSignInBody) -> web.Response:
    """Signs in whom WeCom knows."""
    address = f"signin:from:{call.address}"
    if not await call.services.limits.sign_in_address.allows(address):
        raise problem(429, "too_many", "试的次数太多了，请过一刻钟再试。")
    kept = call.request.cookies.get(STATE_COOKIE, "")
    userid = await call.services.wecom.finish(body.code, body.state, kept)
    if userid is None:
        raise problem(401, "wrong", "登录没有完成，请再试一次。")
    staff = call.services.directory.roster.by_wecom(userid)
    account = await call.services.accounts.get(staff.id) if staff is not None else None
    if staff is None or (account is not None and account.is_disabled):
        raise problem(401, "not_staff", "您不在工作人员名单里，请找管理员。")
    response = await signed_in(call, staff, Stage.FULL)
    response.del_cookie(STATE_COOKIE, path="/api/session")
    return response


async def signed_in(call: Call, staff: Staff, stage: Stage) -> web.Response:
    """Opens a session; one that a browser brought along is not taken up."""
    sessions = call.services.sessions
    token = await sessions.open(staff.id, stage=stage, now=call.now)
    session = await sessions.find(token, now=call.now)
    assert session is not None
    person = Person(id=staff.id, name=staff.name, staff=staff)
    await call.services.audit(person, "sign_in", staff.id, "", call.address)
    response = answer_with(session_doc(call, person, session))
    set_cookie(call, response, COOKIE, token, None)
    return response


@endpoints.delete("/api/session", entry=Entry.HALF, gives=Done)
async def sign_out(call: Call) -> web.Response:
    """Signs out here."""
    await call.services.sessions.end(call.request.cookies.get(COOKIE, ""))
    response = answer_with(Done())
    response.del_cookie(COOKIE, path="/")
    return response


@endpoints.post("/api/session/totp", entry=Entry.HALF, gives=TotpOffer)
async def offer_totp(call: Call) -> TotpOffer:
    """Offers a secret for one-time codes."""
    await require_no_totp(call)
    secret, address = call.services.credentials.propose_totp(call.person.id)
    return TotpOffer(secret=secret, address=address)


@endpoints.post(
    "/api/session/totp/confirm", entry=Entry.HALF, takes=TotpConfirmation, gives=Done
)
async def confirm_totp(call: Call, body: TotpConfirmation) -> Done:
    """Sets one-time codes up; then one signs in again."""
    await throttle(call, call.person.id)
    await require_no_totp(call)
    fits = await call.services.credentials.confirm_totp(
        call.person.id, body.secret, body.code, now=call.now
    )
    if not fits:
        raise problem(422, "wrong_code", "口令不对，请看清楚再输一次。", ["code"])
    await call.audit("totp", call.person.id)
    await call.services.sessions.end_all(call.person.id)
    return Done()


async def require_no_totp(call: Call) -> None:
    """Refuses to replace a factor that exists: that is for an administrator.

    Raises:
        web.HTTPConflict: There is one already.
    """
    account = await call.services.accounts.get(call.person.id)
    if account is not None and account.totp_secret:
        raise problem(409, "has_totp", "已经设过动态口令了；手机丢了请找管理员重设。")


@endpoints.post("/api/session/own-password", takes=NewPassword, gives=Done)
async def change_password(call: Call, body: NewPassword) -> Done:
    """Changes one's own password; all sessions end."""
    await throttle(call, call.person.id)
    account = await call.services.accounts.get(call.person.id)
    if not await call.services.credentials.password_fits(account, body.old):
        raise problem(422, "wrong", "原来的密码不对。", ["old"])
    try:
        await call.services.credentials.set_password(
            call.person.id, body.new, now=call.now
        )
    except WeakPasswordError as err:
        raise problem(422, "weak", str(err), ["new"]) from err
    await call.audit("password", call.person.id)
    await call.services.sessions.end_all(call.person.id)
    return Done()


def session_doc(call: Call, person: Person, session: Session) -> SessionDoc:
    """Describes a session to its page."""
    staff = person.staff
    assert staff is not None
    return SessionDoc(
        staff=Named(id=staff.id, name=staff.name),
        roles=sorted(role.value for role in staff.roles),
        tier=staff.tier.value,
        unit=Named(id=staff.unit, name=call.services.directory.unit_name(staff.unit)),
        acts=sorted(act.value for act in person.acts),
        stage=session.stage,
        csrf=session.csrf,
    )


def set_cookie(
    call: Call, response: web.Response, name: str, value: str, max_age: int | None
) -> None:
    """Sets a cookie that scripts and other sites cannot use."""
    is_state = name == STATE_COOKIE
    options: dict[str, Any] = {
        "httponly": True,
        "secure": call.services.settings.cookie_secure,
        # What WeCom sends back reaches our own page first, which then posts it.
        "samesite": "Strict",
        "path": "/api/session" if is_state else "/",
        "max_age": max_age,
    }
    response.set_cookie(name, value, **options)
