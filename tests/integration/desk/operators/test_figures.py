"""Operators see what is asked and not answered, and count."""

import pytest

from tests.integration.desk.conftest import Desk
from tests.integration.desk.operators.conftest import OPERATOR, decision


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
