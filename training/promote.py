"""Promotes a candidate or goes back: gates, replay, approval, one pointer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.model_registry import Pointer
from adapters.sql.models import Promotion
from community.errors import ModelRefusedError, PromotionRefusedError
from community.learning.evaluation import Opinion
from training.evaluate import opinions_of
from training.loop import Loop

SHOWN = 500
"""Differences of a replay that are kept."""


async def replay(loop: Loop, model: str, now: datetime) -> dict[str, Any]:
    """Lets candidate and serving model answer the messages of the last days.

    Returns:
        How many messages were replayed, and those whose outcome differs.

    Raises:
        ModelRefusedError: One of them is not what was signed.
    """
    limits = loop.gates.limits["promotion"]
    since = now - timedelta(days=limits["replay_days"])
    texts = await loop.log.recent_texts(since, limit=int(limits["replay_messages"]))
    serving = loop.registry.serving()
    if not texts or not serving or serving == model:
        return {"messages": len(texts), "n_different": 0, "differences": []}
    old = await opinions_of(loop.registry, serving, texts)
    new = await opinions_of(loop.registry, model, texts)
    different = [
        _difference(text, before, after)
        for text, before, after in zip(texts, old, new, strict=True)
        if before.outcome != after.outcome
    ]
    return {
        "messages": len(texts),
        "n_different": len(different),
        "differences": different[:SHOWN],
    }


def _difference(text: str, before: Opinion, after: Opinion) -> Mapping[str, str]:
    return {"text": text, "before": before.outcome, "after": after.outcome}


async def ask(
    loop: Loop, model: str, by: str, now: datetime, *, override: str = ""
) -> Promotion:
    """Asks for a promotion: checks signature and gates, replays, records.

    Args:
        loop: The loop's parts.
        model: The candidate.
        by: Who asks.
        now: Current instant, aware UTC.
        override: Why it may serve although a gate fell; audited.

    Raises:
        ModelRefusedError: It is not what was signed.
        PromotionRefusedError: It was not evaluated, it serves already, or gates
            fell and nobody overrides them.
    """
    loop.registry.verified_archive(model)
    serving = loop.registry.serving() or ""
    if serving == model:
        raise PromotionRefusedError([f"{model} 已经在用"])
    found = await loop.models.report(model)
    if found is None:
        raise PromotionRefusedError([f"{model} 还没有考核过"])
    report, failures = found
    reasons = [f"{failure.gate}：{failure.reason}" for failure in failures]
    if (report["current"] or "") != serving:
        reasons.append("考核时比的不是现在这个模型，请重新考核")
    if reasons and not override.strip():
        raise PromotionRefusedError(reasons)
    differences = await replay(loop, model, now)
    return await loop.models.ask(
        "promote",
        model,
        serving,
        by,
        now,
        reasons=reasons,
        override=override.strip() if reasons else "",
        replay=differences,
    )


async def approve(loop: Loop, number: int, by: str, now: datetime) -> Promotion:
    """Approves a promotion and switches over.

    Raises:
        ConflictError: It is done or refused already.
        ModelRefusedError: The model is not what was signed.
        PromotionRefusedError: The person or the time is not right, or another
            model serves by now.
    """
    wanted = await loop.models.promotion(number)
    _check_approval(loop, wanted, by, now)
    loop.registry.verified_archive(wanted.model)
    if (loop.registry.serving() or "") != wanted.before:
        raise PromotionRefusedError(["这期间已经换过模型，请重新申请"])
    await loop.models.move(number, "asked", "switching", by, now)
    _point(loop, wanted.model, wanted.before, by, now)
    await loop.models.move(number, "switching", "done", by, now)
    return await loop.models.promotion(number)


def _check_approval(loop: Loop, wanted: Promotion, by: str, now: datetime) -> None:
    limits = loop.gates.limits["promotion"]
    if limits["approvals"] == 2 and by == wanted.asked_by:
        raise PromotionRefusedError(["要由另一个人批准"])
    ready_at = wanted.asked_at + timedelta(seconds=limits["delay_s"])
    if limits["approvals"] == 1 and by == wanted.asked_by and now < ready_at:
        left_s = int((ready_at - now).total_seconds()) + 1
        raise PromotionRefusedError([f"请先看一遍变化，{left_s} 秒后再确认"])


def _point(loop: Loop, model: str, before: str, by: str, now: datetime) -> None:
    at = now.isoformat(timespec="seconds")
    loop.registry.point(Pointer(model, before, at, by))


async def roll_back(loop: Loop, by: str, now: datetime) -> Promotion:
    """Goes back to the model before, at once and without anybody's approval.

    Raises:
        ModelRefusedError: There is none, or it is not what was signed.
    """
    pointer = loop.registry.pointer()
    if pointer is None or not pointer.previous:
        raise ModelRefusedError("there is no model to go back to")
    loop.registry.verified_archive(pointer.previous)
    _point(loop, pointer.previous, pointer.current, by, now)
    done = await loop.models.ask("rollback", pointer.previous, pointer.current, by, now)
    await loop.models.move(done.id, "asked", "switching", by, now)
    await loop.models.move(done.id, "switching", "done", by, now)
    return await loop.models.promotion(done.id)


async def recover(loop: Loop, now: datetime) -> list[Promotion]:
    """Finishes the record of promotions that a crash has interrupted.

    The pointer is the truth: what it names has been promoted, the rest has not.
    """
    pointer = loop.registry.pointer()
    found = await loop.models.promotions("switching")
    for one in found:
        is_done = pointer is not None and pointer.current == one.model
        state = "done" if is_done else "failed"
        await loop.models.move(one.id, "switching", state, "recovery", now)
    return found
