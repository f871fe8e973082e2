"""Whether two tickets are about the same thing, and what one takes over of the other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from community.errors import ImplausibleMergeError
from community.tickets.commands import REPORTER, SYSTEM, Action
from community.tickets.limits import TimePolicy
from community.tickets.model import Ticket, TicketEvent
from community.tickets.similarity import ALIKE, likeness

_TOLD = frozenset({Action.REMARK, Action.DISSATISFIED, Action.ABSORB})
"""Acts whose words and photos are part of what was reported."""


def check_plausible(source: Ticket, target: Ticket, policy: TimePolicy) -> None:
    """Refuses to merge what can hardly be one thing.

    Raises:
        ImplausibleMergeError: They differ in matter, place or time; says in which.
    """
    if source.life.item != target.life.item:
        raise ImplausibleMergeError("item")
    if not _are_near(source, target):
        raise ImplausibleMergeError("place")
    apart = abs(source.requested_at - target.requested_at)
    if apart > timedelta(days=policy.merge_within_days):
        raise ImplausibleMergeError("time")


def _are_near(one: Ticket, other: Ticket) -> bool:
    """In one grid; elsewhere, or where that is not known, in words that are alike."""
    if one.life.grid is not None and one.life.grid == other.life.grid:
        return True
    return likeness(one.draft.place, other.draft.place) >= ALIKE


@dataclass
class Told:
    """What one person has told, and the photos to it."""

    texts: list[str] = field(default_factory=list)
    photos: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether it is anything."""
        return bool(self.texts or self.photos)

    def words(self, number: str) -> str:
        """Returns it as one text that says where it comes from."""
        return f"（并入的 {number}）" + "；".join(self.texts or ["照片"])


def told_in(ticket: Ticket, events: Iterable[TicketEvent]) -> Mapping[str, Told]:
    """Returns what was reported in a ticket, by who told it: aliases, or the system."""
    told: dict[str, Told] = defaultdict(Told)
    draft = ticket.draft
    filed = told[REPORTER.id]
    filed.texts += [
        text
        for text in (
            draft.description,
            f"地点：{draft.place}" if draft.place else "",
            f"时间：{draft.since}" if draft.since else "",
        )
        if text
    ]
    filed.photos += draft.photos
    for event in events:
        if event.action in _TOLD and (event.text or event.photos):
            # What was taken over of somebody who cannot be told goes on likewise.
            by = REPORTER.id if event.actor == SYSTEM.id else event.actor
            told[by].texts += [event.text] if event.text else []
            told[by].photos += event.photos
    return told
