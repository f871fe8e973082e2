"""How sure is sure enough: thresholds out of messages that were kept out of training."""

import numpy as np
import pytest

from bot.nlu.classifier import ranked
from bot.nlu.decision import (
    Calibration,
    Thresholds,
    answer_threshold,
    decide,
    outside_threshold,
)

SIZE = 600


@pytest.fixture
def seen() -> tuple[np.ndarray, np.ndarray]:
    """Leads of messages, and errors that get rarer with the lead: a tenth of all."""
    chance = np.random.RandomState(7)
    lead = chance.uniform(0, 6, SIZE)
    return lead, chance.uniform(size=SIZE) < 0.6 * np.exp(-lead)


def test_errors_above_the_threshold_stay_within_the_dial(seen) -> None:
    lead, wrong = seen
    for dial in (0.02, 0.05):
        answered = lead >= answer_threshold(lead, wrong, dial)
        assert answered.mean() > 0.4
        assert wrong[answered].mean() <= dial + 0.01


def test_a_larger_dial_answers_more(seen) -> None:
    lead, wrong = seen
    found = [answer_threshold(lead, wrong, dial) for dial in (0.01, 0.02, 0.05, 0.2)]
    assert found == sorted(found, reverse=True)


def test_one_message_more_hardly_moves_the_threshold(seen) -> None:
    lead, wrong = seen
    before = answer_threshold(lead, wrong, 0.02)
    share = (lead >= before).mean()
    for at in (before + 0.1, before + 0.5):
        after = answer_threshold(np.append(lead, at), np.append(wrong, True), 0.02)
        assert abs((lead >= after).mean() - share) < 0.03


def test_who_was_never_wrong_answers_everything_and_who_always_was_nothing() -> None:
    lead = np.linspace(0.1, 5, SIZE)
    assert answer_threshold(lead, np.zeros(SIZE, dtype=bool), 0.02) == 0.1
    assert answer_threshold(lead, np.ones(SIZE, dtype=bool), 0.02) == np.inf


def test_too_few_messages_prove_nothing() -> None:
    lead = np.linspace(0.1, 5, 30)
    assert answer_threshold(lead, np.zeros(30, dtype=bool), 0.02) == np.inf
    assert answer_threshold(np.zeros(0), np.zeros(0, dtype=bool), 0.02) == np.inf


def test_so_many_messages_of_the_catalogue_are_turned_away_and_no_more() -> None:
    shares = np.linspace(0, 1, 101)
    outside = shares > 0.99
    threshold = outside_threshold(shares, outside, 0.05)
    assert (shares[~outside] >= threshold).mean() <= 0.05


LABELS = ("service/a", "matter/b", "oos_gov", "greet")


@pytest.fixture
def calibration() -> Calibration:
    """Nine in ten messages are about items, one is outside and near to an item."""
    chance = np.random.RandomState(7)
    rows, marks = [], []
    for number in range(SIZE):
        sure = chance.uniform(0.75, 0.99)
        if number % 10:
            rows.append([sure, 0.01, 0.98 - sure, 0.01])
            marks.append("service/a")
        else:
            rows.append([1 - sure, 0.0, sure, 0.0])
            marks.append("oos_gov")
    is_right = np.array([[name == mark for name in LABELS] for mark in marks])
    return Calibration.of(LABELS, np.array(rows), is_right, marks)


def decision_of(confidences: list[float], thresholds: Thresholds) -> str:
    values = np.array(confidences)
    return decide(LABELS, values, np.argsort(-values), thresholds)[0]


def test_what_seems_outside_is_answered_only_where_the_dial_wants_that_much(
    calibration: Calibration,
) -> None:
    near, far = [0.18, 0.0, 0.82, 0.0], [0.02, 0.0, 0.98, 0.0]
    for dial in (0.01, 0.02):
        thresholds = calibration.thresholds(dial, 0.01)
        assert decision_of([0.8, 0.01, 0.18, 0.01], thresholds) == "answer"
        assert decision_of(near, thresholds) == "abstain"
    thresholds = calibration.thresholds(0.05, 0.01)
    assert decision_of(near, thresholds) == "answer"
    assert decision_of(far, thresholds) == "abstain"
    assert decision_of([0.0, 0.0, 0.3, 0.7], thresholds) == "answer"


def test_a_model_keeps_what_any_dial_needs(calibration: Calibration) -> None:
    kept = Calibration.from_arrays(calibration.arrays())
    for dial in (0.02, 0.05, 0.1):
        assert kept.thresholds(dial, 0.01) == calibration.thresholds(dial, 0.01)


def test_the_nearest_item_leads_the_ranking_of_what_is_answered_all_the_same() -> None:
    confidences = np.array([0.3, 0.0, 0.7, 0.0])
    assert ranked(LABELS, confidences, "answer")[0]["label"] == "service/a"
    assert ranked(LABELS, confidences, "abstain")[0]["label"] == "oos_gov"
    assert ranked(LABELS, np.array([0.3, 0.0, 0.0, 0.7]), "answer")[0]["label"] == (
        "greet"
    )
