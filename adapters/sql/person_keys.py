"""One key for each person's texts, sealed with FIELD_KEY.

Destroying a person's key destroys every text that it sealed, in backups too once
these are gone. Rotation seals the keys anew and touches no text and no event.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sealing import Sealer
from adapters.sql.tables import sealed_key

KEY_BYTES = 32
LOOKUP = "lookup"
MASKED = "masked"
NO_PERSON = ""
"""Stands for the key of masked texts, which outlive the person."""
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SharedKeys:
    """Keys of the whole system."""

    lookup: bytes
    """Turns an account into what rows are found by."""
    masked: bytes

    def person(self, conversation: str) -> str:
        """Returns the keyed hash of an account: equal for equal, else meaningless."""
        return hmac.new(self.lookup, conversation.encode(), hashlib.sha256).hexdigest()


class PersonKeys:
    """Makes, finds, destroys and rotates keys in one database."""

    def __init__(self, field_key: str) -> None:
        """Takes FIELD_KEY: one key, or the new one and older ones.

        Raises:
            ConfigurationError: It is missing or too short.
        """
        self._sealer = Sealer(field_key, purpose="person-keys")
        self._shared: SharedKeys | None = None

    async def shared(self, engine: AsyncEngine) -> SharedKeys:
        """Returns the system's keys; the first call of all makes them.

        Raises:
            RecordError: They were sealed with another FIELD_KEY.
        """
        if self._shared is None:
            async with engine.begin() as connection:
                found = await self._read(connection, (LOOKUP, MASKED))
                if len(found) < 2:
                    for name in (LOOKUP, MASKED):
                        await self._make(connection, name)
                    found = await self._read(connection, (LOOKUP, MASKED))
            self._shared = SharedKeys(found[LOOKUP], found[MASKED])
        return self._shared

    async def of_persons(
        self, connection: AsyncConnection, persons: Iterable[str]
    ) -> dict[str, bytes]:
        """Returns the keys that still exist, and the one of masked texts."""
        wanted = sorted({person for person in persons if person != NO_PERSON})
        found = await self._read(connection, [f"person:{p}" for p in wanted])
        keys = {name.removeprefix("person:"): key for name, key in found.items()}
        if self._shared is not None:
            keys[NO_PERSON] = self._shared.masked
        return keys

    async def ensure(self, connection: AsyncConnection, person: str) -> None:
        """Makes a person's key within the caller's transaction, if there is none."""
        name = f"person:{person}"
        if not await self._read(connection, (name,)):
            await self._make(connection, name)

    async def destroy(self, connection: AsyncConnection, person: str) -> None:
        """Destroys a person's key within the caller's transaction."""
        await connection.execute(
            sa.delete(sealed_key).where(sealed_key.c.name == f"person:{person}")
        )

    async def rotate(self, engine: AsyncEngine) -> int:
        """Seals every key with the first key of FIELD_KEY; returns how many.

        May be interrupted and repeated: what was sealed with an older key can be
        opened as long as that key is still listed.

        Raises:
            RecordError: A key was sealed with none of the listed ones.
        """
        n_keys, last = 0, ""
        while True:
            async with engine.begin() as connection:
                rows = (
                    await connection.execute(
                        sa.select(sealed_key.c.name, sealed_key.c.sealed)
                        .where(sealed_key.c.name > last)
                        .order_by(sealed_key.c.name)
                        .limit(ROWS_AT_ONCE)
                    )
                ).all()
                for name, sealed in rows:
                    # Only if it is still the same: a person may be deleted meanwhile.
                    await connection.execute(
                        sa.update(sealed_key)
                        .where(sealed_key.c.name == name, sealed_key.c.sealed == sealed)
                        .values(sealed=self._sealer.seal(self._sealer.open(sealed)))
                    )
            if not rows:
                return n_keys
            n_keys, last = n_keys + len(rows), rows[-1][0]

    async def _read(
        self, connection: AsyncConnection, names: Iterable[str]
    ) -> dict[str, bytes]:
        wanted = list(names)
        found: dict[str, bytes] = {}
        for start in range(0, len(wanted), ROWS_AT_ONCE):
            rows = await connection.execute(
                sa.select(sealed_key.c.name, sealed_key.c.sealed).where(
                    sealed_key.c.name.in_(wanted[start : start + ROWS_AT_ONCE])
                )
            )
            for name, sealed in rows:
                found[name] = bytes.fromhex(self._sealer.open(sealed))
        return found

    async def _make(self, connection: AsyncConnection, name: str) -> None:
        is_sqlite = connection.dialect.name == "sqlite"
        insert = sqlite.insert if is_sqlite else postgresql.insert
        await connection.execute(
            insert(sealed_key)
            .values(
                name=name,
                sealed=self._sealer.seal(secrets.token_hex(KEY_BYTES)),
                created_at=datetime.now(timezone.utc),
            )
            .on_conflict_do_nothing(index_elements=["name"])
        )
