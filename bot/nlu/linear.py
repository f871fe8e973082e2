"""The joint classifier: one linear model over services, matters, talk and outside.

Pure numpy and scikit-learn; the Rasa component in `classifier` wraps it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import List, Sequence, Tuple

import numpy as np
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from bot.nlu.decision import Calibration
from bot.nlu.features import Vectorizer

SEED = 20210614
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

    def scores(self, document: List[List[str]]) -> np.ndarray:
        """Returns raw scores of one message, shape (n_labels,)."""
        columns, values = self.vectorizer.row(document)
        return values @ self.weights[columns].astype(np.float32) + self.bias

    def confidences(self, document: List[List[str]]) -> np.ndarray:
        """Returns calibrated confidences of one message, shape (n_labels,)."""
        return softmax(self.scores(document) / self.temperature)

    def save(self, folder: Path) -> None:
        """Writes the model as plain arrays and JSON; no pickle."""
        np.savez(
            folder / "linear.npz",
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            idf=self.vectorizer.idf,
            temperature=np.array(self.temperature),
            **self.calibration.arrays(),
        )
        vocabulary = sorted(
            self.vectorizer.vocabulary, key=self.vectorizer.vocabulary.__getitem__
        )
        (folder / "linear.json").write_text(
            json.dumps(
                {
                    "labels": self.labels,
                    "vocabulary": vocabulary,
                    "family_weights": self.vectorizer.weights,
                },
                ensure_ascii=False,
            ),
            encoding="utf-8",
        )

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Reads what `save` wrote."""
        doc = json.loads((folder / "linear.json").read_text(encoding="utf-8"))
        with np.load(folder / "linear.npz", allow_pickle=False) as arrays:
            vectorizer = Vectorizer(
                {gram: column for column, gram in enumerate(doc["vocabulary"])},
                arrays["idf"],
                tuple(doc["family_weights"]),
            )
            return cls(
                labels=doc["labels"],
                vectorizer=vectorizer,
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
    documents: Sequence[List[List[str]]], labels: Sequence[str], *, c: float = 0.5
) -> LinearModel:
    """Trains the classifier; the same input gives the same model."""
    vectorizer = Vectorizer.fit(documents)
    names = sorted(set(labels))
    index = {name: position for position, name in enumerate(names)}
    target = np.array([index[label] for label in labels])
    weights, bias = fit_weights(vectorizer.matrix(documents), target, len(names), c)
    return LinearModel(names, vectorizer, weights, bias)


def fit_weights(
    matrix: sp.csr_matrix, target: np.ndarray, n_labels: int, c: float
) -> Tuple[np.ndarray, np.ndarray]:
    """Trains one-against-rest; returns (n_features, n_labels) and (n_labels,)."""
    machine = LinearSVC(C=c, random_state=SEED, dual=True, tol=0.1)
    machine.fit(matrix, target)
    weights = np.zeros((matrix.shape[1], n_labels), dtype=np.float32)
    bias = np.full(n_labels, -1.0, dtype=np.float32)
    weights[:, machine.classes_] = machine.coef_.T
    bias[machine.classes_] = machine.intercept_
    return weights, bias


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
    documents: Sequence[List[List[str]]],
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
