"""Which aspects of a service a message asks for; several at once are common."""

from __future__ import annotations

from dataclasses import replace
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

from bot.nlu.classifier import message_blocks
from bot.nlu.facet_asks import asking_part
from bot.nlu.facet_patterns import STRONG, pattern_grams
from bot.nlu.features import Document, Vectorizer, blocks, keys_of
from bot.nlu.linear import fit_detectors
from community.catalog.facets import Facet

NAMES = [facet.value for facet in Facet]
FACETS = "facets"
"""Message property: names of the asked facets, most certain first."""
FAMILY_WEIGHTS = (0.5, 0.7, 0.2, 0.0, 1.0, 1.2, 2.0)
"""Characters, words, sounds, coarse sounds, patterns; characters and patterns asked."""
C = 0.3
MISSED = 1.4
"""How much more a missed facet counts than one too many."""
_ASKED = np.uint64(0x5851F42D4C957F2D)
"""Tells the n-grams of the asking part from those of the whole message."""


def marks_of(example: Message) -> Dict[str, Any]:
    """Returns the marks of a training example's block (voice, facets, …)."""
    metadata = example.get("metadata") or {}
    return metadata.get("intent") or metadata.get("example") or {}


def facet_document(text: str, families: Document) -> Document:
    """Adds the patterns, and what stands in the part of the message that asks."""
    asked = asking_part(text)
    return [
        *families,
        keys_of(pattern_grams(text)),
        blocks(asked, ())[0] ^ _ASKED,
        keys_of([f"{gram}@" for gram in pattern_grams(asked)]),
    ]


def fit_facets(
    documents: Sequence[Document], marks: Sequence[Sequence[str]]
) -> Tuple[Vectorizer, np.ndarray, np.ndarray]:
    """Trains one machine a facet; returns vectorizer, weights and bias."""
    vectorizer = Vectorizer.fit(documents)
    vectorizer = replace(vectorizer, weights=FAMILY_WEIGHTS)
    matrix = vectorizer.matrix(documents)
    targets = [np.array([name in asked for asked in marks]) for name in NAMES]
    weights, bias = fit_detectors(matrix, targets, c=C, weight=MISSED)
    return vectorizer, weights, bias


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True
)
class FacetDetector(GraphComponent):
    """Finds the asked facets with one linear model each, untrained with patterns."""

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
                **vectorizer.arrays(),
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
        if self._model is None:
            return [name for name in NAMES if STRONG[name].search(text)]
        vectorizer, weights, bias = self._model
        columns, values = vectorizer.row(facet_document(text, message_blocks(message)))
        scores = values @ weights[columns].astype(np.float32) + bias
        order = np.argsort(-scores)
        return [NAMES[i] for i in order if scores[i] > self._config["threshold"]]


def _load(folder: Path) -> Optional[Tuple[Vectorizer, np.ndarray, np.ndarray]]:
    if not (folder / "facets.npz").is_file():
        return None
    with np.load(folder / "facets.npz", allow_pickle=False) as arrays:
        vectorizer = Vectorizer.from_arrays(arrays)
        return vectorizer, arrays["weights"], arrays["bias"]
