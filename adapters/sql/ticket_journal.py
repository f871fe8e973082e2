"""Appends events: one transaction holds event, texts, state and notifications."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.integrations import webhook_messages
from adapters.sql.outbox import enqueue
from adapters.sql.person_keys import NO_PERSON, PersonKeys, SharedKeys
from adapters.sql.tables import ticket, ticket_event, ticket_resident
from adapters.sql.ticket_rows import (
    FILED,
    ResidentRow,
    Stored,
    filed_doc,
    life_columns,
)
from adapters.sql.ticket_texts import CONVERSATION, insert_texts, seal_texts
from community.outbox import Outgoing
from community.tickets import chain, history, running
from community.tickets.cases import Decision
from community.tickets.commands import REPORTER, SYSTEM, Action, Actor, Command
from community.tickets.model import (
    Ticket,
    TicketDraft,
    TicketEvent,
    ticket_number,
)
from community.tickets.office import Office
from community.tickets.shield import public_doc

Notify = Callable[[Ticket, TicketEvent, Office], Sequence[Outgoing]]


class StaleError(Exception):
    """Raised when somebody else has changed the ticket since it was read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be appended to a ticket."""

    action: Action
    actor: str
    decision: Decision
    key: str
    """Hash of the act's idempotency key."""
    at: datetime
    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By name: the person whom it concerns (keyed hash), and the text."""
    photos: tuple[str, ...] = ()


def hidden(key: str) -> str:
    """Returns a key's hash: the key itself may hold a person's id."""
    return hashlib.sha256(key.encode()).hexdigest()


class TicketJournal:
    """Writes tickets within the caller's transaction."""

    def __init__(self, keys: PersonKeys, notify: Notify) -> None:
        """Takes the persons' keys, and what decides who is told."""
        self._keys = keys
        self._notify = notify

    async def open(
        self,
        connection: AsyncConnection,
        number: str,
        draft: TicketDraft,
        *,
        shared: SharedKeys,
        office: Office,
        now: datetime,
        split_from: str | None = None,
    ) -> Ticket:
        """Stores a new ticket with its first event.

        Raises:
            IntegrityError: The number or the key is taken.
        """
        life = running.filed(draft, office, now)
        life = replace(life, split_from=split_from)
        key = hidden(draft.idempotency_key)
        person = shared.person(draft.conversation or f"nobody:{key}")
        texts = {
            CONVERSATION: (person, draft.conversation),
            "contact": (person, draft.contact),
            "description": (person, draft.description),
            "place": (person, draft.place),
            "since": (person, draft.since),
        }
        event = TicketEvent(
            seq=FILED,
            action=Action.FILE,
            actor=draft.filed_by or (REPORTER.id if draft.conversation else SYSTEM.id),
            at=now,
            changes=history.changes(None, life),
            facts=filed_doc(draft),
        )
        keys = await self._person_keys(connection, {person})
        sealed = seal_texts(number, FILED, texts, keys)
        link = chain.link(
            number,
            event,
            key=key,
            commitments={text.name: text.commitment for text in sealed},
            previous=chain.START,
        )
        row = await connection.execute(
            sa.insert(ticket)
            .values(
                number=number,
                idempotency_key=key,
                requested_at=now.astimezone(timezone.utc),
                filed=chain.canonical(filed_doc(draft)),
                kind=draft.kind.value,
                head=link.hash,
                **life_columns(life, office.policy),
            )
            .returning(ticket.c.id)
        )
        ticket_id = row.scalar_one()
        await connection.execute(
            sa.insert(ticket_resident).values(
                ticket_id=ticket_id, nth=1, person=person, seq=FILED, has_left=False
            )
        )
        await self._insert_event(connection, ticket_id, event, key, link)
        await insert_texts(connection, ticket_id, FILED, sealed)
        opened = Ticket(number, replace(draft, idempotency_key=key), life, now)
        await self._tell(connection, opened, event, office, now)
        return opened

    async def append(
        self,
        connection: AsyncConnection,
        stored: Stored,
        entry: Entry,
        *,
        office: Office,
        is_told: bool = True,
    ) -> Stored:
        """Appends one event; the ticket must be as it was read.

        Raises:
            StaleError: It is not; the caller rolls back and reads it again.
            IntegrityError: The same act was stored by somebody else meanwhile.
        """
        before, after = stored.ticket.life, entry.decision.life
        number = stored.ticket.number
        photos = {"photos": list(entry.photos)} if entry.photos else {}
        event = TicketEvent(
            seq=after.n_events,
            action=entry.action,
            actor=entry.actor,
            at=entry.at,
            changes=history.changes(before, after),
            facts={**entry.decision.facts, **photos},
            text=entry.texts.get("text", ("", ""))[1],
            reason=entry.texts.get("reason", ("", ""))[1],
        )
        persons = {person for person, text in entry.texts.values() if text}
        keys = await self._person_keys(connection, persons)
        sealed = seal_texts(number, event.seq, entry.texts, keys)
        link = chain.link(
            number,
            event,
            key=entry.key,
            commitments={text.name: text.commitment for text in sealed},
            previous=stored.head,
        )
        changed = await connection.execute(
            sa.update(ticket)
            .where(ticket.c.id == stored.id, ticket.c.version == stored.version)
            .values(head=link.hash, **life_columns(after, office.policy))
        )
        if changed.rowcount != 1:
            raise StaleError
        await self._insert_event(connection, stored.id, event, entry.key, link)
        await insert_texts(connection, stored.id, event.seq, sealed)
        now = replace(
            stored,
            ticket=replace(stored.ticket, life=after),
            version=after.n_events,
            head=link.hash,
        )
        if is_told:
            await self._tell(connection, now.ticket, event, office, entry.at)
        return now

    async def join(
        self,
        connection: AsyncConnection,
        stored: Stored,
        *,
        person: str,
        conversation: str,
        key: str,
        decision: Decision,
        office: Office,
        now: datetime,
        is_told: bool = True,
    ) -> Stored:
        """Appends that another resident follows the ticket.

        Raises:
            StaleError: As of `append`.
        """
        nth = decision.life.n_followers + 1
        followers = (*stored.ticket.followers, conversation)
        stored = replace(
            stored,
            ticket=replace(stored.ticket, followers=followers),
            residents=(
                *stored.residents,
                ResidentRow(nth, person, decision.life.n_events, has_left=False),
            ),
        )
        entry = Entry(
            action=Action.JOIN,
            actor=resident(nth).id,
            decision=decision,
            key=key,
            at=now,
            texts={CONVERSATION: (person, conversation)},
        )
        stored = await self.append(
            connection, stored, entry, office=office, is_told=is_told
        )
        await connection.execute(
            sa.insert(ticket_resident).values(
                ticket_id=stored.id,
                nth=nth,
                person=person,
                seq=decision.life.n_events,
                has_left=False,
            )
        )
        return stored

    async def free_number(
        self, connection: AsyncConnection, key: str, now: datetime
    ) -> str:
        """Returns a number that is free at this moment."""
        attempt = 0
        while True:
            number = ticket_number(key, now, attempt)
            taken = sa.select(ticket.c.id).where(ticket.c.number == number)
            if (await connection.execute(taken)).first() is None:
                return number
            attempt += 1

    async def _person_keys(
        self, connection: AsyncConnection, persons: set[str]
    ) -> dict[str, bytes]:
        """Returns the keys of persons, made where there are none yet.

        Raises:
            StaleError: A person was forgotten in this moment; read the ticket again.
        """
        for person in sorted(persons - {NO_PERSON}):
            await self._keys.ensure(connection, person)
        keys = await self._keys.of_persons(connection, persons)
        if persons - keys.keys():
            raise StaleError
        return keys

    async def _insert_event(
        self,
        connection: AsyncConnection,
        ticket_id: int,
        event: TicketEvent,
        key: str,
        link: chain.Link,
    ) -> None:
        await connection.execute(
            sa.insert(ticket_event).values(
                ticket_id=ticket_id,
                seq=event.seq,
                key=key,
                action=event.action.value,
                at=event.at.astimezone(timezone.utc),
                body=link.body,
                hash=link.hash,
            )
        )

    async def _tell(
        self,
        connection: AsyncConnection,
        changed: Ticket,
        event: TicketEvent,
        office: Office,
        now: datetime,
    ) -> None:
        messages = [
            *self._notify(changed, event, office),
            *await webhook_messages(
                connection,
                event=event.action.value,
                key=f"{changed.number}#{event.seq}",
                document=public_doc(changed),
                now=now,
            ),
        ]
        if messages:
            await enqueue(connection, messages, now=now)


def resident(nth: int) -> Actor:
    """Returns a resident as a ticket knows them."""
    if nth == 1:
        return REPORTER
    return replace(REPORTER, id=f"{REPORTER.id}-{nth}")


def texts_of(command: Command, person: str) -> dict[str, Any]:
    """Returns a command's texts, as concerning a person."""
    return {"text": (person, command.text), "reason": (person, command.reason)}
