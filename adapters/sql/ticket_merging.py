"""Two tickets at once: one goes into another, or a second one is taken out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.person_keys import NO_PERSON, SharedKeys
from adapters.sql.ticket_journal import (
    Entry,
    TicketJournal,
    hidden,
    resident,
    texts_of,
)
from adapters.sql.ticket_rows import ResidentRow, Stored
from community.errors import TransitionRefusedError
from community.tickets.cases import Decision
from community.tickets.commands import REPORTER, SYSTEM, Action, Actor, Command
from community.tickets.decisions import decide
from community.tickets.lifecycle import UNSOLVED
from community.tickets.merging import Told, check_plausible
from community.tickets.model import TicketKind
from community.tickets.office import Office


async def merge(
    journal: TicketJournal,
    connection: AsyncConnection,
    source: Stored,
    target: Stored,
    command: Command,
    told: Mapping[str, Told],
    office: Office,
    now: datetime,
) -> Stored:
    """Ends a ticket in favour of another, whose residents then include its own.

    Args:
        journal: Writes both.
        connection: The transaction.
        source: What ends.
        target: What goes on.
        command: The act.
        told: What was reported in the first one, by alias; the other one takes it over.
        office: As it is now.
        now: Aware UTC.

    Raises:
        TransitionRefusedError: One of the two does not allow it, or they can hardly be
            one thing.
    """
    if target.ticket.life.state not in UNSOLVED:
        raise TransitionRefusedError("merge: the other ticket is not being worked on")
    decision = decide(source.ticket.life, command, office, now)
    assert decision is not None
    check_plausible(source.ticket, target.ticket, office.policy)
    person = next((r.person for r in source.residents if r.nth == 1), None)
    ended = await journal.append(
        connection,
        source,
        Entry(
            action=command.action,
            actor=command.actor.id,
            decision=decision,
            key=hidden(command.key),
            at=now,
            texts=texts_of(command, person or ""),
        ),
        office=office,
    )
    taking = _Taking(journal, connection, source, told, office, now)
    await taking.into(target)
    return ended


@dataclass(frozen=True)
class _Taking:
    """Lets a ticket take over the residents of another, and what they told."""

    journal: TicketJournal
    connection: AsyncConnection
    source: Stored
    told: Mapping[str, Told]
    office: Office
    now: datetime

    async def into(self, target: Stored) -> None:
        """Lets everybody of the one ticket follow the other."""
        ticket = self.source.ticket
        accounts = (ticket.draft.conversation, *ticket.followers)
        for row, conversation in zip(self.source.residents, accounts, strict=True):
            if row.person is not None and conversation:
                target, alias = await self._joined(target, row, conversation)
                target = await self._said(target, row, alias)
        await self._absorbed(target, is_heard=bool(accounts[0]))

    async def _joined(
        self, target: Stored, row: ResidentRow, conversation: str
    ) -> tuple[Stored, Actor]:
        """Returns the ticket that a resident follows now, and their alias there."""
        assert row.person is not None
        known = {r.person: r.nth for r in target.residents if not r.has_left}
        if row.person in known:
            return target, resident(known[row.person])
        life = target.ticket.life
        alias = resident(life.n_followers + 2)
        command = Command(alias, Action.JOIN, f"merge:{self._number}:{row.nth}")
        target = await self.journal.join(
            self.connection,
            target,
            person=row.person,
            conversation=conversation,
            key=hidden(command.key),
            decision=self._decided(target, command),
            office=self.office,
            now=self.now,
            is_told=False,
        )
        return target, alias

    async def _said(self, target: Stored, row: ResidentRow, alias: Actor) -> Stored:
        """Adds what a resident told, as theirs: it is forgotten with them."""
        told = self.told.get(resident(row.nth).id)
        if not told:
            return target
        key = f"merge:{self._number}:{row.nth}:told"
        command = Command(alias, Action.REMARK, key, text=told.words(self._number))
        return await self._appended(target, command, row.person, told, is_told=False)

    async def _absorbed(self, target: Stored, *, is_heard: bool) -> None:
        """Closes the merge; what nobody told who can be answered is added here."""
        ticket = self.source.ticket
        told = None if is_heard else self.told.get(REPORTER.id)
        person = next((r.person for r in self.source.residents if r.nth == 1), None)
        command = Command(
            SYSTEM,
            Action.ABSORB,
            f"merge:{ticket.number}",
            text=told.words(ticket.number) if told else "",
            to=ticket.number,
            urgency=ticket.life.urgency,
        )
        await self._appended(target, command, person, told)

    async def _appended(
        self,
        target: Stored,
        command: Command,
        person: str | None,
        told: Told | None,
        *,
        is_told: bool = True,
    ) -> Stored:
        entry = Entry(
            action=command.action,
            actor=command.actor.id,
            decision=self._decided(target, command),
            key=hidden(command.key),
            at=self.now,
            texts=texts_of(command, person or NO_PERSON),
            photos=tuple(dict.fromkeys(told.photos)) if told else (),
        )
        return await self.journal.append(
            self.connection, target, entry, office=self.office, is_told=is_told
        )

    def _decided(self, target: Stored, command: Command) -> Decision:
        decision = decide(target.ticket.life, command, self.office, self.now)
        assert decision is not None
        return decision

    @property
    def _number(self) -> str:
        return self.source.ticket.number


async def split(
    journal: TicketJournal,
    connection: AsyncConnection,
    stored: Stored,
    command: Command,
    decision: Decision,
    *,
    shared: SharedKeys,
    office: Office,
    now: datetime,
) -> Decision:
    """Opens a ticket for the second matter and names it in the event.

    Raises:
        IntegrityError: Somebody took the number meanwhile; the caller tries again.
    """
    draft, life = stored.ticket.draft, stored.ticket.life
    key = f"{stored.ticket.number}#split#{command.key}"
    second = replace(
        draft,
        idempotency_key=key,
        kind=TicketKind.REPORT,
        item=command.to or life.item,
        description=command.text,
        grid=life.grid,
        community=life.community,
        photos=command.photos,
    )
    number = await journal.free_number(connection, key, now)
    opened = await journal.open(
        connection,
        number,
        second,
        shared=shared,
        office=office,
        now=now,
        split_from=stored.ticket.number,
    )
    return replace(decision, facts={**decision.facts, "to": opened.number})
