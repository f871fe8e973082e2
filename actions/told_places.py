"""A place that is told before it is clear what is the matter there."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.locating import place_told
from actions.reading import TOLD_PLACE_SLOT, Reading
from actions.speaking import Events
from community.answers import PERSON, SERVICES
from community.replies import Choices, Part, Text


def place_noted(place: str) -> tuple[list[Part], Events]:
    """Keeps a place for the report that may follow, and asks what is there."""
    return [
        Text(f"“{place}”，我先记着。那儿怎么了？比如灯不亮、井盖坏了、下水道堵了。"),
        Choices("", (SERVICES, PERSON)),
    ], [SlotSet(TOLD_PLACE_SLOT, {"text": place, "typed": True})]


def place_kept(reading: Reading, tracker: Tracker) -> Events:
    """Keeps where a problem is while it is not clear yet which one it is."""
    is_problem = any(key.startswith("matter/") for key in reading.candidates)
    if not is_problem and not reading.clause:
        return []
    place = place_told(reading.text, reading.entities, tracker)
    if place is None:
        return []
    return [SlotSet(TOLD_PLACE_SLOT, {"text": place, "typed": True})]


def place_heard(reading: Reading, tracker: Tracker) -> list[Part]:
    """Says that a place was heard, where it is still asked what is the matter there."""
    place = place_told(reading.text, reading.entities, tracker)
    return [Text(f"“{place}”记下了。")] if place else []
