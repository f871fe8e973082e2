"""What operators do through the API: review, models, answers, figures."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters.content_repository import ContentRepository
from adapters.git_command import has_git
from adapters.model_registry import Manifest, Pointer, file_hash
from adapters.model_signing import Signer
from adapters.settings import ROOT
from adapters.sql.content_drafts import SqlContentDrafts
from community.errors import StoreUnavailableError
from community.learning.gates import Failure
from community.staff import Role
from community.tiers import Tier
from desk.app import build_app
from desk.demo_dialogues import seed_dialogues
from desk.people import profile_of
from desk.services import SERVICES
from tests.integration.desk.conftest import Clock, Desk, desk_settings
from training.harvest import harvest

OPERATOR, COLLEAGUE = "county-operator", "second-operator"
FEE = {
    "slot": "facets.fee",
    "statement": {
        "text": "第一次领不收工本费。",
        "confidence": "law",
        "source": "id_law",
        "checked_on": "2026-11-20",
    },
}
ANSWER = "/api/learn/answers/service/id_card"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Content of a community's own, to be copied."""
    return ContentRepository.seed(tmp_path_factory.mktemp("own") / "content", ROOT).root


@pytest.fixture
async def world(
    tmp_path: Path, redis_url: str, migrated: Path, seeded: Path
) -> AsyncIterator[Desk]:
    """A desk with made-up dialogues, harvested, and content of its own."""
    if not has_git():
        pytest.skip("git is not installed")
    (tmp_path / "desk.db").write_bytes(await asyncio.to_thread(migrated.read_bytes))
    copy = await asyncio.to_thread(_copy, seeded, tmp_path / "content")
    (tmp_path / "models").mkdir()
    clock = Clock()
    settings = desk_settings(
        tmp_path,
        redis_url,
        CONTENT_DIR=str(copy / "catalog"),
        TRAINING_DATA_DIR=str(copy / "data"),
    )
    await seed_dialogues(settings, clock())
    app = build_app(settings, clock=clock)
    client = TestClient(TestServer(app))
    await client.start_server()
    services = app[SERVICES]
    profile = profile_of(
        "同事", Tier.COUNTY, "county", None, frozenset({Role.OPERATOR})
    )
    await services.accounts.change(COLLEAGUE, now=clock(), profile=profile)
    await harvest(services.learning.harvest, lambda gram: True, clock())
    yield Desk(client, services, clock)
    await client.close()


def _copy(source: Path, target: Path) -> Path:
    return Path(shutil.copytree(source, target))


async def claim(caller: Any) -> list[dict[str, Any]]:
    answer = await caller.post("/api/learn/review/claim", {})
    assert answer.status == 200, await answer.text()
    return list((await answer.json())["clusters"])


def decision(questions: list[dict[str, Any]], what: str, **more: Any) -> dict[str, Any]:
    seen = [{"id": one["id"], "version": one["version"]} for one in questions]
    return {"questions": seen, "decision": what, **more}


async def test_two_operators_get_different_groups(world: Desk) -> None:
    mine, hers = await world.as_(OPERATOR), await world.as_(COLLEAGUE)
    first = (await (await mine.post("/api/learn/review/claim", {"limit": 3})).json())[
        "clusters"
    ]
    second = await claim(hers)
    assert first
    assert second
    assert not {one["id"] for one in first} & {one["id"] for one in second}
    world.clock.turn(minutes=4)
    assert {one["id"] for one in await claim(hers)} >= {one["id"] for one in first}


async def test_the_second_decision_is_told_who_was_first(world: Desk) -> None:
    mine, hers = await world.as_(OPERATOR), await world.as_(COLLEAGUE)
    questions = (await claim(mine))[0]["questions"]
    path = "/api/learn/review/decide"
    held = await mine.post(path, decision(questions, "hold"))
    assert held.status == 200
    late = await hers.post(path, decision(questions, "discard"))
    assert late.status == 409
    assert "李丁卯" in await late.text()
    waiting = await (await hers.get("/api/learn/review/held")).json()
    shown = waiting["clusters"][0]["questions"]
    assert shown[0]["held_by"] == "李丁卯"
    assert (await hers.post(path, decision(shown, "discard"))).status == 200


async def test_a_guard_is_overruled_only_on_purpose_and_that_is_written_down(
    world: Desk,
) -> None:
    caller, auditor = await world.as_(OPERATOR), await world.as_("auditor")
    found = [
        question
        for cluster in await claim(caller)
        for question in cluster["questions"]
        if not question["judges"]
    ]
    question = found[0]
    twin = f"{question['id']}"
    # The example is there already: exactly what redundant means.
    file = next((world.services.settings.learning.data_dir / "nlu").rglob("*.yml"))
    text = file.read_text(encoding="utf-8")
    label = question["suggestion"]
    file.write_text(
        f"{text.rstrip()}\n  - intent: {label}\n    examples: |\n"
        f"      - {question['text']}\n",
        encoding="utf-8",
    )
    said = await caller.get("/api/learn/review/warnings", ids=twin, label=label)
    assert [one["guard"] for one in (await said.json())["warnings"]] == ["redundant"]
    path = "/api/learn/review/decide"
    refused = await caller.post(path, decision([question], "accept"))
    assert refused.status == 422
    assert "已有差不多" in await refused.text()
    taken = await caller.post(
        path, decision([question], "accept", despite=["redundant"])
    )
    assert taken.status == 200
    lines = (await (await auditor.get("/api/audit", actor=OPERATOR)).json())["lines"]
    assert "redundant" in lines[0]["reason"]
    undone = await caller.post("/api/learn/review/undo", {})
    assert (await undone.json())["n_questions"] == 1


async def test_a_decision_of_a_colleague_is_found_and_corrected(world: Desk) -> None:
    mine, hers = await world.as_(OPERATOR), await world.as_(COLLEAGUE)
    question = next(
        question
        for cluster in await claim(mine)
        for question in cluster["questions"]
        if not question["judges"]
    )
    wish = decision([question], "relabel", label="service/id_card")
    taken = await mine.post("/api/learn/review/decide", wish)
    assert taken.status == 200, await taken.text()
    world.clock.turn(minutes=10)
    answer = await hers.get("/api/learn/decided", label="service/id_card")
    assert answer.status == 200, await answer.text()
    (found,) = (await answer.json())["questions"]
    assert (found["id"], found["by"], found["is_written"]) == (
        question["id"],
        "李丁卯",
        False,
    )
    path = "/api/learn/decided/revise"
    wish = decision([found], "relabel", label="service/household_registration")
    assert (await hers.post(path, wish)).status == 422  # no reason
    wish = {**decision([found], "out_of_scope"), "reason": "是问外地的"}
    revised = await hers.post(path, wish)
    assert revised.status == 200, await revised.text()
    again = await mine.post(path, wish)
    assert again.status == 409
    assert COLLEAGUE in await again.text()
    auditor = await world.as_("auditor")
    lines = (await (await auditor.get("/api/audit", actor=COLLEAGUE)).json())["lines"]
    assert any("是问外地的" in line["reason"] for line in lines)
    found["version"] += 1
    seen = {"id": found["id"], "version": found["version"]}
    opened = await hers.post(path, {"questions": [seen], "reason": "再看看"})
    assert opened.status == 200, await opened.text()
    assert (await (await hers.get("/api/learn/decided")).json())["questions"] == []


async def test_an_operator_writes_sentences_for_an_item(world: Desk) -> None:
    caller, path = await world.as_(OPERATOR), "/api/learn/own-words"
    texts = ["俺村那个红本本咋补", "红本本掉沟里了"]
    wish = {"label": "service/id_card", "texts": texts}
    taken = await caller.post(path, wish)
    assert taken.status == 200, await taken.text()
    assert (await taken.json())["n_waiting"] == 2
    again = await caller.post(path, wish)
    assert again.status == 422
    assert "已经看过" in await again.text()
    listed = await (await caller.get("/api/learn/decided")).json()
    assert {one["note"] for one in listed["questions"]} == {"自己写的"}


async def test_a_question_shows_its_dialogue_and_the_boundary(world: Desk) -> None:
    caller = await world.as_(OPERATOR)
    question = next(
        one
        for cluster in await claim(caller)
        for one in cluster["questions"]
        if one["guesses"][0]["label"] == "matter/corridor_clutter"
    )
    path = f"/api/learn/questions/{question['id']}"
    details = await (await caller.get(path)).json()
    assert any(turn["is_this"] for turn in details["dialogue"])
    assert len(details["candidates"]) == 2
    assert details["candidates"][0]["rules"]
    assert "没有可用的模型" in details["note"]


async def add_model(desk: Desk, name: str, failures: list[Failure]) -> None:
    learning = desk.services.learning
    registry = learning.registry
    archive = registry.folder / f"{name}.incoming"
    archive.write_bytes(b"x" * 50)
    manifest = Manifest(
        name, desk.clock(), OPERATOR, file_hash(archive), 50, candidate=True
    )
    key = desk.services.settings.learning.signing_key
    registry.add(archive, manifest, Signer.from_file(key))
    await learning.models.add_model(manifest)
    report = {"current": registry.serving(), "sets": {}}
    await learning.models.set_report(name, report, failures)


async def test_a_worse_model_is_refused_and_an_override_is_audited(
    world: Desk,
) -> None:
    caller, auditor = await world.as_(OPERATOR), await world.as_("auditor")
    await add_model(world, "first", [])
    world.services.learning.registry.point(Pointer("first"))
    await add_model(world, "worse", [Failure("overall.min_first", "答对 60%")])
    refused = await caller.post("/api/learn/models/worse/promote", {})
    assert refused.status == 422
    assert "答对 60%" in await refused.text()
    forced = await caller.post(
        "/api/learn/models/worse/promote", {"override": "先应急"}
    )
    assert forced.status == 200
    listed = await (await caller.get("/api/learn/models")).json()
    assert listed["serving"] == "first"
    assert (listed["jobs"][0]["kind"], listed["jobs"][0]["state"]) == (
        "promote",
        "queued",
    )
    lines = (await (await auditor.get("/api/audit", subject="worse")).json())["lines"]
    assert [(one["act"], one["reason"]) for one in lines] == [
        ("model_override", "先应急")
    ]


async def test_approval_waits_and_rollback_does_not(world: Desk) -> None:
    caller = await world.as_(OPERATOR)
    await add_model(world, "first", [])
    learning = world.services.learning
    learning.registry.point(Pointer("first"))
    await add_model(world, "second", [])
    rollback, sees = "/api/learn/models/rollback", {"serving": "first"}
    assert (await caller.post(rollback, sees)).status == 422
    wanted = await learning.models.ask(
        "promote", "second", "first", OPERATOR, world.clock()
    )
    path = f"/api/learn/promotions/{wanted.id}/approve"
    assert "秒后再确认" in await (await caller.post(path)).text()
    world.clock.turn(seconds=61)
    assert (await caller.post(path)).status == 200
    assert learning.registry.serving() == "second"
    assert (await caller.post(rollback, sees)).status == 409
    assert (await caller.post(rollback, {"serving": "second"})).status == 200
    assert learning.registry.serving() == "first"
    # A colleague who saw the same page presses too, then once more.
    assert (await caller.post(rollback, {"serving": "second"})).status == 409
    assert (await caller.post(rollback, sees)).status == 422
    assert learning.registry.serving() == "first"


async def test_a_promotion_that_nobody_wants_is_refused_and_audited(
    world: Desk,
) -> None:
    caller, auditor = await world.as_(OPERATOR), await world.as_("auditor")
    learning = world.services.learning
    for name in ("first", "second"):
        await add_model(world, name, [])
    learning.registry.point(Pointer("first"))
    wanted = await learning.models.ask(
        "promote", "second", "first", OPERATOR, world.clock()
    )
    path = f"/api/learn/promotions/{wanted.id}/refuse"
    assert (await (await caller.post(path)).json())["state"] == "refused"
    assert (await caller.post(path)).status == 409
    assert (await caller.post("/api/learn/promotions/99/refuse")).status == 404
    lines = (await (await auditor.get("/api/audit", subject="second")).json())["lines"]
    assert "model_refuse" in {one["act"] for one in lines}


async def draft(caller: Any, **statement: Any) -> Any:
    body = {**FEE, "statement": {**FEE["statement"], **statement}, "reason": "问过窗口"}  # type: ignore[dict-item]
    return await caller.post(f"{ANSWER}/drafts", body)


async def test_an_answer_needs_evidence_and_must_be_valid(world: Desk) -> None:
    caller = await world.as_(OPERATOR)
    for change, said in (
        ({"source": ""}, "请写明依据"),
        ({"checked_on": ""}, "哪天核实"),
        ({"checked_on": "2027-01-01"}, "在将来"),
        ({"source": "nowhere"}, "nowhere"),
        ({"text": "打{hotline.nobody}。"}, "nobody"),
        ({"text": "字" * 1_999}, "facets.fee"),
    ):
        answer = await draft(caller, **change)
        assert answer.status == 422, change
        assert said in await answer.text(), change


async def test_an_answer_goes_live_after_a_second_look(world: Desk) -> None:
    caller = await world.as_(OPERATOR)
    source = {"title": "收费清单", "ref": "2026年版"}
    made = await (await draft(caller, source="", new_source=source)).json()
    path = f"/api/learn/drafts/{made['id']}/approve"
    assert "秒后再确认" in await (await caller.post(path)).text()
    world.clock.turn(seconds=61)
    done = await caller.post(path)
    assert done.status == 200, await done.text()
    assert (await caller.post(path)).status == 409
    await asyncio.sleep(1.1)
    shown = await (await caller.get(ANSWER)).json()
    fee = next(one for one in shown["statements"] if one["slot"] == "facets.fee")
    assert fee["text"] == "第一次领不收工本费。"
    assert "第一次领不收工本费。" in fee["preview"][0]
    assert any(one["title"] == "收费清单" for one in shown["sources"])
    commits = (await (await caller.get(f"{ANSWER}/history")).json())["commits"]
    assert commits[0]["by"] == {"id": OPERATOR, "name": "李丁卯"}
    assert commits[0]["reason"] == "问过窗口"
    assert "+    text:" in commits[0]["difference"]


async def test_with_two_approvals_another_person_must(world: Desk) -> None:
    gates = world.services.learning.promotion.gates
    limits = {
        **gates.limits,
        "promotion": {**gates.limits["promotion"], "approvals": 2},
    }
    object.__setattr__(gates, "limits", limits)
    mine, hers = await world.as_(OPERATOR), await world.as_(COLLEAGUE)
    made = await (await draft(mine)).json()
    path = f"/api/learn/drafts/{made['id']}/approve"
    world.clock.turn(hours=1)
    assert "另一个人" in await (await mine.post(path)).text()
    assert (await hers.post(path)).status == 200


async def test_of_two_drafts_of_one_answer_the_second_is_refused(world: Desk) -> None:
    caller = await world.as_(OPERATOR)
    first = await (await draft(caller)).json()
    second = await (await draft(caller, text="别的说法。")).json()
    world.clock.turn(seconds=61)
    await caller.post(f"/api/learn/drafts/{first['id']}/approve")
    late = await caller.post(f"/api/learn/drafts/{second['id']}/approve")
    assert late.status == 422
    assert "被别人改过" in await late.text()
    gone = await caller.post(
        f"/api/learn/drafts/{second['id']}/refuse", {"reason": "重写"}
    )
    assert (await gone.json())["state"] == "refused"


async def test_content_that_is_not_its_own_can_only_be_read(desk: Desk) -> None:
    caller = await desk.as_("operator")
    state = await (await caller.get("/api/learn/content")).json()
    assert (state["can_edit"], "只能看" in state["why_not"]) == (False, True)
    assert (await draft(caller)).status == 422


async def test_a_draft_whose_commit_is_there_is_done_after_a_crash(
    world: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = await world.as_(OPERATOR)
    made = await (await draft(caller)).json()
    path = f"/api/learn/drafts/{made['id']}/approve"
    world.clock.turn(seconds=61)

    async def breaks(*_: Any, **__: Any) -> None:
        raise StoreUnavailableError("database is gone")

    with monkeypatch.context() as patch:
        patch.setattr(SqlContentDrafts, "decide", breaks)
        assert (await caller.post(path)).status == 503
    listed = await (await caller.get("/api/learn/drafts")).json()
    assert listed["open"] == []
    assert [one["state"] for one in listed["decided"]] == ["live"]
    done = await world.services.learning.drafts.get(made["id"])
    assert (done.decided_by, len(done.commit)) == (OPERATOR, 40)
    assert (await caller.post(path)).status == 409
    commits = (await (await caller.get(f"{ANSWER}/history")).json())["commits"]
    assert commits[0]["reason"] == "问过窗口"


@pytest.mark.parametrize("kind", ["referral", "service"])
async def test_from_an_unmet_need_to_a_draft_in_one_step(
    world: Desk, kind: str
) -> None:
    caller = await world.as_(OPERATOR)
    radar = await (await caller.get("/api/learn/radar")).json()
    topic = next(one for one in radar["topics"] if "老年大学" in one["name"])
    assert topic["n_persons"] >= 2
    wish = {
        "topic": topic["name"],
        "kind": kind,
        "id": "elder_college",
        "name": "老年大学",
        "category": radar["categories"][0]["id"],
        "reason": "问的人多",
    }
    made = await caller.post("/api/learn/radar/draft", wish)
    assert made.status == 200, await made.text()
    world.clock.turn(seconds=61)
    number = (await made.json())["id"]
    live = await caller.post(f"/api/learn/drafts/{number}/approve")
    assert live.status == 200, await live.text()
    folder = world.services.settings.content_dir
    file = "referrals.yml" if kind == "referral" else "services/elder_college.yml"
    assert "老年大学" in (folder / file).read_text(encoding="utf-8")


async def test_a_word_that_was_answered_as_something_else_is_shown_as_new(
    world: Desk,
) -> None:
    caller = await world.as_(OPERATOR)
    radar = await (await caller.get("/api/learn/radar")).json()
    word = next(one for one in radar["new_words"] if "暖冬包" in one["name"])
    assert word["n_persons"] >= 3
    assert all("暖冬包" in text for text in word["examples"])
    assert not any("暖冬包" in one["name"] for one in radar["topics"])
    wish = {
        "topic": word["name"],
        "kind": "referral",
        "id": "winter_parcel",
        "name": "暖冬包",
        "reason": "今年新发的",
    }
    made = await caller.post("/api/learn/radar/draft", wish)
    assert made.status == 200, await made.text()


async def test_figures_count_and_a_sample_estimates(world: Desk) -> None:
    caller = await world.as_(OPERATOR)
    figures = await (await caller.get("/api/learn/figures")).json()
    total = figures["total"]
    assert total["n_messages"] == sum(one["n_messages"] for one in figures["weeks"])
    assert total["n_messages"] == sum(one["n_messages"] for one in figures["grids"])
    assert total["n_resolved"] == total["n_clarified"] > 0
    assert "wrong" not in figures
    drawn = await (await caller.post("/api/learn/samples", {"count": 200})).json()
    assert drawn["n_drawn"] > 0
    again = await (await caller.post("/api/learn/samples", {"count": 200})).json()
    assert again["n_drawn"] == 0
    sampled = [
        one
        for cluster in (
            await (await caller.post("/api/learn/review/claim", {"limit": 40})).json()
        )["clusters"]
        for one in cluster["questions"]
        if "sampled" in one["reasons"]
    ]
    wrong, right = sampled[0], sampled[1]
    every = ["redundant", "contradiction", "balance", "one_voice"]
    path = "/api/learn/review/decide"
    taken = await caller.post(
        path, decision([wrong], "relabel", label="matter/heating", despite=every)
    )
    assert taken.status == 200, await taken.text()
    taken = await caller.post(path, decision([right], "accept", despite=every))
    assert taken.status == 200, await taken.text()
    estimate = (await (await caller.get("/api/learn/figures")).json())["wrong"]
    assert 0 < estimate["n_wrong"] < estimate["n_sampled"]
    assert estimate["low"] < estimate["share"] < estimate["high"]


async def test_the_drill_down_and_its_file(world: Desk) -> None:
    caller, auditor = await world.as_(OPERATOR), await world.as_("auditor")
    found = await (await caller.get("/api/learn/turns", outcome="abstained")).json()
    assert {one["outcome"] for one in found["turns"]} == {"没听懂，没答"}
    turn = found["turns"][0]
    dialogue = await (await caller.get(f"/api/learn/turns/{turn['id']}")).json()
    assert any(one["is_this"] for one in dialogue["turns"])
    file = await caller.post("/api/learn/turns/csv", {"outcome": "abstained"})
    rows = (await file.read()).decode("utf-8-sig").splitlines()
    assert len(rows) == len(found["turns"]) + 2
    lines = (await (await auditor.get("/api/audit")).json())["lines"]
    assert lines[0]["act"] == "learn_export"
