"""What later news, deletions and failures change in lists and figures."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.harvest import Finding, SqlHarvest
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.learning_figures import Span, SqlLearningFigures
from adapters.sql.review import SqlReviewStore
from adapters.sql.tables import learning
from community.learning.grams import bands, grams
from community.learning.review import Decision, Review, Verdict
from community.learning.signals import Reason, Signal
from tests.conftest import NOW
from tests.contract.test_learning import INDEX, LABELS, PSEUDONYMS, entry, fill, trains

CANTEEN, CANTEEN_TOO = "老年食堂在哪里吃饭", "老年食堂在哪里能吃饭"


@pytest.fixture
async def log(engine: AsyncEngine) -> SqlDialogueLog:
    async with engine.begin() as connection:
        for table in learning.TABLES:
            await connection.execute(sa.delete(table))
    return SqlDialogueLog(engine, PSEUDONYMS, lambda: NOW)


@pytest.fixture
def review(engine: AsyncEngine) -> Review:
    return Review(SqlReviewStore(engine), INDEX, LABELS)


async def test_a_choice_counts_that_was_made_after_the_question_was_harvested(
    engine, log, review
):
    await fill(engine, log, entry("web:a", CANTEEN, decision="clarify"))
    (cluster,) = await review.next("op", NOW)
    assert cluster.questions[0].suggested == ""
    tap = entry("web:a", "", 90, item="service/age", chosen=True, decision="answer")
    await fill(engine, log, replace(tap, ranking=()))
    (cluster,) = await review.next("op", NOW)
    assert cluster.questions[0].suggested == "service/age"
    span = Span(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    figures = await SqlLearningFigures(engine).breakdown(span)
    assert figures.total.n_resolved == 1
    # The question falls out of view, the choice does not.
    await fill(engine, log)
    (cluster,) = await review.next("op", NOW)
    assert cluster.questions[0].suggested == "service/age"


async def test_a_choice_leaves_the_operators_decision_alone(engine, log, review):
    await fill(engine, log, entry(trains("a"), CANTEEN, decision="clarify"))
    (cluster,) = await review.next("op", NOW)
    ids = [cluster.questions[0].id]
    await review.decide(ids, Verdict(Decision.OUT_OF_SCOPE), "op", NOW)
    tap = entry(trains("a"), "", 90, item="service/age", chosen=True)
    await fill(engine, log, replace(tap, ranking=(), decision="answer"))
    assert await review.next("op", NOW) == []


async def test_a_cluster_with_nothing_left_to_decide_leaves_the_list(
    engine, log, review
):
    await fill(
        engine,
        log,
        entry("web:a", CANTEEN),
        entry("web:b", CANTEEN_TOO, 86_400 * 100),
    )
    (cluster,) = await review.next("op", NOW)
    late = next(q for q in cluster.questions if q.text == CANTEEN_TOO)
    await review.decide([late.id], Verdict(Decision.OUT_OF_SCOPE), "op", NOW)
    await log.expire(NOW + timedelta(days=101), days=30)
    assert await review.next("op", NOW) == []
    async with engine.connect() as connection:
        row = (await connection.execute(sa.select(learning.question_cluster))).one()
    assert (row.is_open, row.n_questions, row.n_persons) == (False, 0, 0)


async def test_an_old_record_that_counts_wrong_is_not_shown(engine, log, review):
    await fill(engine, log, entry("web:a", CANTEEN))
    async with engine.begin() as connection:
        await connection.execute(sa.update(learning.question).values(status="decided"))
    assert await review.next("op", NOW) == []


async def test_a_drawn_message_that_is_discarded_is_not_counted_as_right(
    engine, log, review
):
    asked = [entry("web:a", CANTEEN), entry("web:b", "驾驶证到期了去哪换")]
    asked = [replace(one, decision="answer") for one in asked]
    await fill(engine, log, *asked)
    store = SqlHarvest(engine)
    drawn = [
        Finding(one, Signal(one.message, one.person, one.at, Reason.SAMPLED, ""))
        for one in asked
    ]
    await store.write(drawn, NOW)
    clusters = await review.next("op", NOW)
    first, second = [one.questions[0].id for one in clusters]
    await review.decide([first], Verdict(Decision.DISCARD), "op", NOW)
    await review.decide([second], Verdict(Decision.OUT_OF_SCOPE), "op", NOW)
    span = Span(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    found = await SqlLearningFigures(engine).wrong_answers(span)
    assert found is not None
    assert (found.n_sampled, found.n_unclear) == (1, 1)
    assert found.high > 0.9


@pytest.mark.parametrize("how", ["forget", "expire"])
async def test_scores_and_leaders_are_of_those_who_are_still_there(
    engine, log, review, how
):
    await fill(
        engine,
        log,
        entry("web:gone", CANTEEN),
        entry("web:gone", CANTEEN_TOO, 1),
        entry("web:stays", CANTEEN_TOO, 86_400 * 100),
    )
    (before,) = await review.next("op", NOW)
    assert (before.n_questions, before.n_persons, before.n_turns) == (2, 2, 3)
    if how == "forget":
        await log.forget("web:gone", NOW + timedelta(minutes=1))
    else:
        await log.expire(NOW + timedelta(days=101), days=30)
    (after,) = await review.next("op", NOW)
    assert (after.n_questions, after.n_persons, after.n_turns) == (1, 1, 1)
    assert after.questions[0].n_persons == 1
    assert after.score == after.questions[0].score < before.score
    async with engine.connect() as connection:
        leader = await connection.scalar(sa.select(learning.question_cluster.c.leader))
        found = await connection.execute(sa.select(learning.cluster_band.c.band))
    assert leader == CANTEEN_TOO
    assert set(found.scalars()) == set(bands(grams(CANTEEN_TOO)))
    # What is like it still finds its cluster.
    await fill(engine, log, entry("web:c", CANTEEN, 86_400 * 100))
    assert len(await review.next("op", NOW)) == 1


async def test_messages_that_were_given_up_are_counted_and_found(engine, log):
    given_up = entry("web:a", CANTEEN, decision="failed")
    await fill(engine, log, given_up, entry("web:b", CANTEEN, decision="answer"))
    figures = SqlLearningFigures(engine)
    span = Span(NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    total = (await figures.breakdown(span)).total
    assert (total.n_messages, total.n_failed, total.alone) == (2, 1, 0.5)
    found = await figures.turns(replace(span, outcome="failed"), limit=10)
    assert [turn.message for turn in found] == [given_up.message]
