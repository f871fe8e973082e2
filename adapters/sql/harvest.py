"""Writes the harvest: questions with their reasons, folded, clustered and scored."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.sql.learning import entry_of, insert_once, transaction
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
from community.learning.signals import Signal
from community.learning.splits import split_of

MARK = "harvested_until"
OVERLAP = timedelta(minutes=1)
"""Entries of one instant may be stored by several dispatchers."""
LOOK_BACK = timedelta(minutes=40)
"""What came before may get a reason by what came now."""
CHUNK = 400
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Finding:
    """A turn and one reason to look at it."""

    entry: LogEntry
    signal: Signal


def chunks(things: Sequence[Thing], size: int = CHUNK) -> Iterator[Sequence[Thing]]:
    """Cuts a sequence into parts that fit into one statement."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


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
        """Folds findings into questions and clusters; may be repeated."""
        for some in chunks(findings):
            async with transaction(self._engine, "harvest") as connection:
                ids = await _fold(connection, some, now)
                rows = [_signal_row(f, ids[key_of(f.entry.text)]) for f in some]
                await connection.execute(insert_once(connection, question_signal), rows)
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


async def _fold(
    connection: AsyncConnection, findings: Sequence[Finding], now: datetime
) -> dict[str, int]:
    """Returns the question of each key; makes new ones in their clusters."""
    by_key: dict[str, LogEntry] = {}
    for finding in findings:
        key = key_of(finding.entry.text)
        known = by_key.get(key)
        if known is None or finding.entry.at > known.at:
            by_key[key] = finding.entry
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
    return {
        "key": key,
        "text": entry.text,
        "cluster": cluster,
        "status": "open",
        "version": 0,
        "split": split_of(entry.person),
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


async def refresh(connection: AsyncConnection, questions: Sequence[int]) -> None:
    """Counts questions and their clusters anew.

    A person weighs once: only the strongest reason of each person counts, in a
    question and in a cluster, however often they ask.
    """
    clusters: set[int] = set()
    for some in chunks(questions):
        clusters |= await _refresh_questions(connection, some)
    for part in chunks(sorted(clusters)):
        await _refresh_clusters(connection, part)


async def _refresh_questions(
    connection: AsyncConnection, ids: Sequence[int]
) -> set[int]:
    strongest = sa.func.max(question_signal.c.weight)
    query = (
        sa.select(
            question_signal.c.question,
            question_signal.c.person,
            strongest.label("weight"),
            sa.func.count(sa.distinct(question_signal.c.turn)).label("turns"),
            sa.func.max(question_signal.c.suggested).label("suggested"),
        )
        .where(question_signal.c.question.in_(ids))
        .group_by(question_signal.c.question, question_signal.c.person)
    )
    scores: Counter[int] = Counter()
    persons: Counter[int] = Counter()
    turns: Counter[int] = Counter()
    votes: dict[int, Counter[str]] = defaultdict(Counter)
    for row in await connection.execute(query):
        scores[row.question] += row.weight
        persons[row.question] += 1
        turns[row.question] += row.turns
        if row.suggested:
            votes[row.question][row.suggested] += 1
    if persons:
        await connection.execute(
            sa.update(question).where(question.c.id == sa.bindparam("this")),
            [
                {
                    "this": found,
                    "score": scores[found],
                    "n_persons": persons[found],
                    "n_turns": turns[found],
                    "suggested": votes[found].most_common(1)[0][0]
                    if votes[found]
                    else "",
                }
                for found in persons
            ],
        )
    rows = await connection.execute(
        sa.select(question.c.cluster).where(question.c.id.in_(ids)).distinct()
    )
    return set(rows.scalars())


async def _refresh_clusters(connection: AsyncConnection, ids: Sequence[int]) -> None:
    is_open = (question.c.cluster.in_(ids)) & (question.c.status == "open")
    by_person = (
        sa.select(
            question.c.cluster,
            question_signal.c.person,
            sa.func.max(question_signal.c.weight).label("weight"),
            sa.func.count(sa.distinct(question_signal.c.turn)).label("turns"),
        )
        .join(question_signal, question_signal.c.question == question.c.id)
        .where(is_open)
        .group_by(question.c.cluster, question_signal.c.person)
        .subquery()
    )
    sums = sa.select(
        by_person.c.cluster,
        sa.func.sum(by_person.c.weight).label("score"),
        sa.func.count().label("persons"),
        sa.func.sum(by_person.c.turns).label("turns"),
    ).group_by(by_person.c.cluster)
    found = {row.cluster: row for row in await connection.execute(sums)}
    counts = (
        sa.select(question.c.cluster, sa.func.count().label("n"))
        .where(is_open)
        .group_by(question.c.cluster)
    )
    n_questions = {row.cluster: row.n for row in await connection.execute(counts)}
    await connection.execute(
        sa.update(question_cluster).where(
            question_cluster.c.id == sa.bindparam("this")
        ),
        [
            {
                "this": cluster,
                "score": found[cluster].score if cluster in found else 0.0,
                "n_persons": found[cluster].persons if cluster in found else 0,
                "n_turns": found[cluster].turns if cluster in found else 0,
                "n_questions": n_questions.get(cluster, 0),
                "is_open": cluster in n_questions,
            }
            for cluster in ids
        ],
    )
