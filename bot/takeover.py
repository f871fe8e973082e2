"""While a person has taken a conversation over, what is said goes to that person."""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

from actions.wiring import ports
from community.errors import NotFoundError, TransitionRefusedError
from community.messages import EventName, Inbound, Kind

CLOSING = frozenset({"ticket_answer", "ticket_rating"})
"""Taps on what was asked about a result: they are for the ticket, not for a person."""


async def pass_on(inbound: Inbound, number: str) -> bool:
    """Adds a message to the ticket; `False` where that ticket is over."""
    text, photos = _content(inbound)
    try:
        await ports().tickets.remark(
            number,
            inbound.conversation,
            text=text,
            photos=photos,
            key=f"{inbound.id}#takeover",
            now=ports().now(),
        )
    except (NotFoundError, TransitionRefusedError):
        return False
    return True


def is_for_the_person(inbound: Inbound) -> bool:
    """Tells whether a resident said it; news and events are for the assistant."""
    return inbound.kind is not Kind.EVENT or inbound.text == EventName.UNSUPPORTED


def is_closing(parse_data: Optional[Dict[str, Any]]) -> bool:
    """Tells whether a resident tapped whether a ticket is solved, or how well."""
    if parse_data is None or not parse_data["reading"]["chosen"]:
        return False
    return parse_data["intent"]["name"] in CLOSING


def _content(inbound: Inbound) -> Tuple[str, Tuple[str, ...]]:
    extra = inbound.extra
    if inbound.kind is Kind.IMAGE:
        return inbound.text or "［照片］", (extra["photo"],)
    if inbound.kind is Kind.VOICE:
        recording = extra.get("recording")
        return inbound.text or "［录音］", (recording,) if recording else ()
    if inbound.kind is Kind.LOCATION:
        point = f"{extra['latitude']:.5f}，{extra['longitude']:.5f}"
        return f"［位置］{inbound.text} {point}", ()
    if inbound.kind is Kind.EVENT:
        return f"［{extra.get('what', '')}］{extra.get('text', '')}", ()
    return inbound.text, ()
