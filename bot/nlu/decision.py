"""Answer, clarify or abstain: how sure is sure enough.

Thresholds come from messages that were kept out of training (the calibration set):
the accepted error is the one dial, everything else follows from it. What counts for
answering is the lead of the best item over any other label: two items that are hard
to tell apart may both look likely, and then a choice is better than an answer.

What seems outside the catalogue is turned away before that. Only where more error is
accepted than all other answers together bring, what is taken for outside is answered,
too, with the item that comes nearest.
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
    """With at least this lead of an item over any other label: answer."""
    outside: float = 0.5
    """With at least this confidence that the topic is outside: abstain. Infinite
    where what seems outside may be answered."""
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
    """Lead of the best item; negative where an outside label is the best one, and
    infinitely so where that is talk."""
    wrong: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Answering with the best item would be wrong."""
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
        items = np.array([is_item(name) for name in labels])
        out = np.array([name in OUTSIDE for name in labels])
        is_talk = ~(items | out)[confidences.argmax(axis=1)]
        best = np.where(items, confidences, -1.0).argmax(axis=1)
        return cls(
            lead=np.where(is_talk, -np.inf, leads(confidences, best)),
            wrong=~is_right[rows, best],
            outside=confidences[:, out].sum(axis=1),
            is_outside=np.array([name in OUTSIDE for name in true_labels]),
        )

    def thresholds(
        self, accepted_error: float, accepted_rejection: float
    ) -> Thresholds:
        """Returns the thresholds for one setting of the dial."""
        if len(self.lead) == 0:
            return Thresholds()
        outside = outside_threshold(self.outside, self.is_outside, accepted_rejection)
        inside = (self.lead >= 0) & (self.outside < outside)
        answer = answer_threshold(self.lead[inside], self.wrong[inside], accepted_error)
        if answer > self.lead[inside].min(initial=np.inf):
            return Thresholds(answer=answer, outside=outside)
        # All that seems to be inside is answered, and more error is accepted still.
        asked = np.isfinite(self.lead)
        farther = answer_threshold(self.lead[asked], self.wrong[asked], accepted_error)
        if farther >= answer:
            return Thresholds(answer=answer, outside=outside)
        return Thresholds(answer=farther, outside=float("inf"))

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


def leads(confidences: np.ndarray, best: Sequence[int]) -> np.ndarray:
    """Returns the lead of the best item over any other label, shape (n_messages,).

    The lead is the natural logarithm of the ratio of their confidences.

    Args:
        confidences: Shape (n_messages, n_labels).
        best: Column of the best item of each message, shape (n_messages,).
    """
    rows = np.arange(len(confidences))
    others = confidences.copy()
    others[rows, best] = 0.0
    return np.log((confidences[rows, best] + 1e-12) / (others.max(axis=1) + 1e-12))


def is_item(label: str) -> bool:
    """Tells whether a label is a service or a matter."""
    return "/" in label


def decide(
    labels: Sequence[str],
    confidences: np.ndarray,
    order: np.ndarray,
    thresholds: Thresholds,
) -> Tuple[str, List[str]]:
    """Returns the decision and the items worth offering, best first.

    To be answered is the best label where that is talk, and else the best item.

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
    if outside >= thresholds.outside:
        return "abstain", candidates
    nearest = [position for position in order if is_item(labels[position])][:1]
    if nearest and leads(confidences[None, :], nearest)[0] >= thresholds.answer:
        return "answer", candidates
    if best in OUTSIDE:
        return "abstain", candidates
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
