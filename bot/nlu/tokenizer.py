"""Jieba tokens with the catalogue's words, without touching jieba's global state."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.words import WORDS_FILE, catalogue_words, shared_jieba


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True
)
class CatalogueJiebaTokenizer(Tokenizer):
    """Tokenizes Chinese; words of the catalogue stay whole.

    The word list is stored in the model, so an edited alias takes effect at the
    next training and two models in one process do not mix.
    """

    @staticmethod
    def supported_languages() -> List[str]:
        """Supported languages (see parent class for full docstring)."""
        return ["zh"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Default config (see parent class for full docstring)."""
        return {
            # Split full retrieval intents at a symbol (Rasa's own option, unused).
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            # Keep every token (Rasa's own option, unused).
            "token_pattern": None,
            # Folder of the catalogue whose names and aliases become words.
            "content_dir": "catalog",
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        words: List[str],
    ) -> None:
        """Builds the segmenter from the given words."""
        super().__init__(config)
        self._model_storage = model_storage
        self._resource = resource
        self._set_words(words)

    def _set_words(self, words: List[str]) -> None:
        self._words = words
        self.segmenter = shared_jieba(tuple(words))

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CatalogueJiebaTokenizer:
        """Creates an untrained tokenizer (see parent class for full docstring)."""
        return cls(config, model_storage, resource, [])

    def train(self, training_data: TrainingData) -> Resource:
        """Reads the catalogue's words and stores them in the model."""
        self._set_words(catalogue_words(self._config["content_dir"]))
        with self._model_storage.write_to(self._resource) as folder:
            (folder / WORDS_FILE).write_text("\n".join(self._words), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CatalogueJiebaTokenizer:
        """Loads the word list (see parent class for full docstring)."""
        with model_storage.read_from(resource) as folder:
            words = (folder / WORDS_FILE).read_text(encoding="utf-8").split("\n")
        return cls(config, model_storage, resource, [w for w in words if w])

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        """Splits a text; spaces are dropped, positions are kept."""
        text = message.get(attribute)
        return [
            Token(word, start)
            for word, start, _ in self.segmenter.tokenize(text)
            if word.strip()
        ]
