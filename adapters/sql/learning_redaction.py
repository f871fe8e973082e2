"""Takes residents' words out of reports and replays once their messages are gone.

A report names each recent message whose outcome differs, and a replay lists messages
of the last days. Both are kept longer than the log; a message that was deleted, or
that the retention has taken, leaves its figures there and not its words.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.question_scores import chunks
from adapters.sql.tables.learning import annotation, model_version, promotion, turn
from community.learning.gates import RECENT

GONE = "〔已删除〕"
"""Stands where somebody's words were."""
WITHDRAWN = "withdrawn"
COLUMNS = ((promotion, promotion.c.replay), (model_version, model_version.c.report))
Document = dict[str, Any]


async def redact(connection: AsyncConnection, texts: Sequence[str]) -> None:
    """Takes texts out of every report and replay, if nobody is left who said them.

    Args:
        connection: Within the transaction that deleted the messages.
        texts: What was said in them.
    """
    gone = set(texts) - await _kept(connection, set(texts)) - {""}
    for some in chunks(sorted(gone)):
        for table, column in COLUMNS:
            mentions = sa.or_(
                *(column.contains(_written(text), autoescape=True) for text in some)
            )
            await _rewrite(connection, table, column, mentions, gone.__contains__)


async def redact_unlogged(connection: AsyncConnection) -> None:
    """Takes out all words whose message is gone; finds what was written meanwhile."""
    for table, column in COLUMNS:
        is_written = column.is_not(None)
        rows = await connection.execute(sa.select(column).where(is_written))
        said = {
            entry[key]
            for text in rows.scalars()
            for entry, key in _places(json.loads(text))
        }
        gone = said - await _kept(connection, said) - {GONE}
        if gone:
            await _rewrite(connection, table, column, is_written, gone.__contains__)


async def _kept(connection: AsyncConnection, texts: set[str]) -> set[str]:
    """Returns those that a message in the log or an example still says."""
    found: set[str] = set()
    for some in chunks(sorted(texts)):
        logged = sa.select(turn.c.text).where(turn.c.text.in_(some))
        example = sa.select(annotation.c.text).where(
            annotation.c.text.in_(some), annotation.c.decision != WITHDRAWN
        )
        found |= set((await connection.execute(logged.union(example))).scalars())
    return found


async def _rewrite(
    connection: AsyncConnection,
    table: sa.Table,
    column: sa.Column[Any],
    which: Any,
    is_gone: Callable[[str], bool],
) -> None:
    rows = await connection.execute(sa.select(table.c.id, column).where(which))
    for number, text in rows.all():
        doc = json.loads(text)
        if _blacken(doc, is_gone):
            await connection.execute(
                sa.update(table)
                .where(table.c.id == number)
                .values({column: json.dumps(doc, ensure_ascii=False)})
            )


def _blacken(doc: Document, is_gone: Callable[[str], bool]) -> bool:
    """Puts `GONE` in the place of words; tells whether there were any."""
    places = [(entry, key) for entry, key in _places(doc) if is_gone(entry[key])]
    for entry, key in places:
        entry[key] = GONE
    return bool(places)


def _places(doc: Document) -> Iterator[tuple[Any, Any]]:
    """Finds where a replay or a report has residents' words."""
    recent = doc.get("sets", {}).get(RECENT, {})
    for one in (*doc.get("differences", ()), *recent.get("changes", ())):
        yield one, "text"
    for model in ("candidate", "current"):
        missed = (recent.get(model) or {}).get("emergencies", {}).get("missed", [])
        for place in range(len(missed)):
            yield missed, place


def _written(text: str) -> str:
    """Returns a text as it stands in JSON."""
    return json.dumps(text, ensure_ascii=False)
