"""The life as a document, and as the sum of its events."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from community.errors import RecordError
from community.tickets.commands import Action
from community.tickets.lifecycle import FIRST_STATES, allows
from community.tickets.model import (
    Clock,
    ClockKind,
    Request,
    RequestKind,
    TicketEvent,
    TicketLife,
    TicketState,
    Warned,
)
from community.tiers import Tier

Doc = dict[str, Any]


def to_doc(life: TicketLife) -> Doc:
    """Returns the life in JSON's types; equal lives give equal documents."""
    return {f.name: _plain(getattr(life, f.name)) for f in fields(TicketLife)}


def from_doc(doc: Mapping[str, Any]) -> TicketLife:
    """Reads a life.

    Raises:
        RecordError: It is not one.
    """
    try:
        values: dict[str, Any] = {
            name: None if value is None else _READERS.get(name, _as_is)(value)
            for name, value in doc.items()
        }
        return TicketLife(**values)
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise RecordError(f"ticket: a life is malformed: {err!r}") from err


def changes(before: TicketLife | None, after: TicketLife) -> Doc:
    """Returns the fields that differ, as an event keeps them."""
    new = to_doc(after)
    if before is None:
        return new
    old = to_doc(before)
    return {name: value for name, value in new.items() if value != old[name]}


def evolve(life: TicketLife | None, event: TicketEvent) -> TicketLife:
    """Returns the life after one more event.

    Raises:
        RecordError: The event does not make a life.
    """
    return from_doc({**(to_doc(life) if life else {}), **event.changes})


def rebuild(events: Iterable[TicketEvent]) -> TicketLife:
    """Derives the life from all events, in order.

    Raises:
        RecordError: There are none, or one does not follow from the one before.
    """
    life: TicketLife | None = None
    for event in events:
        after = evolve(life, event)
        if not follows(life, event.action, after):
            raise RecordError(f"ticket: event {event.seq} is not in the table")
        life = after
    if life is None:
        raise RecordError("ticket: there are no events")
    return life


def follows(before: TicketLife | None, action: Action, after: TicketLife) -> bool:
    """Tells whether the table of transitions allows the step."""
    if before is None:
        return action is Action.FILE and after.state in FIRST_STATES
    return after.n_events == before.n_events + 1 and allows(
        action, before.state, after.state
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    if isinstance(value, Clock | Request):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return list(value) if isinstance(value, tuple) else value


def _as_is(value: Any) -> Any:
    return value


def _clock(doc: Mapping[str, Any]) -> Clock:
    return Clock(
        kind=ClockKind(doc["kind"]),
        started_at=datetime.fromisoformat(doc["started_at"]),
        yellow_at=datetime.fromisoformat(doc["yellow_at"]),
        red_at=datetime.fromisoformat(doc["red_at"]),
        due_at=datetime.fromisoformat(doc["due_at"]),
        warned=Warned(doc["warned"]),
    )


def _request(doc: Mapping[str, Any]) -> Request:
    until = doc["until"]
    return Request(
        kind=RequestKind(doc["kind"]),
        by=doc["by"],
        until=datetime.fromisoformat(until) if until else None,
    )


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "state": TicketState,
    "tier": Tier,
    "clock": _clock,
    "paused": _clock,
    "request": _request,
    "alerted": tuple,
    "returned_by": tuple,
    **dict.fromkeys(
        (
            "respond_by",
            "expected_at",
            "since",
            "chain_at",
            "progress_at",
            "responded_at",
            "interim_at",
            "resolved_at",
            "ended_at",
        ),
        datetime.fromisoformat,
    ),
}
