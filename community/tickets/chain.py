"""The hash chain over a ticket's events.

What is hashed holds no personal text, only a salted commitment to it. So a person's
texts can be destroyed and the chain still verifies, and while a text is there, the
commitment proves that it is the one that was written.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from community.errors import RecordError
from community.tickets.commands import Action
from community.tickets.model import TicketEvent

VERSION = 1
START = "0" * 64
"""What the first event follows."""


@dataclass(frozen=True, slots=True)
class Link:
    """One event as it is chained."""

    body: str
    """Canonical JSON; exactly these bytes are hashed."""
    hash: str


def canonical(doc: Mapping[str, Any]) -> str:
    """Returns the one JSON text of a document: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        doc, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def digest(text: str) -> str:
    """Returns the SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def commitment(salt: bytes, name: str, text: str) -> str:
    """Binds to a personal text without showing it; needs the salt to be opened."""
    return hmac.new(salt, f"{name}\0{text}".encode(), hashlib.sha256).hexdigest()


def link(
    number: str,
    event: TicketEvent,
    *,
    key: str,
    commitments: Mapping[str, str],
    previous: str,
) -> Link:
    """Chains an event to the one before.

    Args:
        number: The ticket's.
        event: Its text and reason are not part of the body.
        key: Hash of the act's idempotency key.
        commitments: By name of the personal text.
        previous: Hash of the event before, or `START`.
    """
    body = canonical(
        {
            "v": VERSION,
            "ticket": number,
            "seq": event.seq,
            "action": event.action.value,
            "actor": event.actor,
            "at": event.at.astimezone(timezone.utc).isoformat(),
            "changes": event.changes,
            "facts": event.facts,
            "key": key,
            "commitments": commitments,
            "previous": previous,
        }
    )
    return Link(body, digest(body))


def read(body: str) -> tuple[TicketEvent, dict[str, Any]]:
    """Reads a chained event, and the whole document that it stands in.

    Raises:
        RecordError: It is not one.
    """
    try:
        doc = json.loads(body)
        if doc["v"] != VERSION:
            raise RecordError(f"ticket event: version {doc['v']!r} is unknown")
        event = TicketEvent(
            seq=doc["seq"],
            action=Action(doc["action"]),
            actor=doc["actor"],
            at=datetime.fromisoformat(doc["at"]),
            changes=doc["changes"],
            facts=doc["facts"],
        )
    except (KeyError, TypeError, ValueError) as err:
        raise RecordError(f"ticket event is malformed: {err!r}") from err
    return event, doc


def broken_links(number: str, links: Iterable[Link]) -> list[tuple[int, str]]:
    """Returns what is wrong in a chain: position from 1, and what.

    Finds every changed, missing, added or moved event but a missing end, which only
    the stored hash of the last event shows.
    """
    found = []
    previous = START
    for position, stored in enumerate(links, start=1):
        if digest(stored.body) != stored.hash:
            found.append((position, "the event is not what was hashed"))
        try:
            event, doc = read(stored.body)
        except RecordError as err:
            found.append((position, str(err)))
        else:
            if (event.seq, doc.get("ticket")) != (position, number):
                found.append((position, "the event belongs elsewhere"))
            if doc.get("previous") != previous:
                found.append((position, "does not follow the event before"))
            if canonical(doc) != stored.body:
                found.append((position, "is not in canonical form"))
        previous = stored.hash
    return found
