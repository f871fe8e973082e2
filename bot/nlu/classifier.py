"""Rasa component for the joint classifier, with retrieval intents in its output."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.decision import OUTSIDE, Thresholds, decide, is_item
from bot.nlu.examples import read_examples
from bot.nlu.features import Document, blocks
from bot.nlu.linear import LinearModel, calibrate, fit_linear
from bot.nlu.words import catalogue_words, shared_jieba

RETRIEVAL_INTENTS = ["matter", "service"]
LABEL_RANKING = "label_ranking"
"""Message property: full keys with confidences, best first."""
RANKING_LENGTH = 10


def message_blocks(message: Message) -> Document:
    """Returns the keys of a tokenized message's n-grams."""
    tokens = message.get("text_tokens") or []
    return _blocks(message.get(TEXT) or "", tuple(token.text for token in tokens))


@lru_cache(maxsize=4)
def _blocks(text: str, words: Tuple[str, ...]) -> Document:
    """Three components ask for the same message one after the other."""
    return blocks(text, words)


def remember_all_blocks() -> None:
    """Keeps all n-grams, for a process that trains and then ends.

    There three components ask for all messages one after the other.
    """
    global _blocks
    _blocks = lru_cache(maxsize=None)(blocks)


def full_label(message: Message) -> str:
    """Returns the full retrieval intent of a training example, or its intent."""
    return message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)


def set_intent(message: Message, ranking: List[Dict[str, Any]]) -> None:
    """Writes a ranking of full labels into a message, in Rasa's own shapes.

    `intent` and `intent_ranking` hold base intents; `response_selector` holds one
    entry for each retrieval intent, as a ResponseSelector would write it.
    """
    bases: Dict[str, float] = {}
    for entry in ranking:
        base = entry["label"].split("/")[0]
        bases[base] = bases.get(base, 0.0) + entry["confidence"]
    top = ranking[0]
    intent = {"name": top["label"].split("/")[0], "confidence": top["confidence"]}
    message.set(INTENT, intent, add_to_output=True)
    message.set(
        "intent_ranking",
        [intent]
        + [
            {"name": name, "confidence": confidence}
            for name, confidence in sorted(bases.items(), key=lambda item: -item[1])
            if name != intent["name"]
        ],
        add_to_output=True,
    )
    message.set(LABEL_RANKING, ranking[:RANKING_LENGTH], add_to_output=True)
    selector: Dict[str, Any] = {"all_retrieval_intents": RETRIEVAL_INTENTS}
    for base in RETRIEVAL_INTENTS:
        keys = [e for e in ranking if e["label"].startswith(f"{base}/")]
        if not keys:
            continue
        selector[base] = {
            "response": {
                "responses": [],
                "intent_response_key": keys[0]["label"],
                "confidence": keys[0]["confidence"],
                "utter_action": f"utter_{keys[0]['label']}",
            },
            "ranking": [
                {"confidence": e["confidence"], "intent_response_key": e["label"]}
                for e in keys[:RANKING_LENGTH]
            ],
        }
    message.set("response_selector", selector, add_to_output=True)


def ranked(
    labels: Sequence[str], confidences: np.ndarray, decision: str
) -> List[Dict[str, Any]]:
    """Returns all labels with their confidences, what is to be answered first.

    Args:
        labels: Names of the labels.
        confidences: Confidence of each label, shape (n_labels,).
        decision: What was decided.
    """
    ranking = [
        {"label": labels[position], "confidence": float(confidences[position])}
        for position in np.argsort(-confidences)
    ]
    if decision == "answer" and ranking[0]["label"] in OUTSIDE:
        # The dial lets the nearest item be answered all the same.
        ranking.sort(key=lambda entry: not is_item(str(entry["label"])))
    return ranking


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class JointIntentClassifier(IntentClassifier, GraphComponent):
    """Classifies into services, matters, talk and outside with one linear model."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Needs tokens (see parent class for full docstring)."""
        return [Tokenizer]

    @staticmethod
    def supported_languages() -> Optional[List[str]]:
        """Supported languages (see parent class for full docstring)."""
        return ["zh"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Default config (see parent class for full docstring)."""
        return {
            # Inverse strength of regularisation of the linear model.
            "C": 0.5,
            # Messages kept out of training that set confidences and thresholds.
            "calibration": "evaluation/calibration",
            # Folder of the catalogue whose words the calibration messages are cut by.
            "content_dir": "catalog",
            # The dial: share of outright answers that may be wrong.
            "accepted_error": 0.02,
            # Share of messages within the catalogue that may be turned away.
            "accepted_rejection": 0.01,
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[LinearModel] = None,
    ) -> None:
        """Creates the component with or without a trained model."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._thresholds = Thresholds()
        if model is not None:
            self._set_thresholds(model)

    def _set_thresholds(self, model: LinearModel) -> None:
        self._thresholds = model.calibration.thresholds(
            self._config["accepted_error"], self._config["accepted_rejection"]
        )

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> JointIntentClassifier:
        """Creates an untrained component (see parent class for full docstring)."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on all examples that have an intent and a text."""
        examples = [
            example for example in training_data.intent_examples if example.get(TEXT)
        ]
        model = fit_linear(
            [message_blocks(example) for example in examples],
            [full_label(example) for example in examples],
            c=self._config["C"],
        )
        self._model = model = self._calibrated(model)
        self._set_thresholds(model)
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
        return self._resource

    def _calibrated(self, model: LinearModel) -> LinearModel:
        folder = Path(self._config["calibration"])
        examples = read_examples(folder) if folder.is_dir() else []
        if not examples:
            return model
        cut = shared_jieba(tuple(catalogue_words(self._config["content_dir"]))).lcut
        return calibrate(
            model,
            [blocks(example.text, cut(example.text)) for example in examples],
            [(example.label, *example.alternatives) for example in examples],
        )

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> JointIntentClassifier:
        """Loads the linear model (see parent class for full docstring)."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.load(folder))

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds intent, rankings and response selector output to each message."""
        if self._model is None:
            return messages
        for message in messages:
            confidences = self._model.confidences(message_blocks(message))
            order = np.argsort(-confidences)
            decision, candidates = decide(
                self._model.labels, confidences, order, self._thresholds
            )
            ranking = ranked(self._model.labels, confidences, decision)
            set_intent(message, ranking)
            message.set("decision", decision, add_to_output=True)
            message.set("candidates", candidates, add_to_output=True)
        return messages
