"""Writes the harvest: questions with their reasons, folded, clustered and scored."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.learning import entry_of, insert_once, transaction
from adapters.sql.question_scores import chunks, refresh
from adapters.sql.tables.learning import (
    cluster_band,
    learning_mark,
    question,
    question_cluster,
    question_signal,
    turn,
)
from community.learning.entry import LogEntry
from community.learning.grams import NEAR, bands, grams, key_of, similarity
from community.learning.own_words import OWN_WORDS
from community.learning.signals import Signal
from community.learning.splits import TRAIN, split_of

MARK = "harvested_until"
OVERLAP = timedelta(minutes=1)
"""Entries of one instant may be stored by several dispatchers."""
LOOK_BACK = timedelta(minutes=40)
"""What came before may get a reason by what came now."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A turn and one reason to look at it."""

    entry: LogEntry
    signal: Signal


class SqlHarvest:
    """The SQL side of `training.harvest`."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Uses an engine that somebody else closes."""
        self._engine = engine

    async def new_persons(self) -> tuple[list[tuple[str, datetime]], str | None]:
        """Returns who said something since the last harvest, and the next mark.

        Returns:
            Each person with the time of their first new turn, and the mark to
            give to `finish`; `None` if there is nothing new.
        """
        async with transaction(self._engine, "harvest") as connection:
            mark = await connection.scalar(
                sa.select(learning_mark.c.value).where(learning_mark.c.name == MARK)
            )
            newest = await connection.scalar(sa.select(sa.func.max(turn.c.stored_at)))
            query = sa.select(turn.c.person, sa.func.min(turn.c.at)).group_by(
                turn.c.person
            )
            if mark is not None:
                since = datetime.fromisoformat(mark) - OVERLAP
                query = query.where(turn.c.stored_at >= since)
            rows = (await connection.execute(query)).all()
        next_mark = newest.isoformat() if newest is not None else None
        return [(person, first) for person, first in rows], next_mark

    async def turns_of(
        self, persons: Sequence[tuple[str, datetime]]
    ) -> dict[str, list[LogEntry]]:
        """Returns the turns of some persons, in order, from a while before."""
        since = min(first for _, first in persons) - LOOK_BACK
        query = (
            sa.select(turn)
            .where(turn.c.person.in_([person for person, _ in persons]))
            .where(turn.c.at >= since)
            .order_by(turn.c.person, turn.c.at)
        )
        found: dict[str, list[LogEntry]] = defaultdict(list)
        async with transaction(self._engine, "harvest") as connection:
            for row in await connection.execute(query):
                found[row.person].append(entry_of(row))
        return found

    async def write(self, findings: Sequence[Finding], now: datetime) -> None:
        """Folds findings into questions and clusters; may be repeated.

        Turns that were deleted since they were read leave nothing behind.
        """
        for part in chunks(findings):
            async with transaction(self._engine, "harvest") as connection:
                some = await _still_logged(connection, part)
                if not some:
                    continue
                ids = await fold(connection, [f.entry for f in some], now)
                rows = [_signal_row(f, ids[key_of(f.entry.text)]) for f in some]
                # What was chosen may come after the question was harvested.
                signals = insert_once(connection, question_signal, fill="suggested")
                await connection.execute(signals, rows)
                await refresh(connection, sorted(set(ids.values())))

    async def finish(self, mark: str) -> None:
        """Notes how far the harvest has come."""
        async with transaction(self._engine, "harvest") as connection:
            await connection.execute(
                sa.delete(learning_mark).where(learning_mark.c.name == MARK)
            )
            await connection.execute(
                sa.insert(learning_mark).values(name=MARK, value=mark)
            )


async def _still_logged(
    connection: AsyncConnection, findings: Sequence[Finding]
) -> list[Finding]:
    """Leaves out turns that are gone; the others stay until the transaction ends."""
    query = sa.select(turn.c.message).where(
        turn.c.message.in_({finding.signal.turn for finding in findings})
    )
    rows = await connection.execute(query.with_for_update(read=True))
    logged = set(rows.scalars())
    return [finding for finding in findings if finding.signal.turn in logged]


def _signal_row(finding: Finding, question_id: int) -> dict[str, Any]:
    signal = finding.signal
    return {
        "turn": signal.turn,
        "kind": signal.reason.value,
        "question": question_id,
        "person": signal.person,
        "at": signal.at,
        "weight": signal.weight,
        "suggested": signal.suggested,
    }


async def fold(
    connection: AsyncConnection, entries: Sequence[LogEntry], now: datetime
) -> dict[str, int]:
    """Returns the question of each key; makes new ones in their clusters."""
    by_key: dict[str, LogEntry] = {}
    for entry in entries:
        key = key_of(entry.text)
        known = by_key.get(key)
        if known is None or entry.at > known.at:
            by_key[key] = entry
    ids = await _question_ids(connection, by_key)
    new = {key: entry for key, entry in by_key.items() if key not in ids}
    if new:
        places = await _clusters_for(connection, new, now)
        await connection.execute(
            insert_once(connection, question),
            [_question_row(key, e, places[key]) for key, e in new.items()],
        )
        ids |= await _question_ids(connection, new)
    return ids


async def _question_ids(
    connection: AsyncConnection, keys: Iterable[str]
) -> dict[str, int]:
    query = sa.select(question.c.key, question.c.id).where(question.c.key.in_(keys))
    return {row.key: row.id for row in await connection.execute(query)}


def _question_row(key: str, entry: LogEntry, cluster: int) -> dict[str, Any]:
    is_own = entry.model == OWN_WORDS
    return {
        "key": key,
        "text": entry.text,
        "cluster": cluster,
        "status": "open",
        "version": 0,
        "split": TRAIN if is_own else split_of(entry.person, entry.at),
        "ranking": json.dumps(entry.ranking),
        "decision": entry.decision,
        "facets": json.dumps(entry.facets),
        "emergency": entry.emergency,
        "model": entry.model,
        "suggested": "",
        "first_at": entry.at,
        "last_at": entry.at,
    }


async def _clusters_for(
    connection: AsyncConnection, new: dict[str, LogEntry], now: datetime
) -> dict[str, int]:
    """Finds the cluster of each new text, or makes one that it leads."""
    gram_sets = {key: grams(entry.text) for key, entry in new.items()}
    band_lists = {key: bands(found) for key, found in gram_sets.items()}
    leaders, by_band = await _near_leaders(connection, band_lists.values())
    places: dict[str, int] = {}
    for key, entry in new.items():
        near = {c for band in band_lists[key] for c in by_band[band]}
        scored = [(similarity(gram_sets[key], leaders[c]), c) for c in near]
        best = max(scored, default=(0.0, 0))
        if best[0] >= NEAR:
            places[key] = best[1]
            continue
        cluster = await _new_cluster(connection, entry.text, band_lists[key], now)
        places[key] = cluster
        leaders[cluster] = gram_sets[key]
        for band in band_lists[key]:
            by_band[band].append(cluster)
    return places


async def _near_leaders(
    connection: AsyncConnection, band_lists: Iterable[list[int]]
) -> tuple[dict[int, frozenset[int]], dict[int, list[int]]]:
    """Returns leaders that share a band with any of the texts."""
    wanted = sorted({band for found in band_lists for band in found})
    by_band: dict[int, list[int]] = defaultdict(list)
    leaders: dict[int, frozenset[int]] = {}
    for some in chunks(wanted, 2_000):
        rows = await connection.execute(
            sa.select(
                cluster_band.c.band, question_cluster.c.id, question_cluster.c.leader
            )
            .join(question_cluster, question_cluster.c.id == cluster_band.c.cluster)
            .where(cluster_band.c.band.in_(some))
        )
        for row in rows:
            by_band[row.band].append(row.id)
            if row.id not in leaders:
                leaders[row.id] = grams(row.leader)
    return leaders, by_band


async def _new_cluster(
    connection: AsyncConnection, leader: str, found: list[int], now: datetime
) -> int:
    result = await connection.execute(
        sa.insert(question_cluster).values(leader=leader, is_open=True, created_at=now)
    )
    cluster = int(result.inserted_primary_key[0])
    await connection.execute(
        insert_once(connection, cluster_band),
        [{"band": band, "cluster": cluster} for band in sorted(set(found))],
    )
    return cluster
