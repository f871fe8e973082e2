"""Personal texts of tickets: sealed, and bound to the chain by commitments.

Every text is stored twice: as written under the key of the person whom it concerns,
and masked under a key that outlives the person.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.person_keys import NO_PERSON
from adapters.sql.tables import ticket_text
from community.errors import RecordError
from community.tickets.chain import commitment
from community.tickets.masking import masked

NONCE_BYTES = 12
SALT_BYTES = 16
MASKED_SUFFIX = "_masked"
CONVERSATION = "conversation"
ALWAYS_WHOLE = frozenset({CONVERSATION, "contact"})
"""Nothing is left of these once the person is forgotten."""


@dataclass(frozen=True, slots=True)
class SealedText:
    """A text as it is stored, and its commitment for the chain."""

    name: str
    person: str
    sealed: bytes
    commitment: str


@dataclass(frozen=True, slots=True)
class OpenText:
    """A text as it was written, with the salt that opens its commitment."""

    text: str
    salt: bytes

    def commitment(self, name: str) -> str:
        """Returns what the chain must hold for it."""
        return commitment(self.salt, name, self.text)


def seal_texts(
    number: str,
    seq: int,
    texts: Mapping[str, tuple[str, str]],
    keys: Mapping[str, bytes],
) -> list[SealedText]:
    """Seals the texts of one event; empty ones are left out.

    Args:
        number: The ticket's.
        seq: The event's.
        texts: By name: the person whom the text concerns, and the text.
        keys: By person; includes the key of masked texts.
    """
    found = []
    for name, (person, written) in texts.items():
        text = written
        if not text:
            continue
        if person == NO_PERSON:
            text = masked(text)  # the person is forgotten, and stays so
        found.append(_seal(number, seq, name, person, text, keys[person]))
        if name not in ALWAYS_WHOLE:
            copy = name + MASKED_SUFFIX
            found.append(
                _seal(number, seq, copy, NO_PERSON, masked(text), keys[NO_PERSON])
            )
    return found


def open_text(number: str, seq: int, name: str, sealed: bytes, key: bytes) -> OpenText:
    """Opens a stored text.

    Raises:
        RecordError: It was altered, or belongs elsewhere.
    """
    try:
        plain = AESGCM(key).decrypt(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(number, seq, name)
        )
    except (InvalidTag, ValueError) as err:
        raise RecordError(f"ticket {number}, event {seq}: {name} was altered") from err
    return OpenText(plain[SALT_BYTES:].decode(), plain[:SALT_BYTES])


async def insert_texts(
    connection: AsyncConnection, ticket_id: int, seq: int, texts: Iterable[SealedText]
) -> None:
    """Stores sealed texts within the caller's transaction."""
    rows = [
        {
            "ticket_id": ticket_id,
            "seq": seq,
            "name": text.name,
            "person": text.person,
            "sealed": text.sealed,
        }
        for text in texts
    ]
    if rows:
        await connection.execute(sa.insert(ticket_text), rows)


def readable(
    number: str, rows: Iterable[Any], keys: Mapping[str, bytes]
) -> dict[tuple[int, str], str]:
    """Returns texts by event and name; the masked copy where the person is gone.

    Raises:
        RecordError: A text was altered.
    """
    found: dict[tuple[int, str], str] = {}
    # As written first: a copy is opened only where that is gone.
    for row in sorted(rows, key=lambda row: bool(row.name.endswith(MASKED_SUFFIX))):
        place = row.seq, row.name.removesuffix(MASKED_SUFFIX)
        key = keys.get(row.person)
        if key is not None and place not in found:
            text = open_text(number, row.seq, row.name, bytes(row.sealed), key)
            found[place] = text.text
    return found


def _seal(
    number: str, seq: int, name: str, person: str, text: str, key: bytes
) -> SealedText:
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, salt + text.encode(), _place(number, seq, name))
    return SealedText(name, person, nonce + sealed, commitment(salt, name, text))


def _place(number: str, seq: int, name: str) -> bytes:
    """Binds a text to where it stands, so that two cannot be exchanged."""
    return f"{number}|{seq}|{name}".encode()
