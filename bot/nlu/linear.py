"""The joint classifier: one linear model over services, matters, talk and outside.

Pure numpy and scikit-learn; the Rasa component in `classifier` wraps it.
"""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Callable, List, Optional, Sequence, Tuple, TypeVar

import numpy as np
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from bot.nlu.decision import Calibration
from bot.nlu.features import Document, Vectorizer

SEED = 20210614
KEPT_FEATURES = 200_000
"""Of 490,000 n-grams the strongest; the others only cost memory, see the docs."""
N_GROUPS = 2
"""Labels are trained in so many groups at a time, whatever the machine has."""
SMALL = 300_000
"""So few values are trained on in the process itself."""
UNCALIBRATED_TEMPERATURE = 0.2
"""A usable guess for models without a calibration set, such as those of tests."""


@dataclass(frozen=True)
class LinearModel:
    """A trained classifier.

    `weights` has shape (n_features, n_labels), `bias` (n_labels,); scores divided
    by `temperature` and passed through softmax are the confidences.
    """

    labels: List[str]
    vectorizer: Vectorizer
    weights: np.ndarray
    bias: np.ndarray
    temperature: float = UNCALIBRATED_TEMPERATURE
    calibration: Calibration = field(default_factory=Calibration)

    def scores(self, document: Document) -> np.ndarray:
        """Returns raw scores of one message, shape (n_labels,)."""
        columns, values = self.vectorizer.row(document)
        return values @ self.weights[columns].astype(np.float32) + self.bias

    def confidences(self, document: Document) -> np.ndarray:
        """Returns calibrated confidences of one message, shape (n_labels,)."""
        return softmax(self.scores(document) / self.temperature)

    def save(self, folder: Path) -> None:
        """Writes the model as plain arrays and JSON; no pickle."""
        np.savez(
            folder / "linear.npz",
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            temperature=np.array(self.temperature),
            **self.vectorizer.arrays(),
            **self.calibration.arrays(),
        )
        (folder / "linear.json").write_text(
            json.dumps({"labels": self.labels}, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Reads what `save` wrote."""
        doc = json.loads((folder / "linear.json").read_text(encoding="utf-8"))
        with np.load(folder / "linear.npz", allow_pickle=False) as arrays:
            return cls(
                labels=doc["labels"],
                vectorizer=Vectorizer.from_arrays(arrays),
                weights=arrays["weights"],
                bias=arrays["bias"],
                temperature=float(arrays["temperature"]),
                calibration=Calibration.from_arrays(arrays),
            )


def softmax(scores: np.ndarray) -> np.ndarray:
    """Turns scores into probabilities along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def fit_linear(
    documents: Sequence[Document], labels: Sequence[str], *, c: float = 0.5
) -> LinearModel:
    """Trains the classifier; the same input gives the same model."""
    vectorizer = Vectorizer.fit(documents)
    names = sorted(set(labels))
    index = {name: position for position, name in enumerate(names)}
    target = np.array([index[label] for label in labels])
    weights, bias = fit_weights(vectorizer.matrix(documents), target, len(names), c)
    kept = strongest(weights, KEPT_FEATURES)
    return LinearModel(names, vectorizer.only(kept), weights[kept], bias)


def strongest(weights: np.ndarray, n_kept: int) -> np.ndarray:
    """Returns the columns that say most, in ascending order."""
    if len(weights) <= n_kept:
        return np.arange(len(weights))
    lengths = np.linalg.norm(weights, axis=1)
    return np.sort(np.argpartition(-lengths, n_kept)[:n_kept])


def fit_weights(
    matrix: sp.csr_matrix, target: np.ndarray, n_labels: int, c: float
) -> Tuple[np.ndarray, np.ndarray]:
    """Trains one-against-rest; returns (n_features, n_labels) and (n_labels,)."""
    weights = np.zeros((matrix.shape[1], n_labels), dtype=np.float32)
    bias = np.full(n_labels, -1.0, dtype=np.float32)
    present = np.unique(target)

    groups = np.array_split(present, N_GROUPS) if len(present) > 5 else [present]

    def fit(position: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        # What is not of the group is one more class, which is left out afterwards.
        machine = LinearSVC(C=c, random_state=SEED, dual=True, tol=0.3)
        group = groups[position]
        machine.fit(matrix, np.where(np.isin(target, group), target, -1))
        scores, offsets = machine.coef_, machine.intercept_
        if len(machine.classes_) == 2:  # one machine tells both apart
            scores, offsets = np.vstack([-scores, scores]), np.r_[-offsets, offsets]
        is_label = machine.classes_ >= 0
        found = machine.classes_[is_label]
        return found, scores[is_label].astype(np.float32), offsets[is_label]

    for labels, scores, offsets in in_processes(fit, len(groups), matrix.nnz):
        weights[:, labels] = scores.T
        bias[labels] = offsets
    return weights, bias


_Result = TypeVar("_Result")
_work: Optional[Callable[[int], Any]] = None


def in_processes(
    work: Callable[[int], _Result], n_parts: int, size: int
) -> List[_Result]:
    """Does parts of a training, two at a time where it is worth while.

    In processes, not threads: liblinear has one state of random numbers for a whole
    process, and the same input must give the same model.

    Args:
        work: Does the part of a number; a forked process inherits what it needs.
        n_parts: How many parts there are.
        size: How many values it reads; little is done here.
    """
    global _work
    if n_parts == 1 or size < SMALL:
        return [work(position) for position in range(n_parts)]
    _work = work
    with multiprocessing.get_context("fork").Pool(N_GROUPS) as pool:
        return pool.map(_do, range(n_parts), chunksize=1)


def _do(position: int) -> Any:
    assert _work is not None
    return _work(position)


def fit_detectors(
    matrix: sp.csr_matrix,
    targets: Sequence[np.ndarray],
    *,
    c: float,
    weight: float = 1.0,
) -> Tuple[np.ndarray, np.ndarray]:
    """Trains one yes-or-no machine for each target, two at a time.

    Args:
        matrix: Features, shape (n_messages, n_features).
        targets: For each machine which messages it should find, boolean.
        c: Inverse strength of regularisation.
        weight: How much more a missed message counts than a false alarm.

    Returns:
        Weights, shape (n_features, n_targets), and bias, shape (n_targets,). Where
        there is nothing to tell apart the answer is no.
    """

    def fit(position: int) -> Tuple[np.ndarray, float]:
        target = targets[position]
        if target.all() or not target.any():
            return np.zeros(matrix.shape[1], dtype=np.float32), -1.0
        machine = LinearSVC(C=c, random_state=SEED, class_weight={True: weight})
        machine.fit(matrix, target)
        return machine.coef_[0].astype(np.float32), float(machine.intercept_[0])

    found = in_processes(fit, len(targets), matrix.nnz)
    weights = np.array([row for row, _ in found], dtype=np.float32).T
    return weights, np.array([offset for _, offset in found], dtype=np.float32)


def fit_temperature(scores: np.ndarray, is_right: np.ndarray) -> float:
    """Finds the temperature that makes held-out confidences honest.

    Args:
        scores: Raw scores, shape (n_messages, n_labels).
        is_right: Which labels a judge would accept, same shape, boolean.
    """
    candidates = np.geomspace(0.05, 2.0, 60)
    losses = [
        -np.log((softmax(scores / t) * is_right).sum(axis=1) + 1e-12).mean()
        for t in candidates
    ]
    return float(candidates[int(np.argmin(losses))])


def calibrate(
    model: LinearModel,
    documents: Sequence[Document],
    accepted: Sequence[Sequence[str]],
) -> LinearModel:
    """Returns the model with a temperature and thresholds from kept-out messages.

    Args:
        model: A trained model.
        documents: Kept-out messages.
        accepted: For each message the labels that a judge would accept; the first
            one is the true label.
    """
    raw = np.array([model.scores(document) for document in documents])
    is_right = np.array(
        [[name in labels for name in model.labels] for labels in accepted]
    )
    temperature = fit_temperature(raw, is_right)
    confidences = softmax(raw / temperature)
    calibration = Calibration.of(
        model.labels, confidences, is_right, [labels[0] for labels in accepted]
    )
    return replace(model, temperature=temperature, calibration=calibration)
