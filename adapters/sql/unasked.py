"""Deletes questions that nobody's turn stands behind any more, and what they leave."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.question_scores import chunks, refresh_clusters, refresh_questions
from adapters.sql.tables.learning import (
    annotation,
    cluster_band,
    question,
    question_cluster,
    question_signal,
)
from community.learning.grams import bands, grams, key_of
from community.learning.own_words import OWN_WORDS


async def delete_unasked(
    connection: AsyncConnection, questions: Sequence[int], *, open_only: bool = False
) -> None:
    """Deletes those of the questions without a reason left; counts the others anew.

    An example that is in the training data already is marked as withdrawn; the next
    writing takes it out.
    """
    for some in chunks(questions):
        clusters = await refresh_questions(connection, some)
        still = sa.select(question_signal.c.question).where(
            question_signal.c.question.in_(some)
        )
        lonely = question.c.id.in_(some) & question.c.id.not_in(still)
        lonely &= question.c.model != OWN_WORDS
        if open_only:
            lonely &= question.c.status.in_(("open", "held"))
        rows = await connection.execute(sa.select(question.c.id).where(lonely))
        doomed = list(rows.scalars())
        of_doomed = annotation.c.question.in_(doomed)
        await connection.execute(
            sa.update(annotation)
            .where(of_doomed, annotation.c.written_at.is_not(None))
            .values(decision="withdrawn", question=0, note="")
        )
        await connection.execute(sa.delete(annotation).where(of_doomed))
        await connection.execute(sa.delete(question).where(question.c.id.in_(doomed)))
        await _tidy_clusters(connection, sorted(clusters))


async def _tidy_clusters(connection: AsyncConnection, clusters: Sequence[int]) -> None:
    """Deletes empty clusters; the others are led by a question that is still there."""
    rows = await connection.execute(
        sa.select(question.c.cluster, question.c.key, question.c.text)
        .where(question.c.cluster.in_(clusters))
        .order_by(question.c.score.desc(), question.c.id)
    )
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows:
        texts[row.cluster][row.key] = row.text
    leaders = await connection.execute(
        sa.select(question_cluster.c.id, question_cluster.c.leader).where(
            question_cluster.c.id.in_(list(texts))
        )
    )
    for row in leaders.all():
        if key_of(row.leader) not in texts[row.id]:
            await _lead(connection, row.id, next(iter(texts[row.id].values())))
    empty = [cluster for cluster in clusters if cluster not in texts]
    await connection.execute(
        sa.delete(cluster_band).where(cluster_band.c.cluster.in_(empty))
    )
    await connection.execute(
        sa.delete(question_cluster).where(question_cluster.c.id.in_(empty))
    )
    if texts:
        await refresh_clusters(connection, list(texts))


async def _lead(connection: AsyncConnection, cluster: int, text: str) -> None:
    """Makes another text the leader of a cluster."""
    await connection.execute(
        sa.update(question_cluster)
        .where(question_cluster.c.id == cluster)
        .values(leader=text)
    )
    await connection.execute(
        sa.delete(cluster_band).where(cluster_band.c.cluster == cluster)
    )
    found = sorted(set(bands(grams(text))))
    if found:
        await connection.execute(
            sa.insert(cluster_band),
            [{"band": band, "cluster": cluster} for band in found],
        )
