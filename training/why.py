"""Why the model thought so: the n-grams that counted, and the boundary rules."""

from dataclasses import dataclass
from pathlib import Path

from adapters.model_process import ModelProcess
from community.catalog.model import Catalog


@dataclass(frozen=True, slots=True)
class Why:
    """What spoke for each of the labels."""

    ranking: tuple[tuple[str, float], ...]
    reasons: dict[str, tuple[tuple[str, str, float], ...]]
    """Label → family, n-gram and its say, strongest first; negative speaks against."""
    rules: tuple[str, ...]
    """Boundary rules of the catalogue between the first two labels."""


async def why(
    process: ModelProcess, catalog: Catalog, text: str, labels: tuple[str, ...] = ()
) -> Why:
    """Explains one message; the process (`explain`) stays for the next."""
    answer = await process.ask({"text": text, "labels": list(labels)})
    ranking = tuple((str(n), float(c)) for n, c in answer["ranking"])
    shown = labels or tuple(name for name, _ in ranking[:2])
    return Why(
        ranking,
        {
            label: tuple((str(f), str(g), float(s)) for f, g, s in found)
            for label, found in answer["reasons"].items()
        },
        boundary_rules(catalog, shown),
    )


def boundary_rules(catalog: Catalog, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Returns what the catalogue says to tell some items apart."""
    items = {service.key: service for service in catalog.services.values()}
    return tuple(
        f"{items[label].short_name}：{rule.rule}"
        for label in labels
        if label in items
        for rule in items[label].not_here
        if rule.to in labels
    )


async def explain_once(
    registry: Path, catalog: Catalog, text: str, labels: tuple[str, ...] = ()
) -> Why:
    """Explains one message with a process of its own."""
    async with ModelProcess("explain", registry) as process:
        return await why(process, catalog, text, labels)
