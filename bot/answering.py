"""From one message to the parts of its answer: words, meaning, dialogue."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor

from actions.reading import TAKEN_OVER_SLOT
from bot.events import EventSpeaker
from bot.media import words_in
from bot.reply_parts import collected_parts
from bot.takeover import is_closing, is_for_the_person, pass_on
from bot.tracker_store import RedisTurnTrackerStore, pending_turn
from bot.understanding import Understanding
from community.catalog.model import Catalog
from community.messages import Inbound, Kind
from community.replies import Part

ALSO_ANSWERED = frozenset({"emergency", "forget_me"})
"""While a person has taken the conversation over; that person reads it, too."""


class Answering:
    """Answers messages with one model; who may answer, the worker has made sure."""

    def __init__(
        self,
        processor: MessageProcessor,
        store: RedisTurnTrackerStore,
        catalog: Callable[[], Catalog],
    ) -> None:
        """Binds a loaded model to the store of its dialogues."""
        self.processor = processor
        self.store = store
        self.understanding = Understanding(processor, catalog)
        self.events = EventSpeaker(processor, store)

    async def answer(self, inbound: Inbound) -> List[Part]:
        """Returns what is said to a message or event; nothing where a person answers."""
        if inbound.kind is Kind.VOICE:
            inbound = inbound.with_text(await words_in(inbound))
        has_words = inbound.kind in (Kind.TEXT, Kind.CHOICE, Kind.VOICE)
        has_words = has_words and bool(inbound.text)
        tracker = await self.store.retrieve(inbound.conversation)
        number = tracker.get_slot(TAKEN_OVER_SLOT) if tracker is not None else None
        parse_data = None
        if has_words:
            parse_data = await self.understanding.understand(inbound, tracker)
            self._note(inbound.text, parse_data)
        passed_on = bool(
            number
            and is_for_the_person(inbound)
            and not is_closing(parse_data)
            and await pass_on(inbound, number)
        )
        if parse_data is None:
            return [] if passed_on else await self.events.answer(inbound)
        if passed_on and parse_data["intent"]["name"] not in ALSO_ANSWERED:
            return []
        return await self._converse(inbound, parse_data)

    def _note(self, words: str, parse_data: Dict[str, Any]) -> None:
        """Keeps what was understood for the log, whatever happens from here on."""
        pending = pending_turn.get()
        if pending is not None:
            pending.facts.words, pending.facts.parse = words, parse_data

    async def _converse(
        self, inbound: Inbound, parse_data: Dict[str, Any]
    ) -> List[Part]:
        """Lets the dialogue answer a message that was understood."""
        channel = CollectingOutputChannel()
        await self.processor.handle_message(
            UserMessage(
                text=inbound.text,
                output_channel=channel,
                sender_id=inbound.conversation,
                input_channel=inbound.channel,
                message_id=inbound.id,
                parse_data=parse_data,
            )
        )
        return collected_parts(channel.messages)
