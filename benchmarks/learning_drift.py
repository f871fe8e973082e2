"""What happens when the world changes? An item and a word that nobody has heard.

Items are hidden from training and come as traffic, in random order as residents would
bring them; the rest of their messages judges. An operator labels one round of fifty,
then a second one, and writes twenty sentences of their own out of the item's names.
Then an item comes among other traffic, and the review list chooses.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from adapters.content_files import CatalogFiles
from adapters.settings import ROOT
from benchmarks.learning_curve import (
    A_ROUND,
    TRAFFIC,
    Seen,
    document,
    first_of_the_loop,
    fit,
    judge,
)
from benchmarks.measure import note
from bot.nlu.decision import decide
from bot.nlu.examples import Example, read_examples
from bot.nlu.linear import LinearModel
from community.catalog.model import Catalog
from community.learning.new_words import new_words
from community.learning.radar import Asked, topics
from community.learning.signals import WEIGHTS, YOUNG_AMONG, Reason

NEW_ITEMS = ("service/long_term_care_insurance", "service/senior_age_allowance")
NEW_WORD = "暖居券"
NO_QUESTION = ("matter", "talk")
SHOWN = 8
JUDGING = 0.3
"""Share of a hidden item's messages that are never labelled."""
OWN_NAMES, OWN = 5, ("{}怎么办", "想问问{}", "{}要带啥", "我家能办{}吗")
START = datetime(2026, 11, 2, tzinfo=timezone.utc)
SEED = 1
DRIFT_ROUNDS = 3
RESULT = ROOT / "benchmarks" / "results" / "learning_drift.json"


def own_words(names: Sequence[str], label: str) -> list[Example]:
    """Returns what an operator writes without thinking long."""
    return [
        Example(form.format(name), label, "")
        for name in names[:OWN_NAMES]
        for form in OWN
    ]


def understood(
    model: LinearModel, limits: Any, exams: Sequence[Example]
) -> dict[str, float | int]:
    """Returns how many are right at once, among three, and answered rightly."""
    right = among = answered = 0
    for exam in exams:
        confidences = model.confidences(document(exam.text))
        order = confidences.argsort()[::-1]
        accepted = (exam.label, *exam.alternatives)
        is_right = model.labels[order[0]] in accepted
        decision, _ = decide(model.labels, confidences, order, limits)
        right += is_right
        among += any(model.labels[place] in accepted for place in order[:3])
        answered += is_right and decision == "answer"
    n = len(exams)
    return {
        "messages": n,
        "first": round(right / n, 3),
        "among_three": round(among / n, 3),
        "answered_rightly": round(answered / n, 3),
    }


def learn(
    item: str, names: Sequence[str], data: Sequence[Example], frozen: Sequence[Example]
) -> dict[str, Any]:
    """Hides an item and teaches it again; returns what is understood by then."""
    known = [e for e in data if e.label != item]
    hidden = [e for e in data if e.label == item]
    random.Random(SEED).shuffle(hidden)
    n_judging = int(len(hidden) * JUDGING)
    judging, traffic = hidden[:n_judging], hidden[n_judging:]
    own = own_words(names, item)
    natural = [e for e in frozen if e.label == item]
    steps = {
        "one round": traffic[:A_ROUND],
        "one round and own words": [*traffic[:A_ROUND], *own],
        "two rounds": traffic[: 2 * A_ROUND],
        "everything": traffic,
    }
    found: dict[str, Any] = {}
    for step, labelled in steps.items():
        model, limits = fit([*known, *labelled])
        found[step] = {
            "labels": len(labelled),
            "like the training data": understood(model, limits, judging),
            "frozen set": understood(model, limits, natural),
        }
        note(f"{item} {step}: {found[step]}")
    return found


def in_traffic(
    item: str, names: Sequence[str], data: Sequence[Example], frozen: Sequence[Example]
) -> dict[str, Any]:
    """Hides an item among other traffic: how soon is it labelled, and understood?

    Two thirds of everything else train; the last third and the item are asked.
    """
    chance = random.Random(SEED)
    hidden = [e for e in data if e.label == item]
    others = [e for e in data if e.label != item]
    chance.shuffle(hidden)
    chance.shuffle(others)
    cut = len(others) * 2 // 3
    natural = [e for e in frozen if e.label == item]
    n_judging = int(len(hidden) * JUDGING)
    judging, traffic = hidden[:n_judging], hidden[n_judging:]
    mixed = [*others[cut : cut + TRAFFIC - len(traffic)], *traffic]
    chance.shuffle(mixed)
    found: dict[str, Any] = {"of the new item": len(traffic), "asked": len(mixed)}
    for way, own, young in (
        ("without the reason young", [], ""),
        ("the list", [], item),
        ("own words first", own_words(names, item), item),
    ):
        training, rest, rounds = [*others[:cut], *own], mixed, []
        for number in range(DRIFT_ROUNDS + 1):
            model, limits = fit(training)
            rounds.append(
                {
                    "labels": number * A_ROUND,
                    "of the new item": sum(e.label == item for e in training),
                    "like the training data": understood(model, limits, judging),
                    "frozen set": understood(model, limits, natural),
                }
            )
            note(f"{item} {way}: {rounds[-1]}")
            chosen = first_of_the_loop([_seen(model, limits, e, young) for e in rest])
            spent = {id(e) for e in chosen}
            rest = [e for e in rest if id(e) not in spent]
            training = [*training, *chosen]
        found[way] = rounds
    return found


def _seen(model: LinearModel, limits: Any, example: Example, young: str) -> Seen:
    """Lets the model decide; the young item among three is a reason of its own."""
    seen = judge(model, limits, example)
    order = model.scores(document(example.text)).argsort()[::-1][:YOUNG_AMONG]
    if any(model.labels[place] == young for place in order):
        seen = replace(seen, score=seen.score + WEIGHTS[Reason.YOUNG_ITEM])
    return seen


def radar(item: str, data: Sequence[Example], catalog: Catalog) -> dict[str, Any]:
    """Lets a hidden item and a new word come as traffic; says what the radar shows.

    Two thirds of everything else train; questions of the rest are asked, too.
    """
    hidden = [e.text for e in data if e.label == item]
    others = [e for e in data if e.label != item]
    random.Random(SEED).shuffle(others)
    cut = len(others) * 2 // 3
    known = others[:cut]
    model, limits = fit(known)
    voucher = [
        f"{head}{NEW_WORD}{tail}"
        for head in ("那个", "今年的", "俺家的", "村里说的", "听说有个", "社区发的")
        for tail in ("咋领", "啥时候发", "到哪里用", "老人有没有", "发多少", "过期没")
    ]
    questions = [e.text for e in others[cut:] if not e.label.startswith(NO_QUESTION)]
    traffic = [*hidden, *voucher, *questions[:TRAFFIC]]
    random.Random(SEED).shuffle(traffic)
    asked = [
        Asked(text, f"person{number}", START + timedelta(minutes=15 * number))
        for number, text in enumerate(traffic)
    ]
    turned_away = [
        one
        for one in asked
        if judge(model, limits, Example(one.text, "", "")).decision == "abstain"
    ]
    background = [e.text for e in known]
    found = topics(turned_away, background)
    names = [word for word in catalog.words if word not in names_of(item, catalog)]
    words = new_words(asked, background, names)
    return {
        "hidden_messages": len(hidden),
        "of_them_turned_away": sum(a.text in hidden for a in turned_away),
        "new_word": NEW_WORD,
        "new_word_messages": len(voucher),
        "new_word_turned_away": sum(a.text in voucher for a in turned_away),
        "other_questions": len(traffic) - len(hidden) - len(voucher),
        "topics": [[topic.name, topic.n_persons] for topic in found[:SHOWN]],
        "new_words": [
            [word.name, word.n_persons, sum(e in hidden for e in word.examples)]
            for word in words[:SHOWN]
        ],
    }


def names_of(item: str, catalog: Catalog) -> tuple[str, ...]:
    """Returns what an item is called."""
    found = catalog.items[item]
    return (found.name, found.short_name, *found.aliases)


def main() -> None:
    """Runs the experiment and writes its figures."""
    data = read_examples(Path("data/nlu"))
    frozen = read_examples(Path("evaluation/validation"))
    catalog = CatalogFiles(Path("catalog")).load()
    names = {item: names_of(item, catalog)[1:] for item in NEW_ITEMS}
    result: dict[str, Any] = {
        "radar": {item: radar(item, data, catalog) for item in NEW_ITEMS}
    }
    note(f"radar: {result['radar']}")
    result["learned"] = {
        item: learn(item, names[item], data, frozen) for item in NEW_ITEMS
    }
    result["in_traffic"] = {
        item: in_traffic(item, names[item], data, frozen) for item in NEW_ITEMS
    }
    text = json.dumps(result, ensure_ascii=False, indent=1)
    RESULT.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
