"""Acts of staff and of time: each one transaction, repeatable, one winner."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timezone
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.settings import Settings
from adapters.sql.person_keys import PersonKeys
from adapters.sql.tables import ticket, ticket_event
from adapters.sql.ticket_audit import findings
from adapters.sql.ticket_journal import (
    Entry,
    Notify,
    StaleError,
    TicketJournal,
    hidden,
    texts_of,
)
from adapters.sql.ticket_merging import merge, split
from adapters.sql.ticket_rows import Stored
from adapters.sql.tickets_read import SqlTicketReader, translated
from community.errors import StoreUnavailableError, TransitionRefusedError
from community.notifications import notify as notify_all
from community.staff import DESK_PREFIX
from community.tickets.cases import Decision
from community.tickets.clocks import step_due
from community.tickets.commands import SYSTEM, Action, ActorKind, Command
from community.tickets.decisions import decide
from community.tickets.merging import told_in
from community.tickets.model import Ticket
from community.tickets.office import Office
from community.tickets.repository import Finding

MAX_TRIES = 8
"""Of one act, while others change the same ticket."""
MAX_STEPS = 12
"""Of one ticket in one tick."""
WHY_RAISED = {
    "respond": "超过规定时间没有联系居民，自动上报",
    "interim": "超过规定时间没有先期处置，自动上报",
    "resolve": "超过规定时间没有办结，自动上报",
}
Offices = Callable[[datetime], Awaitable[Office]]
"""Returns catalogue, roster, calendar and policy as they are at an instant."""
T = TypeVar("T")


def always(office: Office) -> Offices:
    """Returns one office at every instant."""

    async def same(_: datetime) -> Office:
        return office

    return same


class SqlTicketActs(SqlTicketReader):
    """The half of `community.tickets.TicketRepository` that staff and time use."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        field_key: str | None = None,
        office: Offices | None = None,
        notify: Notify = notify_all,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        """Uses an engine that somebody else closes.

        Args:
            engine: The database.
            field_key: FIELD_KEY; from the environment by default.
            office: Catalogue, roster, calendar and policy; by default there are none.
            notify: Decides who is told what.
            clock: Gives the instant to calls that carry none.

        Raises:
            ConfigurationError: FIELD_KEY is missing or too short.
        """
        if field_key is None:
            field_key = Settings.from_env().field_key
        super().__init__(engine, PersonKeys(field_key))
        self._journal = TicketJournal(self._keys, notify)
        self._office = office or always(Office())
        self._clock = clock

    async def act(self, number: str, command: Command, *, now: datetime) -> Ticket:
        """See the port."""
        if command.actor.kind is ActorKind.RESIDENT:
            raise TransitionRefusedError("residents act by their own calls")

        async def once(connection: AsyncConnection, office: Office) -> Ticket:
            stored = await self._load(connection, number)
            done = await self._perform(connection, stored, command, office, now)
            return done.ticket

        return await self._retried(once, now)

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
        policy = (await self._office(self._clock())).policy
        async with self._reading() as connection:
            return await findings(
                connection,
                number,
                keys=self._keys,
                shared=await self._keys.shared(self._engine),
                policy=policy,
            )

    async def rotate_keys(self) -> int:
        """Seals every key anew with the first key of FIELD_KEY; returns how many.

        Raises:
            RecordError: A key was sealed with none of the keys in FIELD_KEY.
            StoreUnavailableError: The database did not answer; repeat it.
        """
        async with translated():
            return await self._keys.rotate(self._engine)

    async def _step(self, number: str, now: datetime) -> bool:
        """Performs one thing that is due; `False` where nothing is, or not ours."""
        async with translated():
            await self._keys.shared(self._engine)
            office = await self._office(now)
            try:
                async with self._engine.begin() as connection:
                    stored = await self._load(connection, number)
                    command = due_command(stored.ticket, office, now)
                    if command is None:
                        return False
                    await self._perform(connection, stored, command, office, now)
            except (StaleError, IntegrityError, TransitionRefusedError):
                return False  # another dispatcher was first
        return True

    async def _perform(
        self,
        connection: AsyncConnection,
        stored: Stored,
        command: Command,
        office: Office,
        now: datetime,
        *,
        person: str | None = None,
    ) -> Stored:
        """Performs one act within a transaction, or finds that it is done already.

        Args:
            connection: The transaction.
            stored: The ticket as it was read in it.
            command: The act.
            office: As it is now.
            now: Aware UTC.
            person: Keyed hash of the person whom the texts concern; the reporter by
                default.
        """
        if await _is_known(connection, stored.id, hidden(command.key)):
            return stored
        if command.action is Action.MERGE:
            other = await self._other(connection, stored, command)
            told = told_in(stored.ticket, await self._events(connection, stored))
            return await merge(
                self._journal, connection, stored, other, command, told, office, now
            )
        decision = decide(stored.ticket.life, command, office, now)
        if decision is None:
            return stored
        if command.action is Action.SPLIT:
            decision = await split(
                self._journal,
                connection,
                stored,
                command,
                decision,
                shared=await self._keys.shared(self._engine),
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

    async def _retried(
        self,
        once: Callable[[AsyncConnection, Office], Awaitable[T]],
        now: datetime,
    ) -> T:
        """Runs a transaction again while others change the same ticket."""
        async with translated():
            await self._keys.shared(self._engine)
            office = await self._office(now)
            for _ in range(MAX_TRIES):
                try:
                    async with self._engine.begin() as connection:
                        return await once(connection, office)
                except (StaleError, IntegrityError):
                    continue
        raise StoreUnavailableError("ticket: changed by others all the time, try again")


def due_command(due: Ticket, office: Office, now: datetime) -> Command | None:
    """Returns what time alone does to a ticket now."""
    life = due.life
    action = step_due(life, office.policy, now)
    if action is None:
        return None
    key = f"tick:{life.n_events}"
    if action is Action.ALERT and life.owner.startswith(DESK_PREFIX):
        person = office.owner(life, life.tier, now)
        if not person.is_desk:
            return Command(SYSTEM, Action.ASSIGN, key, to=person.staff_id)
    reason = ""
    if action is Action.ESCALATE and life.clock is not None:
        reason = WHY_RAISED[life.clock.kind.value]
    return Command(SYSTEM, action, key, reason=reason)


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


async def _is_known(connection: AsyncConnection, ticket_id: int, key: str) -> bool:
    query = sa.select(ticket_event.c.id).where(
        ticket_event.c.ticket_id == ticket_id, ticket_event.c.key == key
    )
    return (await connection.execute(query)).first() is not None
