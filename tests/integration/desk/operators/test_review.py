"""Operators decide about messages, two at once, and correct one another."""

from tests.integration.desk.conftest import Desk
from tests.integration.desk.operators.conftest import (
    COLLEAGUE,
    OPERATOR,
    claim,
    decision,
)


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
