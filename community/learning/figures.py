"""Figures of the assistant for operators: counts of a span, and an honest estimate."""

import math
from dataclasses import dataclass

Z_95 = 1.959964
"""Half width of 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened to some messages."""

    n_messages: int = 0
    n_questions: int = 0
    """Messages that the model had to understand."""
    n_abstained: int = 0
    n_clarified: int = 0
    n_resolved: int = 0
    """Clarifications after which the resident took one of the choices."""
    n_person: int = 0
    """A person was asked for."""
    n_emergency: int = 0
    n_good: int = 0
    n_bad: int = 0
    n_failed: int = 0
    """Given up, because something in the system is broken."""

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            *(getattr(self, n) + getattr(other, n) for n in self.__dataclass_fields__)
        )

    @property
    def alone(self) -> float | None:
        """Share of the messages that needed nobody: neither left alone nor handed on."""
        if not self.n_messages:
            return None
        left = self.n_abstained + self.n_failed
        helped = self.n_messages - left - self.n_person
        return max(0, helped) / self.n_messages


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share that was estimated from a sample."""

    n_sampled: int
    """Messages that could be judged."""
    n_wrong: int
    low: float
    high: float
    n_unclear: int = 0
    """Drawn, looked at, and discarded: nobody can say what was meant."""

    @property
    def share(self) -> float | None:
        """The share among those that could be judged."""
        return self.n_wrong / self.n_sampled if self.n_sampled else None


def with_unclear(n_wrong: int, n_judged: int, n_unclear: int) -> Estimate | None:
    """Returns a share whose interval also allows for messages nobody could judge.

    Leaving those out would hide answers to what made no sense. The interval reaches
    from all of them answered well to all of them answered wrong.
    """
    n_all = n_judged + n_unclear
    best, worst = wilson(n_wrong, n_all), wilson(n_wrong + n_unclear, n_all)
    if best is None or worst is None:
        return None
    return Estimate(n_judged, n_wrong, best.low, worst.high, n_unclear)


def wilson(n_wrong: int, n_sampled: int, z: float = Z_95) -> Estimate | None:
    """Returns a share with its confidence interval; `None` of an empty sample.

    Source: Wilson 1927, score interval; good for small samples and rare errors.
    """
    if not n_sampled:
        return None
    share = n_wrong / n_sampled
    spread = z * z / n_sampled
    middle = (share + spread / 2) / (1 + spread)
    half = (
        z
        / (1 + spread)
        * math.sqrt(share * (1 - share) / n_sampled + spread / (4 * n_sampled))
    )
    return Estimate(
        n_sampled, n_wrong, max(0.0, middle - half), min(1.0, middle + half)
    )
