"""Sentences of operators as questions of the review, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.harvest import fold
from adapters.sql.learning import transaction
from adapters.sql.tables.learning import question
from community.learning.entry import LogEntry
from community.learning.grams import key_of
from community.learning.own_words import OWN_WORDS

NOBODY = f"{1:08x}{0:024x}"
"""Pseudonym of no resident; what it says trains on every day."""


class SqlOwnWords:
    """Implements `community.learning.own_words.OwnWordsStore`."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def known(self, texts: Sequence[str]) -> Collection[str]:
        """See the port."""
        keys = [key_of(text) for text in texts]
        query = sa.select(question.c.key).where(
            question.c.key.in_(keys), question.c.status == "decided"
        )
        async with transaction(self._engine, "own words") as connection:
            return set((await connection.execute(query)).scalars())

    async def add(self, texts: Sequence[str], now: datetime) -> list[int]:
        """See the port."""
        entries = [
            LogEntry(
                message="",
                person=NOBODY,
                at=now,
                channel="",
                kind="text",
                text=text,
                model=OWN_WORDS,
                latency_ms=0,
            )
            for text in texts
        ]
        async with transaction(self._engine, "own words") as connection:
            ids = await fold(connection, entries, now)
        return [ids[key_of(text)] for text in texts]
