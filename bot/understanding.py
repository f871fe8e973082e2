"""What a message means: the model's parse, read in the conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Callable, Dict, Optional

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

from actions.blocking import is_refused
from actions.reading import (
    PARKED_SLOT,
    UNCLEAR_TEXT_SLOT,
)
from actions.speaking import FORM
from actions.wiring import ports
from bot.open_form import leave, moved, silence
from community.catalog.model import Catalog
from community.dialogue.choices import choose
from community.dialogue.filed_tickets import may_mean_filed
from community.dialogue.following import (
    UNWRITTEN,
    is_unwritten,
    service_asked_on,
)
from community.dialogue.interpretation import interpret
from community.dialogue.meaning import Context, Meaning, Said
from community.dialogue.pieces import may_go_on, other_matter, read_together
from community.dialogue.two_services import combine
from community.dialogue.wordings import rephrase, split_asks
from community.emergencies.pieces import (
    adds_up,
    is_guess_within_form,
    may_go_on_with_danger,
    told_before,
)
from community.errors import StoreUnavailableError
from community.messages import Inbound
from community.reports.not_the_story import without_courtesy

MAX_TOLD_CHARS = 200
MAX_FILED = 30
"""So many of a resident's newest tickets may be meant without a number."""
ALARM_LASTS = timedelta(hours=12)
"""After such a silence a message is no more about the alarm of before."""
HANDED_OVER = ("talk_handoff", "reason")
"""Intents after which a person takes over, and a number is asked for."""
SPLITTABLE = ("service", "matter", "nlu_fallback")
"""Meanings of a whole message that may hide a second ask."""
COURTESY = ("talk_greet", "talk_thanks")
"""What a model may hear of a message that begins or ends politely."""
MIN_STORY_CHARS = 4
"""Shorter, nothing is told between greeting and thanks."""


class Understanding:
    """Reads messages with one model and the catalogue as it is now."""

    def __init__(
        self, processor: MessageProcessor, catalog: Callable[[], Catalog]
    ) -> None:
        """Keeps the loaded model and the way to the catalogue."""
        self.processor = processor
        self.catalog = catalog

    async def understand(
        self, inbound: Inbound, tracker: Optional[DialogueStateTracker]
    ) -> Dict[str, Any]:
        """Parses a message and reads it in its conversation."""
        context = await _with_filed(context_of(tracker), inbound)
        chosen = choose(inbound.text, inbound.choice, context.offered)
        if chosen is not None:
            meaning = await _permitted(inbound, Meaning.of_choice(chosen))
            return with_meaning(empty_parse(inbound.text), meaning)
        parse_data = await self._parse(inbound.text)
        if tracker is not None and moved(tracker, parse_data):
            context = await _with_filed(context_of(tracker), inbound)
        denied = self._denied(tracker, parse_data)
        meaning = denied or await self._meaning(inbound, parse_data, context)
        return with_meaning(parse_data, await _permitted(inbound, meaning))

    def _denied(
        self, tracker: Optional[DialogueStateTracker], parse_data: Dict[str, Any]
    ) -> Optional[Meaning]:
        """Leaves the form where a message says that it is about something else."""
        if tracker is None or tracker.active_loop_name != FORM:
            return None
        said = Said.of(parse_data)
        meaning = other_matter(said, context_of(tracker), self.catalog())
        if meaning is not None:
            leave(tracker)
        return meaning

    async def _meaning(
        self, inbound: Inbound, parse_data: Dict[str, Any], context: Context
    ) -> Meaning:
        """Reads a message, and both asks of one that asks two things."""
        catalog = self.catalog()
        meaning = interpret(parse_data, context, catalog)
        told = without_courtesy(parse_data["text"])
        is_more = told != parse_data["text"] and len(told) >= MIN_STORY_CHARS
        if is_more and meaning.intent in COURTESY:
            alone, parse = replace(inbound, text=told), await self._parse(told)
            meaning = await self._meaning(alone, parse, context)
            parse_data["emergency"] = parse.get("emergency")
            return meaning
        danger = await self._in_pieces(parse_data, meaning, context)
        if danger is not None:
            return danger
        if context.requested_slot is None:
            meaning = await self._with_the_past(parse_data, meaning, context)
        clauses = split_asks(inbound.text, catalog)
        if clauses and context.requested_slot is None and meaning.intent in SPLITTABLE:
            parses = [await self._parse(clause) for clause in clauses]
            parts = [interpret(parse, context, catalog) for parse in parses]
            meaning = combine(meaning, clauses, parts)
            if meaning.intent == "emergency":
                urgent = parses[clauses.index(meaning.clause)]
                parse_data["emergency"] = urgent.get("emergency")
        return meaning

    async def _in_pieces(
        self, parse_data: Dict[str, Any], meaning: Meaning, context: Context
    ) -> Optional[Meaning]:
        """Reads a danger that the messages tell only together: 井里, 有人喊."""
        told, said = told_before(context), Said.of(parse_data)
        if not told or (
            meaning.intent == "emergency" and not is_guess_within_form(said, context)
        ):
            return None
        if meaning.intent == "emergency":
            joined = await self._parse(f"{told}，{parse_data['text']}")
            if joined.get("emergency"):
                return None
            parse_data["emergency"] = None
            return interpret(parse_data, context, self.catalog())
        if not may_go_on_with_danger(said, self.catalog()):
            return None
        joined = await self._parse(f"{told}，{parse_data['text']}")
        danger = adds_up(told, said, Said.of(joined), context, self.catalog())
        if danger is not None:
            parse_data["emergency"] = joined.get("emergency")
        return danger

    async def _with_the_past(
        self, parse_data: Dict[str, Any], meaning: Meaning, context: Context
    ) -> Meaning:
        """Reads a message together with what was said before, where that tells more.

        Somebody who tells a story in pieces is understood from all of them: the message
        before was not understood, or this one asks about the service talked of without
        naming it.
        """
        catalog, said, text = self.catalog(), Said.of(parse_data), parse_data["text"]
        if not may_go_on(said, meaning, context, catalog):
            return meaning
        if context.unclear_text and len(context.unclear_text) <= MAX_TOLD_CHARS:
            told = f"{context.unclear_text}，{text}"
            joined = interpret(await self._parse(told), Context(), catalog)
            more = read_together(said, meaning, joined, told, context, catalog)
            if more is not None:
                return more
        topic = service_asked_on(text, meaning, context, catalog)
        if topic is not None:
            joined = interpret(await self._parse(topic), Context(), catalog)
            if joined.item == context.service and joined.facets:
                return replace(joined, intent="talk_ask_facet")
            if is_unwritten(text, meaning):
                item = context.service
                return Meaning("talk_ask_facet", item=item, value=UNWRITTEN)
        return meaning

    async def _parse(self, said: str) -> Dict[str, Any]:
        """Parses what is meant; the parse keeps the words that were said."""
        text = rephrase(said)
        if text.startswith("/"):  # Rasa would take it for an intent
            text = "／" + text[1:]
        parse_data = await self.processor.parse_message(UserMessage(text=text))
        parse_data["text"] = said
        add_place(parse_data)
        return parse_data


def add_place(parse_data: Dict[str, Any]) -> None:
    """Adds the words that the gazetteer knows as a place to the entities."""
    gazetteer = ports().places()
    words = gazetteer.words_in(parse_data["text"]) if gazetteer is not None else None
    start = parse_data["text"].find(words) if words else -1
    if words is None or start < 0:
        return
    place = {"entity": "address", "value": words, "start": start}
    place["end"] = start + len(words)
    entities = [*parse_data.get("entities", ()), place]
    # At one start the longer one first: what lies within it is no second place.
    entities.sort(key=lambda entity: (entity["start"], -entity["end"]))
    parse_data["entities"] = entities


async def _with_filed(context: Context, inbound: Inbound) -> Context:
    """Looks up the resident's tickets where the message may be about them."""
    if inbound.choice is not None or not may_mean_filed(inbound.text):
        return context
    try:
        tickets = await ports().tickets.of_conversation(
            inbound.conversation, limit=MAX_FILED
        )
    except StoreUnavailableError:  # what else a message says can still be answered
        return context
    return replace(context, filed=tuple(t for t in tickets if not t.life.is_final))


async def _permitted(inbound: Inbound, meaning: Meaning) -> Meaning:
    """Refuses what would file a ticket where none is taken from this resident."""
    if await is_refused(inbound.conversation, meaning):
        return replace(meaning, intent="blocked", also=())
    return meaning


def context_of(tracker: Optional[DialogueStateTracker]) -> Context:
    """Returns what a tracker knows, as the interpretation needs it."""
    if tracker is None:
        return Context()
    ticket = tracker.get_slot("open_ticket") or {}
    in_form = tracker.active_loop_name is not None
    parked = None if in_form else tracker.get_slot(PARKED_SLOT)
    return Context(
        item=tracker.get_slot("item"),
        facets=tuple(tracker.get_slot("facets") or ()),
        offered=tuple(
            (choice["title"], choice["payload"])
            for choice in tracker.get_slot("offered") or ()
        ),
        requested_slot=tracker.get_slot("requested_slot"),
        report_item=tracker.get_slot("report_item"),
        previous_item=tracker.get_slot("previous_item"),
        service=tracker.get_slot("service_item"),
        meanings=dict(tracker.get_slot("meanings") or {}),
        open_ticket=ticket.get("number"),
        open_ticket_is_urgent=bool(ticket.get("urgent"))
        and silence(tracker) < ALARM_LASTS,
        open_alarm=ticket.get("alarm"),
        open_alarm_is_settled=bool(ticket.get("settled")),
        open_ticket_wants_place=bool(ticket.get("wants_place")),
        open_ticket_wants_number=bool(ticket.get("wants_number"))
        and _was_handed_over(tracker),
        asked_tickets=tuple(
            (entry["number"], entry.get("item"))
            for entry in reversed(tracker.get_slot("asked_ticket") or ())
        ),
        question=tracker.get_slot("question"),
        has_left_report=parked is not None and not parked.get("dropped"),
        has_dropped_report=parked is not None and bool(parked.get("dropped")),
        compared=tuple(tracker.get_slot("compared") or ()),
        is_unclear=bool(tracker.get_slot("n_unclear")),
        n_unclear=int(tracker.get_slot("n_unclear") or 0),
        unclear_text=_unclear_text(tracker),
        before=tracker.latest_message.text or "" if tracker.latest_message else "",
        account=_account(tracker),
        worry=_worry(tracker),
        outside=_outside(tracker),
    )


def _was_handed_over(tracker: DialogueStateTracker) -> bool:
    """Tells whether the message before was handed to a person."""
    before = tracker.latest_message
    return before is not None and before.intent.get("name") in HANDED_OVER


def _account(tracker: DialogueStateTracker) -> str:
    if tracker.active_loop_name != FORM:
        return ""
    what = tracker.get_slot("report_what") or tracker.get_slot("report_opening")
    return str(what or "")


def _unclear_text(tracker: DialogueStateTracker) -> str:
    if not tracker.get_slot("n_unclear"):
        return ""
    return str(tracker.get_slot(UNCLEAR_TEXT_SLOT) or "")


def _worry(tracker: DialogueStateTracker) -> Optional[str]:
    """Returns which worry the message before told, if it told one."""
    before = tracker.latest_message
    if before is None or before.intent.get("name") != "talk_identity":
        return None
    reading = (before.parse_data or {}).get("reading") or {}
    return reading.get("value")


def _outside(tracker: DialogueStateTracker) -> Optional[str]:
    """Returns the topic of another office that the message before was about."""
    before = tracker.latest_message
    if before is None or before.intent.get("name") != "oos_gov":
        return None
    reading = (before.parse_data or {}).get("reading") or {}
    return reading.get("clause") or before.text


def empty_parse(text: str) -> Dict[str, Any]:
    """Returns a parse result for a message that needs no classifier."""
    return {"text": text, "entities": [], "label_ranking": [], "emergency": None}


def with_meaning(parse_data: Dict[str, Any], meaning: Meaning) -> Dict[str, Any]:
    """Writes a meaning into Rasa's parse data; the classifier's view stays in it."""
    confidence = (parse_data.get("intent") or {}).get("confidence", 1.0)
    return {
        **parse_data,
        "intent": {
            "name": meaning.intent,
            "confidence": 1.0 if meaning.chosen else confidence,
        },
        "reading": meaning.to_doc(),
    }
