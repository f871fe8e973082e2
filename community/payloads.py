"""Payloads of choices: Rasa's `/intent{"name": value}` form, built and read here."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from community.catalog.facets import Facet
from community.errors import RecordError

PHOTOS_VALUE = "photos"
"""Value of a supplement that consists of the photos sent before."""
_PAYLOAD = re.compile(r"/([a-z_]+)(\{.*\})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ChosenMeaning:
    """What a tapped choice says, in the terms of the understanding."""

    intent: str
    """Base intent: `service`, `matter` or `talk_<kind>`."""
    item: str | None = None
    """Key of the item."""
    facets: tuple[Facet, ...] = ()
    value: str | None = None
    """Free value, for choices of a form."""


def item_payload(
    key: str, facets: Iterable[Facet] = (), value: str | None = None
) -> str:
    """Returns the payload that means an item, in general or some facets of it.

    Args:
        key: Key of the item.
        facets: What is asked about it.
        value: What the choice tells by the way, such as `household=local`.
    """
    fields: dict[str, object] = {"chosen_item": key}
    names = [facet.value for facet in facets]
    if names and key.startswith("service/"):
        fields["chosen_facets"] = names
    if value is not None:
        fields["chosen_value"] = value
    return _build(key.split("/")[0], fields)


def ask_payload(key: str, facet: Facet) -> str:
    """Returns the payload that asks one facet of a service."""
    return item_payload(key, (facet,))


def talk_payload(kind: str) -> str:
    """Returns the payload of a `talk_<kind>`."""
    return _build(f"talk_{kind}", {})


def value_payload(value: str) -> str:
    """Returns the payload that answers a form's question."""
    return _build("inform", {"chosen_value": value})


def visit_payload(key: str) -> str:
    """Returns the payload of the wish that somebody comes for a service."""
    return _build("visit", {"chosen_item": key})


def report_payload() -> str:
    """Returns the payload that announces a problem without telling it."""
    return _build("nlu_fallback", {"chosen_value": "report"})


def ticket_answer_payload(answer: str, number: str) -> str:
    """Returns the payload that answers whether a ticket is solved.

    Args:
        answer: `yes`, `no`, or `person` for somebody to talk to.
        number: Of the ticket.
    """
    return intent_payload("ticket_answer", f"{answer}:{number}")


def rating_payload(rating: str, number: str) -> str:
    """Returns the payload that says how content one is with a solved ticket."""
    return intent_payload("ticket_rating", f"{rating}:{number}")


def intent_payload(intent: str, value: str | None = None) -> str:
    """Returns the payload of an intent without an item, perhaps with a value."""
    return _build(intent, {} if value is None else {"chosen_value": value})


def photo_payload() -> str:
    """Returns the payload that adds the photos just sent to the ticket filed last."""
    return _build("supplement", {"chosen_value": PHOTOS_VALUE})


def _build(intent: str, fields: dict[str, object]) -> str:
    if not fields:
        return f"/{intent}"
    return f"/{intent}{json.dumps(fields, ensure_ascii=False)}"


def read_payload(payload: str) -> ChosenMeaning:
    """Reads a payload.

    Raises:
        RecordError: It is not one of ours.
    """
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        raise RecordError(f"choice payload is malformed: {payload[:80]!r}")
    try:
        fields = json.loads(match.group(2) or "{}")
        return ChosenMeaning(
            intent=match.group(1),
            item=fields.get("chosen_item"),
            facets=tuple(Facet(name) for name in fields.get("chosen_facets", ())),
            value=fields.get("chosen_value"),
        )
    except (ValueError, TypeError, AttributeError) as err:
        raise RecordError(f"choice payload is malformed: {err}") from err
