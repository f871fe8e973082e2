"""Answer, clarify or abstain: how sure is sure enough.

Thresholds come from messages that were kept out of training (the calibration set):
the accepted error is the one dial, everything else follows from it. What counts for
answering is the lead of the best label over the second: two items that are hard to
tell apart may both look likely, and then a choice is better than an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Mapping, Sequence, Tuple

import numpy as np
from sklearn.linear_model import LogisticRegression

OUTSIDE = ("oos_gov", "oos_other")
MAX_CANDIDATES = 3


@dataclass(frozen=True)
class Thresholds:
    """Where the decisions change."""

    answer: float = 1.0
    """With at least this lead of an item over the next label: answer."""
    outside: float = 0.5
    """With at least this confidence that the topic is outside: abstain."""
    candidate: float = 0.03
    """An item must be at least this likely to be offered as a choice."""
    hopeless: float = 0.06
    """Where no item is this likely, offering choices helps nobody."""


@dataclass(frozen=True)
class Calibration:
    """What the calibration messages showed; thresholds for any dial follow from it.

    All arrays have shape (n_messages,).
    """

    lead: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """Lead of the best label where that is an item, else -1."""
    wrong: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Answering with the best label would be wrong."""
    outside: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """Confidence of being outside the catalogue."""
    is_outside: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """The true label is outside the catalogue."""

    @classmethod
    def of(
        cls,
        labels: Sequence[str],
        confidences: np.ndarray,
        is_right: np.ndarray,
        true_labels: Sequence[str],
    ) -> Calibration:
        """Collects what is needed from predictions on kept-out messages.

        Args:
            labels: Names of the columns.
            confidences: Shape (n_messages, n_labels).
            is_right: Which labels would be accepted, same shape.
            true_labels: The true label of each message.
        """
        rows = np.arange(len(confidences))
        top = confidences.argmax(axis=1)
        item = np.array([is_item(name) for name in labels])
        out = np.array([name in OUTSIDE for name in labels])
        return cls(
            lead=np.where(item[top], leads(confidences), -1.0),
            wrong=~is_right[rows, top],
            outside=confidences[:, out].sum(axis=1),
            is_outside=np.array([name in OUTSIDE for name in true_labels]),
        )

    def thresholds(
        self, accepted_error: float, accepted_rejection: float
    ) -> Thresholds:
        """Returns the thresholds for one setting of the dial."""
        if len(self.lead) == 0:
            return Thresholds()
        answerable = self.lead >= 0
        outside = outside_threshold(self.outside, self.is_outside, accepted_rejection)
        answerable &= self.outside < outside
        return Thresholds(
            answer=answer_threshold(
                self.lead[answerable], self.wrong[answerable], accepted_error
            ),
            outside=outside,
        )

    def arrays(self) -> Dict[str, np.ndarray]:
        """Returns what is stored in the model."""
        return {
            "calibration_lead": self.lead,
            "calibration_wrong": self.wrong,
            "calibration_outside": self.outside,
            "calibration_is_outside": self.is_outside,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Calibration:
        """Reads what `arrays` gave."""
        return cls(
            lead=arrays["calibration_lead"],
            wrong=arrays["calibration_wrong"],
            outside=arrays["calibration_outside"],
            is_outside=arrays["calibration_is_outside"],
        )


def leads(confidences: np.ndarray) -> np.ndarray:
    """Returns the lead of the best label over the second, shape (n_messages,).

    The lead is the natural logarithm of the ratio of their confidences.
    """
    two = np.sort(confidences, axis=1)[:, -2:] + 1e-12
    return np.log(two[:, 1] / two[:, 0])


def is_item(label: str) -> bool:
    """Tells whether a label is a service or a matter."""
    return "/" in label


def decide(
    labels: Sequence[str],
    confidences: np.ndarray,
    order: np.ndarray,
    thresholds: Thresholds,
) -> Tuple[str, List[str]]:
    """Returns the decision and the items worth offering.

    Args:
        labels: Names of the labels.
        confidences: Confidence of each label, shape (n_labels,).
        order: Positions, best first.
        thresholds: Where the decisions change.
    """
    best = labels[order[0]]
    outside = sum(
        float(c) for n, c in zip(labels, confidences, strict=True) if n in OUTSIDE
    )
    candidates = [
        labels[position]
        for position in order[:12]
        if is_item(labels[position]) and confidences[position] >= thresholds.candidate
    ][:MAX_CANDIDATES]
    if not is_item(best) and best not in OUTSIDE:
        return "answer", candidates
    if best in OUTSIDE or outside >= thresholds.outside:
        return "abstain", candidates
    if leads(confidences[None, :])[0] >= thresholds.answer:
        return "answer", candidates
    if confidences[order[0]] < thresholds.hopeless:
        return "abstain", candidates
    return "clarify", candidates


def answer_threshold(
    lead: np.ndarray, is_wrong: np.ndarray, accepted_error: float
) -> float:
    """Returns the lowest lead whose error stays within the accepted one.

    Among the calibration messages at or above the threshold, (expected wrong + 1) /
    (answered + 1) must not exceed the dial. What is expected at a lead comes from all
    messages: counted one by one, a single message moved the share of answers by four
    points from one training to the next.

    Args:
        lead: Lead of the best item, shape (n,).
        is_wrong: Whether the best item would be a wrong answer, shape (n,).
        accepted_error: Share of outright answers that may be wrong.
    """
    if len(lead) == 0:
        return float("inf")
    order = np.argsort(-lead)
    wrong = np.cumsum(_chance_of_error(lead, is_wrong)[order])
    answered = np.arange(1, len(order) + 1)
    fine = (wrong + 1) / (answered + 1) <= accepted_error
    if not fine.any():
        return float("inf")
    last = int(np.nonzero(fine)[0][-1])
    return float(lead[order[last]])


def _chance_of_error(lead: np.ndarray, is_wrong: np.ndarray) -> np.ndarray:
    """Fits how likely an answer is wrong at each lead, shape (n,)."""
    if is_wrong.all() or not is_wrong.any():
        return is_wrong.astype(float)
    fit = LogisticRegression(C=100.0).fit(lead[:, None], is_wrong)
    return np.asarray(fit.predict_proba(lead[:, None])[:, 1])


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
