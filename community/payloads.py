"""Payloads of choices: Rasa's `/intent{"name": value}` form, built and read here."""

import json
import re
from dataclasses import dataclass

from community.catalog.facets import Facet
from community.errors import RecordError

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


def item_payload(key: str) -> str:
    """Returns the payload that means an item in general."""
    return _build(key.split("/")[0], {"chosen_item": key})


def ask_payload(key: str, facet: Facet) -> str:
    """Returns the payload that asks one facet of a service."""
    return _build(
        key.split("/")[0], {"chosen_item": key, "chosen_facets": [facet.value]}
    )


def talk_payload(kind: str) -> str:
    """Returns the payload of a `talk_<kind>`."""
    return _build(f"talk_{kind}", {})


def value_payload(value: str) -> str:
    """Returns the payload that answers a form's question."""
    return _build("inform", {"chosen_value": value})


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
