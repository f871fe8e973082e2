"""From a resident's words to the grid whose worker answers."""

from dataclasses import dataclass

from rasa_sdk import Tracker

from actions.reading import GRID_SLOT, PLACE_SLOT, TOLD_PLACE_SLOT
from actions.wiring import ports
from community.places import is_sure


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
    gazetteer = ports().places()
    told = tracker.get_slot(TOLD_PLACE_SLOT) or {}
    if told.get("community") and told.get("text") == place:
        return Whereabouts(told["grid"], told["community"])
    if gazetteer is None or not place:
        return home
    matches = gazetteer.locate(place, community=home.community)
    if is_sure(matches):
        return Whereabouts(matches[0].grid, matches[0].community)
    communities = {match.community for match in matches}
    if not communities:
        return home
    return Whereabouts(None, communities.pop() if len(communities) == 1 else None)
