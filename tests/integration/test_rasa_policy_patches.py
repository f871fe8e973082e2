"""Predictions with less work are Rasa's own predictions."""

import inspect
from typing import Any

import pytest
from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.core.processor import MessageProcessor

from bot import rasa_policy_patches as patches

pytestmark = pytest.mark.model
CONVERSATION = (
    "你好",
    "低保怎么申请",
    "要带什么材料",
    "楼道灯坏了好几天了",
    "幸福小区3号楼",
    "低保能领多少钱",
    "是谁家的灯",
    "昨天开始的",
    "不报了",
    "转人工",
    "谢谢",
    "家里着火了",
    "随便说点什么",
)


def seen(prediction: Any) -> dict[str, Any]:
    """What of a prediction has an effect."""
    return {
        "action": prediction.probabilities.index(max(prediction.probabilities)),
        "confidence": prediction.max_confidence,
        "events": prediction.events,
        "hidden": prediction.hide_rule_turn,
        "without_user": prediction.is_no_user_prediction,
        "by_text": prediction.is_end_to_end_prediction,
    }


async def test_each_prediction_is_rasas_own(worker, message, monkeypatch):
    with_rasas_rules = RulePolicy._get_possible_keys
    compared: list[str] = []

    def both(self: MessageProcessor, tracker: Any) -> Any:
        if tracker.followup_action:
            return patches._original_predict_next(self, tracker)
        ours = patches._predict_next(self, tracker)
        with monkeypatch.context() as rasa:
            rasa.setattr(RulePolicy, "_get_possible_keys", theirs)
            rasa.setattr(
                RulePolicy,
                "_find_action_from_rules",
                patches._original_action_from_rules,
            )
            expected = patches._original_predict_next(self, tracker)
        assert seen(ours) == seen(expected), tracker.latest_message.text
        compared.append(ours.policy_name)
        return ours

    theirs = patches._original_possible_keys
    assert with_rasas_rules is not theirs
    monkeypatch.setattr(MessageProcessor, "_predict_next_with_tracker", both)
    for text in CONVERSATION:
        inbound = message(text)
        await worker.conversations.accept(inbound)
        assert await worker.drain("web:grandma")
        assert await worker.conversations.stored_reply(inbound.id)
    assert len(compared) >= len(CONVERSATION)


def test_rules_about_texts_would_be_asked(worker):
    policy = patches._rule_policy(worker.processor)
    assert policy is not None
    assert not patches._rules(policy, policy.lookup[RULES]).has_texts
    texts = patches._Rules(
        {
            '[{"prev_action": {"action_name": "action_listen"}, "user": {"text": "a"}}]': "b"
        }
    )
    assert texts.has_texts


def test_rasa_still_copies_states_for_its_log():
    source = inspect.getsource(patches._original_action_from_rules)
    assert "copy.deepcopy(current_states)" in source
    assert inspect.getsource(rule_policy).count("copy.deepcopy(") == 1


def test_rasa_still_asks_every_rule_about_every_state():
    source = inspect.getsource(patches._original_possible_keys)
    assert "possible_keys = set(lookup.keys())" in source


def test_rasa_still_asks_the_policies_before_a_form_goes_on():
    source = inspect.getsource(RulePolicy._predict)
    assert source.index("_find_action_from_rules") < source.index(
        "_find_action_from_loop_happy_path"
    )
