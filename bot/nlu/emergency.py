"""Emergencies: the patterns of the domain, and a linear model for what they miss."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.svm import LinearSVC

from bot.nlu.classifier import LABEL_RANKING, full_label, message_blocks
from bot.nlu.facets import marks_of
from bot.nlu.features import Vectorizer
from bot.nlu.linear import SEED
from community.emergency import RULE_IDS, Sign, canonical, signs
from community.emergency_doubts import markers

EMERGENCY = "emergency"
"""Message property: id of the emergency rule, or None."""
NAMES = list(RULE_IDS)
FAMILY_WEIGHTS = (1.0, 0.8, 0.6, 0.0, 0.7)
MIN_DF = 3
PRONE_SHARE = 0.12
"""A label is prone to emergencies if so many of its examples are one."""
PRONE_FILE = "prone.json"


@dataclass(frozen=True)
class EmergencyModel:
    """One linear machine for each rule, and a last one for any emergency.

    `weights` has shape (n_features, n_rules + 1), `bias` (n_rules + 1,).
    """

    vectorizer: Vectorizer
    weights: np.ndarray
    bias: np.ndarray

    def scores(self, document: List[List[str]]) -> np.ndarray:
        """Returns the scores of one message, shape (n_rules + 1,)."""
        columns, values = self.vectorizer.row(document)
        return values @ self.weights[columns].astype(np.float32) + self.bias

    def save(self, folder: Path) -> None:
        """Writes the model as plain arrays and JSON; no pickle."""
        np.savez(
            folder / "emergency.npz",
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            idf=self.vectorizer.idf,
        )
        vocabulary = self.vectorizer.vocabulary
        (folder / "emergency.json").write_text(
            json.dumps(sorted(vocabulary, key=vocabulary.__getitem__)),
            encoding="utf-8",
        )

    @classmethod
    def load(cls, folder: Path) -> Optional[EmergencyModel]:
        """Reads what `save` wrote; None if the model was never trained."""
        if not (folder / "emergency.npz").is_file():
            return None
        grams = json.loads((folder / "emergency.json").read_text(encoding="utf-8"))
        with np.load(folder / "emergency.npz", allow_pickle=False) as arrays:
            vectorizer = Vectorizer(
                {gram: column for column, gram in enumerate(grams)},
                arrays["idf"],
                FAMILY_WEIGHTS,
            )
            weights = arrays["weights"]
            return cls(vectorizer, weights, arrays["bias"])


def sign_grams(text: str, found: Sequence[Sign]) -> List[str]:
    """Returns the pattern features: doubtful dangers and the words that bear on them.

    Certain dangers are left out: they decide without the model, which would lean on
    them in training and learn little about the messages that they miss.
    """
    grams = [f"m{name}" for name in markers(canonical(text))]
    for sign in found:
        if sign.doubts:
            grams += [f"x{sign.rule}", *(f"d{doubt}" for doubt in sign.doubts)]
    return grams


def emergency_document(
    text: str, blocks: List[List[str]], found: Sequence[Sign]
) -> List[List[str]]:
    """Adds the pattern family; the coarse sounds stay out, they add nothing here."""
    return [*blocks[:3], [], sign_grams(text, found)]


def fit_emergency(
    documents: Sequence[List[List[str]]], rules: Sequence[Optional[str]]
) -> EmergencyModel:
    """Trains the machines; examples without a rule are negative for all."""
    vectorizer = Vectorizer.fit(documents, min_df=MIN_DF)
    vectorizer = Vectorizer(vectorizer.vocabulary, vectorizer.idf, FAMILY_WEIGHTS)
    matrix = vectorizer.matrix(documents)
    targets = [np.array([rule == name for rule in rules]) for name in NAMES]
    targets.append(np.array([rule is not None for rule in rules]))
    weights = np.zeros((matrix.shape[1], len(targets)), dtype=np.float32)
    bias = np.full(len(targets), -1.0, dtype=np.float32)
    for position, target in enumerate(targets):
        if target.all() or not target.any():
            continue
        machine = LinearSVC(C=0.5, random_state=SEED, class_weight={True: 3.0})
        machine.fit(matrix, target)
        weights[:, position] = machine.coef_[0]
        bias[position] = machine.intercept_[0]
    return EmergencyModel(vectorizer, weights, bias)


def prone_labels(
    labels: Sequence[str], rules: Sequence[Optional[str]]
) -> FrozenSet[str]:
    """Returns the labels under which emergencies are common."""
    total = Counter(labels)
    urgent = Counter(label for label, rule in zip(labels, rules, strict=True) if rule)
    return frozenset(
        label for label in total if urgent[label] / total[label] > PRONE_SHARE
    )


def decide(
    found: Sequence[Sign], scores: Optional[np.ndarray], threshold: float
) -> Optional[str]:
    """Returns the rule that certain signs name, or else the model's rule.

    Args:
        found: Signs of the message, in order of priority.
        scores: The model's scores, shape (n_rules + 1,); None without a model.
        threshold: Score of the last machine above which the model alone decides.
    """
    named = next((sign.rule for sign in found if not sign.doubts), None)
    if named is not None or scores is None or scores[-1] <= threshold:
        return named
    return NAMES[int(np.argmax(scores[:-1]))]


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True
)
class EmergencyDetector(GraphComponent):
    """Finds messages whose answer must begin with a number to call."""

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
            # Score above which the linear model alone calls a message urgent.
            "threshold": 0.2,
            # The same where the message was understood as a dangerous kind of matter.
            "prone_threshold": -0.35,
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[EmergencyModel] = None,
        prone: Sequence[str] = (),
    ) -> None:
        """Creates the component with or without a trained model."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._prone = frozenset(prone)

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EmergencyDetector:
        """Creates an untrained component (see parent class for full docstring)."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on all examples; those without a mark are not urgent."""
        examples = [
            example for example in training_data.intent_examples if example.get(TEXT)
        ]
        if examples:
            rules = [marks_of(example).get("emergency") for example in examples]
            self._model = fit_emergency([_document(e) for e in examples], rules)
            self._prone = prone_labels([full_label(e) for e in examples], rules)
        with self._model_storage.write_to(self._resource) as folder:
            if self._model is not None:
                self._model.save(folder)
            (folder / PRONE_FILE).write_text(json.dumps(sorted(self._prone)))
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EmergencyDetector:
        """Loads the model (see parent class for full docstring)."""
        with model_storage.read_from(resource) as folder:
            prone = json.loads((folder / PRONE_FILE).read_text())
            model = EmergencyModel.load(folder)
            return cls(config, model_storage, resource, model, prone)

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the property `emergency` to each message."""
        for message in messages:
            message.set(EMERGENCY, self._detect(message), add_to_output=True)
        return messages

    def _detect(self, message: Message) -> Optional[str]:
        text = message.get(TEXT) or ""
        found = list(signs(text))
        scores = None
        if self._model is not None:
            document = emergency_document(text, message_blocks(message), found)
            scores = self._model.scores(document)
        best = (message.get(LABEL_RANKING) or [{"label": ""}])[0]["label"]
        key = "prone_threshold" if best in self._prone else "threshold"
        return decide(found, scores, self._config[key])


def _document(example: Message) -> List[List[str]]:
    text = example.get(TEXT)
    return emergency_document(text, message_blocks(example), list(signs(text)))
