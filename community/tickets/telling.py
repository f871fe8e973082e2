"""A ticket in the resident's words: where it stands, who has it, which one is meant."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from community.calendar import CHINA
from community.staff import DESK_PREFIX
from community.tickets.model import (
    Clock,
    ClockKind,
    Ticket,
    TicketDraft,
    TicketKind,
    TicketState,
)
from community.tickets.similarity import likeness
from community.tiers import Tier

S = TicketState
NamesOf = Callable[[str], Iterable[str]]
"""Returns all names of an item, the short one first."""
FOLDED_WITHIN = timedelta(hours=1)
"""The same told again so soon is no second ticket."""
SAME_PLACE = 0.6
"""How alike the places of two tellings are at least."""
_DIGITS = str.maketrans(
    "０１２３４５６７８９零〇一幺二三四五六七八九", "0123456789001123456789"
)
_NUMBER = re.compile(r"(?<!\d)([01]\d)([0-3]\d)[\s\-—–－_杠横]{0,3}(\d{4})(?!\d)")
_ROLES = {Tier.GRID: "网格员", Tier.STREET: "街道的人", Tier.COUNTY: "县里的人"}
_DESKS = {Tier.GRID: "社区", Tier.STREET: "街道", Tier.COUNTY: "县里"}


def number_in(text: str) -> str | None:
    """Returns the ticket number that a message names, in any way of writing it."""
    match = _NUMBER.search(text.translate(_DIGITS))
    if match is None or not 1 <= int(match[1]) <= 12 or not 1 <= int(match[2]) <= 31:
        return None
    return f"{match[1]}{match[2]}-{match[3]}"


def day(at: datetime) -> str:
    """Returns the local day as people say it: 11月25日."""
    local = at.astimezone(CHINA)
    return f"{local.month}月{local.day}日"


def hour(at: datetime) -> str:
    """Returns the local day and hour: 11月25日17:30."""
    return f"{day(at)}{at.astimezone(CHINA):%H:%M}"


def holder(ticket: Ticket) -> str:
    """Returns who has it, by role: nobody is named."""
    life = ticket.life
    if life.owner.startswith(DESK_PREFIX):
        return f"{_DESKS[life.tier]}值班的人"
    return _ROLES[life.tier]


def standing(ticket: Ticket, now: datetime) -> str:
    """Says who has it, what happens next, and until when."""
    life = ticket.life
    return f"{day(ticket.requested_at)}报的。{_STANDING[life.state](ticket, now)}"


def _waiting(ticket: Ticket, now: datetime) -> str:
    by = _contact_by(ticket.life.clock, now)
    if ticket.state is S.FILED:
        return f"在{holder(ticket)}那里，还没派到人。{by}"
    return f"已经派给{holder(ticket)}，等着接手。{by}"


def _contact_by(clock: Clock | None, now: datetime) -> str:
    if clock is None or clock.kind is not ClockKind.RESPOND:
        return ""
    if clock.due_at <= now:
        return "按规矩早该联系您了，我可以再催一催。"
    return f"按规矩{hour(clock.due_at)}前该有人联系您。"


def _worked_on(ticket: Ticket, now: datetime) -> str:
    by = _contact_by(ticket.life.clock, now)
    return f"{holder(ticket)}在办。{by or _promise(ticket, now)}"


def _promise(ticket: Ticket, now: datetime) -> str:
    due = ticket.life.expected_at
    if due <= now:
        return f"本来{day(due)}前该办好，已经晚了，我可以再催一催。"
    return f"该在{day(due)}前办好，办好了来问您一声。"


def _paused(ticket: Ticket, now: datetime) -> str:
    clock = ticket.life.clock
    until = f"最晚{day(clock.due_at)}接着办。" if clock else ""
    return f"{holder(ticket)}那里先等一等，条件还不够。{until}"


def _resolved(ticket: Ticket, now: datetime) -> str:
    return "说是办好了，就等您一句话：解决了没有？"


def _confirmed(ticket: Ticket, now: datetime) -> str:
    return "您说解决了，已经结了。"


def _closed(ticket: Ticket, now: datetime) -> str:
    return "说是办好了，没等到您回话，先结了。没办好的话跟我说一声就重新办。"


def _withdrawn(ticket: Ticket, now: datetime) -> str:
    return "您撤回了。"


def _merged(ticket: Ticket, now: datetime) -> str:
    return f"并到 {ticket.life.merged_into} 一起办了，结果会告诉您。"


_STANDING: dict[TicketState, Callable[[Ticket, datetime], str]] = {
    S.FILED: _waiting,
    S.ASSIGNED: _waiting,
    S.IN_PROGRESS: _worked_on,
    S.PAUSED: _paused,
    S.RESOLVED: _resolved,
    S.CONFIRMED: _confirmed,
    S.CLOSED: _closed,
    S.WITHDRAWN: _withdrawn,
    S.MERGED: _merged,
}


def meant(tickets: Sequence[Ticket], text: str, names_of: NamesOf) -> list[Ticket]:
    """Returns the tickets that a message may be about: by number, matter or place.

    Nothing means that the message does not tell.
    """
    number = number_in(text)
    if number is not None:
        return [ticket for ticket in tickets if ticket.number == number]
    scored = [(_hints(ticket, text, names_of), ticket) for ticket in tickets]
    best = max((score for score, _ in scored), default=0)
    return [ticket for score, ticket in scored if score == best] if best else []


def _hints(ticket: Ticket, text: str, names_of: NamesOf) -> int:
    """Counts pairs of characters that a message shares with a ticket's names."""
    names = [*(names_of(ticket.life.item) if ticket.life.item else ())]
    pairs = {name[n : n + 2] for name in names for n in range(len(name) - 1)}
    place = ticket.draft.place
    pairs |= {place[n : n + 2] for n in range(len(place) - 1)}
    return sum(pair in text for pair in pairs)


def told_before(
    tickets: Iterable[Ticket], draft: TicketDraft, now: datetime
) -> Ticket | None:
    """Returns the open ticket of the same person that says the same within an hour."""
    for ticket in tickets:
        before = ticket.draft
        if ticket.life.is_final or now - ticket.requested_at > FOLDED_WITHIN:
            continue
        if (before.kind, ticket.life.item) != (draft.kind, draft.item):
            continue
        if draft.kind is not TicketKind.REPORT or _same_place(before, draft):
            return ticket
    return None


def _same_place(before: TicketDraft, draft: TicketDraft) -> bool:
    return likeness(before.place, draft.place) >= SAME_PLACE
