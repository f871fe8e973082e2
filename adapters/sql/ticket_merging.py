"""Two tickets at once: one goes into another, or a second one is taken out of it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.person_keys import SharedKeys
from adapters.sql.ticket_journal import (
    Entry,
    TicketJournal,
    hidden,
    resident,
    texts_of,
)
from adapters.sql.ticket_rows import Stored
from community.errors import TransitionRefusedError
from community.tickets.cases import Decision
from community.tickets.commands import SYSTEM, Action, Command
from community.tickets.decisions import decide
from community.tickets.lifecycle import UNSOLVED
from community.tickets.model import TicketKind
from community.tickets.office import Office


async def merge(
    journal: TicketJournal,
    connection: AsyncConnection,
    source: Stored,
    target: Stored,
    command: Command,
    office: Office,
    now: datetime,
) -> Stored:
    """Ends a ticket in favour of another, whose residents then include its own.

    Raises:
        TransitionRefusedError: One of the two does not allow it.
    """
    if target.ticket.life.state not in UNSOLVED:
        raise TransitionRefusedError("merge: the other ticket is not being worked on")
    decision = decide(source.ticket.life, command, office, now)
    assert decision is not None
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
    await _take_in(journal, connection, source, target, office, now)
    return ended


async def _take_in(
    journal: TicketJournal,
    connection: AsyncConnection,
    source: Stored,
    target: Stored,
    office: Office,
    now: datetime,
) -> None:
    """Lets everybody of the one ticket follow the other."""
    number = source.ticket.number
    accounts = (source.ticket.draft.conversation, *source.ticket.followers)
    for row, conversation in zip(source.residents, accounts, strict=True):
        known = {r.person for r in target.residents if not r.has_left}
        if row.person is None or not conversation or row.person in known:
            continue
        key = f"merge:{number}:{row.nth}"
        life = target.ticket.life
        actor = resident(life.n_followers + 2)
        decision = decide(life, Command(actor, Action.JOIN, key), office, now)
        assert decision is not None
        target = await journal.join(
            connection,
            target,
            person=row.person,
            conversation=conversation,
            key=hidden(key),
            decision=decision,
            office=office,
            now=now,
            is_told=False,
        )
    key = f"merge:{number}"
    urgency = source.ticket.life.urgency
    absorb = Command(SYSTEM, Action.ABSORB, key, to=number, urgency=urgency)
    decision = decide(target.ticket.life, absorb, office, now)
    assert decision is not None
    entry = Entry(Action.ABSORB, SYSTEM.id, decision, hidden(key), now)
    await journal.append(connection, target, entry, office=office)


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
