"""From a resident's words to the grid whose worker answers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from actions.reading import GRID_SLOT, PLACE_SLOT, TOLD_PLACE_SLOT
from actions.wiring import ports
from community.places import PlaceMatch, Why, is_sure
from community.reports.answers import says_where
from community.reports.consent import plain_answer
from community.reports.model import Entity, place_in
from community.reports.place_parts import refined

REPORT_PLACE, REPORT_WHICH = "report_place", "report_which"
"""Slots of the form: the place in words; which of several places it is."""
GRID_VALUE = "grid:"
"""Begins the value of a choice between places: a grid, or else a community."""
DESK_VALUE = "community:"
_SIDE = re.compile(r"([单双])号")
_DENIES = re.compile(r"不[是在]")
_UNKNOWN = re.compile(r"不知道|不清楚|记不|忘了|说不[上准好]")
_INSISTS = re.compile(r"^不[是对]了?[，,。 ]*(?:就?是|叫)(?=.{2})")
"""不是，是锦绣家园: what follows is the name."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a ticket belongs; `None` where that is not known."""

    grid: str | None
    community: str | None


def whereabouts(tracker: Tracker, place: str) -> Whereabouts:
    """Resolves a place in words, else takes where the resident lives.

    A place that is known but could be one of several is left to the people of the
    community that all of them share; home is no answer to it.
    """
    home = Whereabouts(tracker.get_slot(GRID_SLOT), tracker.get_slot(PLACE_SLOT))
    for slot in (REPORT_WHICH, TOLD_PLACE_SLOT):
        told = tracker.get_slot(slot) or {}
        if told.get("community") and told.get("text") == place:
            return Whereabouts(told["grid"], told["community"])
    if place and place == home_name(tracker):
        return home
    matches = _located(tracker, place)
    if is_sure(matches):
        return Whereabouts(matches[0].grid, matches[0].community)
    # A name with a wrong character may be quite another estate: without a yes it is none.
    communities = {match.community for match in matches if match.why is not Why.SOUND}
    if not communities:
        return home
    return Whereabouts(None, communities.pop() if len(communities) == 1 else None)


def place_told(text: str, entities: Iterable[Entity], tracker: Tracker) -> str | None:
    """Returns the place that a message names: as entities, and as the gazetteer knows it."""
    place = place_in(text, entities)
    gazetteer = ports().places()
    if gazetteer is None or (place and _located(tracker, place)):
        return place
    words = gazetteer.words_in(text, community=tracker.get_slot(PLACE_SLOT))
    if words is None or place is None or place in words:
        return words or place
    return f"{words}，{place}"


def home_name(tracker: Tracker) -> str | None:
    """Returns what the grid is called to which the resident is bound."""
    gazetteer, grid = ports().places(), tracker.get_slot(GRID_SLOT)
    match = gazetteer.match(grid) if gazetteer is not None and grid else None
    return match.name if match is not None else None


def unclear_places(tracker: Tracker) -> tuple[PlaceMatch, ...]:
    """Returns the places between which the resident has to choose; mostly none."""
    place = tracker.get_slot(REPORT_PLACE)
    told = tracker.get_slot(TOLD_PLACE_SLOT) or {}
    sent = None if told.get("typed") else told.get("text")
    if not place or place in (sent, home_name(tracker)):
        return ()
    matches = _located(tracker, place)
    return () if is_sure(matches) else matches


def choice_value(match: PlaceMatch) -> str:
    """Returns the value of the choice that means a place."""
    if match.grid is not None:
        return f"{GRID_VALUE}{match.grid}"
    return f"{DESK_VALUE}{match.community}"


def which_place(
    tracker: Tracker, answer: str, entities: Iterable[Entity]
) -> dict[str, Any]:
    """Returns the form's slots after the answer to "is it A or B".

    Whatever the answer, the question is not asked again in this report. What says
    nothing about the place is no part of it.
    """
    place = str(tracker.get_slot(REPORT_PLACE))
    answer = _INSISTS.sub("", answer)
    options = unclear_places(tracker)
    chosen = next((o for o in options if choice_value(o) == answer), None)
    said = plain_answer(answer)
    agrees = said == "yes" and "报" not in answer  # 报吧 is no word about the place
    if chosen is None and agrees and len(options) == 1:
        chosen = options[0]
    if chosen is not None:
        return _settled(_named(place, chosen), chosen)
    repeats = answer.strip() == place
    if answer == "no" or repeats or said is not None or _UNKNOWN.search(answer):
        return _settled(place, None)
    denies = _DENIES.match(answer) is not None
    sides = [o for o in options if (_side(o.name) == _side(answer)) is not denies]
    if _side(answer) and len(sides) == 1:
        words = _named(place, sides[0]) if denies else refined(place, answer)
        return _settled(words, sides[0])
    told = refined(place, answer)
    for text in (f"{place}{answer}", told, answer):
        matches = _located(tracker, text)
        if is_sure(matches):
            return _settled(text, matches[0])
    tells = says_where(answer, entities) or place_told(answer, entities, tracker)
    return _settled(told if tells else place, None)


def _side(text: str) -> str | None:
    """Returns which side of a road is named: 双号那边."""
    found = _SIDE.search(text)
    return found.group(1) if found else None


def _named(place: str, chosen: PlaceMatch) -> str:
    """Returns the resident's words with the name that was chosen."""
    return chosen.name if chosen.name.startswith(place) else f"{place}（{chosen.name}）"


def _settled(place: str, match: PlaceMatch | None) -> dict[str, Any]:
    which = {
        "text": place,
        "grid": match.grid if match else None,
        "community": match.community if match else None,
    }
    return {REPORT_PLACE: place, REPORT_WHICH: which}


def _located(tracker: Tracker, place: str) -> tuple[PlaceMatch, ...]:
    gazetteer = ports().places()
    if gazetteer is None or not place:
        return ()
    return gazetteer.locate(place, community=tracker.get_slot(PLACE_SLOT))
