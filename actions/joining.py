"""Whether neighbours have reported the same already, and what joins them."""

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker

from actions.locating import REPORT_PLACE, whereabouts
from actions.wiring import ports
from community.errors import (
    NotFoundError,
    StoreUnavailableError,
    TransitionRefusedError,
)
from community.tickets import Ticket
from community.tickets.telling import day

REPORT_JOIN = "report_join"
"""Slot of the form: the number of the neighbours' ticket, or `no`."""
ALONE = "no"
_FOUND = "_similar_ticket"
"""Attribute of the tracker of one turn: place and item, and what was found."""


async def similar_ticket(tracker: Tracker) -> Ticket | None:
    """Returns the neighbours' open ticket of the same matter near the same place.

    The form asks several times in one turn; the database is asked once.
    """
    place, item = tracker.get_slot(REPORT_PLACE), tracker.get_slot("report_item")
    if not place or not item:
        return None
    known = getattr(tracker, _FOUND, None)
    if known is None or known[0] != (place, item):
        known = ((place, item), await _found(tracker, place, item))
        setattr(tracker, _FOUND, known)
    ticket: Ticket | None = known[1]
    return ticket


async def _found(tracker: Tracker, place: str, item: str) -> Ticket | None:
    where = whereabouts(tracker, place)
    try:
        found = await ports().tickets.similar(
            item,
            grid=where.grid,
            place=place,
            now=ports().now(),
            exclude=tracker.sender_id,
        )
    except StoreUnavailableError:  # the report itself must not wait for this
        return None
    return found[0] if found else None


def offer(ticket: Ticket) -> str:
    """Says that neighbours have reported it; their words stay theirs."""
    others = f"{ticket.life.n_followers + 1}位" if ticket.life.n_followers else ""
    return (
        f"已有{others}邻居在这附近反映过这件事（{ticket.number}，{day(ticket.requested_at)}报的），"
        "正在办。您也要跟进吗？有结果一块告诉您。"
    )


async def joined(
    number: str, tracker: Tracker, told: Mapping[str, Any], key: str
) -> Ticket | None:
    """Joins the neighbours' ticket with what was told; `None` where it is over.

    Args:
        number: The ticket.
        tracker: Whose conversation.
        told: `words` and `photos` of this resident.
        key: The message's key.
    """
    now = ports().now()
    try:
        ticket = await ports().tickets.join(
            number, tracker.sender_id, key=f"{key}:join", now=now
        )
        if told["words"] or told["photos"]:
            ticket = await ports().tickets.remark(
                number,
                tracker.sender_id,
                text=told["words"] or "补一张照片",
                photos=told["photos"],
                key=f"{key}:words",
                now=now,
            )
    except (NotFoundError, TransitionRefusedError):
        return None
    return ticket
