"""Which family of classifiers understands residents best, on the same features?

`python -m benchmarks.families`: three-fold cross-validation on a third of the
training data, and training on all of it with the kept-out validation set as judge.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import SGDClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bot.nlu.examples import Example, read_examples
from bot.nlu.features import Document, Vectorizer, blocks
from bot.nlu.linear import SEED
from bot.nlu.words import catalogue_words, shared_jieba

RESULT = Path("benchmarks/results/families.json")
FAMILIES: dict[str, Callable[[], Any]] = {
    "linear SVM, one against rest": lambda: LinearSVC(C=0.5, random_state=SEED),
    "logistic regression (SGD)": lambda: SGDClassifier(
        loss="log_loss", alpha=2e-6, max_iter=30, random_state=SEED
    ),
    "complement naive Bayes": lambda: ComplementNB(alpha=0.2),
    "nearest neighbours (cosine, 9)": lambda: KNeighborsClassifier(
        9, metric="cosine", weights="distance"
    ),
    "neural network on 300 dimensions": lambda: make_pipeline(
        TruncatedSVD(300, random_state=SEED),
        MLPClassifier((256,), early_stopping=True, max_iter=60, random_state=SEED),
    ),
}
MASKS = {
    "characters": (0,),
    "characters, words": (0, 1),
    "characters, pinyin": (0, 2, 3),
    "all families": (0, 1, 2, 3),
}


def documents(examples: list[Example]) -> list[Document]:
    """Returns feature n-grams of the examples."""
    cut = shared_jieba(tuple(catalogue_words("catalog"))).lcut
    return [blocks(example.text, cut(example.text)) for example in examples]


def first_right(predicted: Any, examples: list[Example]) -> float:
    """Returns the share of accepted first labels."""
    hits = [
        p in (e.label, *e.alternatives)
        for p, e in zip(predicted, examples, strict=True)
    ]
    return round(float(np.mean(hits)), 4)


def by_voice(predicted: Any, examples: list[Example]) -> dict[str, float]:
    """Returns `first_right` for each voice."""
    voices = sorted({e.voice for e in examples})
    return {
        voice: first_right(
            [p for p, e in zip(predicted, examples, strict=True) if e.voice == voice],
            [e for e in examples if e.voice == voice],
        )
        for voice in voices
    }


def cross_validate(
    make: Callable[[], Any], docs: Any, examples: list[Example]
) -> list[float]:
    """Returns the three folds' accuracies on a third of the data."""
    rng = np.random.RandomState(SEED)
    chosen = rng.permutation(len(docs))[: len(docs) // 3]
    scores = []
    for fold in range(3):
        test = [i for n, i in enumerate(chosen) if n % 3 == fold]
        train = [i for n, i in enumerate(chosen) if n % 3 != fold]
        vectorizer = Vectorizer.fit([docs[i] for i in train])
        model = make()
        model.fit(
            vectorizer.matrix([docs[i] for i in train]),
            [examples[i].label for i in train],
        )
        predicted = model.predict(vectorizer.matrix([docs[i] for i in test]))
        scores.append(first_right(predicted, [examples[i] for i in test]))
    return scores


def main() -> None:
    """Runs all families and feature sets and writes the JSON."""
    training = read_examples(Path("data/nlu"))
    validation = read_examples(Path("evaluation/validation"))
    docs, judged = documents(training), documents(validation)
    labels = [e.label for e in training]
    vectorizer = Vectorizer.fit(docs)
    matrix, held = vectorizer.matrix(docs), vectorizer.matrix(judged)
    rows = []
    for name, make in FAMILIES.items():
        started = time.monotonic()
        model = make()
        model.fit(matrix, labels)
        seconds = time.monotonic() - started
        predicted = model.predict(held)
        rows.append(
            {
                "family": name,
                "cross_validation": cross_validate(make, docs, training),
                "validation": first_right(predicted, validation),
                "voices": by_voice(predicted, validation),
                "train_s": round(seconds, 1),
            }
        )
        print(rows[-1], flush=True)
    features = []
    for name, kept in MASKS.items():
        weights = tuple(
            w if i in kept else 0.0 for i, w in enumerate(vectorizer.weights)
        )
        masked = replace(vectorizer, weights=weights)
        model = LinearSVC(C=0.5, random_state=SEED).fit(masked.matrix(docs), labels)
        predicted = model.predict(masked.matrix(judged))
        features.append(
            {
                "features": name,
                "validation": first_right(predicted, validation),
                "voices": by_voice(predicted, validation),
            }
        )
        print(features[-1], flush=True)
    sizes = []
    order = np.random.RandomState(SEED).permutation(len(docs))
    for share in (0.125, 0.25, 0.5, 1.0):
        part = order[: int(share * len(order))]
        small = Vectorizer.fit([docs[i] for i in part])
        model = LinearSVC(C=0.5, random_state=SEED)
        model.fit(small.matrix([docs[i] for i in part]), [labels[i] for i in part])
        predicted = model.predict(small.matrix(judged))
        sizes.append(
            {
                "examples": len(part),
                "validation": first_right(predicted, validation),
                "voices": by_voice(predicted, validation),
            }
        )
        print(sizes[-1], flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(
        json.dumps(
            {"families": rows, "features": features, "data": sizes},
            ensure_ascii=False,
            indent=1,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
