"""Entities of a message: numbers, addresses, people and times, by spaCy patterns."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple, Type

import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes import default_components  # noqa: F401 - see below
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entity_checks import Candidate, checked, disjoint
from bot.nlu.entity_matcher import AnchoredMatcher
from bot.nlu.entity_patterns import (
    ADDRESS_PATTERNS,
    PERSON_PATTERNS,
    PLACE_PATTERNS,
    TIME_PATTERNS,
    Pattern,
)
from bot.nlu.entity_symbols import Span, Symbols, fold, read_symbols
from community.privacy import DIGIT_OF, PrivateKind, PrivateSpan, private_numbers

PATTERNS: Tuple[Pattern, ...] = (
    *ADDRESS_PATTERNS,
    *TIME_PATTERNS,
    *PERSON_PATTERNS,
    *PLACE_PATTERNS,
)
NUMBERED = ("building", "unit", "room")
_HAN_NUMBER = re.compile("[零〇一二三四五六七八九十百幺]+")


@lru_cache(maxsize=1)
def shared_pipeline() -> Tuple[spacy.language.Language, AnchoredMatcher]:
    """Returns the blank Chinese pipeline and its patterns; they hold no state."""
    nlp = spacy.blank("zh")
    return nlp, AnchoredMatcher(nlp.vocab, PATTERNS)


# Rasa has a component of this name; the later registration counts, so that Rasa's own
# components are imported first.
@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class SpacyEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds phone, id_number, building, unit, room, address, person and time."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Needs tokens (see parent class for full docstring)."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[str]:
        """Needs spaCy (see parent class for full docstring)."""
        return ["spacy"]

    @staticmethod
    def supported_languages() -> Optional[List[str]]:
        """Supported languages (see parent class for full docstring)."""
        return ["zh"]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Default config (see parent class for full docstring)."""
        return {
            # Entities to look for; `null` for all.
            "dimensions": None,
        }

    def __init__(self, config: Dict[str, Any]) -> None:
        """Takes the shared pipeline; nothing is learned from training data."""
        self._config = config
        self._nlp, self._matcher = shared_pipeline()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpacyEntityExtractor:
        """Creates the component (see parent class for full docstring)."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the found entities to each message."""
        for message in messages:
            tokens = message.get(TOKENS_NAMES[TEXT]) or []
            words = [(token.start, token.end) for token in tokens]
            found = self.add_extractor_name(self.find(message.get(TEXT) or "", words))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def find(self, text: str, words: Sequence[Span]) -> List[Dict[str, Any]]:
        """Returns Rasa's entity records of a text, disjoint and in its order.

        Args:
            text: The message.
            words: Position of each word, by the tokenizer of the pipeline.
        """
        numbers = private_numbers(text)
        symbols = read_symbols(self._nlp, text, words, numbers)
        candidates = checked(symbols, self._candidates(symbols))
        found = disjoint(candidates, [(n.start, n.end) for n in numbers])
        entities = [_number_record(text, number) for number in numbers]
        entities += [_record(text, candidate) for candidate in found]
        return self.filter_irrelevant_entities(
            sorted(
                (e for e in entities if e["entity"] != PrivateKind.CARD.value),
                key=lambda entity: entity["start"],
            ),
            set(self._config["dimensions"] or ()),
        )

    def _candidates(self, symbols: Symbols) -> Iterator[Candidate]:
        for position, start, alignment in self._matcher(symbols):
            pattern = PATTERNS[position]
            first, last = pattern.keep
            kept = [
                start + offset
                for offset, token in enumerate(alignment)
                if first <= token < last
            ]
            if kept:
                yield Candidate(
                    pattern.entity,
                    symbols.spans[kept[0]][0],
                    symbols.spans[kept[-1]][1],
                    pattern.name,
                )


def _number_record(text: str, number: PrivateSpan) -> Dict[str, Any]:
    record = _plain_record(text, number.kind.value, number.start, number.end)
    if number.digits != record["value"]:
        record["normalised"] = number.digits
    return record


def _record(text: str, candidate: Candidate) -> Dict[str, Any]:
    record = _plain_record(text, candidate.entity, candidate.start, candidate.end)
    if candidate.entity in NUMBERED:
        folded = _HAN_NUMBER.sub(lambda m: in_digits(m.group()), fold(record["value"]))
        if folded != record["value"]:
            record["normalised"] = folded
    return record


def _plain_record(text: str, entity: str, start: int, end: int) -> Dict[str, Any]:
    return {"entity": entity, "value": text[start:end], "start": start, "end": end}


def in_digits(number: str) -> str:
    """Returns a Chinese number below 1,000 in digits: 二十三 and 五零一 alike."""
    total, pending, spelled, unit = 0, "", "", 1
    for char in number:
        if char in "十百":
            unit = 10 if char == "十" else 100
            total += int(pending or 1) * unit
            pending = ""
            continue
        pending += DIGIT_OF[char]
        spelled += DIGIT_OF[char]
    if total == 0:
        return spelled
    if len(pending) < 2 or unit == 100:
        return str(total + int(pending or 0))
    # 十二零一 is floor 12, room 01; 十零一 is floor 10.
    floor, room = (pending[0], pending[1:]) if len(pending) > 2 else ("0", pending)
    return f"{total + int(floor)}{room}"
