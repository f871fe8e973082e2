"""`python -m desk staff …`: accounts, from the command line of the machine."""

import argparse
import getpass
import secrets
import sys
from collections.abc import Sequence
from datetime import datetime, timezone

from adapters.roster_files import RosterFiles
from adapters.sealing import Sealer
from adapters.settings import Settings
from adapters.sql.accounts import SqlAccounts
from adapters.sql.audit import AuditEntry, SqlAuditLog
from adapters.sql.engine import create_engine
from adapters.sql.staff import LiveRoster, SqlStaff
from community.errors import ConfigurationError
from community.staff import COUNTY, Role
from community.tiers import Tier
from desk.credentials import Credentials, WeakPasswordError
from desk.people import Directory, profile_of
from desk.purposes import TOTP_PURPOSE

COMMAND = "command"
"""Who did it, in the audit log."""


def add_commands(parent: argparse.ArgumentParser) -> None:
    """Declares the commands."""
    commands = parent.add_subparsers(dest="staff_command", required=True)
    add = commands.add_parser("add", help="somebody outside the roster's files")
    add.add_argument("staff", help="account name")
    add.add_argument("--name", required=True)
    add.add_argument(
        "--role", action="append", required=True, choices=[r.value for r in Role]
    )
    add.add_argument("--tier", default="county", choices=[t.value for t in Tier])
    add.add_argument("--unit", default=COUNTY)
    add.add_argument("--community")
    for name, text in (
        ("password", "set a new password"),
        ("totp", "make a new secret for one-time codes"),
        ("disable", "shut somebody out"),
        ("enable", "let somebody in again"),
    ):
        commands.add_parser(name, help=text).add_argument("staff")
    commands.add_parser("list", help="who may sign in, and how")


def say(text: str) -> None:
    """Prints one line."""
    sys.stdout.write(f"{text}\n")


class StaffCommands:
    """Runs the commands; every change is written into the audit log."""

    def __init__(self, settings: Settings) -> None:
        """Opens the database."""
        self._engine = create_engine(settings.database_url)
        self._accounts = SqlAccounts(self._engine)
        self._audit = SqlAuditLog(self._engine)
        self._credentials = Credentials(
            self._accounts, Sealer(settings.field_key, purpose=TOTP_PURPOSE)
        )
        files = RosterFiles(settings.content_dir)
        self._directory = Directory(LiveRoster(files.roster, SqlStaff(self._engine)))

    async def run(self, arguments: argparse.Namespace) -> int:
        """Runs one command and closes the database."""
        try:
            await self._directory.refresh(_now())
            await getattr(self, f"_{arguments.staff_command}")(arguments)
        finally:
            await self._engine.dispose()
        return 0

    async def set_passwords(self, passwords: Sequence[tuple[str, str]]) -> None:
        """Sets several passwords, for demonstrations."""
        try:
            await self._directory.refresh(_now())
            for staff, password in passwords:
                if staff in self._directory.roster.staff:
                    await self._credentials.set_password(staff, password, now=_now())
        finally:
            await self._engine.dispose()

    async def _add(self, arguments: argparse.Namespace) -> None:
        staff = arguments.staff
        if staff in self._directory.roster.staff:
            raise ConfigurationError(f"{staff}: is in the roster's files already")
        profile = profile_of(
            arguments.name,
            Tier(arguments.tier),
            arguments.unit,
            arguments.community,
            frozenset(Role(role) for role in arguments.role),
        )
        await self._log("add_account", staff)
        await self._accounts.change(staff, now=_now(), profile=profile)
        await self._password(arguments)

    async def _password(self, arguments: argparse.Namespace) -> None:
        await self._require(arguments.staff)
        password, is_made = _new_password()
        await self._log("reset_password", arguments.staff)
        try:
            await self._credentials.set_password(arguments.staff, password, now=_now())
        except WeakPasswordError as err:
            raise ConfigurationError(str(err)) from err
        say(f"{arguments.staff} 的密码：{password}" if is_made else "密码已经改好。")

    async def _totp(self, arguments: argparse.Namespace) -> None:
        await self._require(arguments.staff)
        await self._log("reset_totp", arguments.staff)
        secret, address = await self._credentials.new_totp(arguments.staff, now=_now())
        say(f"动态口令密钥：{secret}")
        say(f"或用手机口令应用扫这个地址的二维码：{address}")

    async def _disable(self, arguments: argparse.Namespace) -> None:
        await self._set_disabled(arguments.staff, is_disabled=True)

    async def _enable(self, arguments: argparse.Namespace) -> None:
        await self._set_disabled(arguments.staff, is_disabled=False)

    async def _set_disabled(self, staff: str, *, is_disabled: bool) -> None:
        await self._require(staff)
        await self._log("disable" if is_disabled else "enable", staff)
        await self._accounts.change(staff, now=_now(), is_disabled=is_disabled)
        say("已停用，正在用的页面也会退出。" if is_disabled else "已启用。")

    async def _list(self, _: argparse.Namespace) -> None:
        stored = {a.staff: a for a in await self._accounts.all()}
        for staff_id in sorted({*self._directory.roster.staff, *stored}):
            account = stored.get(staff_id)
            staff = self._directory.staff(staff_id, account)
            if staff is None:
                continue
            marks = [
                "停用" if account and account.is_disabled else "",
                "密码" if account and account.password_hash else "",
                "动态口令" if account and account.totp_secret else "",
            ]
            roles = ",".join(sorted(role.value for role in staff.roles))
            say(f"{staff_id}\t{staff.name}\t{roles}\t{' '.join(filter(None, marks))}")

    async def _require(self, staff: str) -> None:
        account = await self._accounts.get(staff)
        if self._directory.staff(staff, account) is None:
            raise ConfigurationError(f"{staff}: nobody has this id, see `staff list`")

    async def _log(self, act: str, staff: str) -> None:
        await self._audit.append(AuditEntry(_now(), COMMAND, act, staff))


def _new_password() -> tuple[str, bool]:
    """Asks for a password at a terminal; makes one where nobody can type."""
    if not sys.stdin.isatty():
        return secrets.token_urlsafe(12), True
    typed = getpass.getpass("新密码（直接回车则自动生成）：")
    return (typed, False) if typed else (secrets.token_urlsafe(12), True)


def _now() -> datetime:
    return datetime.now(timezone.utc)
