"""Proves that a ticket's file is as it was written."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.person_keys import PersonKeys, SharedKeys
from adapters.sql.tables import ticket_event, ticket_resident, ticket_text
from adapters.sql.ticket_journal import resident
from adapters.sql.ticket_rows import by_number, life_columns, utc
from adapters.sql.ticket_texts import CONVERSATION, open_text
from community.errors import NotFoundError, RecordError
from community.tickets import chain, history
from community.tickets.commands import Action
from community.tickets.limits import TimePolicy
from community.tickets.model import TicketEvent, TicketLife
from community.tickets.repository import Finding

_NOT_FROM_EVENTS = frozenset({"next_at"})
"""Follows from the policy, which may change; it is only when to look again."""


async def findings(
    connection: AsyncConnection,
    number: str,
    *,
    keys: PersonKeys,
    shared: SharedKeys,
    policy: TimePolicy,
) -> list[Finding]:
    """Returns everything that is not as it was written; empty means untouched.

    Checked are the chain, the end of the chain, every step by the table, the stored
    state against the events, and every text that can still be opened.

    Raises:
        NotFoundError: No such ticket.
    """
    row = (await connection.execute(by_number(number))).first()
    if row is None:
        raise NotFoundError(f"there is no ticket {number}")
    events = (
        await connection.execute(
            sa.select(ticket_event)
            .where(ticket_event.c.ticket_id == row.id)
            .order_by(ticket_event.c.seq)
        )
    ).all()
    texts = (
        await connection.execute(
            sa.select(ticket_text).where(ticket_text.c.ticket_id == row.id)
        )
    ).all()
    residents = (
        await connection.execute(
            sa.select(ticket_resident)
            .where(ticket_resident.c.ticket_id == row.id)
            .order_by(ticket_resident.c.nth)
        )
    ).all()
    opened = await _opened(keys, connection, texts)
    if opened is None:
        sealed = [(0, "a key was altered, or belongs to another FIELD_KEY")]
    else:
        said: dict[tuple[int, str], str] = {}
        sealed = [
            *_texts(number, texts, events, opened, said),
            *_accounts(residents, said, shared),
        ]
    found = [
        *_chain(number, row, events),
        *_state(row, events, policy),
        *_residents(residents, events),
        *sealed,
    ]
    return [Finding(number, seq, what) for seq, what in found]


async def _opened(
    keys: PersonKeys, connection: AsyncConnection, texts: Sequence[Any]
) -> Mapping[str, bytes] | None:
    try:
        return await keys.of_persons(connection, {text.person for text in texts})
    except (RecordError, ValueError):
        return None


def _chain(number: str, row: Any, events: Sequence[Any]) -> Iterator[tuple[int, str]]:
    yield from chain.broken_links(number, [chain.Link(e.body, e.hash) for e in events])
    if not events or events[-1].hash != row.head:
        yield 0, "the last event is not the one that was stored last"
    for event in events:
        parsed = _parsed(event)
        if parsed is None:
            continue  # reported with the chain
        doc = parsed[1]
        written = (doc["seq"], doc["key"], doc["action"], doc["at"])
        columns = (event.seq, event.key, event.action, utc(event.at).isoformat())
        if written != columns:
            yield event.seq, "the event's columns were altered"


def _state(
    row: Any, events: Sequence[Any], policy: TimePolicy
) -> Iterator[tuple[int, str]]:
    try:
        read = [chain.read(event.body) for event in events]
        life = history.rebuild(event for event, _ in read)
    except (RecordError, TypeError) as err:
        yield 0, f"the events do not make a ticket: {err}"
        return
    first = read[0][0]
    if row.filed != chain.canonical(first.facts):
        yield 0, "what was filed was altered"
    if row.idempotency_key != read[0][1].get("key"):
        yield 0, "the ticket's key was altered"
    if utc(row.requested_at) != first.at or row.kind != first.facts.get("kind"):
        yield 0, "when or as what it was filed was altered"
    yield from _columns(row, life, policy)


def _columns(
    row: Any, life: TicketLife, policy: TimePolicy
) -> Iterator[tuple[int, str]]:
    stored = row._mapping
    for name, expected in life_columns(life, policy).items():
        value = stored[name]
        if hasattr(value, "tzinfo"):
            value = utc(value)
        if name not in _NOT_FROM_EVENTS and value != expected:
            yield 0, f"{name} does not follow from the events"


def _residents(
    residents: Sequence[Any], events: Sequence[Any]
) -> Iterator[tuple[int, str]]:
    """Who came, and who is gone, must be what the events say."""
    came, gone = [], set()
    for event, doc in filter(None, map(_parsed, events)):
        if event.action in (Action.FILE, Action.JOIN):
            came.append(event.seq)
        elif event.action is Action.LEAVE:
            gone.add(event.actor)
        elif event.action is Action.FORGET:
            gone.add(doc["facts"].get("who"))
    expected = [
        (nth, seq, resident(nth).id in gone) for nth, seq in enumerate(came, start=1)
    ]
    if [(r.nth, r.seq, bool(r.has_left)) for r in residents] != expected:
        yield 0, "the list of residents does not follow from the events"


def _accounts(
    residents: Sequence[Any],
    said: Mapping[tuple[int, str], str],
    shared: SharedKeys,
) -> Iterator[tuple[int, str]]:
    """A resident's row must be found by the account that was sealed with it."""
    for row in residents:
        account = said.get((row.seq, CONVERSATION))
        if account is not None and row.person != shared.person(account):
            yield row.seq, "whose ticket it is was altered"


def _parsed(event: Any) -> tuple[TicketEvent, dict[str, Any]] | None:
    try:
        return chain.read(event.body)
    except RecordError:
        return None


def _texts(
    number: str,
    texts: Sequence[Any],
    events: Sequence[Any],
    keys: Mapping[str, bytes],
    said: dict[tuple[int, str], str],
) -> Iterator[tuple[int, str]]:
    """Every text must open and match; one that is missing must have been forgotten."""
    committed = _committed(events)
    seen = set()
    for text in texts:
        place = (text.seq, text.name)
        seen.add(place)
        key = keys.get(text.person)
        if key is None:
            yield text.seq, f"{text.name}: its key is gone but the text is not"
            continue
        try:
            opened = open_text(number, text.seq, text.name, bytes(text.sealed), key)
        except RecordError:
            yield text.seq, f"{text.name} was altered"
            continue
        said[place] = opened.text
        if committed.get(place) != opened.commitment(text.name):
            yield text.seq, f"{text.name} is not the text that was written"
    forgotten = any(event.action == Action.FORGET.value for event in events)
    for seq, name in sorted(committed.keys() - seen):
        if name.endswith("_masked") or not forgotten:
            yield seq, f"{name} is missing"


def _committed(events: Sequence[Any]) -> dict[tuple[int, str], str]:
    found = {}
    for event in events:
        try:
            commitments = json.loads(event.body)["commitments"]
            found.update({(event.seq, n): value for n, value in commitments.items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # reported with the chain
    return found
