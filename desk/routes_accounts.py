"""Accounts of staff: passwords, second factors, and whoever has left."""

import secrets

from pydantic import BaseModel

from desk.calls import Call
from desk.documents import Body, Done, Named
from desk.endpoints import Endpoints
from desk.policy import Act
from desk.problems import problem

endpoints = Endpoints("accounts")


class AccountDoc(BaseModel):
    """How a member of staff signs in; never the secrets."""

    staff: Named
    roles: list[str]
    has_password: bool
    has_totp: bool
    is_disabled: bool
    is_extra: bool


class Accounts(BaseModel):
    """All accounts."""

    accounts: list[AccountDoc]


class PasswordShown(BaseModel):
    """A first password, shown once; its owner changes it."""

    password: str


class Disabling(Body):
    """Whether somebody may still sign in."""

    is_disabled: bool


@endpoints.get("/api/accounts", act=Act.ACCOUNTS, gives=Accounts)
async def list_accounts(call: Call) -> Accounts:
    """Lists everybody who may sign in, and how."""
    stored = {a.staff: a for a in await call.services.accounts.all()}
    directory = call.services.directory
    found = []
    for staff_id in sorted({*directory.roster.staff, *stored}):
        account = stored.get(staff_id)
        staff = directory.staff(staff_id, account)
        if staff is None:
            continue
        found.append(
            AccountDoc(
                staff=Named(id=staff_id, name=staff.name),
                roles=sorted(role.value for role in staff.roles),
                has_password=bool(account and account.password_hash),
                has_totp=bool(account and account.totp_secret),
                is_disabled=bool(account and account.is_disabled),
                is_extra=staff_id not in directory.roster.staff,
            )
        )
    return Accounts(accounts=found)


@endpoints.post("/api/accounts/{staff}/password", act=Act.ACCOUNTS, gives=PasswordShown)
async def reset_password(call: Call) -> PasswordShown:
    """Gives somebody a new first password and ends their sessions."""
    staff_id = await known_staff(call)
    password = secrets.token_urlsafe(12)
    await call.audit("reset_password", staff_id)
    await call.services.credentials.set_password(staff_id, password, now=call.now)
    await call.services.sessions.end_all(staff_id)
    return PasswordShown(password=password)


@endpoints.post("/api/accounts/{staff}/totp/reset", act=Act.ACCOUNTS, gives=Done)
async def reset_totp(call: Call) -> Done:
    """Lets somebody set a second factor up anew, after a lost telephone."""
    staff_id = await known_staff(call)
    await call.audit("reset_totp", staff_id)
    await call.services.accounts.change(
        staff_id, now=call.now, totp_secret="", totp_step=0
    )
    await call.services.sessions.end_all(staff_id)
    return Done()


@endpoints.post(
    "/api/accounts/{staff}/disabled", act=Act.ACCOUNTS, takes=Disabling, gives=Done
)
async def set_disabled(call: Call, body: Disabling) -> Done:
    """Shuts somebody out, or lets them in again."""
    staff_id = await known_staff(call)
    if staff_id == call.person.id:
        raise problem(409, "yourself", "不能停用自己的账号。")
    await call.audit("disable" if body.is_disabled else "enable", staff_id)
    await call.services.accounts.change(
        staff_id, now=call.now, is_disabled=body.is_disabled
    )
    if body.is_disabled:
        await call.services.sessions.end_all(staff_id)
    return Done()


async def known_staff(call: Call) -> str:
    """Returns the staff id of the path.

    Raises:
        web.HTTPNotFound: Nobody has it.
    """
    staff_id = call.path("staff")
    account = await call.services.accounts.get(staff_id)
    if call.services.directory.staff(staff_id, account) is None:
        raise problem(404, "not_found", "没有这个人。")
    return staff_id
