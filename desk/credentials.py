"""Passwords and one-time codes."""

import asyncio
from datetime import datetime
from urllib.parse import quote

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from adapters.sealing import Sealer
from adapters.sql.accounts import Account, SqlAccounts

MIN_PASSWORD_CHARS = 10
ISSUER = "云小路"
STEP_S = 30
CLOCK_SKEW_STEPS = 1
"""A telephone's clock may be half a minute off."""


class WeakPasswordError(ValueError):
    """Raised when a new password is too short or too plain."""


class Credentials:
    """Sets and checks what a person signs in with."""

    def __init__(self, accounts: SqlAccounts, sealer: Sealer) -> None:
        """Uses the account store and the key that seals one-time secrets."""
        self._accounts = accounts
        self._sealer = sealer
        self._hasher = PasswordHasher()
        # Checked in place of a hash that is missing, so that time tells nothing.
        self._nobody = self._hasher.hash("nobody has this password")

    async def set_password(self, staff: str, password: str, *, now: datetime) -> None:
        """Replaces the password.

        Raises:
            WeakPasswordError: It is too short, or one character over and over.
        """
        if len(password) < MIN_PASSWORD_CHARS or len(set(password)) < 5:
            raise WeakPasswordError(
                f"密码至少 {MIN_PASSWORD_CHARS} 个字符，而且不能太简单。"
            )
        digest = await asyncio.to_thread(self._hasher.hash, password)
        await self._accounts.change(staff, now=now, password_hash=digest)

    async def password_fits(self, account: Account | None, password: str) -> bool:
        """Tells whether this is the account's password; always takes its time."""
        digest = account.password_hash if account is not None else ""
        return await asyncio.to_thread(
            self._verify, digest or self._nobody, password
        ) and bool(digest)

    def _verify(self, digest: str, password: str) -> bool:
        try:
            return self._hasher.verify(digest, password)
        except (VerificationError, InvalidHashError):
            return False

    async def new_totp(self, staff: str, *, now: datetime) -> tuple[str, str]:
        """Replaces the one-time secret; returns it and its `otpauth` address."""
        secret = pyotp.random_base32()
        await self._accounts.change(
            staff, now=now, totp_secret=self._sealer.seal(secret), totp_step=0
        )
        return secret, totp_address(staff, secret)

    def propose_totp(self, staff: str) -> tuple[str, str]:
        """Returns a secret that counts once `confirm_totp` has seen a code of it."""
        secret = pyotp.random_base32()
        return secret, totp_address(staff, secret)

    async def confirm_totp(
        self, staff: str, secret: str, code: str, *, now: datetime
    ) -> bool:
        """Stores the secret if the code is one of its codes."""
        step = matching_step(secret, code, now)
        if step is None:
            return False
        await self._accounts.change(
            staff, now=now, totp_secret=self._sealer.seal(secret), totp_step=step
        )
        return True

    async def code_fits(self, account: Account, code: str, *, now: datetime) -> bool:
        """Tells whether a one-time code is right and has not been used."""
        step = matching_step(self._sealer.open(account.totp_secret), code, now)
        return step is not None and await self._accounts.use_step(account.staff, step)


def totp_address(staff: str, secret: str) -> str:
    """Returns what an authenticator app reads from a QR code."""
    return (
        f"otpauth://totp/{quote(ISSUER)}:{quote(staff)}"
        f"?secret={secret}&issuer={quote(ISSUER)}"
    )


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Returns the time step that a code belongs to, within the clocks' skew."""
    current = int(now.timestamp()) // STEP_S
    try:
        otp = pyotp.TOTP(secret)
        for step in range(current - CLOCK_SKEW_STEPS, current + CLOCK_SKEW_STEPS + 1):
            if pyotp.utils.strings_equal(otp.generate_otp(step), code):
                return step
    except ValueError:
        return None
    return None
