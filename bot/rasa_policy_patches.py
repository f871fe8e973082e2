"""Changes to how Rasa predicts actions: the same predictions, with less work.

For the one version they were made for, as those in `rasa_patches`; the tests compare
each prediction with Rasa's own (`tests/integration/test_rasa_policy_patches.py`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Dict, List, Optional, Set, Tuple

from rasa.core.policies import rule_policy
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import (
    DEFAULT_ACTION_MAPPINGS,
    RULES,
    RulePolicy,
)
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME, SHOULD_NOT_BE_SET
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import DefinePrevUserUtteredFeaturization
from rasa.shared.core.trackers import DialogueStateTracker

PREVIOUS, NAME, USER, TEXT = "prev_action", "action_name", "user", "text"
"""Keys of Rasa's states."""


class NoCopies:
    """Stands for the module `copy` where Rasa copies only to log."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        """Returns the value itself: it is formatted at once or not at all."""
        return value


def apply() -> None:
    """Applies these patches; `rasa_patches` has checked the version."""
    rule_policy.copy = NoCopies
    RulePolicy._get_possible_keys = _possible_keys
    RulePolicy._find_action_from_rules = _action_from_rules
    MessageProcessor._predict_next_with_tracker = _predict_next


class _Rules:
    """The rules of one lookup table, by the action that their last state follows."""

    def __init__(self, lookup: Dict[str, str]) -> None:
        """Reads the rules' states, which Rasa keeps as JSON."""
        self.lookup = lookup
        self.size = len(lookup)
        self.longest = 0
        self.has_texts = False
        self._by_action: Dict[Optional[str], List[str]] = defaultdict(list)
        for key in lookup:
            states = json.loads(key)
            self.longest = max(self.longest, len(states))
            self.has_texts |= any(TEXT in state.get(USER, {}) for state in states)
            action = states[-1].get(PREVIOUS, {}).get(NAME)
            if action == SHOULD_NOT_BE_SET:
                action = None
            self._by_action[action].append(key)

    def after(self, state: State) -> Set[str]:
        """Returns the rules whose last state can be this one."""
        action = (state.get(PREVIOUS) or {}).get(NAME)
        return {*self._by_action.get(action, ()), *self._by_action.get(None, ())}


def _rules(policy: RulePolicy, lookup: Dict[str, str]) -> _Rules:
    tables: Dict[int, _Rules] = policy.__dict__.setdefault("_tables", {})
    found = tables.get(id(lookup))
    if found is None or found.lookup is not lookup or found.size != len(lookup):
        found = tables[id(lookup)] = _Rules(lookup)
    return found


_original_possible_keys = RulePolicy._get_possible_keys


def _possible_keys(
    self: RulePolicy, lookup: Dict[str, str], states: List[State]
) -> Set[str]:
    """Looks only at rules that follow the last action, and no further back than they.

    Rasa asks every rule about every state of the conversation.
    """
    rules = _rules(self, lookup)
    keys = rules.after(states[-1]) if states else set(lookup)
    for turn, state in enumerate(reversed(states)):
        if not keys or turn >= rules.longest:
            break
        keys = {key for key in keys if self._is_rule_applicable(key, turn, state)}
    return keys


_original_action_from_rules = RulePolicy._find_action_from_rules
_Found = Tuple[Optional[str], Optional[str], bool]


def _action_from_rules(
    self: RulePolicy,
    tracker: DialogueStateTracker,
    domain: Domain,
    use_text_for_last_user_input: bool,
) -> _Found:
    """Asks for rules about literal texts only where there are any."""
    if use_text_for_last_user_input and not _rules(self, self.lookup[RULES]).has_texts:
        return None, None, False
    return _original_action_from_rules(
        self, tracker, domain, use_text_for_last_user_input
    )


_original_predict_next = MessageProcessor._predict_next_with_tracker


def _predict_next(
    self: MessageProcessor, tracker: DialogueStateTracker
) -> PolicyPrediction:
    """Goes on with an open form without asking the policies, whom it overrules anyway.

    A form that has not refused the message goes on, and listens afterwards; Rasa finds
    that out after all rules and memorized stories were compared.
    """
    policy = None if tracker.followup_action else _rule_policy(self)
    if policy is None or _is_default_intent(tracker):
        return _original_predict_next(self, tracker)
    if _rules(policy, policy.lookup[RULES]).has_texts:
        return _original_predict_next(self, tracker)
    action, source = policy._find_action_from_loop_happy_path(tracker)
    if not action:
        return _original_predict_next(self, tracker)
    prediction = policy._rule_prediction(
        policy._prediction_result(action, tracker, self.domain),
        source,
        is_no_user_prediction=True,
    )
    if tracker.latest_action_name == ACTION_LISTEN_NAME:
        prediction.events.append(DefinePrevUserUtteredFeaturization(False))
    return prediction


def _is_default_intent(tracker: DialogueStateTracker) -> bool:
    """Tells whether Rasa's own actions come first: /restart and the like."""
    if tracker.latest_action_name != ACTION_LISTEN_NAME or not tracker.latest_message:
        return False
    return tracker.latest_message.intent.get("name") in DEFAULT_ACTION_MAPPINGS


def _rule_policy(processor: MessageProcessor) -> Optional[RulePolicy]:
    """Returns the loaded model's rule policy; `None` without one, or in training."""
    runner = processor.graph_runner
    found = runner.__dict__.get("_rule_policy")
    if found is None:
        nodes = getattr(runner, "_instantiated_nodes", {}).values()
        policies = [getattr(node, "_component", None) for node in nodes]
        found = [p for p in policies if isinstance(p, RulePolicy)]
        runner.__dict__["_rule_policy"] = found
    return found[0] if len(found) == 1 else None
