"""What the message that opens a report, and those before it, already tell."""

from collections.abc import Iterable

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.locating import place_told
from actions.reading import (
    TOLD_PLACE_SLOT,
    UNCLEAR_SLOT,
    UNCLEAR_TEXT_SLOT,
    Reading,
)
from actions.report_form import MAX_ANSWER_CHARS
from actions.report_slots import CONTACT, NEXT, OPENING, PLACE, SINCE, WHAT
from actions.speaking import Events
from community.catalog.model import Catalog, Matter
from community.dialogue.likeness import likeliest
from community.dialogue.pieces import GUESSED
from community.dialogue.wordings import is_question
from community.privacy import PrivateKind, private_numbers
from community.reports.answers import place_beside
from community.reports.model import Entity, details_are_thin, phone_in, since_in
from community.reports.not_the_story import story_of

MAX_WORDS = 4
"""Beside a number, words that say only whose it is: 我电话, 打俺的."""


def opening_words(reading: Reading, matter: Matter) -> str:
    """Says what is reported; of a guess, how to say no."""
    if reading.value == GUESSED:
        return f"听着像“{matter.short_name}”，我先按这个帮您记；不是的话说“不报了”。"
    return f"我帮您把“{matter.short_name}”报给网格员。"


def told_first(reading: Reading, tracker: Tracker, matter: Matter) -> Events:
    """Returns the answers that are in the message, or in those it makes clear."""
    waiting = tracker.get_slot(NEXT) or {}
    if not reading.chosen:
        what, where, entities = reading.clause, reading.text, reading.entities
        waiting = {}
    elif waiting.get("item") == matter.key:
        what, where, entities = waiting["what"], waiting["where"], ()
    else:
        what = where = tracker.get_slot(UNCLEAR_TEXT_SLOT) or ""
        entities = ()
    what = what or where
    what = (story_of(what) or what)[:MAX_ANSWER_CHARS]
    phone = phone_in(entities) or _phone_written(what)
    what = _without(what, phone)
    is_thin = details_are_thin(what, matter)
    return [
        SlotSet(OPENING, what if is_thin else None),
        SlotSet(WHAT, None if is_thin else what),
        SlotSet(PLACE, _where(where, entities, tracker) or waiting.get("place")),
        SlotSet(SINCE, since_in(what, entities)),
        SlotSet(CONTACT, phone),
    ]


def story_kept(text: str, catalog: Catalog) -> Events:
    """Keeps 路灯都报了三回了 of whoever filed nothing here: where it is comes next."""
    matters = [matter.key for matter in catalog.matters.values()]
    if is_question(text) or likeliest(text, matters, catalog) is None:
        return []
    told = text[:MAX_ANSWER_CHARS]
    return [SlotSet(UNCLEAR_SLOT, 1.0), SlotSet(UNCLEAR_TEXT_SLOT, told)]


def next_told(reading: Reading) -> dict[str, str] | None:
    """Returns a second problem of the same message; it is offered after the first."""
    for key, _, clause in reading.also:
        if key.startswith("matter/"):
            return {"item": key, "what": clause, "where": reading.text}
    return None


def _where(text: str, entities: Iterable[Entity], tracker: Tracker) -> str | None:
    """Returns the place in a message, or the fuller one that was told before it."""
    said = place_told(text, entities, tracker) or place_beside(text)
    before = (tracker.get_slot(TOLD_PLACE_SLOT) or {}).get("text")
    return before if before and (not said or said in before) else said


def _phone_written(text: str) -> str | None:
    """Returns the telephone number of an earlier message, whose entities are gone."""
    phones = (s for s in private_numbers(text) if s.kind is PrivateKind.PHONE)
    return next((text[span.start : span.end] for span in phones), None)


def _without(text: str, phone: str | None) -> str:
    """Returns the story without the number that its contact line shows."""
    if phone is None:
        return text
    pieces = text.split("，")
    told = [p for p in pieces if phone not in p or len(p) > len(phone) + MAX_WORDS]
    return "，".join(told) or text
