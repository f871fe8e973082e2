"""What a message was understood to mean, as actions see it."""

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

from community.catalog.facets import Facet
from community.privacy import without_id_numbers

ITEM_SLOT = "item"
"""Key of the item that the conversation is about."""
FACETS_SLOT = "facets"
"""Facets asked last."""
OFFERED_SLOT = "offered"
"""Choices offered last: list of `{title, payload}`."""
UNCLEAR_SLOT = "n_unclear"
"""How many messages in a row were not understood."""
UNCLEAR_TEXT_SLOT = "unclear_text"
"""The message that was not understood last."""
PLACE_SLOT = "place"
"""Id of the community the resident is bound to."""
SERVICE_SLOT = "service_item"
"""Key of the service talked of last, even if a problem was reported since."""
PREVIOUS_SLOT = "previous_item"
"""Key of the item talked of before the present one."""
MEANINGS_SLOT = "meanings"
"""Unclear wordings of this resident → key of the item that was then chosen."""
CIRCUMSTANCES_SLOT = "circumstances"
"""What is known of the resident that changes answers, by circumstance."""
COMPARED_SLOT = "compared"
"""Keys of the services that the last answer told apart."""
TICKET_SLOT = "open_ticket"
"""The ticket filed last: `{number, urgent, wants_place, corrects}`; of an alarm also
`alarm`, `call`, `steps` (until help comes), `n_told` (how much was told since) and `settled`."""
GRID_SLOT = "grid"
"""Id of the grid the resident is bound to."""
TOLD_PLACE_SLOT = "told_place"
"""The location sent last and not used yet: `{text, grid, community}`."""
PHOTOS_SLOT = "photos"
"""Photos that belong to no ticket yet: blob id → when it came."""
RECORDING_SLOT = "recording"
"""Recordings that may be passed on to a person: `{waiting, attached}`."""
ASKED_SLOT = "asked_ticket"
"""Tickets of which it was asked whether they are solved: `{number, item}`, newest last."""
QUESTION_SLOT = "question"
"""The question that is open outside the form: `{kind, …}` (`community.dialogue.questions`)."""
NEXT_SLOT = "report_next"
"""Another problem told before the first was filed: `item`, `what`, `where`, `offered`."""
PARKED_SLOT = "parked_report"
"""A report that was left unfinished the day before: the form's slots, `at`, `asked`."""
TAKEN_OVER_SLOT = "taken_over"
"""Number of the ticket in which a person has taken the conversation over."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The understanding of the latest message, with the conversation's context."""

    text: str
    """What was said, without ID numbers: no answer and no ticket needs them."""
    message_id: str
    item: str | None
    """Key of the service or matter."""
    facets: tuple[Facet, ...]
    candidates: tuple[str, ...]
    """Keys that are likely, best first, for clarification."""
    emergency: str | None
    value: str | None
    """Answer to a form's question, where a choice gave one."""
    entities: tuple[tuple[str, str], ...]
    """Pairs of entity name and value."""
    chosen: bool = False
    """The resident took one of the offered choices."""
    also: tuple[tuple[str, tuple[Facet, ...], str], ...] = ()
    """Item, facets and words of a second ask in the same message."""
    clause: str = ""
    """The words of the first ask, where there is a second one."""
    is_unsure: bool = False
    """Under plain `rasa` commands, where no worker has read the decision."""


def reading_of(tracker: Tracker) -> Reading:
    """Reads the latest message; also works under plain `rasa shell`."""
    latest: dict[str, Any] = tracker.latest_message or {}
    context: dict[str, Any] = latest.get("reading") or {}
    entities = latest.get("entities") or []
    named = {e["entity"]: e.get("value") for e in entities}
    ranking = latest.get("label_ranking") or []
    item = context.get("item") or named.get("chosen_item")
    if item is None and "reading" not in latest and ranking:
        item = ranking[0]["label"] if "/" in ranking[0]["label"] else None
    facets = context.get("facets")
    if facets is None:
        facets = named.get("chosen_facets") or latest.get("facets") or []
    return Reading(
        text=without_id_numbers(latest.get("text") or ""),
        message_id=latest.get("message_id") or "",
        item=item,
        facets=tuple(Facet(name) for name in facets),
        candidates=tuple(
            (context if "reading" in latest else latest).get("candidates") or ()
        ),
        emergency=latest.get("emergency"),
        value=context.get("value") or named.get("chosen_value"),
        entities=tuple(
            (e["entity"], str(e.get("value")))
            for e in entities
            if e["entity"] not in ("chosen_item", "chosen_facets", "chosen_value")
        ),
        chosen=bool(context.get("chosen")),
        also=tuple(
            (
                ask["item"],
                tuple(Facet(name) for name in ask["facets"]),
                without_id_numbers(ask["clause"]),
            )
            for ask in context.get("also") or ()
        ),
        clause=without_id_numbers(context.get("clause") or ""),
        is_unsure="reading" not in latest
        and latest.get("decision", "answer") != "answer",
    )
