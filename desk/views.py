"""Tickets as answers: no name, telephone or account leaves through here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from community.catalog.model import Catalog
from community.privacy import PrivateKind, PrivateSpan, mask
from community.tickets import (
    Action,
    Clock,
    Ticket,
    TicketEvent,
    TicketMessage,
    Warned,
)
from community.tickets.masking import masked, private_places
from community.tickets.shield import (
    Sight,
    alias,
    alias_of_actor,
    sight,
)
from desk import words
from desk.calls import Call, site_of
from desk.documents import (
    ClockDoc,
    EventDoc,
    MessageDoc,
    Named,
    RequestDoc,
    TicketDoc,
    TicketRow,
)
from desk.services import Services

SUMMARY_CHARS = 60


def sight_of(call: Call, ticket: Ticket) -> Sight:
    """Returns how much of the words the caller may read; systems read least."""
    if call.viewer is None:
        return Sight.MASKED
    seen = sight(call.viewer, ticket, call.services.directory.roster)
    return seen if seen is Sight.FULL else Sight.MASKED


def readable(text: str, how: Sight) -> str:
    """Returns words for reading: numbers and names are gone, rooms only for some.

    Whoever has to go there needs the door; a telephone or a name is unveiled on
    purpose and never comes along by itself.
    """
    if how is not Sight.FULL:
        return masked(text)
    names = [
        PrivateSpan(start, end, kind)
        for start, end, kind in private_places(text)
        if kind is PrivateKind.PERSON
    ]
    return mask(text, names)


def row_of(call: Call, ticket: Ticket) -> TicketRow:
    """Returns a ticket as a list shows it."""
    return TicketRow(**_row(call, ticket))


def _row(call: Call, ticket: Ticket) -> dict[str, Any]:
    life, draft = ticket.life, ticket.draft
    directory = call.services.directory
    site = site_of(call.services, ticket)
    how = sight_of(call, ticket)
    summary = readable(draft.description, how).replace("\n", " ")
    return {
        "number": ticket.number,
        "kind": draft.kind.value,
        "state": life.state.value,
        "state_name": words.STATES[life.state.value],
        "urgency": life.urgency,
        "item": life.item,
        "item_name": item_name(call.services.catalog(), life.item),
        "summary": shortened(summary),
        "place": readable(draft.place, how),
        "grid": _named(call, life.grid),
        "community": _named(call, site.community),
        "tier": life.tier.value,
        "owner": Named(id=life.owner, name=directory.name(life.owner)),
        "is_mine": life.owner == call.person.id,
        "is_supervised": life.is_supervised,
        "n_urged": life.n_urged,
        "n_followers": len(ticket.followers),
        "clock": clock_doc(life.clock, call.now),
        "requested_at": ticket.requested_at,
        "expected_at": life.expected_at,
        "origin": draft.origin.value,
    }


def document_of(
    call: Call,
    ticket: Ticket,
    *,
    events: Sequence[TicketEvent],
    messages: Sequence[TicketMessage],
    acts: list[str],
    is_talking: bool,
) -> TicketDoc:
    """Returns a ticket with its history."""
    life, draft = ticket.life, ticket.draft
    how = sight_of(call, ticket)
    lead, advice, phrases, results = matter_facts(call.services, life.item)
    return TicketDoc(
        **_row(call, ticket),
        description=readable(draft.description, how),
        since=readable(draft.since, how),
        photos=list(draft.photos),
        reporter=alias_of(ticket),
        has_reporter=life.has_reporter,
        talks_with=partner_of(ticket),
        lead=lead,
        advice=advice,
        phrases=phrases,
        results=results,
        request=_request(call, ticket),
        n_returns=life.n_returns,
        is_excluded=life.is_excluded,
        merged_into=life.merged_into,
        split_from=life.split_from,
        is_talking=is_talking,
        acts=acts,
        events=[event_doc(call, ticket, event, how) for event in events],
        messages=[message_doc(call, ticket, said, how) for said in messages],
    )


def alias_of(ticket: Ticket) -> str:
    """Returns what staff call the person who reported."""
    if not ticket.life.has_reporter:
        return "没有可以联系的居民"
    return alias(ticket.number)


def partner_of(ticket: Ticket) -> str:
    """Returns what staff call whom they talk with; empty where nobody is left."""
    if not ticket.talks_with:
        return ""
    accounts = (ticket.draft.conversation, *ticket.followers)
    return alias(ticket.number, accounts.index(ticket.talks_with) + 1)


def item_name(catalog: Catalog, item: str | None) -> str:
    """Returns the short name of a matter or service; an old one keeps its key."""
    if item is None:
        return "还没有归类"
    try:
        return catalog.item_name(item)
    except KeyError:
        return item


def matter_facts(
    services: Services, item: str | None
) -> tuple[str, str, list[str], list[str]]:
    """Returns lead, advice, and set phrases to the resident and about results."""
    base, _, item_id = (item or "").partition("/")
    matter = services.catalog().matters.get(item_id) if base == "matter" else None
    if matter is None:
        return "", "", list(words.PHRASES), list(words.RESULTS)
    own = services.phrases(item_id)
    first, *others = words.PHRASES
    asked = [f"想再问一下：{matter.ask_details}"] if matter.ask_details else []
    phrases = [first, *own.news, *asked, *others]
    return matter.lead, matter.advice.text, phrases, [*own.results, *words.RESULTS]


def shortened(text: str) -> str:
    """Returns the beginning of a long text."""
    return text if len(text) <= SUMMARY_CHARS else f"{text[:SUMMARY_CHARS]}…"


def clock_doc(clock: Clock | None, now: datetime) -> ClockDoc | None:
    """Returns the running clock; its colour is of this moment, not of the last tick."""
    if clock is None:
        return None
    return ClockDoc(
        kind=clock.kind.value,
        due_at=clock.due_at,
        yellow_at=clock.yellow_at,
        red_at=clock.red_at,
        colour=words.colour_of(warned_at(clock, now).value),
    )


def warned_at(clock: Clock, now: datetime) -> Warned:
    """Returns how far a clock has run."""
    if now >= clock.due_at:
        return Warned.OVERDUE
    if now >= clock.red_at:
        return Warned.RED
    return Warned.YELLOW if now >= clock.yellow_at else Warned.NONE


def event_doc(call: Call, ticket: Ticket, event: TicketEvent, how: Sight) -> EventDoc:
    """Returns one line of the history."""
    return EventDoc(
        seq=event.seq,
        action=event.action,
        action_name=words.ACTIONS.get(event.action, event.action),
        actor=actor_name(call, ticket, event.actor),
        at=event.at,
        text=readable(event.text, how),
        reason=readable(event.reason, how),
        photos=list(event.photos),
        photos_show=_shown_by(event),
    )


def _shown_by(event: TicketEvent) -> str | None:
    """Tells how it was from how it is now, by the act that the photos belong to."""
    if not event.photos:
        return None
    if event.action == Action.RESOLVE.value:
        return words.AFTER_PHOTOS
    is_before = event.action == Action.FILE.value or (
        event.action == Action.NOTE.value and event.text == words.BEFORE
    )
    return words.BEFORE_PHOTOS if is_before else None


def message_doc(
    call: Call, ticket: Ticket, message: TicketMessage, how: Sight
) -> MessageDoc:
    """Returns what somebody said."""
    return MessageDoc(
        seq=message.seq,
        at=message.at,
        actor=actor_name(call, ticket, message.actor),
        is_resident=message.is_resident,
        text=readable(message.text, how),
        photos=list(message.photos),
    )


def actor_name(call: Call, ticket: Ticket, actor: str) -> str:
    """Returns the name of staff, or the alias of a resident."""
    if actor == "system":
        return "系统"
    shown = alias_of_actor(ticket.number, actor)
    return shown if shown != actor else call.services.directory.name(actor)


def _named(call: Call, unit: str | None) -> Named | None:
    if unit is None:
        return None
    return Named(id=unit, name=call.services.directory.unit_name(unit))


def _request(call: Call, ticket: Ticket) -> RequestDoc | None:
    request = ticket.life.request
    if request is None:
        return None
    by = Named(id=request.by, name=call.services.directory.name(request.by))
    return RequestDoc(kind=request.kind.value, by=by, until=request.until)
