"""One model serves; whoever changes it, nobody's change undoes another's."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.model_promotion import ModelPromotion, read_gates
from adapters.model_registry import Manifest, ModelRegistry, Pointer, file_hash
from adapters.model_signing import Signer
from adapters.sql.models import Promotion, SqlModels
from adapters.sql.tables import learning
from community.errors import ConflictError, ModelRefusedError, PromotionRefusedError
from tests.conftest import NOW

LATER = NOW + timedelta(minutes=2)


@pytest.fixture
async def promotion(engine: AsyncEngine, tmp_path: Path) -> ModelPromotion:
    async with engine.begin() as connection:
        for table in learning.TABLES:
            await connection.execute(sa.delete(table))
    signer = Signer.from_file(tmp_path / "signing.key")
    registry = ModelRegistry(tmp_path / "models", frozenset([signer.public]))
    for name in ("a", "b", "c"):
        archive = tmp_path / name
        archive.write_bytes(name.encode() * 50)
        hashed = file_hash(archive)
        manifest = Manifest(name, NOW, "anna", hashed, 50, candidate=True)
        registry.add(archive, manifest, signer)
    registry.point(Pointer("a"))
    return ModelPromotion(registry, SqlModels(engine), read_gates())


async def asked(promotion: ModelPromotion, model: str) -> Promotion:
    before = promotion.registry.serving() or ""
    return await promotion.models.ask("promote", model, before, "anna", NOW)


async def promoted(promotion: ModelPromotion, model: str) -> None:
    wanted = await asked(promotion, model)
    await promotion.approve(wanted.id, "bob", LATER)


async def test_two_who_go_back_together_do_not_put_the_bad_model_back(promotion):
    await promoted(promotion, "b")
    await promotion.roll_back("b", "anna", LATER)
    with pytest.raises(ConflictError) as refused:
        await promotion.roll_back("b", "bob", LATER)
    assert refused.value.owner == "anna"
    assert promotion.registry.serving() == "a"


async def test_there_is_no_going_back_to_what_was_left(promotion):
    await promoted(promotion, "b")
    await promotion.roll_back("b", "anna", LATER)
    with pytest.raises(ModelRefusedError, match="no model to go back to"):
        await promotion.roll_back("a", "bob", LATER)
    assert promotion.registry.serving() == "a"
    await promoted(promotion, "b")
    assert promotion.registry.serving() == "b"


async def test_recovery_leaves_a_change_alone_that_is_under_way(promotion):
    wanted = await asked(promotion, "b")
    move = promotion.models.move
    await move(wanted.id, "asked", "switching", "bob", LATER)
    assert await promotion.recover(LATER + timedelta(seconds=2)) == []
    assert (await promotion.models.promotion(wanted.id)).state == "switching"
    promotion.registry.point(Pointer("b", "a"))
    await promotion.recover(LATER + timedelta(seconds=31))
    assert (await promotion.models.promotion(wanted.id)).state == "done"


async def test_recovery_reads_the_records_before_the_pointer(promotion, monkeypatch):
    wanted = await asked(promotion, "b")
    await promotion.models.move(wanted.id, "asked", "switching", "bob", LATER)
    read = SqlModels.promotions

    async def slow(models: SqlModels, *states: str, limit: int = 50) -> list[Promotion]:
        found = await read(models, *states)
        promotion.registry.point(Pointer("b", "a"))
        return found

    monkeypatch.setattr(SqlModels, "promotions", slow)
    await promotion.recover(LATER + timedelta(seconds=31))
    assert (await promotion.models.promotion(wanted.id)).state == "done"


async def test_a_promotion_is_refused_once_and_cannot_be_approved_then(promotion):
    wanted = await asked(promotion, "b")
    done = await promotion.refuse(wanted.id, "bob", LATER)
    assert done.state == "refused"
    with pytest.raises(ConflictError):
        await promotion.refuse(wanted.id, "bob", LATER)
    with pytest.raises(ConflictError):
        await promotion.approve(wanted.id, "bob", LATER)
    assert promotion.registry.serving() == "a"
    audit = await promotion.models.audit()
    assert (audit[0]["what"], audit[0]["who"]) == ("promote.refused", "bob")


async def test_what_was_asked_against_an_older_model_ends_with_it(promotion):
    other = await asked(promotion, "c")
    await promoted(promotion, "b")
    assert (await promotion.models.promotion(other.id)).state == "overtaken"
    against_b = await asked(promotion, "c")
    await promotion.roll_back("b", "anna", LATER)
    assert (await promotion.models.promotion(against_b.id)).state == "overtaken"
    assert await promotion.models.promotions("asked", "switching") == []


async def test_what_a_crash_left_asked_for_ends_with_the_recovery(promotion):
    other = await asked(promotion, "c")
    promotion.registry.point(Pointer("b", "a"))
    with pytest.raises(PromotionRefusedError):
        await promotion.approve(other.id, "bob", LATER)
    await promotion.recover(LATER)
    assert (await promotion.models.promotion(other.id)).state == "overtaken"
