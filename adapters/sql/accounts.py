"""Sign-in accounts of staff in SQL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sealing import Sealer
from adapters.sql.tables import account
from community.errors import StoreUnavailableError


@dataclass(frozen=True, slots=True)
class Account:
    """How one member of staff signs in."""

    staff: str
    profile: Mapping[str, Any] | None
    """Name, tier, unit, community and roles of somebody outside the roster's files."""
    password_hash: str
    """Argon2; empty: no sign-in by password."""
    totp_secret: str
    """Sealed; empty: no second factor."""
    totp_step: int
    """The last time step whose code was used: no code counts twice."""
    is_disabled: bool
    changed_at: datetime


class SqlAccounts:
    """Keeps accounts; a change of one field leaves the others."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def get(self, staff: str) -> Account | None:
        """Returns an account.

        Raises:
            StoreUnavailableError: The database did not answer.
        """
        rows = await self._rows(sa.select(account).where(account.c.staff == staff))
        return _account(rows[0]) if rows else None

    async def all(self) -> list[Account]:
        """Returns all accounts, by staff id."""
        rows = await self._rows(sa.select(account).order_by(account.c.staff))
        return [_account(row) for row in rows]

    async def change(self, staff: str, *, now: datetime, **values: Any) -> None:
        """Sets fields of an account, which is made if there is none.

        Raises:
            StoreUnavailableError: The database did not answer; nothing was changed.
        """
        if "profile" in values:
            values["profile"] = json.dumps(values["profile"], ensure_ascii=False)
        values["changed_at"] = now
        change = sa.update(account).where(account.c.staff == staff).values(values)
        try:
            async with self._engine.begin() as connection:
                if (await connection.execute(change)).rowcount == 0:
                    await connection.execute(
                        sa.insert(account).values(staff=staff, **values)
                    )
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"account: database: {err}") from err

    async def use_step(self, staff: str, step: int) -> bool:
        """Marks a code's time step as used; tells whether it was still free."""
        change = (
            sa.update(account)
            .where(account.c.staff == staff, account.c.totp_step < step)
            .values(totp_step=step)
        )
        try:
            async with self._engine.begin() as connection:
                return bool((await connection.execute(change)).rowcount == 1)
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"account: database: {err}") from err

    async def reseal(self, sealer: Sealer) -> int:
        """Seals one-time secrets anew with the first key; returns how many.

        Raises:
            RecordError: One was sealed with none of the keys.
        """
        sealed = [a for a in await self.all() if a.totp_secret]
        for one in sealed:
            secret = sealer.seal(sealer.open(one.totp_secret))
            change = sa.update(account).where(account.c.staff == one.staff)
            try:
                async with self._engine.begin() as connection:
                    await connection.execute(change.values(totp_secret=secret))
            except (SQLAlchemyError, OSError) as err:
                raise StoreUnavailableError(f"account: database: {err}") from err
        return len(sealed)

    async def _rows(self, query: sa.Select[Any]) -> list[Any]:
        try:
            async with self._engine.connect() as connection:
                return list((await connection.execute(query)).mappings().all())
        except (SQLAlchemyError, OSError) as err:
            raise StoreUnavailableError(f"account: database: {err}") from err


def _account(row: Any) -> Account:
    changed_at: datetime = row["changed_at"]
    return Account(
        staff=row["staff"],
        profile=json.loads(row["profile"]) if row["profile"] else None,
        password_hash=row["password_hash"],
        totp_secret=row["totp_secret"],
        totp_step=row["totp_step"],
        is_disabled=row["is_disabled"],
        changed_at=changed_at
        if changed_at.tzinfo
        else changed_at.replace(tzinfo=timezone.utc),
    )
