"""三率: how quickly, how well and to whose satisfaction tickets were handled.

Here they are computed from events alone; `adapters.sql.ticket_rates` computes the same
from the stored state. The two share nothing but `Tally`, not even which tickets are
looked at, and must agree: a state that was altered shows.

Counted is every ticket filed in the period but withdrawn, merged and excluded ones.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any

from community.tickets.commands import TO_RESIDENT, Action, Rating
from community.tickets.model import RequestKind, TicketEvent, TicketState


class Dimension(str, Enum):
    """By what figures are broken down."""

    GRID = "grid"
    COMMUNITY = "community"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts; a rate is never computed from a rate."""

    n_counted: int = 0
    n_excluded: int = 0
    n_respond_due: int = 0
    """Responded, or the limit is over."""
    n_responded_in_time: int = 0
    n_solve_due: int = 0
    """Over, or the promise is over."""
    n_solved_in_time: int = 0
    n_answered: int = 0
    """The resident has said whether it is solved."""
    n_solved: int = 0
    """The resident said in the end that it is."""
    n_satisfied: int = 0
    """Said so at the first time of asking."""
    n_ended: int = 0
    n_unanswered: int = 0
    """Closed because the resident did not answer."""

    def __add__(self, other: "Tally") -> "Tally":
        """Adds up."""
        return Tally(
            *(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tally))
        )

    @property
    def response_rate(self) -> float | None:
        """响应率."""
        return _share(self.n_responded_in_time, self.n_respond_due)

    @property
    def in_time_rate(self) -> float | None:
        """按期办结率."""
        return _share(self.n_solved_in_time, self.n_solve_due)

    @property
    def solution_rate(self) -> float | None:
        """解决率, of those who answered."""
        return _share(self.n_solved, self.n_answered)

    @property
    def satisfaction_rate(self) -> float | None:
        """满意率, of those who answered."""
        return _share(self.n_satisfied, self.n_answered)

    @property
    def ended_rate(self) -> float | None:
        """办结率."""
        return _share(self.n_ended, self.n_counted)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def tally(
    histories: Iterable[Sequence[TicketEvent]],
    *,
    now: datetime,
    by: Dimension | None = None,
    among: Mapping[Dimension, Container[str]] | None = None,
) -> dict[str, Tally]:
    """Computes the figures from the tickets' events.

    Args:
        histories: All events of each ticket filed in the period, in order.
        now: Decides which limits are over.
        by: Breaks down; without it everything is under the empty key.
        among: What a ticket must be about, or where, in the end; by default anything.
    """
    wanted = among or {}
    found: dict[str, Tally] = {}
    for events in histories:
        story = _Story()
        for event in events:
            story.read(event)
        if any(story.known.get(d.value) not in values for d, values in wanted.items()):
            continue
        key = (story.known.get(by.value) or "") if by else ""
        found[key] = found.get(key, Tally()) + story.tally(now)
    return found


class _Story:
    """One ticket as its events tell it."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        self.responded_at: datetime | None = None
        self.resolved_at: datetime | None = None
        self.answers: list[bool] = []
        self.end: Action | None = None
        self.is_excluded = False

    def read(self, event: TicketEvent) -> None:
        """Takes one more event into account."""
        before = dict(self.known)
        self.known.update(event.changes)
        action = event.action
        if self.responded_at is None and _is_contact(event, before):
            self.responded_at = event.at
        if action is Action.RESOLVE:
            self.resolved_at = event.at
        if action in (Action.CONFIRM, Action.DISSATISFIED):
            self.answers.append(action is Action.CONFIRM)
        if action is Action.RATE and event.facts["level"] == Rating.POOR.value:
            self.answers[:1] = [False]
        if action in _ENDS:
            self.end = action
        elif action is Action.DISSATISFIED:
            self.end = None
        asked = event.facts.get("request")
        if action is Action.APPROVE and asked == RequestKind.EXCLUDE.value:
            self.is_excluded = True

    def tally(self, now: datetime) -> Tally:
        """Returns what this ticket adds to the figures."""
        if self.end in (Action.WITHDRAW, Action.MERGE):
            return Tally()
        if self.is_excluded:
            return Tally(n_excluded=1)
        respond_by = datetime.fromisoformat(self.known["respond_by"])
        expected_at = datetime.fromisoformat(self.known["expected_at"])
        responded, resolved = self.responded_at, self.resolved_at
        is_over = self.end is not None
        return Tally(
            n_counted=1,
            n_respond_due=int(responded is not None or respond_by <= now),
            n_responded_in_time=int(responded is not None and responded <= respond_by),
            n_solve_due=int(is_over or expected_at <= now),
            n_solved_in_time=int(
                is_over and resolved is not None and resolved <= expected_at
            ),
            n_answered=int(bool(self.answers)),
            n_solved=int(self.end is Action.CONFIRM),
            n_satisfied=int(bool(self.answers) and self.answers[0]),
            n_ended=int(is_over),
            n_unanswered=int(self.end is Action.TIME_OUT),
        )


_ENDS: Mapping[Action, TicketState] = {
    Action.CONFIRM: TicketState.CONFIRMED,
    Action.TIME_OUT: TicketState.CLOSED,
    Action.WITHDRAW: TicketState.WITHDRAWN,
    Action.MERGE: TicketState.MERGED,
}


def _is_contact(event: TicketEvent, before: Mapping[str, Any]) -> bool:
    """Tells whether the resident heard from whoever is responsible."""
    if event.action in (Action.CONTACT, Action.INTERIM, Action.RESOLVE):
        return True
    return (
        event.action is Action.NOTE
        and event.facts.get("to") == TO_RESIDENT
        and before.get("state") == TicketState.IN_PROGRESS.value
        and before.get("owner") == event.actor
    )
