"""No answer is given word for word twice in a row: what it lacks is said instead."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker

from actions.reading import ITEM_SLOT, Reading
from community.answers import PERSON, AnswerComposer, first_sentence
from community.catalog.facets import FACET_TITLES, Facet
from community.catalog.model import Service
from community.dialogue.wordings import bare
from community.replies import Choices, Part, Text, part_to_doc

_ASKS = re.compile(r"[吗不么呢?？]$|[几哪谁啥咋怎]|多少|什么")
TOLD = "嗯，我知道了。"
JUDGED = "够不够条件，要办的部门核过才算，我不能替他们说。"
NOT_WRITTEN = "我这里写的就是刚才那些，再细的没写到，不敢乱答。"
PERSON_TOO = "也可以让网格员帮您问："


def said_last(
    service: Service, parts: Sequence[Part], reading: Reading, tracker: Tracker
) -> bool:
    """Tells whether this answer was the last one, whatever it offered.

    What was said instead of repeating it does not count. Whoever names the service
    asks anew.
    """
    is_named = bare(reading.text) in {service.name, service.short_name}
    if is_named or bare(reading.text) in service.aliases:
        return False
    if tracker.get_slot(ITEM_SLOT) != service.key:
        return False
    return _answer(part_to_doc(part) for part in parts) == _last_answer(tracker)


def instead_of_repeating(
    service: Service, reading: Reading, composer: AnswerComposer
) -> list[Part]:
    """Says that the catalogue holds no more on this, and whom to ask."""
    asked = "，".join((service.short_name, *(FACET_TITLES[f] for f in reading.facets)))
    contact = composer.fill(first_sentence(service.facets[Facet.CONTACT].text))
    lead = NOT_WRITTEN
    if not _ASKS.search(reading.text.strip(" 。！!")):
        lead = TOLD + (JUDGED if Facet.ELIGIBILITY in reading.facets else "")
    steps = composer.next_steps(service, reading.facets)
    others = tuple(choice for choice in steps.items if choice != PERSON)
    return [Text(f"【{asked}】{lead}{contact}"), Choices(PERSON_TOO, (PERSON, *others))]


def _last_answer(tracker: Tracker) -> str | None:
    for event in reversed(tracker.events):
        if event.get("event") != "bot":
            continue
        parts = ((event.get("data") or {}).get("custom") or {}).get("parts") or ()
        said = "".join(part.get("text") or "" for part in parts)
        if NOT_WRITTEN not in said and TOLD not in said:
            return _answer(parts)
    return None


def _answer(docs: Iterable[Mapping[str, Any]]) -> str:
    kept = [doc for doc in docs if doc.get("type") != "choices"]
    return json.dumps(kept)
