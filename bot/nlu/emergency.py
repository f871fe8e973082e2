"""Emergencies: the patterns of the domain, and a linear model for what they miss."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.classifier import LABEL_RANKING, full_label, message_blocks
from bot.nlu.facets import marks_of
from bot.nlu.features import Document, Vectorizer, keys_of
from bot.nlu.linear import fit_detectors
from community.emergencies.detection import RULE_IDS, Sign, canonical, signs
from community.emergencies.doubts import markers

EMERGENCY = "emergency"
"""Message property: id of the emergency rule, or None."""
DANGER = "danger"
"""Message property: how strongly the model holds the message for urgent."""
NAMES = list(RULE_IDS)
FAMILY_WEIGHTS = (1.0, 0.8, 0.6, 0.0, 0.7)
MIN_DF = 3
SIGN_VOTE, FIRST_SIGN_VOTE = 0.6, 0.2
"""What a certain sign adds to its rule's score; the first one by priority adds both."""
RULE_WEIGHT = 0.6
"""What the best rule's own score adds to the score of any danger."""
MIN_CHARS = 3
"""Shorter messages are urgent by a sign only: 我 says nothing, whatever a model sees."""
SETTLED = ("self_harm",)
"""Rules that no other rule may outvote and no service question silences."""
ODDS_FILE = "odds.json"
_NO_LETTER = re.compile(r"[\W_]")


@dataclass(frozen=True)
class EmergencyModel:
    """One linear machine for each rule, and a last one for any emergency.

    `weights` has shape (n_features, n_rules + 1), `bias` (n_rules + 1,).
    """

    vectorizer: Vectorizer
    weights: np.ndarray
    bias: np.ndarray

    def scores(self, document: Document) -> np.ndarray:
        """Returns the scores of one message, shape (n_rules + 1,)."""
        columns, values = self.vectorizer.row(document)
        return values @ self.weights[columns].astype(np.float32) + self.bias

    def save(self, folder: Path) -> None:
        """Writes the model as plain arrays and JSON; no pickle."""
        np.savez(
            folder / "emergency.npz",
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            **self.vectorizer.arrays(),
        )

    @classmethod
    def load(cls, folder: Path) -> Optional[EmergencyModel]:
        """Reads what `save` wrote; None if the model was never trained."""
        if not (folder / "emergency.npz").is_file():
            return None
        with np.load(folder / "emergency.npz", allow_pickle=False) as arrays:
            vectorizer = Vectorizer.from_arrays(arrays)
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


def emergency_document(text: str, blocks: Document, found: Sequence[Sign]) -> Document:
    """Adds the pattern family; the coarse sounds stay out, they add nothing here."""
    return [*blocks[:3], keys_of([]), keys_of(sign_grams(text, found))]


def fit_emergency(
    documents: Sequence[Document], rules: Sequence[Optional[str]]
) -> EmergencyModel:
    """Trains the machines; examples without a rule are negative for all."""
    vectorizer = Vectorizer.fit(documents, min_df=MIN_DF)
    vectorizer = replace(vectorizer, weights=FAMILY_WEIGHTS)
    matrix = vectorizer.matrix(documents)
    targets = [np.array([rule == name for rule in rules]) for name in NAMES]
    targets.append(np.array([rule is not None for rule in rules]))
    weights, bias = fit_detectors(matrix, targets, c=0.5, weight=3.0)
    return EmergencyModel(vectorizer, weights, bias)


def label_odds(
    labels: Sequence[str], rules: Sequence[Optional[str]]
) -> Dict[str, float]:
    """Returns for each label the log odds that a message under it is urgent."""
    total = Counter(labels)
    urgent = Counter(label for label, rule in zip(labels, rules, strict=True) if rule)
    return {
        label: round(math.log((urgent[label] + 0.5) / (n - urgent[label] + 4.5)), 3)
        for label, n in total.items()
    }


@dataclass(frozen=True)
class Limits:
    """Between danger and none, for one message."""

    threshold: float = 0.0
    """Danger above which the model alone calls it urgent."""
    veto: Optional[float] = None
    """Score of the last machine up to which even a certain sign is not believed."""


def danger(scores: np.ndarray) -> float:
    """Returns how strongly the model holds a message for urgent."""
    return float(scores[-1] + RULE_WEIGHT * scores[:-1].max())


def decide(
    found: Sequence[Sign], scores: Optional[np.ndarray], limits: Limits
) -> Optional[str]:
    """Returns the rule that a message falls under, if any.

    Certain signs make a message urgent without the model, and the model without
    signs; which rule it is they decide together.

    Args:
        found: Signs of the message, in order of priority.
        scores: The model's scores, shape (n_rules + 1,); None without a model.
        limits: Where the message's topic draws the line.
    """
    certain = [sign.rule for sign in found if not sign.doubts]
    if scores is None or (certain and certain[0] in SETTLED):
        return certain[0] if certain else None
    if certain:
        if limits.veto is not None and scores[-1] <= limits.veto:
            return None
    elif danger(scores) <= limits.threshold:
        return None
    votes = scores[:-1].copy()
    for rule in set(certain):
        votes[NAMES.index(rule)] += SIGN_VOTE
    if certain:
        votes[NAMES.index(certain[0])] += FIRST_SIGN_VOTE
    return NAMES[int(np.argmax(votes))]


def is_about_office_work(label: str) -> bool:
    """Whether a label stands for a question, not for something that happens."""
    return label.startswith(("service/", "talk_", "oos_gov"))


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
            # Danger above which the linear model alone calls a message urgent; chosen
            # by cross-validation on the training data, see docs/understanding.md.
            "threshold": -0.25,
            # How much the log odds of the understood label add to that score.
            "odds_weight": 0.15,
            # Score below which a certain sign is not believed in a service question.
            "veto": -0.2,
            # Fewer letters than this say little: each that is missing raises the
            # threshold of the model alone by this much.
            "short_chars": 12,
            "short_weight": 0.1,
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[EmergencyModel] = None,
        odds: Optional[Dict[str, float]] = None,
    ) -> None:
        """Creates the component with or without a trained model."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._odds = odds or {}

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
            self._odds = label_odds([full_label(e) for e in examples], rules)
        with self._model_storage.write_to(self._resource) as folder:
            if self._model is not None:
                self._model.save(folder)
            (folder / ODDS_FILE).write_text(json.dumps(self._odds, sort_keys=True))
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
            odds = json.loads((folder / ODDS_FILE).read_text())
            model = EmergencyModel.load(folder)
            return cls(config, model_storage, resource, model, odds)

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the properties `emergency` and `danger` to each message."""
        for message in messages:
            rule, score = self._detect(message)
            message.set(EMERGENCY, rule, add_to_output=True)
            message.set(DANGER, score, add_to_output=True)
        return messages

    def _detect(self, message: Message) -> Tuple[Optional[str], float]:
        text = message.get(TEXT) or ""
        found = list(signs(text))
        scores = None
        if self._model is not None and (found or len(text.strip()) >= MIN_CHARS):
            document = emergency_document(text, message_blocks(message), found)
            scores = self._model.scores(document)
        best = (message.get(LABEL_RANKING) or [{"label": ""}])[0]["label"]
        score = 0.0 if scores is None else round(danger(scores), 3)
        return decide(found, scores, self._limits(best, text)), score

    def _limits(self, label: str, text: str) -> Limits:
        """Lower for a dangerous kind of matter, higher for a fragment: 他不在家."""
        ease = self._config["odds_weight"] * self._odds.get(label, 0.0)
        missing = self._config["short_chars"] - len(_NO_LETTER.sub("", text))
        doubt = self._config["short_weight"] * max(0, missing)
        veto = self._config["veto"] if is_about_office_work(label) else None
        return Limits(self._config["threshold"] - ease + doubt, veto)


def _document(example: Message) -> Document:
    text = example.get(TEXT)
    return emergency_document(text, message_blocks(example), list(signs(text)))
