"""Counts questions and clusters of the review list anew, and scores them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.tables.learning import question, question_cluster, question_signal

CHUNK = 400
Thing = TypeVar("Thing")


def chunks(things: Sequence[Thing], size: int = CHUNK) -> Iterator[Sequence[Thing]]:
    """Cuts a sequence into parts that fit into one statement."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


async def refresh(connection: AsyncConnection, questions: Sequence[int]) -> None:
    """Counts questions and their clusters anew.

    A person weighs once: only the strongest reason of each person counts, in a
    question and in a cluster, however often they ask.
    """
    clusters: set[int] = set()
    for some in chunks(questions):
        clusters |= await refresh_questions(connection, some)
    for part in chunks(sorted(clusters)):
        await refresh_clusters(connection, part)


async def refresh_questions(
    connection: AsyncConnection, ids: Sequence[int]
) -> set[int]:
    """Counts questions anew.

    Returns:
        Their clusters, which are to be counted then.
    """
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


async def refresh_clusters(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Counts clusters anew from their open questions."""
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
