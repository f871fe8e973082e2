"""What residents are told about their tickets: events of their dialogue.

Words of staff are masked; nobody's account or telephone is in them.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from community.calendar import CHINA
from community.messages import EventName
from community.outbox import Channel, Outgoing, OutgoingKind
from community.tickets.commands import REPORTER, TO_RESIDENT, Action
from community.tickets.masking import masked
from community.tickets.model import RequestKind, Ticket, TicketEvent
from community.tickets.office import Office
from community.tiers import Tier

TIER_NAMES = {Tier.GRID: "网格", Tier.STREET: "街道", Tier.COUNTY: "县里"}
_TELLS_OTHERS_ONLY = frozenset({Action.CONFIRM, Action.DISSATISFIED})
"""Whoever answered reads the reply to it in the dialogue."""


def resident_news(
    ticket: Ticket, event: TicketEvent, office: Office
) -> Iterable[Outgoing]:
    """Yields the news that an event is for residents, to each of them.

    Args:
        ticket: As it is after the event.
        event: What happened.
        office: Catalogue and roster at that instant.
    """
    if event.facts.get("is_talk"):
        yield from _said(ticket, event)
        return
    news = _NEWS.get(event.action)
    told = news(ticket, event) if news else None
    if told is None:
        return
    what, words = told
    kind = (
        OutgoingKind.RESULT if what in ("result", "reminder") else OutgoingKind.NOTICE
    )
    text = f"您反映的“{office.item_name(ticket.life.item)}”（{ticket.number}）：{words}"
    photos = event.photos if what in ("result", "progress") else ()
    for nth, conversation in enumerate(_residents(ticket), start=1):
        if event.action in _TELLS_OTHERS_ONLY and event.actor == _actor(nth):
            continue
        if not conversation:
            continue
        yield Outgoing(
            key=f"{ticket.number}#{event.seq}#{_actor(nth)}",
            channel=Channel.DIALOGUE,
            recipient=conversation,
            kind=kind,
            payload={
                "event": EventName.TICKET.value,
                "extra": {
                    "number": ticket.number,
                    "what": what,
                    "text": text,
                    "photos": list(photos),
                },
            },
            due_at=event.at,
        )


def _said(ticket: Ticket, event: TicketEvent) -> Iterable[Outgoing]:
    """Passes on what staff say in a live conversation, to the one whom they talk to."""
    if ticket.talks_with:
        yield Outgoing(
            key=f"{ticket.number}#{event.seq}#{REPORTER.id}",
            channel=Channel.DIALOGUE,
            recipient=ticket.talks_with,
            kind=OutgoingKind.CHAT,
            payload={
                "event": EventName.RELAY.value,
                "extra": {
                    "number": ticket.number,
                    "text": masked(event.text),
                    "photos": list(event.photos),
                },
            },
            due_at=event.at,
        )


def _residents(ticket: Ticket) -> tuple[str, ...]:
    return (ticket.draft.conversation, *ticket.followers)


def _actor(nth: int) -> str:
    return REPORTER.id if nth == 1 else f"{REPORTER.id}-{nth}"


Told = tuple[str, str] | None


def _accepted(ticket: Ticket, event: TicketEvent) -> Told:
    return "accepted", "有人接单了，会跟您联系。"


def _measure(ticket: Ticket, event: TicketEvent) -> Told:
    done = masked(event.text) or "已经先到现场做了处置，接着办。"
    return "progress", done


def _raised(ticket: Ticket, event: TicketEvent) -> Told:
    if event.changes.get("tier") is None:
        return None  # handing on within a tier is not the resident's concern
    return "escalated", f"已经转到{TIER_NAMES[ticket.life.tier]}办理，有进展就告诉您。"


def _reclassified(ticket: Ticket, event: TicketEvent) -> Told:
    if event.changes.get("tier") is None:
        return None
    where, until = TIER_NAMES[ticket.life.tier], _day(ticket.life.expected_at)
    return "progress", f"这类事该由{where}办，已经转过去了，预计{until}前办好。"


def _decided(ticket: Ticket, event: TicketEvent) -> Told:
    if event.facts.get("request") != RequestKind.PAUSE.value or not ticket.life.clock:
        return None
    until = _day(ticket.life.clock.due_at)
    return "paused", f"现在条件还不够，先等一等，最晚{until}接着办。"


def _resumed(ticket: Ticket, event: TicketEvent) -> Told:
    return "progress", f"接着办了，预计{_day(ticket.life.expected_at)}前办好。"


def _extended(ticket: Ticket, event: TicketEvent) -> Told:
    why = masked(event.reason).rstrip("。")
    return "progress", f"要多用几天：{why}。预计{_day(ticket.life.expected_at)}前办好。"


def _noted(ticket: Ticket, event: TicketEvent) -> Told:
    if event.facts.get("to") != TO_RESIDENT:
        return None
    return "progress", masked(event.text)


def _merged(ticket: Ticket, event: TicketEvent) -> Told:
    return (
        "progress",
        f"跟邻居反映的是同一件，并到 {ticket.life.merged_into} 一起办，结果都会告诉您。",
    )


def _result(ticket: Ticket, event: TicketEvent) -> Told:
    return "result", masked(event.text)


def _progress(ticket: Ticket, event: TicketEvent) -> Told:
    where = TIER_NAMES[ticket.life.tier]
    if event.at > ticket.life.expected_at:
        return "progress", f"还没办好，比原来说的晚了，现在由{where}接着办。"
    until = _day(ticket.life.expected_at)
    return "progress", f"还在办，现在由{where}办理，预计{until}前办好。"


def _reminder(ticket: Ticket, event: TicketEvent) -> Told:
    return "reminder", "前两天把结果告诉您了，想听您一句：办好了没有？"


def _timed_out(ticket: Ticket, event: TicketEvent) -> Told:
    return "closed", "一直没等到您回话，先按办好记下。没办好的话随时跟我说。"


def _confirmed(ticket: Ticket, event: TicketEvent) -> Told:
    return "closed", "一起反映的居民说办好了，这件事办结。"


def _reopened(ticket: Ticket, event: TicketEvent) -> Told:
    where = TIER_NAMES[ticket.life.tier]
    return "reopened", f"有居民说还没办好，已经转到{where}重新办。"


_NEWS: Mapping[Action, Callable[[Ticket, TicketEvent], Told]] = {
    Action.CLAIM: _accepted,
    Action.INTERIM: _measure,
    Action.ESCALATE: _raised,
    Action.RETURN: _raised,
    Action.RECLASSIFY: _reclassified,
    Action.APPROVE: _decided,
    Action.RESUME: _resumed,
    Action.EXTEND: _extended,
    Action.NOTE: _noted,
    Action.MERGE: _merged,
    Action.RESOLVE: _result,
    Action.PROGRESS: _progress,
    Action.REMIND: _reminder,
    Action.TIME_OUT: _timed_out,
    Action.CONFIRM: _confirmed,
    Action.DISSATISFIED: _reopened,
}


def _day(at: datetime) -> str:
    local = at.astimezone(CHINA)
    return f"{local.month}月{local.day}日"
