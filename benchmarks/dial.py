"""Does the dial hold? Accepted error against the error observed on validation.

`python -m benchmarks.dial`: trains on all data, calibrates on the calibration set
and answers the validation set, for several settings of the dial.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.families import documents
from bot.nlu.decision import OUTSIDE, decide, is_item
from bot.nlu.examples import read_examples
from bot.nlu.linear import calibrate, fit_linear

RESULT = Path("benchmarks/results/dial.json")
DIALS = (0.01, 0.02, 0.03, 0.05, 0.10)
REJECTION = 0.01
C = 1.0
"""As `config.yml` sets it."""


def main() -> None:
    """Prints and writes one row for each setting."""
    training = read_examples(Path("data/nlu"))
    kept = read_examples(Path("evaluation/calibration"))
    judged = read_examples(Path("evaluation/validation"))
    model = fit_linear(documents(training), [e.label for e in training], c=C)
    model = calibrate(
        model, documents(kept), [(e.label, *e.alternatives) for e in kept]
    )
    confidences = [model.confidences(document) for document in documents(judged)]
    rows = []
    for dial in DIALS:
        thresholds = model.calibration.thresholds(dial, REJECTION)
        answered, wrong, rejected, abstained = [], [], [], []
        for example, values in zip(judged, confidences, strict=True):
            order = np.argsort(-values)
            decision, _ = decide(model.labels, values, order, thresholds)
            top = model.labels[order[0]]
            says = decision == "answer" and (is_item(top) or top in OUTSIDE)
            if says:
                best = next(model.labels[n] for n in order if is_item(model.labels[n]))
                wrong.append(best not in (example.label, *example.alternatives))
            if is_item(example.label):
                answered.append(says)
                rejected.append(decision == "abstain")
            elif example.label in OUTSIDE:
                abstained.append(decision == "abstain")
        rows.append(
            {
                "dial": dial,
                "observed_error": round(float(np.mean(wrong)), 4),
                "answered_inside": round(float(np.mean(answered)), 4),
                "rejected_inside": round(float(np.mean(rejected)), 4),
                "abstained_outside": round(float(np.mean(abstained)), 4),
            }
        )
        print(rows[-1], flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
