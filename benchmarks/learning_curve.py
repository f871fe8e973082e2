"""Does labelling what the loop puts first pay? An experiment with a scripted operator.

It starts from a third of the training data; the held-out rest comes as traffic. Each
round an operator who knows the truth labels fifty messages: those that the loop puts
first, or fifty at random. Only the joint classifier is trained again, by the classes
of `bot.nlu`, so that all rounds take minutes. Then two things change: a policy word
nobody has heard and an item that was not there; the radar must see them.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

from adapters.settings import ROOT
from benchmarks.measure import note
from bot.nlu.decision import Thresholds, decide
from bot.nlu.examples import Example, read_examples
from bot.nlu.features import blocks
from bot.nlu.linear import LinearModel, calibrate, fit_linear
from bot.nlu.words import catalogue_words, shared_jieba
from community.learning.grams import bands, grams, similarity
from community.learning.radar import Asked, topics
from community.learning.signals import LOW_MARGIN, WEIGHTS, Reason

ROUNDS, A_ROUND, TRAFFIC = 5, 50, 1_500
SHARE_AT_FIRST = 3
SEEDS = (1, 2)
NEW_ITEM = "service/long_term_care_insurance"
NEW_WORD = "暖居券"
ACCEPTED_ERROR, ACCEPTED_REJECTION = 0.02, 0.01
RESULT = ROOT / "benchmarks" / "results" / "learning_curve.json"
START = datetime(2026, 11, 2, tzinfo=timezone.utc)


@lru_cache(maxsize=1)
def cutter() -> Callable[[str], list[str]]:
    """Returns what cuts messages into words, as the tokenizer does."""
    cut: Callable[[str], list[str]] = shared_jieba(
        tuple(catalogue_words("catalog"))
    ).lcut
    return cut


@lru_cache(maxsize=40_000)
def document(text: str) -> list[list[str]]:
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


def drift(examples: Sequence[Example]) -> dict[str, Any]:
    """Hides an item and brings a new word; says what the radar and a round do."""
    known = [e for e in examples if e.label != NEW_ITEM]
    hidden = [e for e in examples if e.label == NEW_ITEM]
    voucher = [
        f"{head}{NEW_WORD}{tail}"
        for head in ("那个", "今年的", "俺家的", "村里说的", "听说有个", "社区发的")
        for tail in ("咋领", "啥时候发", "到哪里用", "老人有没有", "发多少", "过期没")
    ]
    model, limits = fit(known)
    traffic = [e.text for e in hidden] + voucher
    asked = []
    for number, text in enumerate(traffic):
        seen = judge(model, limits, Example(text, "", ""))
        if seen.decision == "abstain":
            at = START + timedelta(hours=number)
            asked.append(Asked(text, f"person{number}", at))
    found = topics(asked, [e.text for e in known])
    again, limits = fit([*known, *hidden[:A_ROUND]])
    unseen = hidden[A_ROUND:]
    learned = Counter(
        again.labels[int(again.scores(document(e.text)).argmax())] for e in unseen
    )
    return {
        "hidden_item": NEW_ITEM,
        "hidden_messages": len(hidden),
        "of_them_turned_away": sum(a.text not in voucher for a in asked),
        "new_word": NEW_WORD,
        "new_word_turned_away": sum(a.text in voucher for a in asked),
        "radar": [[t.name, t.n_persons] for t in found[:5]],
        "radar_names_the_new_word": any(
            t.name in NEW_WORD or NEW_WORD in t.name for t in found[:3]
        ),
        "learned_after_one_round": round(learned[NEW_ITEM] / len(unseen), 3),
    }


def main() -> None:
    """Runs the experiment and writes its figures."""
    exams = read_examples(Path("evaluation/validation"))
    data = read_examples(Path("data/nlu"))
    result: dict[str, Any] = {"labels_a_round": A_ROUND, "traffic": TRAFFIC}
    result["loop"] = [curve(seed, data, exams, by_loop=True) for seed in SEEDS]
    result["random"] = [curve(seed, data, exams, by_loop=False) for seed in SEEDS]
    result["drift"] = drift(data)
    RESULT.write_text(
        json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(json.dumps(result["drift"], ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
