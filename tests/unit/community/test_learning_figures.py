"""Estimates, shares, and labels found by their sounds."""

import pytest

from community.catalog.model import Catalog
from community.learning.explanation import read_why
from community.learning.figures import Counts, wilson, with_unclear
from community.learning.labels import initials, label_names, name_of


@pytest.mark.parametrize(
    ("wrong", "sampled", "low", "high"),
    [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (1, 30, 0.006, 0.167)],
)
def test_the_interval_is_wilsons(
    wrong: int, sampled: int, low: float, high: float
) -> None:
    found = wilson(wrong, sampled)
    assert found is not None
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)


def test_of_nothing_nothing_is_estimated() -> None:
    assert wilson(0, 0) is None


def test_discarded_messages_widen_the_interval_to_both_sides():
    clear, found = wilson(2, 20), with_unclear(2, 20, 10)
    assert found.share == clear.share == 0.1
    assert (found.n_sampled, found.n_unclear) == (20, 10)
    assert found.low == wilson(2, 30).low < clear.low
    assert found.high == wilson(12, 30).high > clear.high
    assert with_unclear(2, 20, 0) == clear
    assert with_unclear(0, 0, 3).share is None
    assert with_unclear(0, 0, 0) is None
    assert Counts().alone is None


def test_counts_add_up() -> None:
    both = Counts(n_messages=3, n_abstained=1) + Counts(n_messages=1, n_person=1)
    assert both.n_messages == 4
    assert both.alone == 0.5
    assert (both + Counts(n_messages=1, n_failed=1)).alone == 0.4


def test_labels_have_names_and_initials(catalog: Catalog) -> None:
    found = {one.label: one for one in label_names(catalog, {"service/id_card", "x"})}
    assert found["service/id_card"].initials == "sfz"
    assert found["x"].name == "x"
    assert name_of(catalog, "oos_gov") == "目录外（公家事）"
    assert initials("12345热线") == "12345rx"


def test_boundary_rules_of_both_labels_are_shown(catalog: Catalog) -> None:
    labels = ("service/id_card", "service/residence_permit")
    answer = {"ranking": [[labels[0], 0.6]], "reasons": {labels[0]: [["字", "证", 1]]}}
    why = read_why(answer, catalog, labels)
    assert any(rule.startswith("身份证：") for rule in why.rules)
    assert why.reasons[labels[0]] == (("字", "证", 1.0),)
