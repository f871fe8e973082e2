"""Asks for a promotion: signature, gates, replay of what was logged."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.sql.models import Promotion
from community.errors import PromotionRefusedError
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


async def unjudged(loop: Loop, model: str) -> list[str]:
    """Returns what the evaluation could not judge, for whoever approves."""
    found = await loop.models.report(model)
    return [why for _, why in found[0].get("unjudged", ())] if found else []


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
    reasons = await loop.promotion.refusals(model)
    if reasons and not override.strip():
        raise PromotionRefusedError(reasons)
    differences = {
        **await replay(loop, model, now),
        "unjudged": await unjudged(loop, model),
    }
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
