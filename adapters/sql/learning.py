"""The dialogue log in SQL: stores entries once, forgets persons, keeps its retention."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.learning_redaction import redact
from adapters.sql.tables.learning import forgotten_person, question_signal, turn
from adapters.sql.unasked import delete_unasked
from community.errors import RecordError, StoreUnavailableError
from community.learning.entry import LogEntry, Pseudonyms
from community.learning.review import cleaned

logger = structlog.get_logger()

LATE_ENTRIES_DAYS = 30
"""How long an entry may still be on its way when its person was forgotten."""


@asynccontextmanager
async def transaction(engine: AsyncEngine, what: str) -> AsyncIterator[AsyncConnection]:
    """Opens a transaction; the library's errors become ours.

    Raises:
        StoreUnavailableError: The database did not answer.
    """
    try:
        async with engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, OSError) as err:
        raise StoreUnavailableError(f"{what}: database: {err}") from err


def insert_once(connection: AsyncConnection, table: sa.Table, fill: str = "") -> Any:
    """Returns an insert that leaves rows alone whose key is there already.

    Args:
        connection: Tells which database it is for.
        table: Where to.
        fill: Column that is filled in rows that are there with an empty one.
    """
    is_postgres = connection.dialect.name == "postgresql"
    insert: Any = (postgresql if is_postgres else sqlite).insert(table)
    if not fill:
        return insert.on_conflict_do_nothing()
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={fill: insert.excluded[fill]},
        where=table.c[fill] == "",
    )


def aware(at: datetime) -> datetime:
    """Returns an instant from the database as aware UTC; SQLite drops the zone."""
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)


class SqlDialogueLog:
    """The dialogue log, filled by the dispatcher from the stream `log`."""

    def __init__(
        self,
        engine: AsyncEngine,
        pseudonyms: Pseudonyms,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        """Uses an engine that somebody else closes.

        Args:
            engine: The database.
            pseudonyms: To find the rows of a person.
            clock: Returns the current instant, aware UTC.
        """
        self._engine = engine
        self._pseudonyms = pseudonyms
        self._clock = clock

    async def store(self, entries: Sequence[str]) -> int:
        """Stores entries as the worker wrote them; may be repeated.

        A malformed entry is logged and left out, so that it does not stop the
        others for ever. Late entries of forgotten persons are dropped.

        Returns:
            How many entries are in the log now that were given.

        Raises:
            StoreUnavailableError: Nothing was stored; give the same ones again.
        """
        read = list(_readable(entries))
        if not read:
            return 0
        async with transaction(self._engine, "dialogue log") as connection:
            forgotten = await self._forgotten(connection, read)
            stored_at = self._clock()
            rows = [
                {**_row(entry), "stored_at": stored_at}
                for entry in read
                if entry.person not in forgotten or entry.at > forgotten[entry.person]
            ]
            if rows:
                await connection.execute(insert_once(connection, turn), rows)
        return len(rows)

    async def _forgotten(
        self, connection: AsyncConnection, entries: Iterable[LogEntry]
    ) -> dict[str, datetime]:
        persons = {entry.person for entry in entries}
        rows = await connection.execute(
            sa.select(forgotten_person).where(forgotten_person.c.person.in_(persons))
        )
        return {row.person: aware(row.at) for row in rows}

    async def forget(self, conversation: str, now: datetime) -> int:
        """Deletes one person's turns, and what only they asked, wherever it stands.

        An accepted example stays where other residents asked the same; it holds no
        personal data, but it is withdrawn with the last one who asked.

        Returns:
            Number of deleted turns.
        """
        person = self._pseudonyms.person(conversation)
        async with transaction(self._engine, "dialogue log") as connection:
            mine = turn.c.person == person
            said = await connection.execute(sa.select(turn.c.text).where(mine))
            texts = {form for text in said.scalars() for form in (text, cleaned(text))}
            # First, so that a harvest that has read these turns is waited for.
            result = await connection.execute(sa.delete(turn).where(mine))
            asked = await connection.execute(
                sa.select(question_signal.c.question)
                .where(question_signal.c.person == person)
                .distinct()
            )
            questions = list(asked.scalars())
            await connection.execute(
                sa.delete(question_signal).where(question_signal.c.person == person)
            )
            await delete_unasked(connection, questions)
            await redact(connection, sorted(texts))
            await connection.execute(
                sa.delete(forgotten_person).where(forgotten_person.c.person == person)
            )
            await connection.execute(
                sa.insert(forgotten_person).values(person=person, at=now)
            )
        return int(result.rowcount)

    async def expire(self, now: datetime, *, days: int) -> int:
        """Deletes turns older than the retention, and their reasons to be looked at.

        Questions go with their last reason, except decided ones: those are
        examples now.
        """
        oldest = now - timedelta(days=days)
        async with transaction(self._engine, "dialogue log") as connection:
            asked = await connection.execute(
                sa.select(question_signal.c.question)
                .where(question_signal.c.at < oldest)
                .distinct()
            )
            questions = list(asked.scalars())
            await connection.execute(
                sa.delete(question_signal).where(question_signal.c.at < oldest)
            )
            await delete_unasked(connection, questions, open_only=True)
            result = await connection.execute(sa.delete(turn).where(turn.c.at < oldest))
            await connection.execute(
                sa.delete(forgotten_person).where(
                    forgotten_person.c.at < now - timedelta(days=LATE_ENTRIES_DAYS)
                )
            )
        return int(result.rowcount)

    async def conversation(
        self, message: str, *, before: int = 4, after: int = 3
    ) -> list[LogEntry]:
        """Returns a turn with its neighbours in the dialogue, oldest first.

        Args:
            message: Pseudonym of the message.
            before: Turns of the same person before it.
            after: Turns of the same person after it.
        """
        async with transaction(self._engine, "dialogue log") as connection:
            found = (
                await connection.execute(
                    sa.select(turn).where(turn.c.message == message)
                )
            ).first()
            if found is None:
                return []
            same = sa.select(turn).where(turn.c.person == found.person)
            earlier = await connection.execute(
                same.where(turn.c.at <= found.at, turn.c.message != message)
                .order_by(turn.c.at.desc())
                .limit(before)
            )
            later = await connection.execute(
                same.where(turn.c.at > found.at).order_by(turn.c.at).limit(after)
            )
            rows = [*reversed(earlier.all()), found, *later.all()]
        return [entry_of(row) for row in rows]

    async def recent_texts(
        self, since: datetime, *, limit: int | None = None
    ) -> list[str]:
        """Returns what was said since then, newest first, each wording once."""
        newest = sa.func.max(turn.c.at)
        query = (
            sa.select(turn.c.text)
            .where(turn.c.at >= since, turn.c.text != "", turn.c.chosen.is_(False))
            .where(turn.c.label != "")
            .group_by(turn.c.text)
            .order_by(newest.desc())
            .limit(limit)
        )
        async with transaction(self._engine, "dialogue log") as connection:
            return list((await connection.execute(query)).scalars())

    async def outside(self, since: datetime) -> list[tuple[str, str, datetime]]:
        """Returns text, person and time of what no item was found for."""
        return await self._asked(since, turn.c.decision == "abstain")

    async def questions(self, since: datetime) -> list[tuple[str, str, datetime]]:
        """Returns text, person and time of what was taken for no report and no talk."""
        no_question = turn.c.label.like("matter/%") | turn.c.label.like("talk%")
        return await self._asked(since, sa.not_(no_question) & (turn.c.label != ""))

    async def _asked(
        self, since: datetime, kind: sa.ColumnElement[bool]
    ) -> list[tuple[str, str, datetime]]:
        query = (
            sa.select(turn.c.text, turn.c.person, turn.c.at)
            .where(turn.c.at >= since, kind, turn.c.text != "")
            .where(turn.c.chosen.is_(False), turn.c.emergency.is_(None))
            .order_by(turn.c.at)
        )
        async with transaction(self._engine, "dialogue log") as connection:
            rows = (await connection.execute(query)).all()
        return [(row.text, row.person, aware(row.at)) for row in rows]


def _readable(entries: Sequence[str]) -> Iterable[LogEntry]:
    for text in entries:
        try:
            yield LogEntry.from_json(text)
        except RecordError as err:
            logger.warning("learning.entry.malformed", error=str(err))


def _row(entry: LogEntry) -> dict[str, Any]:
    return {
        "message": entry.message,
        "person": entry.person,
        "at": entry.at,
        "channel": entry.channel,
        "kind": entry.kind,
        "text": entry.text,
        "model": entry.model,
        "latency_ms": entry.latency_ms,
        "label": entry.label,
        "confidence": entry.confidence,
        "margin": entry.margin,
        "ranking": json.dumps(entry.ranking),
        "decision": entry.decision,
        "facets": json.dumps(entry.facets),
        "emergency": entry.emergency,
        "intent": entry.intent,
        "item": entry.item,
        "chosen": entry.chosen,
        "grid": entry.grid,
        "actions": json.dumps(entry.actions),
        "parts": json.dumps(entry.parts),
        "digest": entry.digest,
        "answer": json.dumps(entry.answer, ensure_ascii=False),
        "offered": json.dumps(entry.offered, ensure_ascii=False),
    }


def entry_of(row: Any) -> LogEntry:
    """Reads a row of `turn`."""
    return LogEntry(
        message=row.message,
        person=row.person,
        at=aware(row.at),
        channel=row.channel,
        kind=row.kind,
        text=row.text,
        model=row.model,
        latency_ms=row.latency_ms,
        ranking=tuple((n, c) for n, c in json.loads(row.ranking)),
        decision=row.decision,
        facets=tuple(json.loads(row.facets)),
        emergency=row.emergency,
        intent=row.intent,
        item=row.item,
        chosen=row.chosen,
        grid=row.grid,
        actions=tuple(json.loads(row.actions)),
        parts=tuple(json.loads(row.parts)),
        digest=row.digest,
        answer=tuple(json.loads(row.answer)),
        offered=tuple(json.loads(row.offered)),
    )
