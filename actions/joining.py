"""Whether neighbours have reported the same already, and what joins them."""

import re
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
from community.reports.answers import UNTOLD
from community.tickets import Ticket
from community.tickets.telling import day

REPORT_JOIN = "report_join"
"""Slot of the form: the number of the neighbours' ticket, or `no`."""
ALONE = "no"
FOLLOW = "follow"
"""Value of a choice below the summary: joins the neighbours instead of filing it."""
_MAX_WISH_CHARS = 14
_JOINS = re.compile(
    r"^(?!.*不)(?:.{0,4})(?:跟进|跟着|一起|一块|一道|算[我俺]一个|[我俺]也)"
)
_FOLLOWS = re.compile(
    r"^(?!.*不).*(?:跟进|跟着|跟(?:他们?|邻居|上)|算[我俺]一个|[我俺]也(?:跟|算)|"
    r"(?:一起|一块|一道)(?:跟|报|吧))"
)
_ALONE = re.compile(r"单独|另外?报|自己报|分开报|各报各")
_DECLINES = re.compile(
    r"(?:那)?(?:[我俺])?不(?:跟|用|要|一起|想|愿意)?(?:着|他们|跟|进|一起|一块)*[了的吧啊。]*|(?:那)?(?:不是|又不是)[我俺](?:报)?的"
)
_FOUND = "_similar_ticket"
"""Attribute of the tracker of one turn: place and item, and what was found."""


async def similar_ticket(tracker: Tracker) -> Ticket | None:
    """Returns the neighbours' open ticket of the same matter near the same place.

    The form asks several times in one turn; the database is asked once.
    """
    place, item = tracker.get_slot(REPORT_PLACE), tracker.get_slot("report_item")
    if not place or place == UNTOLD or not item:
        return None
    known = getattr(tracker, _FOUND, None)
    if known is None or known[0] != (place, item):
        known = ((place, item), await _found(tracker, place, item))
        setattr(tracker, _FOUND, known)
    ticket: Ticket | None = known[1]
    return ticket


async def joinable(tracker: Tracker) -> Ticket | None:
    """Returns the neighbours' ticket that is still to be offered.

    Whoever has decided about it is not asked again.
    """
    return None if tracker.get_slot(REPORT_JOIN) else await similar_ticket(tracker)


def joins_when_asked(answer: str) -> bool:
    """Tells whether an answer to "do you join them" does: 一起, 俺也."""
    return bool(_JOINS.search(answer))


def says_follow(text: str) -> bool:
    """Tells whether words below the summary join the neighbours: 跟着一起吧.

    There 一起 alone may mean anything; it must say with what.
    """
    return len(text) <= _MAX_WISH_CHARS and bool(_FOLLOWS.search(text))


def says_alone(text: str) -> bool:
    """Tells whether they want a report of their own: 单独报吧."""
    return len(text) <= _MAX_WISH_CHARS and bool(_ALONE.search(text))


def declines_joining(text: str) -> bool:
    """Tells whether an answer to "do you join them" does not: 不跟, 我单独报."""
    return says_alone(text) or bool(_DECLINES.fullmatch(text.strip()))


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
