"""How many n-grams does the classifier need? Accuracy when the weakest are dropped.

`python -m benchmarks.kept_ngrams`: trains on all data and answers the validation sets.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.dial import C
from benchmarks.families import documents
from bot.nlu.examples import Example, read_examples
from bot.nlu.features import Vectorizer
from bot.nlu.linear import fit_weights, strongest

RESULT = Path("benchmarks/results/kept_ngrams.json")
KEPT = {2: (300_000, 200_000, 100_000), 3: (), 4: ()}
"""For n-grams of at least so many messages: how many of the strongest are kept."""
AMONG = 3


def share_right(scores: Any, judged: list[Example], names: list[str], n: int) -> float:
    """Returns how often an accepted label is among the `n` best."""
    best = np.argsort(-scores, axis=1)[:, :n]
    hits = [
        any(names[label] in (example.label, *example.alternatives) for label in row)
        for row, example in zip(best, judged, strict=True)
    ]
    return round(float(np.mean(hits)), 4)


def main() -> None:
    """Prints and writes one row for each number of n-grams."""
    training = read_examples(Path("data/nlu"))
    judged = read_examples(Path("evaluation/validation"))
    docs, held = documents(training), documents(judged)
    names = sorted({e.label for e in training})
    target = np.array([names.index(e.label) for e in training])
    rows = []
    for min_df, sizes in KEPT.items():
        vectorizer = Vectorizer.fit(docs, min_df=min_df)
        weights, bias = fit_weights(vectorizer.matrix(docs), target, len(names), C)
        matrix = vectorizer.matrix(held)
        for size in (len(weights), *sizes):
            columns = strongest(weights, size)
            scores = matrix[:, columns] @ weights[columns] + bias
            rows.append(
                {
                    "min_df": min_df,
                    "n_grams": len(weights),
                    "kept": size,
                    "first": share_right(scores, judged, names, 1),
                    "among_three": share_right(scores, judged, names, AMONG),
                }
            )
            print(rows[-1], flush=True)
    RESULT.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
