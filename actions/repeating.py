"""No answer is given word for word twice in a row: what it lacks is said instead."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker

from actions.reading import ITEM_SLOT, Reading
from community.answers import PERSON, AnswerComposer, first_sentence
from community.catalog.facets import FACET_TITLES, Facet
from community.catalog.model import Service
from community.replies import Choices, Part, Text, part_to_doc
from community.wordings import is_question

N_LAST = 3
"""So many of the assistant's last messages are remembered."""
TOLD = "嗯，我知道了。"
JUDGED = "够不够条件，要办的部门核过才算，我不能替他们说。"
NOT_WRITTEN = "我这里写的就是刚才那些，再细的没写到，不敢乱答。"
PERSON_TOO = "也可以让网格员帮您问："


def said_lately(service: Service, parts: Sequence[Part], tracker: Tracker) -> bool:
    """Tells whether one of the last messages gave this answer, whatever it offered.

    Args:
        service: What is talked of; after another topic an answer is given again.
        parts: The answer.
        tracker: The conversation.
    """
    if tracker.get_slot(ITEM_SLOT) != service.key:
        return False
    return _answer(part_to_doc(part) for part in parts) in _last_answers(tracker)


def instead_of_repeating(
    service: Service, reading: Reading, composer: AnswerComposer
) -> list[Part]:
    """Says that the catalogue holds no more on this, and whom to ask."""
    asked = "，".join((service.short_name, *(FACET_TITLES[f] for f in reading.facets)))
    contact = composer.fill(first_sentence(service.facets[Facet.CONTACT].text))
    lead = NOT_WRITTEN
    if not is_question(reading.text):
        lead = TOLD + (JUDGED if Facet.ELIGIBILITY in reading.facets else "")
    steps = composer.next_steps(service, reading.facets)
    others = tuple(choice for choice in steps.items if choice != PERSON)
    return [Text(f"【{asked}】{lead}{contact}"), Choices(PERSON_TOO, (PERSON, *others))]


def _last_answers(tracker: Tracker) -> list[str]:
    said = [event for event in tracker.events if event.get("event") == "bot"]
    return [
        _answer(((event.get("data") or {}).get("custom") or {}).get("parts") or ())
        for event in said[-N_LAST:]
    ]


def _answer(docs: Iterable[Mapping[str, Any]]) -> str:
    return json.dumps([doc for doc in docs if doc.get("type") != "choices"])
