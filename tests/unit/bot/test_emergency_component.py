"""The linear model beside the emergency patterns, trained on a few examples."""

import numpy as np
import pytest

from bot.nlu.emergency import (
    NAMES,
    EmergencyModel,
    Limits,
    decide,
    emergency_document,
    fit_emergency,
    is_about_office_work,
    label_odds,
    sign_grams,
)
from bot.nlu.features import blocks, keys_of
from community.emergencies.detection import Sign, signs

URGENT = [
    ("厨房里咕噜咕噜有怪声，人发晕", "gas"),
    ("厨房里有怪声，闻了人发晕", "gas"),
    ("灶边有怪声，心里发毛", "gas"),
    ("奶奶屋里灯亮着，人没见出来", "missing"),
    ("爷爷屋里灯亮着，人没见回来", "missing"),
    ("奶奶屋里灯亮着，一直没见着", "missing"),
]
ORDINARY = [
    "低保要什么材料",
    "低保怎么申请",
    "医保卡丢了怎么补",
    "医保要什么材料",
    "路灯坏了没人修",
    "路灯不亮怎么报修",
    "残疾证怎么申请",
    "养老金什么时候发",
]


def document(text):
    return emergency_document(text, blocks(text, list(text)), list(signs(text)))


@pytest.fixture(scope="module")
def model():
    examples = [*URGENT, *((text, None) for text in ORDINARY)] * 3
    return fit_emergency(
        [document(text) for text, _ in examples], [r for _, r in examples]
    )


def verdict(model, text, threshold=0.0):
    scores = model.scores(document(text)) if model else None
    return decide(list(signs(text)), scores, Limits(threshold))


@pytest.mark.parametrize(("text", "rule"), URGENT)
def test_model_finds_what_no_pattern_knows(model, text, rule):
    assert verdict(None, text) is None
    assert verdict(model, text) == rule


@pytest.mark.parametrize("text", [*ORDINARY, "", "😀", "ok 123"])
def test_ordinary_message_is_no_emergency(model, text):
    assert verdict(model, text) is None


def test_certain_pattern_decides_without_a_model():
    assert verdict(None, "三楼着火了") == "fire"


def test_certain_pattern_decides_against_the_model():
    scores = np.full(len(NAMES) + 1, -2.0)
    assert decide([Sign("fire", 0, ())], scores, Limits()) == "fire"


def test_certain_pattern_is_not_believed_in_a_harmless_service_question():
    scores = np.full(len(NAMES) + 1, -2.0)
    assert decide([Sign("fire", 0, ())], scores, Limits(veto=-0.5)) is None
    assert decide([Sign("fire", 0, ())], scores + 2.0, Limits(veto=-0.5)) == "fire"


def test_the_wish_to_die_is_always_believed():
    scores = np.full(len(NAMES) + 1, -2.0)
    found = [Sign("self_harm", 0, ()), Sign("crime", 0, ())]
    assert decide(found, scores, Limits(veto=-0.5)) == "self_harm"


def test_the_model_helps_to_choose_between_two_signs():
    scores = np.full(len(NAMES) + 1, -1.0)
    found = [Sign("violence_home", 0, ()), Sign("medical", 0, ())]
    assert decide(found, scores, Limits()) == "violence_home"
    scores[NAMES.index("medical")] = 0.5
    assert decide(found, scores, Limits()) == "medical"


def test_labels_with_many_dangers_have_high_odds():
    odds = label_odds(["a"] * 4 + ["b"] * 4, ["gas"] * 4 + [None] * 4)
    assert odds["a"] > -1 > odds["b"]


@pytest.mark.parametrize(
    ("label", "asked"),
    [
        ("service/id_card", True),
        ("talk_thanks", True),
        ("oos_gov", True),
        ("matter/noise", False),
        ("oos_other", False),
        ("", False),
    ],
)
def test_questions_are_told_from_what_happens(label, asked):
    assert is_about_office_work(label) is asked


def test_doubtful_sign_alone_is_not_enough():
    assert decide([Sign("fire", 0, ("past",))], None, Limits()) is None


def test_higher_threshold_silences_the_model(model):
    assert verdict(model, URGENT[0][0], threshold=99.0) is None


def test_saved_model_scores_the_same(model, tmp_path):
    model.save(tmp_path)
    loaded = EmergencyModel.load(tmp_path)
    for text, _ in URGENT:
        before, after = model.scores(document(text)), loaded.scores(document(text))
        assert np.allclose(before, after, atol=0.01)


def test_model_that_was_never_trained_loads_as_none(tmp_path):
    assert EmergencyModel.load(tmp_path) is None


def test_doubts_are_features_and_certain_signs_are_not():
    text = "去年楼里着过火，怕再着火"
    grams = sign_grams(text, list(signs(text)))
    assert {"xfire", "mpast"} <= set(grams)
    assert set(document(text)[-1]) == set(keys_of(grams))
    text = "三楼着火了"
    assert not any(gram.startswith("x") for gram in sign_grams(text, list(signs(text))))
