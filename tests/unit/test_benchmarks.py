"""The benchmarks' own arithmetic: percentiles, subsets, the page."""

from collections import Counter

import pytest

from benchmarks.measure import latency, memory, percentile, spread
from benchmarks.peer.project import write_project
from benchmarks.results import Result, at_least, at_most, page
from benchmarks.samples import flat, peer_subset, sized_subset, write_examples
from bot.nlu.examples import Example, read_examples

EXAMPLES = [
    Example(f"第{number}句", label, voice="elder", facets=("fee",))
    for label, count in (("service/id_card", 300), ("matter/noise", 40), ("oos_gov", 5))
    for number in range(count)
]


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (0.0, 1)]
)
def test_percentiles_are_values_that_were_measured(share, expected):
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_latency_is_in_milliseconds():
    assert latency([0.001, 0.003])["mean_ms"] == 2.0


def test_a_spread_shows_median_and_both_ends():
    assert spread([3.0, 1.0, 2.0]) == "2.0 (1.0 to 3.0)"


def test_memory_of_this_process_is_read():
    found = memory()
    assert found.rss_mb >= found.private_mb > 1


def test_the_peers_subset_keeps_twelve_per_cent_but_enough_of_each_label():
    counts = Counter(example.label for example in peer_subset(EXAMPLES))
    assert counts == {"service/id_card": 36, "matter/noise": 12, "oos_gov": 5}


def test_a_sized_subset_has_the_size_and_every_label():
    subset = sized_subset(EXAMPLES, 100)
    assert len(subset) == len(set(subset)) == 100
    assert {example.label for example in subset} == {e.label for e in EXAMPLES}


def test_subsets_are_the_same_each_time():
    assert peer_subset(EXAMPLES) == peer_subset(EXAMPLES)


def test_written_examples_keep_labels_and_marks(tmp_path):
    write_examples(EXAMPLES[:3], tmp_path / "nlu.yml", flat_labels=False)
    assert [(e.text, e.label, e.facets) for e in read_examples(tmp_path)] == [
        (e.text, e.label, e.facets) for e in EXAMPLES[:3]
    ]


def test_the_peers_project_has_flat_intents(tmp_path):
    project = write_project(EXAMPLES, tmp_path / "peer")
    labels = {example.label for example in read_examples(project / "data")}
    assert labels == {flat(example.label) for example in EXAMPLES}


def test_the_page_says_which_aims_are_missed():
    result = Result(
        name="parse",
        question="How long?",
        data="some",
        command="python -m benchmarks parse",
        machine={
            "cores": 2,
            "cpu": "one",
            "memory_gb": 8,
            "system": "Linux",
            "python": "3.10",
            "load_before": 0.1,
            "at": "now",
        },
        columns=["a", "b"],
        rows=[["1", "2"]],
        aims=[at_most("time", 12, 10, " ms"), at_least("speed", 30, 20, " x")],
    )
    doc = {name: getattr(result, name) for name in Result.__slots__}
    doc["aims"] = [
        {"text": a.text, "measured": a.measured, "is_met": a.is_met}
        for a in result.aims
    ]
    text = page([doc])
    assert "- parse: time ≤ 10 ms — measured 12 ms" in text
    assert "speed ≥ 20 x — measured" not in text
