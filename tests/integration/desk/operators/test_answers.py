"""Operators edit answers: with evidence, and with a second look."""

import asyncio
from typing import Any

import pytest

from adapters.sql.content_drafts import SqlContentDrafts
from community.errors import StoreUnavailableError
from tests.integration.desk.conftest import Desk
from tests.integration.desk.operators.conftest import COLLEAGUE, OPERATOR

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
