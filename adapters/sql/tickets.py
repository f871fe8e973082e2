"""Tickets in SQL: every act is one transaction with event, state and notifications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.tables import ticket, ticket_resident, ticket_text
from adapters.sql.ticket_acts import SqlTicketActs
from adapters.sql.ticket_journal import StaleError, hidden, resident
from adapters.sql.ticket_rows import ResidentRow, Stored
from adapters.sql.tickets_read import translated
from community.errors import NotFoundError, StoreUnavailableError
from community.tickets.commands import SYSTEM, Action, Command, Rating
from community.tickets.decisions import decide
from community.tickets.lifecycle import said_by
from community.tickets.model import Ticket, TicketDraft, ticket_number
from community.tickets.office import Office

MAX_NUMBER_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class _Theirs:
    """A ticket that concerns a resident, and what they are in it."""

    stored: Stored
    row: ResidentRow
    person: str

    @property
    def others_follow(self) -> bool:
        """Whether it concerns somebody else too."""
        return any(
            row.nth != self.row.nth and row.person and not row.has_left
            for row in self.stored.residents
        )


class SqlTicketRepository(SqlTicketActs):
    """Implements `community.tickets.TicketRepository`."""

    async def open(
        self, draft: TicketDraft, *, now: datetime, number: str | None = None
    ) -> Ticket:
        """See the port; `number` keeps one that was given out elsewhere."""
        key = hidden(draft.idempotency_key)
        same = sa.select(ticket).where(ticket.c.idempotency_key == key)
        async with translated():
            shared = await self._keys.shared(self._engine)
            office = await self._office(now)
            for attempt in range(MAX_NUMBER_ATTEMPTS):
                try:
                    async with self._engine.begin() as connection:
                        found = await self._tickets(connection, same)
                        if found:
                            return found[0]
                        return await self._journal.open(
                            connection,
                            number
                            or ticket_number(draft.idempotency_key, now, attempt),
                            draft,
                            shared=shared,
                            office=office,
                            now=now,
                        )
                except (IntegrityError, StaleError):
                    continue
        raise StoreUnavailableError("ticket: no free number found, try again")

    async def join(
        self, number: str, conversation: str, *, key: str, now: datetime
    ) -> Ticket:
        """See the port."""

        async def once(connection: AsyncConnection, office: Office) -> Ticket:
            stored = await self._load(connection, number)
            person = (await self._keys.shared(self._engine)).person(conversation)
            if any(r.person == person and not r.has_left for r in stored.residents):
                return stored.ticket
            life = stored.ticket.life
            command = Command(resident(life.n_followers + 2), Action.JOIN, key)
            decision = decide(life, command, office, now)
            assert decision is not None
            joined = await self._journal.join(
                connection,
                stored,
                person=person,
                conversation=conversation,
                key=hidden(key),
                decision=decision,
                office=office,
                now=now,
            )
            return joined.ticket

        return await self._retried(once, now)

    async def remark(
        self,
        number: str,
        conversation: str,
        *,
        text: str,
        photos: Sequence[str] = (),
        key: str,
        now: datetime,
    ) -> Ticket:
        """See the port."""
        command = Command(
            resident(1), Action.REMARK, key, text=text, photos=tuple(photos)
        )
        return await self._by_resident(number, conversation, command, now)

    async def urge(
        self, number: str, conversation: str, *, key: str, now: datetime
    ) -> Ticket:
        """See the port."""
        command = Command(resident(1), Action.URGE, key)
        return await self._by_resident(number, conversation, command, now)

    async def answer(
        self,
        number: str,
        conversation: str,
        *,
        satisfied: bool,
        remark: str = "",
        key: str,
        now: datetime,
    ) -> Ticket:
        """See the port."""
        action = Action.CONFIRM if satisfied else Action.DISSATISFIED
        command = Command(resident(1), action, key, text=remark)
        return await self._by_resident(number, conversation, command, now)

    async def rate(
        self,
        number: str,
        conversation: str,
        rating: Rating,
        *,
        key: str,
        now: datetime,
    ) -> Ticket:
        """See the port."""
        command = Command(resident(1), Action.RATE, key, to=rating.value)
        return await self._by_resident(number, conversation, command, now)

    async def withdraw(
        self, number: str, conversation: str, *, now: datetime | None = None
    ) -> Ticket | None:
        """See the port."""
        at = now or self._clock()

        async def once(connection: AsyncConnection, office: Office) -> Ticket | None:
            try:
                theirs = await self._theirs(connection, number, conversation)
            except NotFoundError:
                return None
            stored, nth = theirs.stored, theirs.row.nth
            if stored.ticket.life.is_final:
                return stored.ticket
            goes_on = nth > 1 or theirs.others_follow
            action = Action.LEAVE if goes_on else Action.WITHDRAW
            command = Command(resident(nth), action, f"{action.value}:{nth}")
            stored = await self._perform(connection, stored, command, office, at)
            if goes_on:
                await connection.execute(
                    sa.update(ticket_resident)
                    .where(
                        ticket_resident.c.ticket_id == stored.id,
                        ticket_resident.c.nth == nth,
                    )
                    .values(has_left=True)
                )
            return stored.ticket

        return await self._retried(once, at)

    async def forget(self, conversation: str, *, now: datetime | None = None) -> int:
        """See the port."""
        at = now or self._clock()

        async def once(connection: AsyncConnection, office: Office) -> int:
            person = (await self._keys.shared(self._engine)).person(conversation)
            theirs = sa.select(ticket_resident.c.ticket_id).where(
                ticket_resident.c.person == person
            )
            found = await self._stored(
                connection,
                sa.select(ticket).where(ticket.c.id.in_(theirs)).order_by(ticket.c.id),
            )
            for stored in found:
                await self._note_forgotten(connection, stored, person, office, at)
            await connection.execute(
                sa.update(ticket_resident)
                .where(ticket_resident.c.person == person)
                .values(person=None, has_left=True)
            )
            await connection.execute(
                sa.delete(ticket_text).where(ticket_text.c.person == person)
            )
            await self._keys.destroy(connection, person)
            return len(found)

        return await self._retried(once, at)

    async def _note_forgotten(
        self,
        connection: AsyncConnection,
        stored: Stored,
        person: str,
        office: Office,
        at: datetime,
    ) -> None:
        """Appends that somebody is forgotten, once for each time they were in it."""
        for row in (r for r in stored.residents if r.person == person):
            who = resident(row.nth).id
            command = Command(SYSTEM, Action.FORGET, f"forget:{row.nth}", to=who)
            stored = await self._perform(connection, stored, command, office, at)

    async def _by_resident(
        self, number: str, conversation: str, command: Command, now: datetime
    ) -> Ticket:
        async def once(connection: AsyncConnection, office: Office) -> Ticket:
            theirs = await self._theirs(connection, number, conversation)
            stored, who = theirs.stored, resident(theirs.row.nth)
            own = said_by(who, command, stored.ticket.life)
            stored = await self._perform(
                connection, stored, own, office, now, person=theirs.person
            )
            return stored.ticket

        return await self._retried(once, now)

    async def _theirs(
        self, connection: AsyncConnection, number: str, conversation: str
    ) -> _Theirs:
        stored = await self._load(connection, number)
        person = (await self._keys.shared(self._engine)).person(conversation)
        for row in stored.residents:
            if row.person == person and not row.has_left:
                return _Theirs(stored, row, person)
        raise NotFoundError(f"they have no ticket {number}")
