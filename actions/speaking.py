"""Base of all actions: gives them a composer, turns parts into a message."""

import abc
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.reading import OFFERED_SLOT, PLACE_SLOT, Reading, reading_of
from actions.wiring import ports
from community.answers import AnswerComposer
from community.calendar import local_day
from community.catalog.local import LocalFacts
from community.replies import Choices, Part, part_to_doc

Events = list[dict[str, Any]]


def composer_for(tracker: Tracker) -> AnswerComposer:
    """Returns a composer for the resident's place, as of today."""
    catalog = ports().catalog()
    today = local_day(ports().now())
    facts = LocalFacts(catalog, tracker.get_slot(PLACE_SLOT), today)
    return AnswerComposer(catalog, facts, today)


def say(dispatcher: CollectingDispatcher, parts: Sequence[Part]) -> Events:
    """Utters parts as one message and remembers the choices it offers."""
    dispatcher.utter_message(json_message={"parts": [part_to_doc(p) for p in parts]})
    offered = [
        {"title": choice.title, "payload": choice.payload}
        for part in parts
        if isinstance(part, Choices)
        for choice in part.items
    ]
    return [SlotSet(OFFERED_SLOT, offered)]


FORM = "report_form"


def is_reporting(tracker: Tracker) -> bool:
    """Tells whether the report form is open."""
    return (tracker.active_loop or {}).get("name") == FORM


class SpeakingAction(Action, abc.ABC):
    """An action that reads the message and says something."""

    @abc.abstractmethod
    def name(self) -> str:
        """Name in the domain (see parent class for full docstring)."""

    @abc.abstractmethod
    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Returns what to say and the events to record."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Runs the action (see parent class for full docstring)."""
        parts, events = await self.speak(
            reading_of(tracker), tracker, composer_for(tracker)
        )
        return [*(say(dispatcher, parts) if parts else []), *events]
