"""Tickets in SQL: every act is one transaction with event, state and notifications."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.settings import Settings
from adapters.sql.person_keys import PersonKeys
from adapters.sql.tables import ticket, ticket_event, ticket_resident, ticket_text
from adapters.sql.ticket_audit import findings
from adapters.sql.ticket_journal import (
    Entry,
    Notify,
    StaleError,
    TicketJournal,
    hidden,
    resident,
    texts_of,
)
from adapters.sql.ticket_merging import merge, split
from adapters.sql.ticket_rows import ResidentRow, Stored
from adapters.sql.tickets_read import SqlTicketReader, translated
from community.errors import (
    NotFoundError,
    StoreUnavailableError,
    TransitionRefusedError,
)
from community.notifications import notify
from community.tickets.clocks import step_due
from community.tickets.commands import (
    SYSTEM,
    TO_RESIDENT,
    Action,
    ActorKind,
    Command,
)
from community.tickets.decisions import Decision, decide
from community.tickets.model import Ticket, TicketDraft, ticket_number
from community.tickets.office import Office
from community.tickets.repository import Finding

MAX_NUMBER_ATTEMPTS = 50
MAX_TRIES = 8
"""Of one act, while others change the same ticket."""
MAX_STEPS = 12
"""Of one ticket in one tick."""
WHY_RAISED = {
    "respond": "超过规定时间没有联系居民，自动上报",
    "interim": "超过规定时间没有先期处置，自动上报",
    "resolve": "超过规定时间没有办结，自动上报",
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Reporting:
    """A resident who acts on a ticket of theirs."""

    stored: Stored
    row: ResidentRow
    person: str


class SqlTicketRepository(SqlTicketReader):
    """Implements `community.tickets.TicketRepository`."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        field_key: str | None = None,
        office: Callable[[], Office] = Office,
        notify: Notify = notify,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        """Uses an engine that somebody else closes.

        Args:
            engine: The database.
            field_key: FIELD_KEY; from the environment by default.
            office: Returns catalogue, roster, calendar and policy as they are now.
            notify: Decides who is told what.
            clock: Gives the instant to calls that carry none.

        Raises:
            ConfigurationError: FIELD_KEY is missing or too short.
        """
        if field_key is None:
            field_key = Settings.from_env().field_key
        super().__init__(engine, PersonKeys(field_key), office)
        self._journal = TicketJournal(self._keys, notify)
        self._clock = clock

    async def open(self, draft: TicketDraft, *, now: datetime) -> Ticket:
        """See the port."""
        async with translated():
            shared = await self._keys.shared(self._engine)
            for attempt in range(MAX_NUMBER_ATTEMPTS):
                try:
                    async with self._engine.begin() as connection:
                        key = hidden(draft.idempotency_key)
                        found = await self._tickets(
                            connection,
                            sa.select(ticket).where(ticket.c.idempotency_key == key),
                        )
                        if found:
                            return found[0]
                        return await self._journal.open(
                            connection,
                            ticket_number(draft.idempotency_key, now, attempt),
                            draft,
                            shared=shared,
                            office=self._office(),
                            now=now,
                        )
                except IntegrityError:
                    continue
        raise StoreUnavailableError("ticket: no free number found, try again")

    async def act(self, number: str, command: Command, *, now: datetime) -> Ticket:
        """See the port."""
        if command.actor.kind is ActorKind.RESIDENT:
            raise TransitionRefusedError("residents act by their own calls")

        async def once(connection: AsyncConnection) -> Ticket:
            stored = await self._load(connection, number)
            return (await self._perform(connection, stored, command, now)).ticket

        return await self._retried(once)

    async def join(
        self, number: str, conversation: str, *, key: str, now: datetime
    ) -> Ticket:
        """See the port."""

        async def once(connection: AsyncConnection) -> Ticket:
            stored = await self._load(connection, number)
            person = (await self._keys.shared(self._engine)).person(conversation)
            if any(r.person == person and not r.has_left for r in stored.residents):
                return stored.ticket
            office, life = self._office(), stored.ticket.life
            actor = resident(life.n_followers + 2)
            decision = decide(life, Command(actor, Action.JOIN, key), office, now)
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

        return await self._retried(once)

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
        """Lets a resident press for a ticket of their own (催办).

        Raises:
            NotFoundError: They have no such ticket.
            TransitionRefusedError: There is nothing left to press for.
        """
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

    async def withdraw(
        self, number: str, conversation: str, *, now: datetime | None = None
    ) -> Ticket | None:
        """See the port."""
        at = now or self._clock()

        async def once(connection: AsyncConnection) -> Ticket | None:
            try:
                theirs = await self._theirs(connection, number, conversation)
            except NotFoundError:
                return None
            if theirs.stored.ticket.life.is_final:
                return theirs.stored.ticket
            others = [
                r
                for r in theirs.stored.residents
                if r.nth != theirs.row.nth and r.person and not r.has_left
            ]
            goes_on = theirs.row.nth > 1 or bool(others)
            action = Action.LEAVE if goes_on else Action.WITHDRAW
            key = f"{action.value}:{theirs.row.nth}"
            stored = await self._perform(
                connection,
                theirs.stored,
                Command(resident(theirs.row.nth), action, key),
                at,
            )
            if goes_on:
                await connection.execute(_resident_row(theirs).values(has_left=True))
            return stored.ticket

        return await self._retried(once)

    async def forget(self, conversation: str, *, now: datetime | None = None) -> int:
        """See the port."""
        at = now or self._clock()

        async def once(connection: AsyncConnection) -> int:
            person = (await self._keys.shared(self._engine)).person(conversation)
            mine = (
                sa.select(ticket)
                .where(
                    ticket.c.id.in_(
                        sa.select(ticket_resident.c.ticket_id).where(
                            ticket_resident.c.person == person
                        )
                    )
                )
                .order_by(ticket.c.id)
            )
            found = await self._stored(connection, mine)
            for stored in found:
                row = next(r for r in stored.residents if r.person == person)
                to = TO_RESIDENT if row.nth == 1 else None
                key = f"forget:{row.nth}"
                await self._perform(
                    connection, stored, Command(SYSTEM, Action.FORGET, key, to=to), at
                )
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

        return await self._retried(once)

    async def tick(self, now: datetime, *, limit: int = 200) -> int:
        """See the port."""
        n_done = 0
        for number in await self.due(now, limit=limit):
            for _ in range(MAX_STEPS):
                if not await self._step(number, now):
                    break
                n_done += 1
        return n_done

    async def verify(self, number: str) -> Sequence[Finding]:
        """See the port."""
        async with self._reading() as connection:
            return await findings(connection, self._keys, number, self._office().policy)

    async def _step(self, number: str, now: datetime) -> bool:
        """Performs one thing that is due; `False` where nothing is, or not ours."""
        async with translated():
            await self._keys.shared(self._engine)
            try:
                async with self._engine.begin() as connection:
                    stored = await self._load(connection, number)
                    command = self._due_command(stored.ticket, now)
                    if command is None:
                        return False
                    await self._perform(connection, stored, command, now)
            except (StaleError, IntegrityError, TransitionRefusedError):
                return False  # another dispatcher was first
        return True

    def _due_command(self, due: Ticket, now: datetime) -> Command | None:
        life, office = due.life, self._office()
        action = step_due(life, office.policy, now)
        if action is None:
            return None
        key = f"tick:{life.n_events}"
        if action is Action.ALERT and life.owner.startswith("desk:"):
            person = office.owner(life, life.tier, now)
            if not person.is_desk:
                return Command(SYSTEM, Action.ASSIGN, key, to=person.staff_id)
        reason = WHY_RAISED.get(life.clock.kind.value, "") if life.clock else ""
        return Command(SYSTEM, action, key, reason=reason)

    async def _by_resident(
        self, number: str, conversation: str, command: Command, now: datetime
    ) -> Ticket:
        async def once(connection: AsyncConnection) -> Ticket:
            theirs = await self._theirs(connection, number, conversation)
            own = replace(command, actor=resident(theirs.row.nth))
            stored = await self._perform(
                connection, theirs.stored, own, now, person=theirs.person
            )
            return stored.ticket

        return await self._retried(once)

    async def _theirs(
        self, connection: AsyncConnection, number: str, conversation: str
    ) -> _Reporting:
        stored = await self._load(connection, number)
        person = (await self._keys.shared(self._engine)).person(conversation)
        for row in stored.residents:
            if row.person == person and not row.has_left:
                return _Reporting(stored, row, person)
        raise NotFoundError(f"they have no ticket {number}")

    async def _perform(
        self,
        connection: AsyncConnection,
        stored: Stored,
        command: Command,
        now: datetime,
        *,
        person: str | None = None,
    ) -> Stored:
        """Performs one act within a transaction, or finds that it is done already."""
        key = hidden(command.key)
        if await _is_known(connection, stored.id, key):
            return stored
        office = self._office()
        if command.action is Action.MERGE:
            other = await self._other(connection, stored, command)
            return await merge(
                self._journal, connection, stored, other, command, office, now
            )
        decision = decide(stored.ticket.life, command, office, now)
        if decision is None:
            return stored
        if command.action is Action.SPLIT:
            shared = await self._keys.shared(self._engine)
            decision = await split(
                self._journal,
                connection,
                stored,
                command,
                decision,
                shared=shared,
                office=office,
                now=now,
            )
        entry = _entry(stored, command, decision, now, person)
        return await self._journal.append(connection, stored, entry, office=office)

    async def _other(
        self, connection: AsyncConnection, stored: Stored, command: Command
    ) -> Stored:
        """Reads the ticket into which another goes; both are locked in one order."""
        numbers = sorted((stored.ticket.number, command.to or ""))
        locked = sa.select(ticket.c.id).where(ticket.c.number.in_(numbers))
        await connection.execute(locked.order_by(ticket.c.id).with_for_update())
        other = await self._load(connection, command.to or "")
        if other.id == stored.id:
            raise TransitionRefusedError("merge: a ticket does not go into itself")
        return other

    async def _retried(self, once: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Runs a transaction again while others change the same ticket."""
        async with translated():
            await self._keys.shared(self._engine)
            for _ in range(MAX_TRIES):
                try:
                    async with self._engine.begin() as connection:
                        return await once(connection)
                except (StaleError, IntegrityError):
                    continue
        raise StoreUnavailableError("ticket: changed by others all the time, try again")


def _entry(
    stored: Stored,
    command: Command,
    decision: Decision,
    now: datetime,
    person: str | None,
) -> Entry:
    """Texts of staff concern the reporter, as long as there is one."""
    if person is None:
        person = next((r.person for r in stored.residents if r.nth == 1), None)
    return Entry(
        action=command.action,
        actor=command.actor.id,
        decision=decision,
        key=hidden(command.key),
        at=now,
        texts=texts_of(command, person or ""),
        photos=command.photos,
    )


def _resident_row(theirs: _Reporting) -> sa.Update:
    return sa.update(ticket_resident).where(
        ticket_resident.c.ticket_id == theirs.stored.id,
        ticket_resident.c.nth == theirs.row.nth,
    )


async def _is_known(connection: AsyncConnection, ticket_id: int, key: str) -> bool:
    query = sa.select(ticket_event.c.id).where(
        ticket_event.c.ticket_id == ticket_id, ticket_event.c.key == key
    )
    return (await connection.execute(query)).first() is not None
