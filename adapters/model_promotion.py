"""Changes the serving model: approval, one pointer, and back again."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.model_registry import ModelRegistry, Pointer
from adapters.settings import ROOT
from adapters.sql.models import Promotion, SqlModels
from adapters.yaml_files import read_yaml
from community.errors import (
    CatalogError,
    ConfigurationError,
    ConflictError,
    ModelRefusedError,
    PromotionRefusedError,
)
from community.learning.gates import Gates

GATES = ROOT / "training" / "gates.yml"
INTERRUPTED_AFTER = timedelta(seconds=30)
"""A change that takes longer has been interrupted; it is one small file."""


def read_gates(own: Path | None = None, path: Path = GATES) -> Gates:
    """Reads the gates.

    Args:
        own: What a community wants otherwise; the rest stays as released.
        path: The release's gates.

    Raises:
        ConfigurationError: A file is not there, or not complete or not understood.
    """
    try:
        doc = read_yaml(path)
        if own is not None:
            doc = _overlaid(doc, read_yaml(own))
        return Gates.from_doc(doc)
    except (CatalogError, ConfigurationError) as err:
        raise ConfigurationError(f"{own or path}: {err}") from err


def _overlaid(released: Any, own: Any) -> dict[str, Any]:
    if not isinstance(own, dict) or not all(isinstance(s, dict) for s in own.values()):
        raise ConfigurationError("gates: expected sections with limits")
    return {**released, **{k: {**released.get(k, {}), **v} for k, v in own.items()}}


@dataclass(frozen=True, slots=True)
class ModelPromotion:
    """Approves promotions and rolls back; for the desk and the command line."""

    registry: ModelRegistry
    models: SqlModels
    gates: Gates

    async def refusals(self, model: str) -> list[str]:
        """Returns why a model may not serve as it is; empty if it may.

        Raises:
            PromotionRefusedError: It serves already, or was never judged: nobody
                can overrule that.
        """
        serving = self.registry.serving() or ""
        if serving == model:
            raise PromotionRefusedError([f"{model} 已经在用"])
        found = await self.models.report(model)
        if found is None:
            raise PromotionRefusedError([f"{model} 还没有考核过"])
        report, failures = found
        reasons = [f"{failure.gate}：{failure.reason}" for failure in failures]
        if (report["current"] or "") != serving:
            reasons.append("考核时比的不是现在这个模型，请重新考核")
        return reasons

    async def approve(self, number: int, by: str, now: datetime) -> Promotion:
        """Approves a promotion that was asked for, and switches over.

        Raises:
            ConflictError: It is done or refused already.
            ModelRefusedError: The model is not what was signed.
            PromotionRefusedError: The person or the time is not right, or another
                model serves by now.
        """
        wanted = await self.models.promotion(number)
        self._check_approval(wanted, by, now)
        self.registry.verified_archive(wanted.model)
        if (self.registry.serving() or "") != wanted.before:
            raise PromotionRefusedError(["这期间已经换过模型，请重新申请"])
        await self.models.move(number, "asked", "switching", by, now)
        self._point(wanted.model, wanted.before, by, now)
        await self.models.move(number, "switching", "done", by, now)
        await self._close_overtaken(wanted.model, by, now)
        return await self.models.promotion(number)

    async def refuse(self, number: int, by: str, now: datetime) -> Promotion:
        """Ends a promotion that is not wanted, or that who asked takes back.

        Raises:
            ConflictError: It is done or refused already.
            NotFoundError: There is none with this number.
        """
        await self.models.promotion(number)
        await self.models.move(number, "asked", "refused", by, now)
        return await self.models.promotion(number)

    async def _close_overtaken(self, serving: str, by: str, now: datetime) -> None:
        """Ends what was asked for against another model than the one that serves.

        Nobody could approve it any more, and it would keep its model for ever.
        """
        for one in await self.models.promotions("asked"):
            if one.kind == "promote" and one.before != serving:
                with suppress(ConflictError):
                    await self.models.move(one.id, "asked", "overtaken", by, now)

    def _check_approval(self, wanted: Promotion, by: str, now: datetime) -> None:
        limits = self.gates.limits["promotion"]
        if limits["approvals"] == 2 and by == wanted.asked_by:
            raise PromotionRefusedError(["要由另一个人批准"])
        ready_at = wanted.asked_at + timedelta(seconds=limits["delay_s"])
        if limits["approvals"] == 1 and by == wanted.asked_by and now < ready_at:
            left_s = int((ready_at - now).total_seconds()) + 1
            raise PromotionRefusedError([f"请先看一遍变化，{left_s} 秒后再确认"])

    def _point(self, model: str, before: str, by: str, now: datetime) -> None:
        at = now.isoformat(timespec="seconds")
        self.registry.point(Pointer(model, before, at, by))

    async def roll_back(self, serving: str, by: str, now: datetime) -> Promotion:
        """Goes back to the model before, at once and without anybody's approval.

        There is no way forward again but a promotion: the model that was left is
        nothing to go back to.

        Args:
            serving: The model that is to go, as the operator saw it.
            by: Who goes back.
            now: Current instant, aware UTC.

        Raises:
            ConflictError: Another model serves already.
            ModelRefusedError: There is none, or it is not what was signed.
        """
        pointer = self.registry.pointer()
        if pointer is not None and pointer.current != serving:
            raise ConflictError(pointer.changed_by)
        if pointer is None or not pointer.previous:
            raise ModelRefusedError("there is no model to go back to")
        self.registry.verified_archive(pointer.previous)
        self._point(pointer.previous, "", by, now)
        done = await self.models.ask(
            "rollback", pointer.previous, pointer.current, by, now
        )
        await self.models.move(done.id, "asked", "switching", by, now)
        await self.models.move(done.id, "switching", "done", by, now)
        await self._close_overtaken(pointer.previous, by, now)
        return await self.models.promotion(done.id)

    async def recover(self, now: datetime) -> list[Promotion]:
        """Finishes the record of promotions that a crash has interrupted.

        The pointer is the truth: what it names has been promoted, the rest has not.
        It is read after the records, and a change that has just begun is left to
        whoever makes it.
        """
        found = [
            one
            for one in await self.models.promotions("switching")
            if one.moved_at is None or now - one.moved_at >= INTERRUPTED_AFTER
        ]
        pointer = self.registry.pointer()
        for one in found:
            is_done = pointer is not None and pointer.current == one.model
            state = "done" if is_done else "failed"
            await self.models.move(one.id, "switching", state, "recovery", now)
        if pointer is not None:
            await self._record_going_back(pointer, now)
            await self._close_overtaken(pointer.current, "recovery", now)
        return found

    async def _record_going_back(self, pointer: Pointer, now: datetime) -> None:
        """Records a rollback that was interrupted between the pointer and the record.

        Going back waits for no database, so the pointer is changed first.
        """
        latest = await self.models.promotions("done", limit=1)
        is_told = not latest or latest[0].model == pointer.current
        if pointer.previous or not pointer.changed_at or is_told:
            return
        if now - datetime.fromisoformat(pointer.changed_at) < INTERRUPTED_AFTER:
            return
        asked = [
            one
            for one in await self.models.promotions("asked")
            if (one.kind, one.model) == ("rollback", pointer.current)
        ]
        going = (
            asked[0]
            if asked
            else await self.models.ask(
                "rollback", pointer.current, latest[0].model, pointer.changed_by, now
            )
        )
        await self.models.move(going.id, "asked", "done", "recovery", now)
