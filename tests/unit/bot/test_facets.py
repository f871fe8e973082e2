"""Which part of a message asks, and what facets are learnt from it."""

import numpy as np
import pytest

from bot.nlu.facet_asks import asking_part
from bot.nlu.facets import NAMES, facet_document, fit_facets
from bot.nlu.features import blocks
from bot.parse import asked_facets

ASKING = [
    ("身份证过期了，银行不给取钱，怎么补", "怎么补"),
    ("材料交了俩月，多久能下来", "多久能下来"),
    ("俺娘下不了床 能上门照相不", "能上门照相不"),
    ("来电人称其住院未备案，咨询报销比例", "咨询报销比例"),
    ("老头今年八十一。", "老头今年八十一"),
    ("卡丢了", "卡丢了"),
    ("，。", ""),
    ("", ""),
]
MARKED = [
    ("低保要带什么材料", ["materials"]),
    ("残疾证要带什么材料", ["materials"]),
    ("补卡要带什么材料", ["materials"]),
    ("材料交了，多久能批下来", ["time_limit"]),
    ("表交上去了，多久能拿到", ["time_limit"]),
    ("证办了，多久能拿到", ["time_limit"]),
    ("要带什么材料，多久能拿到", ["materials", "time_limit"]),
    ("低保", []),
    ("残疾证", []),
]


def document(text):
    return facet_document(text, blocks(text, list(text)))


@pytest.mark.parametrize(("text", "asking"), ASKING)
def test_the_asking_part_leaves_the_story_out(text, asking):
    assert asking_part(text) == asking


@pytest.mark.parametrize(
    ("text", "facets"),
    [
        ("材料递上去了，多久能下来", {"time_limit"}),
        ("优待证要带什么材料", {"materials"}),
        ("要带什么材料，多久能下来", {"materials", "time_limit"}),
    ],
)
def test_what_is_asked_counts_and_what_is_told_does_not(text, facets):
    texts, marks = zip(*MARKED, strict=True)
    vectorizer, weights, bias = fit_facets([document(t) for t in texts], marks)
    columns, values = vectorizer.row(document(text))
    scores = values @ weights[columns] + bias
    assert {NAMES[i] for i in np.flatnonzero(scores > 0)} == facets


def test_a_document_holds_each_family_once():
    assert len(document("低保要带什么材料")) == 7
    assert len(document("")) == 7


@pytest.mark.parametrize(
    ("label", "facets"),
    [
        ("service:subsistence_allowance", ["eligibility"]),
        ("talk:ask_facet", ["eligibility"]),
        ("matter:noise", []),
        ("oos:gov", []),
        ("talk:greet", []),
    ],
)
def test_only_what_is_asked_of_a_service_is_told_as_asked(label, facets):
    assert asked_facets(label, {"facets": ["eligibility"]}) == facets
