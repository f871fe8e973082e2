"""Decisions that turn out wrong later: found, reopened, given another label."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.decided import SqlDecided
from adapters.sql.harvest import SqlHarvest
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.models import SqlModels
from adapters.sql.own_words import SqlOwnWords
from adapters.sql.review import SqlReviewStore
from adapters.sql.tables import learning
from community.errors import AnnotationRefusedError, ConflictError, NotFoundError
from community.learning.decided import DecidedQuery, DecidedQuestion, Revision
from community.learning.entry import LogEntry, Pseudonyms
from community.learning.guards import ExampleIndex, Guard, Known
from community.learning.own_words import OwnWords
from community.learning.review import Decision, Review, Verdict
from tests.conftest import NOW
from training.datafiles import write_examples
from training.harvest import harvest

PSEUDONYMS = Pseudonyms("secret")
AGE, LOW = "service/age", "service/low"
LATER = NOW + timedelta(days=60)
TEXT = "俺娘的那个补助咋领"


@dataclass(frozen=True)
class World:
    engine: AsyncEngine
    log: SqlDialogueLog
    folder: Path

    def review(self) -> Review:
        """The guards see the files as they are now."""
        known = [
            Known(line.strip()[2:], str(path.relative_to(self.folder))[:-4])
            for path in sorted(self.folder.rglob("*.yml"))
            for line in path.read_text("utf-8").splitlines()
            if line.startswith("      - ")
        ]
        labels = [AGE, LOW, "oos_gov", "oos_other"]
        return Review(SqlReviewStore(self.engine), ExampleIndex(known), labels)

    def revision(self) -> Revision:
        return Revision(SqlDecided(self.engine), self.review())

    async def write(self) -> None:
        await write_examples(SqlModels(self.engine), self.folder, NOW)

    async def decided(self, **query: object) -> list[DecidedQuestion]:
        return await SqlDecided(self.engine).find(DecidedQuery(**query))  # type: ignore[arg-type]

    def lines(self, label: str) -> str:
        path = self.folder / f"{label}.yml"
        return path.read_text("utf-8") if path.is_file() else ""


@pytest.fixture
async def world(engine: AsyncEngine, tmp_path: Path) -> World:
    async with engine.begin() as connection:
        for table in learning.TABLES:
            await connection.execute(sa.delete(table))
    return World(engine, SqlDialogueLog(engine, PSEUDONYMS), tmp_path / "nlu")


async def harvested(world: World, text: str, who: str) -> None:
    """Somebody asks, and it is worth a look."""
    entry = LogEntry(
        message=PSEUDONYMS.message(who + text),
        person=PSEUDONYMS.person(who),
        at=NOW,
        channel="web",
        kind="text",
        text=text,
        model="m1",
        latency_ms=12,
        ranking=((AGE, 0.4), (LOW, 0.3)),
        decision="clarify",
        intent="nlu_fallback",
    )
    await world.log.store([entry.to_json()])
    await harvest(SqlHarvest(world.engine), lambda gram: True, NOW)


async def accepted(world: World, text: str = TEXT, who: str = "web:a") -> int:
    """Somebody asks, somebody accepts, and it is written into the files."""
    while int(PSEUDONYMS.person(who)[:8], 16) % 5 == 0:  # somebody who trains
        who += "x"
    await harvested(world, text, who)
    clusters = await world.review().next("anna", NOW)
    (question,) = [q for c in clusters for q in c.questions if q.text == text]
    await world.review().decide([question.id], Verdict(Decision.ACCEPT), "anna", NOW)
    await world.write()
    assert text in world.lines(AGE)
    return question.id


async def test_a_wrong_label_changes_in_the_training_data_and_on_record(world):
    number = await accepted(world)
    await accepted(world, "别的老人的钱怎么算", "web:b")
    (found,) = await world.decided(text="补助")
    assert (found.question, found.label, found.by) == (number, AGE, "anna")
    assert found.is_written
    verdict = Verdict(Decision.RELABEL, label=LOW)
    seen = {number: found.version}
    await world.revision().revise(seen, "说的是低保", "bob", LATER, verdict=verdict)
    await world.write()
    assert TEXT not in world.lines(AGE)
    assert TEXT in world.lines(LOW)
    (now,) = await world.decided(label=LOW)
    assert (now.by, now.note, now.version) == ("bob", "说的是低保", found.version + 1)
    async with world.engine.connect() as connection:
        query = sa.select(learning.annotation).where(
            learning.annotation.c.question == number
        )
        old, new = (await connection.execute(query.order_by("id"))).all()
    assert (old.label, old.by, old.undone_by) == (AGE, "anna", "bob")
    assert (new.label, new.undone_at) == (LOW, None)
    line = (await SqlModels(world.engine).audit())[0]
    assert (line["who"], line["what"]) == ("bob", "revise")
    assert (line["detail"]["before"], line["detail"]["labels"]) == ([AGE], [LOW])
    assert line["detail"]["reason"] == "说的是低保"


async def test_a_reopened_question_leaves_the_data_and_comes_back(world):
    number = await accepted(world)
    assert await world.review().next("bob", LATER) == []
    (found,) = await world.decided()
    await world.revision().revise({number: found.version}, "拿不准", "bob", LATER)
    await world.write()
    assert TEXT not in world.lines(AGE)
    assert await world.decided() == []
    (cluster,) = await world.review().next("bob", LATER)
    assert [q.id for q in cluster.questions] == [number]
    await world.review().decide([number], Verdict(Decision.ACCEPT), "bob", LATER)
    await world.write()
    assert world.lines(AGE).count(TEXT) == 1


async def test_it_is_reopened_even_when_its_turns_have_expired(world):
    number = await accepted(world)
    await world.log.expire(LATER, days=30)
    (found,) = await world.decided()
    await world.revision().revise({number: found.version}, "拿不准", "bob", LATER)
    (cluster,) = await world.review().next("bob", LATER)
    assert [q.id for q in cluster.questions] == [number]


async def test_of_two_corrections_the_second_is_told(world):
    number = await accepted(world)
    (found,) = await world.decided()
    seen = {number: found.version}
    verdict = Verdict(Decision.RELABEL, label=LOW)
    await world.revision().revise(seen, "低保", "bob", LATER, verdict=verdict)
    with pytest.raises(ConflictError) as conflict:
        await world.revision().revise(seen, "再看看", "carl", LATER)
    assert conflict.value.owner == "bob"


async def test_the_guards_stand_but_the_old_label_does_not_speak_against_it(world):
    number = await accepted(world)
    await accepted(world, "低保的补助咋领啊", "web:b")
    found = (await world.decided(text=TEXT))[0]
    seen = {number: found.version}
    revision = world.revision()
    with pytest.raises(AnnotationRefusedError, match="哪里不对"):
        await revision.revise(seen, " ", "bob", LATER)
    unknown = Verdict(Decision.RELABEL, label="service/none")
    with pytest.raises(AnnotationRefusedError, match="没有这一项"):
        await revision.revise(seen, "错了", "bob", LATER, verdict=unknown)
    with pytest.raises(NotFoundError):
        await revision.revise({9_999: 1}, "错了", "bob", LATER)
    said = await world.review().warn([number], LOW)
    assert [o.guard for o in said[number]] == [Guard.CONTRADICTION]
    assert await world.review().warn([number], LOW, instead_of=AGE) == {number: []}


async def test_a_correction_is_taken_back_like_any_decision(world):
    number = await accepted(world)
    (found,) = await world.decided()
    verdict = Verdict(Decision.DISCARD)
    seen = {number: found.version}
    await world.revision().revise(seen, "不是话", "bob", LATER, verdict=verdict)
    assert (await world.decided())[0].decision is Decision.DISCARD
    assert await world.review().undo("bob", LATER) == 1
    (cluster,) = await world.review().next("bob", LATER)
    assert [q.id for q in cluster.questions] == [number]


async def test_pages_of_decided_questions_go_on_where_they_stopped(world):
    said = ("老人补助", "八十岁给多少钱", "津贴停了找谁", "去哪里登记", "外地能领不")
    for n, text in enumerate(said):
        await accepted(world, text, f"web:p{n}")
    first = await world.decided(limit=3)
    rest = await world.decided(limit=3, before=first[-1].annotation)
    assert [d.text for d in (*first, *rest)] == list(reversed(said))
    assert await world.decided(text="%") == []


async def test_own_words_are_written_kept_and_taken_back(world):
    words = OwnWords(SqlOwnWords(world.engine), world.review())
    said = ["八十岁的钱怎么领", "老人那个津贴", "老人那个津贴。"]
    batch = await words.add(AGE, said, "anna", NOW)
    await world.write()
    assert world.lines(AGE).count("      - ") == 2
    assert {d.note for d in await world.decided(label=AGE)} == {"自己写的"}
    # A resident says the same and is deleted: the operator's sentence stays.
    await harvested(world, "八十岁的钱怎么领", "web:r")
    await world.log.forget("web:r", NOW)
    await world.write()
    assert "八十岁的钱怎么领" in world.lines(AGE)
    with pytest.raises(AnnotationRefusedError, match="已经看过"):
        await words.add(LOW, said[:1], "bob", NOW)
    assert await world.review().undo("anna", NOW, batch=batch) == 2
    await world.write()
    assert "八十岁的钱怎么领" not in world.lines(AGE)


@pytest.mark.parametrize(
    ("label", "text", "reason"),
    [
        ("service/none", "八十岁的钱怎么领", "没有这一项"),
        (AGE, "打我电话13800001234", "电话"),
        (AGE, TEXT, "已有差不多"),
        (LOW, TEXT, "相反"),
    ],
)
async def test_own_words_pass_the_guards_or_leave_nothing(world, label, text, reason):
    world.folder.joinpath("service").mkdir(parents=True)
    file = f"nlu:\n  - intent: {AGE}\n    examples: |\n      - {TEXT}\n"
    world.folder.joinpath("service/age.yml").write_text(file, "utf-8")
    words = OwnWords(SqlOwnWords(world.engine), world.review())
    with pytest.raises(AnnotationRefusedError, match=reason):
        await words.add(label, [text], "anna", NOW)
    assert await world.review().next("anna", NOW) == []
    assert await world.decided() == []


async def test_own_words_need_a_sentence_and_may_overrule(world):
    words = OwnWords(SqlOwnWords(world.engine), world.review())
    with pytest.raises(AnnotationRefusedError, match="一句也没有"):
        await words.add(AGE, [], "anna", NOW)
    await words.add(AGE, ["津贴"], "anna", NOW, despite=frozenset({Guard.REDUNDANT}))
    assert len(await world.decided()) == 1
