"""The harvest of reclassified tickets: how far it came, and whose turns are meant."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.learning import entry_of, transaction
from adapters.sql.tables.learning import learning_mark, question_signal, turn
from adapters.sql.unasked import delete_unasked
from community.learning.entry import LogEntry
from community.learning.signals import Reason

MARK = "relabelled_until"


class SqlRelabels:
    """The SQL side of `training.relabels`."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def mark(self) -> int:
        """Returns the last reclassification that was taken in; 0 at first."""
        query = sa.select(learning_mark.c.value).where(learning_mark.c.name == MARK)
        async with transaction(self._engine, "relabels") as connection:
            return int(await connection.scalar(query) or 0)

    async def finish(self, mark: int) -> None:
        """Notes the last reclassification that was taken in."""
        async with transaction(self._engine, "relabels") as connection:
            await connection.execute(
                sa.delete(learning_mark).where(learning_mark.c.name == MARK)
            )
            await connection.execute(
                sa.insert(learning_mark).values(name=MARK, value=str(mark))
            )

    async def turns(
        self, person: str, since: datetime, until: datetime
    ) -> list[LogEntry]:
        """Returns what a person said in a span of time, oldest first."""
        query = (
            sa.select(turn)
            .where(turn.c.person == person, turn.c.at >= since, turn.c.at <= until)
            .order_by(turn.c.at)
        )
        async with transaction(self._engine, "relabels") as connection:
            return [entry_of(row) for row in await connection.execute(query)]

    async def withdraw(self, message: str) -> None:
        """Takes back what an earlier reclassification said about a turn."""
        of_turn = (question_signal.c.turn == message) & (
            question_signal.c.kind == Reason.RECLASSIFIED.value
        )
        async with transaction(self._engine, "relabels") as connection:
            rows = await connection.execute(
                sa.select(question_signal.c.question).where(of_turn)
            )
            questions = list(rows.scalars())
            if not questions:
                return
            await connection.execute(sa.delete(question_signal).where(of_turn))
            await delete_unasked(connection, questions, open_only=True)
