"""Keeps the registry within its disk: removes old models that nobody needs."""

from collections.abc import Collection
from datetime import datetime

from adapters.model_registry import ModelRegistry
from adapters.sql.models import SqlModels
from community.errors import ModelRefusedError

KEPT = 5
"""Newest models that stay whatever they weigh: one may be promoted again."""


def disk_bytes(registry: ModelRegistry, model: str) -> int:
    """Returns what a model takes on the disk."""
    files = (registry.folder / model).rglob("*")
    return sum(path.stat().st_size for path in files if path.is_file())


def removable(
    registry: ModelRegistry, limit_bytes: int, asked_for: Collection[str] = ()
) -> list[str]:
    """Returns models to remove, oldest first, until the rest fits.

    Never among them: what serves, what served before, the newest few, models that
    somebody has asked to promote, and such whose manifest is not trusted; those are
    for a person to look at.
    """
    dated: list[tuple[datetime, str]] = []
    for model in registry.ids():
        try:
            dated.append((registry.manifest(model).created_at, model))
        except ModelRefusedError:
            continue
    dated.sort()
    needed = registry.needed() | set(asked_for) | {m for _, m in dated[-KEPT:]}
    total = sum(disk_bytes(registry, model) for model in registry.ids())
    doomed = []
    for _, model in dated:
        if total <= limit_bytes:
            break
        if model not in needed:
            doomed.append(model)
            total -= disk_bytes(registry, model)
    return doomed


async def clean_up(
    registry: ModelRegistry, models: SqlModels, limit_bytes: int, now: datetime
) -> list[str]:
    """Removes what is removable and what interrupted work has left; returns names."""
    registry.sweep()
    asked = {p.model for p in await models.promotions("asked", "switching")}
    doomed = removable(registry, limit_bytes, asked)
    for model in doomed:
        registry.remove(model)
        await models.removed(model, now)
    return doomed
