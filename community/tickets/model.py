"""A ticket: what was filed, and where its life stands."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from community.calendar import CHINA
from community.tickets.commands import Action
from community.tiers import Tier


class TicketKind(str, Enum):
    """Why a ticket was opened."""

    REPORT = "report"
    """A resident reports a problem (matter)."""
    HANDOFF = "handoff"
    """A resident wants a person."""
    EMERGENCY = "emergency"
    """Filed at once, with what is known, after the number to call was given."""


class Origin(str, Enum):
    """How it reached us."""

    CHAT = "chat"
    PATROL = "patrol"
    """A grid worker saw it."""
    DOOR = "door"
    """A grid worker files it for somebody without WeChat."""
    PHONE = "phone"
    """The desk files a call."""
    IMPORT = "import"


class TicketState(str, Enum):
    """Where a ticket stands; `lifecycle.TRANSITIONS` says what leads where."""

    FILED = "filed"
    """At a duty desk: no person has it yet."""
    ASSIGNED = "assigned"
    """One person has it and has not taken it on yet."""
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    RESOLVED = "resolved"
    """The result is reported; the resident is asked."""
    CONFIRMED = "confirmed"
    """Over: the resident said that it is solved."""
    CLOSED = "closed"
    """Over: the resident did not answer in time, which is recorded."""
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    """Over: goes on in another ticket."""


FINAL = frozenset(
    {
        TicketState.CONFIRMED,
        TicketState.CLOSED,
        TicketState.WITHDRAWN,
        TicketState.MERGED,
    }
)
"""Nothing runs any more."""


class TicketStatus(str, Enum):
    """The state in a resident's words (Open311 `status`, and withdrawn)."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


_STATUS = {
    TicketState.CONFIRMED: TicketStatus.CLOSED,
    TicketState.CLOSED: TicketStatus.CLOSED,
    TicketState.MERGED: TicketStatus.CLOSED,
    TicketState.WITHDRAWN: TicketStatus.WITHDRAWN,
}


class ClockKind(str, Enum):
    """What is being waited for; one ticket has one running clock."""

    RESPOND = "respond"
    """First contact with the resident."""
    INTERIM = "interim"
    """The measure that comes before the solution: fence off, look after."""
    RESOLVE = "resolve"
    PAUSE = "pause"
    """The end of an approved pause."""
    CONFIRM = "confirm"
    """The resident's answer."""


class Warned(str, Enum):
    """How far a clock has run."""

    NONE = "none"
    YELLOW = "yellow"
    RED = "red"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Clock:
    """The running clock; all instants aware UTC."""

    kind: ClockKind
    started_at: datetime
    yellow_at: datetime
    red_at: datetime
    due_at: datetime
    warned: Warned = Warned.NONE


class RequestKind(str, Enum):
    """What a second person has to approve."""

    PAUSE = "pause"
    EXCLUDE = "exclude"
    """Not to count in the rates."""


@dataclass(frozen=True, slots=True)
class Request:
    """A wish of one member of staff that another one decides."""

    kind: RequestKind
    by: str
    until: datetime | None = None
    """For a pause: when it ends by itself."""


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """What is known when a ticket is filed."""

    idempotency_key: str
    """`<message id>#<ordinal>`: a replay of the message finds the ticket done."""
    kind: TicketKind
    conversation: str
    """Empty where nobody can be told: from patrol, or forgotten."""
    item: str | None
    """Key of the service or matter, where one is known."""
    description: str
    place: str = ""
    since: str = ""
    contact: str = ""
    urgency: str = "normal"
    grid: str | None = None
    community: str | None = None
    photos: tuple[str, ...] = ()
    """Blob ids."""
    origin: Origin = Origin.CHAT
    filed_by: str = ""
    """Staff id, for everything that was not filed in chat."""


@dataclass(frozen=True, slots=True)
class TicketLife:
    """Everything that events change; `history.evolve` derives it from them."""

    state: TicketState
    tier: Tier
    owner: str
    """Staff id or `desk:<unit>`; there is always exactly one."""
    unit: str
    item: str | None
    urgency: str
    grid: str | None
    community: str | None
    has_reporter: bool
    """Whether a resident can be told."""
    respond_by: datetime
    """What the rates measure: the first limit that was promised."""
    expected_at: datetime
    """When it shall be solved; moves with approved pauses and extensions."""
    since: datetime
    """From when the limits of the present tier count."""
    clock: Clock | None
    n_events: int = 1
    n_raised: int = 0
    """How often it went to the tier above."""
    n_returns: int = 0
    stays: bool = False
    """The upper tier has assigned it: it cannot be returned again."""
    n_reopened: int = 0
    n_urged: int = 0
    n_reminders: int = 0
    n_followers: int = 0
    """Co-reporters who ever joined; numbers their aliases."""
    is_supervised: bool = False
    is_excluded: bool = False
    extended_days: int = 0
    request: Request | None = None
    paused: Clock | None = None
    """The clock that goes on after the pause."""
    alerted: tuple[str, ...] = ()
    """Who was told after the owner, because nobody reacted."""
    chain_at: datetime | None = None
    """When the next one is alerted; `None` once somebody has seen it."""
    progress_at: datetime | None = None
    """When the resident is told how it stands, unless they hear something before."""
    responded_at: datetime | None = None
    interim_at: datetime | None = None
    resolved_at: datetime | None = None
    ended_at: datetime | None = None
    satisfied: bool | None = None
    """The resident's first answer; later ones do not polish it."""
    merged_into: str | None = None
    split_from: str | None = None
    returned_by: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether it is over."""
        return self.state in FINAL


@dataclass(frozen=True, slots=True)
class Ticket:
    """A stored ticket."""

    number: str
    """Easy to read out: eight digits in two groups."""
    draft: TicketDraft
    """As filed; personal texts are masked once the person is forgotten."""
    life: TicketLife
    requested_at: datetime
    """Aware UTC."""
    followers: tuple[str, ...] = ()
    """Conversations of co-reporters, in the order in which they joined."""

    @property
    def talks_with(self) -> str:
        """Whose conversation staff talk in; empty where nobody is left.

        The reporter's, and the first co-reporter's once the reporter is gone.
        """
        return next(filter(None, (self.draft.conversation, *self.followers)), "")

    @property
    def status(self) -> TicketStatus:
        """The state in a resident's words."""
        return _STATUS.get(self.life.state, TicketStatus.OPEN)

    @property
    def state(self) -> TicketState:
        """Where it stands."""
        return self.life.state

    @property
    def owner(self) -> str:
        """Who has to act: staff id or `desk:<unit>`."""
        return self.life.owner


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One change; appended, never altered."""

    seq: int
    """1 for the filing."""
    action: Action
    actor: str
    """Staff id, `system`, or `resident`, `resident-2` …: never an account."""
    at: datetime
    changes: Mapping[str, Any]
    """Fields of the life that got new values."""
    facts: Mapping[str, Any]
    """What else is known, without personal data: photos, recipient, flags."""
    text: str = ""
    """What was said; empty once the person is forgotten."""
    reason: str = ""

    @property
    def photos(self) -> tuple[str, ...]:
        """Blob ids."""
        return tuple(self.facts.get("photos", ()))


def ticket_number(idempotency_key: str, requested_at: datetime, attempt: int) -> str:
    """Derives a number such as `1125-4837`: month and day, then four digits.

    The same key gives the same number; `attempt` resolves a collision.
    """
    digest = hashlib.sha256(f"{idempotency_key}|{attempt}".encode()).digest()
    serial = int.from_bytes(digest[:4], "big") % 10_000
    return f"{requested_at.astimezone(CHINA):%m%d}-{serial:04d}"
