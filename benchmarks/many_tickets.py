"""Builds very many tickets as rows: each lived through the real rules, chain included."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.person_keys import PersonKeys, SharedKeys
from adapters.sql.tables import ticket, ticket_event, ticket_resident, ticket_text
from adapters.sql.ticket_journal import hidden, texts_of
from adapters.sql.ticket_rows import FILED, filed_doc, life_columns
from adapters.sql.ticket_texts import CONVERSATION, seal_texts
from community.tickets import chain, history, running
from community.tickets.commands import REPORTER, Action, Actor, Command
from community.tickets.decisions import decide
from community.tickets.model import (
    TicketDraft,
    TicketEvent,
    TicketKind,
    TicketLife,
    ticket_number,
)
from community.tickets.office import Office

N_RESIDENTS = 2_000
OPEN = 1_500
"""Tickets that are open at a time, however long the history is."""
OPEN_FOR = timedelta(days=3)
HISTORY = timedelta(days=730)
ROWS_AT_ONCE = 1_000
ITEMS = ("garbage_cleaning", "corridor_clutter", "dog_nuisance", "outdoor_clutter")
"""Matters of the grid."""
SAID = "单元门口的垃圾堆了两天，没人收拾，夏天味大"
Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """Rows of some tickets, by table."""

    tickets: list[Row] = field(default_factory=list)
    residents: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)

    async def insert(self, connection: AsyncConnection) -> None:
        """Stores them."""
        for table, rows in (
            (ticket, self.tickets),
            (ticket_resident, self.residents),
            (ticket_event, self.events),
            (ticket_text, self.texts),
        ):
            if rows:
                await connection.execute(sa.insert(table), rows)


class Town:
    """A town in which the same kinds of things are reported again and again."""

    def __init__(
        self, office: Office, shared: SharedKeys, keys: Mapping[str, bytes]
    ) -> None:
        """Takes the keys of all residents, by keyed hash of their account."""
        self._office = office
        self._shared = shared
        self._keys = keys
        self._chance = random.Random()
        self._numbers: set[str] = set()
        self._grids = sorted(office.roster.grids)

    def know(self, numbers: Iterable[str]) -> int:
        """Takes in tickets of an earlier run; returns how many there are."""
        self._numbers.update(numbers)
        return len(self._numbers)

    def tickets(self, first: int, last: int, *, now: datetime) -> Iterator[Rows]:
        """Yields batches of tickets; the first `OPEN` of all are open.

        Args:
            first: Row id of the first one.
            last: Row id after the last one.
            now: When the story ends.
        """
        rows = Rows()
        for row_id in range(first, last):
            self._add(rows, row_id, now)
            if len(rows.tickets) == ROWS_AT_ONCE:
                yield rows
                rows = Rows()
        if rows.tickets:
            yield rows

    def _add(self, rows: Rows, row_id: int, now: datetime) -> None:
        # By its number alone, so that a town may be built in several runs.
        self._chance.seed(row_id)
        is_open = row_id <= OPEN
        back = self._chance.uniform(0, 1) * (OPEN_FOR if is_open else HISTORY)
        at = now - back - (timedelta() if is_open else OPEN_FOR)
        draft = TicketDraft(
            idempotency_key=f"bench:{row_id}",
            kind=TicketKind.REPORT,
            conversation=resident(row_id % N_RESIDENTS),
            item=f"matter/{self._chance.choice(ITEMS)}",
            description=SAID,
            place=f"{row_id % 30}号楼{row_id % 5}单元",
            since="两天",
            grid=self._chance.choice(self._grids),
        )
        person = self._shared.person(draft.conversation)
        life = running.filed(draft, self._office, at)
        story = _Story(
            rows, row_id, self._number(draft.idempotency_key, at), self._keys
        )
        story.append(
            TicketEvent(
                seq=FILED,
                action=Action.FILE,
                actor=REPORTER.id,
                at=at,
                changes=history.changes(None, life),
                facts=filed_doc(draft),
            ),
            {
                CONVERSATION: (person, draft.conversation),
                "description": (person, draft.description),
                "place": (person, draft.place),
                "since": (person, draft.since),
            },
        )
        if not is_open:
            life = self._live(story, life, draft.grid or "", person, at)
        rows.residents.append(
            {
                "ticket_id": row_id,
                "nth": 1,
                "person": person,
                "seq": FILED,
                "has_left": False,
            }
        )
        rows.tickets.append(
            {
                "id": row_id,
                "number": story.number,
                "idempotency_key": hidden(draft.idempotency_key),
                "requested_at": at.astimezone(timezone.utc),
                "filed": chain.canonical(filed_doc(draft)),
                "kind": draft.kind.value,
                "head": story.head,
                **life_columns(life, self._office.policy),
            }
        )

    def _live(
        self, story: _Story, life: TicketLife, grid: str, person: str, at: datetime
    ) -> TicketLife:
        """Claims, resolves and confirms."""
        staff = self._office.roster.staff
        owner = staff.get(life.owner) or staff[self._office.roster.grids[grid].worker]
        worker = Actor.staff(owner.id, owner.tier)
        for actor, action, text in (
            (worker, Action.CLAIM, ""),
            (worker, Action.RESOLVE, "清走了，跟保洁说好了每天收。"),
            (REPORTER, Action.CONFIRM, ""),
        ):
            at += timedelta(hours=self._chance.uniform(0.2, 20))
            command = Command(actor, action, action.value, text=text)
            decision = decide(life, command, self._office, at)
            assert decision is not None
            event = TicketEvent(
                seq=decision.life.n_events,
                action=action,
                actor=actor.id,
                at=at,
                changes=history.changes(life, decision.life),
                facts=decision.facts,
            )
            story.append(event, texts_of(command, person))
            life = decision.life
        return life

    def _number(self, key: str, at: datetime) -> str:
        attempt = 0
        while (number := ticket_number(key, at, attempt)) in self._numbers:
            attempt += 1
        self._numbers.add(number)
        return number


class _Story:
    """The events of one ticket, chained."""

    def __init__(
        self, rows: Rows, row_id: int, number: str, keys: Mapping[str, bytes]
    ) -> None:
        self.number = number
        self.head = chain.START
        self._rows = rows
        self._id = row_id
        self._keys = keys

    def append(self, event: TicketEvent, texts: Mapping[str, tuple[str, str]]) -> None:
        """Adds one event with its texts."""
        sealed = seal_texts(self.number, event.seq, texts, self._keys)
        key = hidden(f"bench:{self._id}:{event.seq}")
        if event.seq == FILED:
            key = hidden(f"bench:{self._id}")
        link = chain.link(
            self.number,
            event,
            key=key,
            commitments={text.name: text.commitment for text in sealed},
            previous=self.head,
        )
        self.head = link.hash
        self._rows.events.append(
            {
                "ticket_id": self._id,
                "seq": event.seq,
                "key": key,
                "action": event.action.value,
                "at": event.at.astimezone(timezone.utc),
                "body": link.body,
                "hash": link.hash,
            }
        )
        self._rows.texts += [
            {
                "ticket_id": self._id,
                "seq": event.seq,
                "name": text.name,
                "person": text.person,
                "sealed": text.sealed,
            }
            for text in sealed
        ]


def resident(nth: int) -> str:
    """Returns an account of nobody."""
    return f"web:bench-{nth:05d}"


async def make_town(engine: AsyncEngine, office: Office, field_key: str) -> Town:
    """Returns a town whose residents have keys in a database."""
    keys = PersonKeys(field_key)
    shared = await keys.shared(engine)
    persons = [shared.person(resident(n)) for n in range(N_RESIDENTS)]
    async with engine.begin() as connection:
        for person in persons:
            await keys.ensure(connection, person)
        return Town(office, shared, await keys.of_persons(connection, persons))


async def store(engine: AsyncEngine, rows: Rows) -> None:
    """Stores a batch, all or nothing."""
    async with engine.begin() as connection:
        await rows.insert(connection)


def accounts_of(office: Office) -> Sequence[str]:
    """Returns everybody who works in a grid."""
    return sorted({post.worker for post in office.roster.grids.values()})
