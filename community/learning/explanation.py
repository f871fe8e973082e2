"""Why a model thought so: the n-grams that counted, and the boundary rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from community.catalog.model import Catalog


@dataclass(frozen=True, slots=True)
class Why:
    """What spoke for each of the labels."""

    ranking: tuple[tuple[str, float], ...]
    reasons: dict[str, tuple[tuple[str, str, float], ...]]
    """Label → family, n-gram and its say, strongest first; negative speaks against."""
    rules: tuple[str, ...]
    """Boundary rules of the catalogue between the first two labels."""


def read_why(
    answer: Mapping[str, Any], catalog: Catalog, labels: tuple[str, ...] = ()
) -> Why:
    """Reads a line of `python -m bot explain`.

    Args:
        answer: The line.
        catalog: Where boundary rules stand.
        labels: What was asked about; the first two of the ranking by default.
    """
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
    return tuple(
        f"{name}：{rule}"
        for label in labels
        for name, to, rule in rules_of(catalog, label)
        if to in labels
    )


def rules_of(catalog: Catalog, label: str) -> list[tuple[str, str, str]]:
    """Returns name of the item, where else, and when, for each of its rules."""
    item = catalog.items.get(label)
    if item is None:
        return []
    return [(item.short_name, rule.to, rule.rule) for rule in item.not_here]
