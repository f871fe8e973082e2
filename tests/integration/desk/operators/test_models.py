"""Operators promote, override and roll back models."""

from adapters.model_registry import Manifest, Pointer, file_hash
from adapters.model_signing import Signer
from community.learning.gates import Failure
from tests.integration.desk.conftest import Desk
from tests.integration.desk.operators.conftest import OPERATOR


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
