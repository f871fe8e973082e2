"""Which aspects of a service a message asks for; several at once are common."""

from __future__ import annotations

import json
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
from sklearn.svm import LinearSVC

from bot.nlu.classifier import message_blocks
from bot.nlu.facet_patterns import STRONG, pattern_grams
from bot.nlu.features import Vectorizer
from bot.nlu.linear import SEED
from community.catalog.facets import Facet

NAMES = [facet.value for facet in Facet]
FACETS = "facets"
"""Message property: names of the asked facets, most certain first."""
FAMILY_WEIGHTS = (1.0, 1.0, 0.3, 0.0, 2.0)


def marks_of(example: Message) -> Dict[str, Any]:
    """Returns the marks of a training example's block (voice, facets, …)."""
    metadata = example.get("metadata") or {}
    return metadata.get("intent") or metadata.get("example") or {}


def facet_document(text: str, blocks: List[List[str]]) -> List[List[str]]:
    """Adds the pattern family to a message's n-gram families."""
    return [*blocks, pattern_grams(text)]


def fit_facets(
    documents: Sequence[List[List[str]]], marks: Sequence[Sequence[str]]
) -> Tuple[Vectorizer, np.ndarray, np.ndarray]:
    """Trains one machine a facet; returns vectorizer, weights and bias."""
    vectorizer = Vectorizer.fit(documents)
    vectorizer = Vectorizer(vectorizer.vocabulary, vectorizer.idf, FAMILY_WEIGHTS)
    matrix = vectorizer.matrix(documents)
    weights = np.zeros((matrix.shape[1], len(NAMES)), dtype=np.float32)
    bias = np.full(len(NAMES), -1.0, dtype=np.float32)
    for position, name in enumerate(NAMES):
        target = np.array([name in asked for asked in marks])
        if target.all() or not target.any():
            continue
        machine = LinearSVC(C=0.5, random_state=SEED, class_weight={True: 2.0})
        machine.fit(matrix, target)
        weights[:, position] = machine.coef_[0]
        bias[position] = machine.intercept_[0]
    return vectorizer, weights, bias


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True
)
class FacetDetector(GraphComponent):
    """Finds the asked facets with patterns and one linear model each."""

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
            # Score above which a facet counts as asked.
            "threshold": 0.0,
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[Tuple[Vectorizer, np.ndarray, np.ndarray]] = None,
    ) -> None:
        """Creates the component with or without a trained model."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FacetDetector:
        """Creates an untrained component (see parent class for full docstring)."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Trains on the examples whose facets are marked."""
        examples = [
            example
            for example in training_data.intent_examples
            if example.get(TEXT) and "facets" in marks_of(example)
        ]
        if examples:
            self._model = fit_facets(
                [facet_document(e.get(TEXT), message_blocks(e)) for e in examples],
                [marks_of(example)["facets"] for example in examples],
            )
        self._persist()
        return self._resource

    def _persist(self) -> None:
        with self._model_storage.write_to(self._resource) as folder:
            if self._model is None:
                return
            vectorizer, weights, bias = self._model
            np.savez(
                folder / "facets.npz",
                weights=weights.astype(np.float16),
                bias=bias,
                idf=vectorizer.idf,
            )
            grams = sorted(vectorizer.vocabulary, key=vectorizer.vocabulary.__getitem__)
            (folder / "facets.json").write_text(
                json.dumps(grams, ensure_ascii=False), encoding="utf-8"
            )

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FacetDetector:
        """Loads the model (see parent class for full docstring)."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, _load(folder))

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the property `facets` to each message."""
        for message in messages:
            message.set(FACETS, self._detect(message), add_to_output=True)
        return messages

    def _detect(self, message: Message) -> List[str]:
        text = message.get(TEXT) or ""
        certain = [name for name in NAMES if STRONG[name].search(text)]
        if self._model is None:
            return certain
        vectorizer, weights, bias = self._model
        columns, values = vectorizer.row(facet_document(text, message_blocks(message)))
        scores = values @ weights[columns].astype(np.float32) + bias
        order = np.argsort(-scores)
        likely = [NAMES[i] for i in order if scores[i] > self._config["threshold"]]
        return likely + [name for name in certain if name not in likely]


def _load(folder: Path) -> Optional[Tuple[Vectorizer, np.ndarray, np.ndarray]]:
    if not (folder / "facets.npz").is_file():
        return None
    grams = json.loads((folder / "facets.json").read_text(encoding="utf-8"))
    with np.load(folder / "facets.npz", allow_pickle=False) as arrays:
        vectorizer = Vectorizer(
            {gram: column for column, gram in enumerate(grams)},
            arrays["idf"],
            FAMILY_WEIGHTS,
        )
        return vectorizer, arrays["weights"], arrays["bias"]
