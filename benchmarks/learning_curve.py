"""Does labelling what the loop puts first pay? An experiment with a scripted operator.

It starts from a third of the training data; the held-out rest comes as traffic. Each
round an operator who knows the truth labels fifty messages: those that the loop puts
first, or fifty at random. Only the joint classifier is trained again, by the classes
of `bot.nlu`, so that all rounds take minutes. What happens when the world changes is
measured by `benchmarks.learning_drift`.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from adapters.settings import ROOT
from benchmarks.measure import note
from bot.nlu.decision import Thresholds, decide
from bot.nlu.examples import Example, read_examples
from bot.nlu.features import Document, blocks
from bot.nlu.linear import LinearModel, calibrate, fit_linear
from bot.nlu.words import catalogue_words, shared_jieba
from community.learning.grams import bands, grams, similarity
from community.learning.signals import LOW_MARGIN, WEIGHTS, Reason

ROUNDS, A_ROUND, TRAFFIC = 5, 50, 1_500
SHARE_AT_FIRST = 3
SEEDS = (1, 2, 3)
ACCEPTED_ERROR, ACCEPTED_REJECTION = 0.02, 0.01
RESULT = ROOT / "benchmarks" / "results" / "learning_curve.json"


@lru_cache(maxsize=1)
def cutter() -> Callable[[str], list[str]]:
    """Returns what cuts messages into words, as the tokenizer does."""
    cut: Callable[[str], list[str]] = shared_jieba(
        tuple(catalogue_words("catalog"))
    ).lcut
    return cut


@lru_cache(maxsize=40_000)
def document(text: str) -> Document:
    """Returns the features of a message."""
    return blocks(text, cutter()(text))


def fit(examples: Sequence[Example]) -> tuple[LinearModel, Thresholds]:
    """Trains the joint classifier as the component does."""
    model = fit_linear(
        [document(e.text) for e in examples], [e.label for e in examples], c=1.0
    )
    kept_out = read_examples(Path("evaluation/calibration"))
    model = calibrate(
        model,
        [document(e.text) for e in kept_out],
        [(e.label, *e.alternatives) for e in kept_out],
    )
    return model, model.calibration.thresholds(ACCEPTED_ERROR, ACCEPTED_REJECTION)


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of the traffic with what the model made of it."""

    example: Example
    decision: str
    margin: float
    score: float


def judge(model: LinearModel, limits: Thresholds, example: Example) -> Seen:
    """Lets the model decide, and weighs the message as the harvest does."""
    confidences = model.confidences(document(example.text))
    order = confidences.argsort()[::-1]
    decision, _ = decide(model.labels, confidences, order, limits)
    margin = float(confidences[order[0]] - confidences[order[1]])
    score = 0.0
    if decision == "abstain":
        is_sure = confidences[order[0]] >= 0.9
        score = WEIGHTS[Reason.OUTSIDE if is_sure else Reason.ABSTAINED]
    elif decision == "clarify":
        score = WEIGHTS[Reason.CLARIFIED]
    elif margin < LOW_MARGIN:
        score = WEIGHTS[Reason.LOW_MARGIN]
    return Seen(example, decision, margin, score)


def first_of_the_loop(seen: Sequence[Seen]) -> list[Example]:
    """Returns one message of each cluster, best first."""
    chosen: list[Example] = []
    taken: dict[int, list[frozenset[int]]] = defaultdict(list)
    for one in sorted(seen, key=lambda s: (-s.score, s.margin)):
        found = grams(one.example.text)
        marks = bands(found)
        near = (other for mark in marks for other in taken[mark])
        if any(similarity(found, other) >= 0.5 for other in near):
            continue
        for mark in marks:
            taken[mark].append(found)
        chosen.append(one.example)
        if len(chosen) == A_ROUND:
            break
    return chosen


def accuracy(model: LinearModel, exams: Sequence[Example]) -> float:
    """Returns the share of the frozen set whose best label is right."""
    right = 0
    for exam in exams:
        best = model.labels[int(model.scores(document(exam.text)).argmax())]
        right += best in (exam.label, *exam.alternatives)
    return right / len(exams)


def answered(
    model: LinearModel, limits: Thresholds, exams: Sequence[Example]
) -> tuple[float, float]:
    """Returns the share of catalogue messages answered outright, and wrong ones."""
    n_inside = n_answered = n_wrong = 0
    for exam in exams:
        confidences = model.confidences(document(exam.text))
        order = confidences.argsort()[::-1]
        decision, _ = decide(model.labels, confidences, order, limits)
        best = model.labels[order[0]]
        n_inside += "/" in exam.label
        if decision == "answer" and "/" in best:
            n_answered += "/" in exam.label
            n_wrong += best not in (exam.label, *exam.alternatives)
    return n_answered / n_inside, n_wrong / max(1, n_answered)


def curve(
    seed: int, data: Sequence[Example], exams: Sequence[Example], *, by_loop: bool
) -> list[Any]:
    """Runs all rounds one way; returns labels spent, accuracy, answered, wrong."""
    chance = random.Random(seed)
    examples = list(data)
    chance.shuffle(examples)
    cut = len(examples) // SHARE_AT_FIRST
    training, rest = examples[:cut], examples[cut:]
    points = []
    for number in range(ROUNDS + 1):
        model, limits = fit(training)
        share, wrong = answered(model, limits, exams)
        points.append(
            [
                number * A_ROUND,
                round(accuracy(model, exams), 4),
                round(share, 4),
                round(wrong, 4),
            ]
        )
        note(f"seed {seed} {'loop' if by_loop else 'random'}: {points[-1]}")
        traffic = chance.sample(rest, TRAFFIC)
        if by_loop:
            chosen = first_of_the_loop([judge(model, limits, e) for e in traffic])
        else:
            chosen = traffic[:A_ROUND]
        training = [*training, *chosen]
        spent = {id(e) for e in chosen}
        rest = [e for e in rest if id(e) not in spent]
    return points


def main() -> None:
    """Runs the experiment and writes its figures."""
    exams = read_examples(Path("evaluation/validation"))
    data = read_examples(Path("data/nlu"))
    result: dict[str, Any] = {"labels_a_round": A_ROUND, "traffic": TRAFFIC}
    result["loop"] = [curve(seed, data, exams, by_loop=True) for seed in SEEDS]
    result["random"] = [curve(seed, data, exams, by_loop=False) for seed in SEEDS]
    RESULT.write_text(
        json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    for way in ("loop", "random"):
        for column, name in enumerate(("right", "answered", "wrong"), start=1):
            rows = [[point[column] for point in run] for run in result[way]]
            print(
                way,
                name,
                [f"{mean(c):.4f}±{stdev(c):.4f}" for c in zip(*rows, strict=True)],
            )


if __name__ == "__main__":
    main()
