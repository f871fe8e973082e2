"""The complainant's shield: an alias for the person, and who may see what.

Staff know a ticket by its number and the person by an alias. Who has to solve it sees
the place and the words as they were written; others see them masked. The contact is
unveiled only on purpose (`Need.CONTACT`), and whoever calls this records the view.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from community.staff import DESK_PREFIX, Role, Roster, Staff
from community.tickets.commands import REPORTER
from community.tickets.masking import masked
from community.tickets.model import Ticket
from community.tiers import Tier


class Sight(str, Enum):
    """How much of a ticket somebody may see."""

    NOTHING = "nothing"
    MASKED = "masked"
    """What it is about and how it stands, without personal numbers and rooms."""
    FULL = "full"
    """The words as written, still without the contact."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at tickets."""

    staff_id: str
    tier: Tier
    roles: frozenset[Role]
    units: frozenset[str]
    """Units that the viewer works for: community, street, county."""
    grids: frozenset[str]
    """Grids that the viewer answers for now."""


def viewer_of(member: Staff, roster: Roster, at: datetime) -> Viewer:
    """Returns what a member of staff answers for at an instant."""
    units = {member.unit, *((member.community,) if member.community else ())}
    return Viewer(
        staff_id=member.id,
        tier=member.tier,
        roles=member.roles,
        units=frozenset(units),
        grids=roster.grids_of(member.id, at),
    )


def sight(viewer: Viewer, ticket: Ticket, roster: Roster) -> Sight:
    """Returns how much of a ticket somebody may see."""
    life = ticket.life
    if life.owner == viewer.staff_id or viewer.staff_id in life.alerted:
        return Sight.FULL
    if life.owner.startswith(DESK_PREFIX) and _serves_desk(viewer, life.owner):
        return Sight.FULL
    if Role.WORKER in viewer.roles and life.grid in viewer.grids:
        return Sight.FULL
    if _leads(viewer, ticket, roster):
        return Sight.FULL if viewer.tier is not Tier.COUNTY else Sight.MASKED
    if Role.AUDITOR in viewer.roles:
        return Sight.MASKED
    return Sight.NOTHING


def may_unveil(viewer: Viewer, ticket: Ticket) -> bool:
    """Tells whether somebody may see the contact: only who has to act on it now."""
    return not ticket.life.is_final and (
        ticket.life.owner == viewer.staff_id
        or (
            ticket.life.owner.startswith(DESK_PREFIX)
            and _serves_desk(viewer, ticket.life.owner)
        )
    )


def shielded(ticket: Ticket, how: Sight) -> Ticket:
    """Returns the ticket without what the viewer may not see.

    The account is always replaced by the alias and the contact is always removed.
    """
    draft = replace(
        ticket.draft,
        idempotency_key="",
        conversation=alias(ticket.number),
        contact=masked_contact(ticket.draft.contact),
    )
    if how is not Sight.FULL:
        draft = replace(
            draft,
            description=masked(draft.description),
            place=masked(draft.place),
            since=masked(draft.since),
        )
    followers = tuple(
        alias(ticket.number, n) for n in range(2, len(ticket.followers) + 2)
    )
    return replace(ticket, draft=draft, followers=followers)


def alias(number: str, nth: int = 1) -> str:
    """Returns what staff call a resident, such as 居民4837 or 居民4837-2."""
    name = f"居民{number[-4:]}"
    return name if nth == 1 else f"{name}-{nth}"


def alias_of_actor(number: str, actor: str) -> str:
    """Returns what staff read instead of `resident` or `resident-2`."""
    if actor == REPORTER.id:
        return alias(number)
    _, _, nth = actor.partition(f"{REPORTER.id}-")
    return alias(number, int(nth)) if nth.isdecimal() else actor


def public_doc(ticket: Ticket) -> dict[str, Any]:
    """Returns what other systems may know of a ticket, in Open311's words."""
    life = ticket.life
    return {
        "service_request_id": ticket.number,
        "service_code": life.item,
        "status": ticket.status.value,
        "state": life.state.value,
        "tier": life.tier.value,
        "grid": life.grid,
        "community": life.community,
        "urgency": life.urgency,
        "origin": ticket.draft.origin.value,
        "agency_responsible": life.unit,
        "requested_datetime": ticket.requested_at.isoformat(),
        "expected_datetime": life.expected_at.isoformat(),
        "closed_datetime": life.ended_at.isoformat() if life.ended_at else None,
        "n_reporters": life.n_followers + 1,
    }


def masked_contact(contact: str) -> str:
    """Says that there is a contact, without showing it."""
    return "〔已留〕" if contact else ""


def _serves_desk(viewer: Viewer, desk: str) -> bool:
    unit = desk.removeprefix(DESK_PREFIX)
    return unit in viewer.units and bool(
        viewer.roles
        & {Role.DESK_CLERK, Role.STATION_HEAD, Role.STREET, Role.COUNTY, Role.WORKER}
    )


def _leads(viewer: Viewer, ticket: Ticket, roster: Roster) -> bool:
    leading = {Role.STATION_HEAD, Role.DESK_CLERK, Role.STREET, Role.COUNTY, Role.ADMIN}
    if not viewer.roles & leading:
        return False
    return bool(viewer.units & units_of(ticket, roster))


def units_of(ticket: Ticket, roster: Roster) -> AbstractSet[str]:
    """Returns the units that a ticket concerns, from its community to the county."""
    found = {ticket.life.unit, "county"}
    unit = roster.units.get(ticket.life.community or "")
    while unit is not None and unit.id not in found - {ticket.life.unit}:
        found.add(unit.id)
        unit = roster.units.get(unit.parent or "")
    return found
