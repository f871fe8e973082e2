"""Asks for a promotion: signature, gates, replay of what was logged."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from adapters.model_process import ModelProcess
from adapters.model_registry import ModelRegistry
from adapters.sql.models import Promotion
from community.errors import PromotionRefusedError
from community.learning.evaluation import Opinion
from training.loop import Loop

SHOWN = 500
"""Differences of a replay that are kept."""
BATCH = 1_000
"""Messages that are asked at a time: a week of a county is some ten thousand."""


async def replay(loop: Loop, model: str, now: datetime) -> dict[str, Any]:
    """Lets candidate and serving model answer the messages of the last days.

    All of them, unless `promotion.replay_messages` sets a limit; the newest go first.

    Returns:
        How many messages were replayed, how many the limit left out, and those whose
        outcome differs.

    Raises:
        ModelRefusedError: One of them is not what was signed.
    """
    limits = loop.gates.limits["promotion"]
    since = now - timedelta(days=limits["replay_days"])
    logged = await loop.log.recent_texts(since)
    texts = logged[: int(limits["replay_messages"]) or None]
    serving = loop.registry.serving()
    found = {"messages": len(texts), "left_out": len(logged) - len(texts)}
    if not texts or not serving or serving == model:
        return {**found, "n_different": 0, "differences": []}
    different: list[Mapping[str, str]] = []
    async with (
        _asked(loop.registry, serving) as old,
        _asked(loop.registry, model) as new,
    ):
        for start in range(0, len(texts), BATCH):
            some = texts[start : start + BATCH]
            pairs = await asyncio.gather(old(some), new(some))
            different += [
                _difference(text, before, after)
                for text, before, after in zip(some, *pairs, strict=True)
                if before.outcome != after.outcome
            ]
    return {**found, "n_different": len(different), "differences": different[:SHOWN]}


@asynccontextmanager
async def _asked(
    registry: ModelRegistry, model: str
) -> AsyncIterator[Callable[[Sequence[str]], Awaitable[list[Opinion]]]]:
    """Loads a model for as long as it is asked; what it says is not kept.

    Raises:
        ModelRefusedError: It is not what was signed.
    """
    registry.verified_archive(model)
    async with ModelProcess("judge").loaded(registry.folder / model) as process:
        yield process.opinions


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
