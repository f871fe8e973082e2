"""Answer, clarify or abstain: how sure is sure enough.

Thresholds come from messages that were kept out of training (the calibration set):
the accepted error is the one dial, everything else follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, List, Sequence, Text, Tuple

import numpy as np

OUTSIDE = ("oos_gov", "oos_other")
MAX_CANDIDATES = 3


@dataclass(frozen=True)
class Thresholds:
    """Where the decisions change; all are confidences between 0 and 1."""

    answer: float
    """At least this sure of an item: answer."""
    outside: float
    """At least this sure that the topic is outside: abstain."""
    candidate: float = 0.04
    """An item must be at least this likely to be offered as a choice."""
    hopeless: float = 0.06
    """Where no item is this likely, offering choices helps nobody."""


def is_item(label: Text) -> bool:
    """Tells whether a label is a service or a matter."""
    return "/" in label


def outside_share(labels: Sequence[Text], confidences: np.ndarray) -> float:
    """Returns the confidence that a message is outside the catalogue."""
    return float(
        sum(c for label, c in zip(labels, confidences) if label in OUTSIDE)  # noqa: B905
    )


def decide(
    ranking: List[Dict[Text, object]], outside: float, thresholds: Thresholds
) -> Tuple[Text, List[Text]]:
    """Returns the decision and the items worth offering.

    Args:
        ranking: Entries with `label` and `confidence`, best first.
        outside: Confidence that the message is outside the catalogue.
        thresholds: Where the decisions change.
    """
    top = ranking[0]
    label, confidence = str(top["label"]), float(top["confidence"])  # type: ignore[arg-type]
    candidates = [
        str(entry["label"])
        for entry in ranking
        if is_item(str(entry["label"]))
        and float(entry["confidence"]) >= thresholds.candidate  # type: ignore[arg-type]
    ][:MAX_CANDIDATES]
    if label in OUTSIDE or outside >= thresholds.outside:
        return "abstain", candidates
    if not is_item(label):
        return "answer", candidates
    if confidence >= thresholds.answer:
        return "answer", candidates
    if confidence < thresholds.hopeless or not candidates:
        return "abstain", candidates
    return "clarify", candidates


def answer_threshold(
    confidences: np.ndarray, is_wrong: np.ndarray, accepted_error: float
) -> float:
    """Returns the lowest threshold whose error stays within the accepted one.

    Split conformal control of the selective error: among the calibration messages at
    or above the threshold, (wrong + 1) / (answered + 1) must not exceed the dial.

    Args:
        confidences: Confidence of the best item, shape (n,).
        is_wrong: Whether the best item would be a wrong answer, shape (n,).
        accepted_error: Share of outright answers that may be wrong.
    """
    order = np.argsort(-confidences)
    wrong = np.cumsum(is_wrong[order])
    answered = np.arange(1, len(order) + 1)
    fine = (wrong + 1) / (answered + 1) <= accepted_error
    if not fine.any():
        return 1.1
    return float(confidences[order[int(np.nonzero(fine)[0][-1])]])


def outside_threshold(
    shares: np.ndarray, is_outside: np.ndarray, accepted_rejection: float
) -> float:
    """Returns the lowest threshold that rejects few enough catalogue messages.

    Args:
        shares: Confidence of being outside, shape (n,).
        is_outside: True label is outside, shape (n,).
        accepted_rejection: Share of catalogue messages that may be turned away.
    """
    inside = np.sort(shares[~is_outside])
    if len(inside) == 0:
        return 0.5
    position = int(np.ceil(len(inside) * (1 - accepted_rejection)))
    return float(max(0.05, inside[min(position, len(inside) - 1)] + 1e-6))
