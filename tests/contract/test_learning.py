"""Dialogue log, harvest and review over every database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.engine import create_engine
from adapters.sql.harvest import SqlHarvest
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.models import SqlModels
from adapters.sql.review import SqlReviewStore
from adapters.sql.tables import learning
from adapters.sql.training_jobs import SqlTrainingJobs
from community.errors import (
    AnnotationRefusedError,
    ConflictError,
    NotFoundError,
    StoreUnavailableError,
)
from community.learning.entry import LogEntry, Pseudonyms
from community.learning.guards import ExampleIndex, Guard, Known
from community.learning.review import Decision, Review, Verdict
from community.learning.splits import is_after_cut
from tests.conftest import NOW
from tests.databases import migrated
from tests.postgres import private_postgres, programs
from training.harvest import harvest

PSEUDONYMS = Pseudonyms("secret")
LABELS = ["service/age", "service/low", "matter/light", "oos_gov", "oos_other"]
INDEX = ExampleIndex([Known("高龄津贴要带啥", "service/age")])
UNSURE = (("oos_other", 0.4), ("service/age", 0.3))


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with private_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def engine(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[AsyncEngine]:
    """Each database, freshly migrated and empty."""
    url = f"sqlite:///{tmp_path}/learning.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrated, url)
    found = create_engine(url)
    async with found.begin() as connection:
        for table in learning.TABLES:
            await connection.execute(sa.delete(table))
    yield found
    await found.dispose()


@pytest.fixture
def log(engine: AsyncEngine) -> SqlDialogueLog:
    return SqlDialogueLog(engine, PSEUDONYMS, lambda: NOW)


@pytest.fixture
def review(engine: AsyncEngine) -> Review:
    return Review(SqlReviewStore(engine), INDEX, LABELS)


def trains(who: str) -> str:
    """A resident of this name whose questions train."""
    return next(f"web:{who}{n}" for n in range(100) if not _judges(f"web:{who}{n}"))


def judges(who: str) -> str:
    """A resident of this name whose questions judge."""
    return next(f"web:{who}{n}" for n in range(100) if _judges(f"web:{who}{n}"))


def _judges(conversation: str) -> bool:
    return int(PSEUDONYMS.person(conversation)[:8], 16) % 5 == 0


def entry(who: str, text: str, seconds: int = 0, **more: object) -> LogEntry:
    found = LogEntry(
        message=PSEUDONYMS.message(f"{who}{text}{seconds}"),
        person=PSEUDONYMS.person(who),
        at=NOW + timedelta(seconds=seconds),
        channel="web",
        kind="text",
        text=text,
        model="m1",
        latency_ms=12,
        ranking=UNSURE,
        decision="abstain",
        intent="oos_other",
    )
    return replace(found, **more)  # type: ignore[arg-type]


async def fill(engine: AsyncEngine, log: SqlDialogueLog, *entries: LogEntry) -> None:
    await log.store([one.to_json() for one in entries])
    await harvest(SqlHarvest(engine), INDEX.is_known, NOW)


async def count(engine: AsyncEngine, table: sa.Table) -> int:
    async with engine.connect() as connection:
        found = await connection.scalar(sa.select(sa.func.count()).select_from(table))
    return int(found or 0)


async def test_entries_are_stored_once(engine, log):
    lines = [entry("web:a", "老年食堂在哪").to_json()]
    assert await log.store(lines) == 1
    assert await log.store(lines * 2) == 2
    assert await count(engine, learning.turn) == 1


async def test_a_malformed_entry_does_not_stop_the_others(engine, log):
    good = entry("web:a", "老年食堂在哪").to_json()
    assert await log.store(["nonsense", '{"v": 9}', good]) == 1
    assert await count(engine, learning.turn) == 1


async def test_a_lost_database_stores_nothing_and_says_so(tmp_path):
    broken = create_engine(f"sqlite:///{tmp_path}/missing/none.db")
    log = SqlDialogueLog(broken, PSEUDONYMS)
    with pytest.raises(StoreUnavailableError):
        await log.store([entry("web:a", "x").to_json()])


async def test_a_dialogue_is_shown_around_a_turn(log):
    turns = [entry("web:a", f"第{n}句", n) for n in range(5)]
    await log.store([t.to_json() for t in turns] + [entry("web:b", "别人").to_json()])
    shown = await log.conversation(turns[2].message, before=1, after=1)
    assert [t.text for t in shown] == ["第1句", "第2句", "第3句"]
    assert await log.conversation("nothing") == []


async def test_the_same_question_is_folded_and_near_ones_are_clustered(
    engine, log, review
):
    await fill(
        engine,
        log,
        entry("web:a", "老年食堂在哪里吃饭"),
        entry("web:b", "老年食堂在哪里吃饭？"),
        entry("web:c", "老年食堂在哪里能吃饭"),
        entry("web:d", "驾驶证到期了去哪换"),
    )
    clusters = await review.next("op", NOW)
    assert [(c.n_questions, c.n_persons, c.n_turns) for c in clusters] == [
        (2, 3, 3),
        (1, 1, 1),
    ]
    assert clusters[0].questions[0].n_persons == 2


async def test_a_harvest_may_be_repeated_and_goes_on_where_it_stopped(
    engine, log, review
):
    await fill(engine, log, entry("web:a", "老年食堂在哪里吃饭"))
    before = await review.next("op", NOW)
    await fill(engine, log)
    assert await review.next("op", NOW) == before
    later = SqlDialogueLog(engine, PSEUDONYMS, lambda: NOW + timedelta(hours=1))
    await fill(engine, later, entry("web:b", "驾驶证到期了去哪换"))
    assert len(await review.next("op", NOW)) == 2


async def test_one_resident_weighs_once_however_often_they_repeat(engine, log, review):
    hostile = [entry("web:evil", f"低保就是高龄津贴{n}", n) for n in range(1_000)]
    honest = [entry(f"web:h{n}", "老年食堂在哪里吃饭") for n in range(3)]
    await fill(engine, log, *hostile, *honest)
    first, second = await review.next("op", NOW)
    assert first.questions[0].text == "老年食堂在哪里吃饭"
    assert (second.n_persons, second.n_turns) == (1, 1_000)
    assert second.score < first.score


async def test_a_pushed_phrase_is_accepted_only_with_open_eyes(engine, log, review):
    who = trains("evil")
    await fill(engine, log, *(entry(who, "低保就是高龄津贴", n) for n in range(1_000)))
    (cluster,) = await review.next("op", NOW)
    ids = [cluster.questions[0].id]
    wanted = Verdict(Decision.RELABEL, "service/age")
    with pytest.raises(AnnotationRefusedError, match="1000 遍"):
        await review.decide(ids, wanted, "op", NOW)
    knowing = replace(wanted, despite=frozenset({Guard.ONE_VOICE}))
    await review.decide(ids, knowing, "op", NOW)
    (written,) = await SqlModels(engine).waiting_examples()
    assert written.example.text == "低保就是高龄津贴"
    audit = await SqlModels(engine).audit()
    assert audit[0]["detail"]["despite"] == ["one_voice"]


async def test_a_cluster_is_labelled_in_one_action_and_taken_back(engine, log, review):
    await fill(
        engine,
        log,
        entry(trains("a"), "老年食堂在哪里吃饭"),
        entry(trains("b"), "老年食堂在哪里能吃饭"),
    )
    (cluster,) = await review.next("op", NOW)
    ids = [q.id for q in cluster.questions]
    await review.decide(ids, Verdict(Decision.OUT_OF_SCOPE), "op", NOW)
    assert await review.next("op", NOW) == []
    waiting = await SqlModels(engine).waiting_examples()
    assert {w.example.label for w in waiting} == {"oos_other"}
    assert await review.undo("op", NOW) == 2
    assert await SqlModels(engine).waiting_examples() == []
    assert len(await review.next("op", NOW)) == 1
    with pytest.raises(NotFoundError):
        await review.undo("op", NOW)


async def test_of_two_operators_the_first_decides_and_the_second_is_told(
    engine, log, review
):
    await fill(engine, log, entry(trains("a"), "老年食堂在哪里吃饭"))
    (cluster,) = await review.next("anna", NOW)
    store, seen = review.store, await review.store.questions([cluster.questions[0].id])
    verdict = Verdict(Decision.OUT_OF_SCOPE)
    labels = {seen[0].id: "oos_other"}
    results = await asyncio.gather(
        store.decide(seen, verdict, labels, "anna", NOW),
        store.decide(seen, verdict, labels, "bob", NOW),
        return_exceptions=True,
    )
    losers = [r for r in results if isinstance(r, BaseException)]
    assert len(losers) == 1
    assert isinstance(losers[0], (ConflictError, StoreUnavailableError))
    assert len(await SqlModels(engine).waiting_examples()) == 1


async def test_a_shown_cluster_is_kept_from_others_for_a_while(engine, log, review):
    await fill(engine, log, entry("web:a", "老年食堂在哪里吃饭"))
    assert len(await review.next("anna", NOW, claim=True)) == 1
    assert await review.next("bob", NOW, claim=True) == []
    assert len(await review.next("anna", NOW, claim=True)) == 1
    assert len(await review.next("bob", NOW + timedelta(minutes=5))) == 1


async def test_a_held_question_waits_for_a_colleague(engine, log, review):
    await fill(engine, log, entry(trains("a"), "老年食堂在哪里吃饭"))
    (cluster,) = await review.next("anna", NOW)
    ids = [cluster.questions[0].id]
    await review.decide(ids, Verdict(Decision.HOLD, note="问问民政"), "anna", NOW)
    assert await review.next("anna", NOW) == []
    (held,) = await review.next("bob", NOW, held=True)
    assert held.questions[0].held_by == "anna"
    await review.decide(ids, Verdict(Decision.DISCARD), "bob", NOW)
    assert await review.next("bob", NOW, held=True) == []


async def test_an_unknown_label_is_refused(engine, log, review):
    await fill(engine, log, entry(trains("a"), "老年食堂在哪里吃饭"))
    (cluster,) = await review.next("op", NOW)
    with pytest.raises(AnnotationRefusedError, match="没有这一项"):
        await review.decide(
            [cluster.questions[0].id],
            Verdict(Decision.RELABEL, "service/none"),
            "op",
            NOW,
        )


async def test_questions_of_judging_residents_never_train(engine, log, review):
    await fill(engine, log, entry(judges("j"), "老年食堂在哪里吃饭"))
    (cluster,) = await review.next("op", NOW)
    ids = [cluster.questions[0].id]
    await review.decide(ids, Verdict(Decision.OUT_OF_SCOPE), "op", NOW)
    models = SqlModels(engine)
    assert await models.waiting_examples() == []
    (exam,) = await models.recent_exams(NOW - timedelta(days=1))
    assert exam.label == "oos_other"


async def test_questions_of_a_judging_day_never_train_whoever_asks_again(
    engine, log, review
):
    day = next(n for n in range(10) if is_after_cut(NOW + timedelta(days=n)))
    first = entry(trains("a"), "老年食堂在哪里吃饭", 86_400 * day)
    again = entry(trains("b"), "老年食堂在哪里吃饭", 86_400 * (day + 1))
    await fill(engine, log, first)
    await fill(engine, log, again)
    (cluster,) = await review.next("op", NOW)
    ids = [cluster.questions[0].id]
    await review.decide(ids, Verdict(Decision.OUT_OF_SCOPE), "op", NOW)
    models = SqlModels(engine)
    assert await models.waiting_examples() == []
    assert len(await models.recent_exams(NOW - timedelta(days=1))) == 1


async def test_a_forgotten_person_leaves_log_queue_and_examples(engine, log, review):
    gone, stays = trains("gone"), trains("stays")
    await fill(
        engine,
        log,
        entry(gone, "老年食堂在哪里吃饭"),
        entry(gone, "驾驶证到期了去哪换", 5),
        entry(stays, "驾驶证到期了去哪换"),
    )
    clusters = await review.next("op", NOW)
    ids = [c.questions[0].id for c in clusters]
    await review.decide(ids, Verdict(Decision.OUT_OF_SCOPE), "op", NOW)
    models = SqlModels(engine)
    await models.written(await models.waiting_examples(), NOW)
    assert await log.forget(gone, NOW + timedelta(minutes=1)) == 2
    assert await count(engine, learning.turn) == 1
    assert await count(engine, learning.question) == 1
    assert await count(engine, learning.question_cluster) == 1
    (withdrawn,) = await models.waiting_examples()
    assert withdrawn.is_withdrawn
    assert withdrawn.example.text == "老年食堂在哪里吃饭"
    await models.written([withdrawn], NOW)
    assert await count(engine, learning.annotation) == 1


async def test_late_entries_of_a_forgotten_person_are_dropped(engine, log):
    await log.forget("web:a", NOW + timedelta(seconds=10))
    before, after = entry("web:a", "早说的"), entry("web:a", "后来说的", 60)
    await log.store([before.to_json(), after.to_json()])
    assert await count(engine, learning.turn) == 1


async def test_old_turns_expire_with_their_open_questions(engine, log, review):
    await fill(
        engine,
        log,
        entry("web:a", "老年食堂在哪里吃饭"),
        entry("web:b", "驾驶证到期了去哪换", 86_400 * 100),
    )
    assert await log.expire(NOW + timedelta(days=101), days=30) == 1
    (left,) = await review.next("op", NOW)
    assert left.questions[0].text == "驾驶证到期了去哪换"


async def test_one_training_runs_at_a_time_and_a_dead_one_is_seen(engine):
    jobs = SqlTrainingJobs(engine)
    first = await jobs.request("train", "anna", NOW)
    second = await jobs.request("evaluate", "bob", NOW, subject="m1")
    taken = await jobs.take(1, NOW)
    assert (taken.id, taken.kind) == (first, "train")
    with pytest.raises(ConflictError) as refused:
        await jobs.take(2, NOW + timedelta(seconds=10))
    assert refused.value.owner == "anna"
    later = NOW + timedelta(minutes=10)
    dead = {job.id: job for job in await jobs.newest(later)}[first]
    assert (dead.state, dead.error) == ("failed", "interrupted")
    taken = await jobs.take(2, later)
    assert (taken.id, taken.subject) == (second, "m1")
    await jobs.finish(second, later, model="m1")
    assert {job.id: job.state for job in await jobs.newest(later)} == {
        first: "failed",
        second: "done",
    }
    assert await jobs.take(3, later) is None
