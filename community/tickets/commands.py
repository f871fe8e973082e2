"""What somebody wants to do with a ticket."""

from dataclasses import dataclass
from enum import Enum

from community.tickets.limits import NORMAL
from community.tiers import Tier


class Action(str, Enum):
    """Everything that can happen to a ticket."""

    FILE = "file"
    ASSIGN = "assign"
    """Gives it to a named person (`to`)."""
    CLAIM = "claim"
    """接单: takes it on; one wins."""
    ACKNOWLEDGE = "ack"
    """Says that one has seen it; stops the chain of alerts."""
    NOTE = "note"
    """Private, to the resident (`to="resident"`), or within a talk (`to="talk"`)."""
    CONTACT = "contact"
    """The resident was reached."""
    INTERIM = "interim"
    """The measure that comes first is taken."""
    ESCALATE = "escalate"
    """To the tier above, with a reason."""
    RETURN = "return"
    """退回: not ours, with a reason; at most twice."""
    URGE = "urge"
    """催办."""
    SUPERVISE = "supervise"
    """督办."""
    PAUSE = "pause"
    """Asks for a pause of `minutes`; another person decides."""
    EXCLUDE = "exclude"
    """Asks not to count it in the rates; another person decides."""
    APPROVE = "approve"
    REFUSE = "refuse"
    RESUME = "resume"
    EXTEND = "extend"
    """More working `days`, as far as the catalogue allows."""
    MERGE = "merge"
    """Goes on in the ticket `to`; all reporters are told its result."""
    ABSORB = "absorb"
    """The other side of a merge."""
    SPLIT = "split"
    """A second matter gets a ticket of its own."""
    RECLASSIFY = "reclassify"
    """Another item (`to`); also a label for learning."""
    RELOCATE = "relocate"
    """Another grid (`to`)."""
    RESOLVE = "resolve"
    """Reports the result (`text`, `photos`); the resident is asked."""
    CONFIRM = "confirm"
    DISSATISFIED = "dissatisfied"
    """Reopens it one tier up, with the resident's remark."""
    RATE = "rate"
    """The resident says how content they are with a solved ticket (`to`: `Rating`)."""
    REMARK = "remark"
    """The resident adds something."""
    JOIN = "join"
    """Another resident follows it."""
    LEAVE = "leave"
    """A co-reporter does not follow it any more."""
    WITHDRAW = "withdraw"
    WARN = "warn"
    """A clock turned yellow, red, or ran out where nobody is above."""
    ALERT = "alert"
    """Nobody acknowledged: the next one of the chain is told."""
    PROGRESS = "progress"
    """For days without a word: the resident is told how it stands."""
    REMIND = "remind"
    """The resident has not answered yet."""
    TIME_OUT = "time_out"
    """Closed without an answer."""
    FORGET = "forget"
    """A person's identity was removed."""


class Rating(str, Enum):
    """How content a resident is with what was done."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class ActorKind(str, Enum):
    """Who acts."""

    STAFF = "staff"
    RESIDENT = "resident"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the ticket knows them: never an account of a resident."""

    kind: ActorKind
    id: str
    """Staff id, `system`, or the resident's alias in this ticket."""
    tier: Tier | None = None
    """Of staff."""
    leads: bool = False
    """Station head, desk clerk, street or county: may assign and approve."""

    @classmethod
    def staff(cls, staff_id: str, tier: Tier, *, leads: bool = False) -> "Actor":
        """A member of staff; street and county always lead."""
        return cls(ActorKind.STAFF, staff_id, tier, leads or tier is not Tier.GRID)


SYSTEM = Actor(ActorKind.SYSTEM, "system")
REPORTER = Actor(ActorKind.RESIDENT, "resident")
TO_RESIDENT = "resident"
"""Recipient of a note that the resident may read."""
TO_TALK = "talk"
"""The same, said within a live conversation: it is passed on as it was said."""


@dataclass(frozen=True, slots=True)
class Command:
    """One act of one person; the key makes a repeat harmless."""

    actor: Actor
    action: Action
    key: str
    """Unique for the act, such as an id that the page made."""
    reason: str = ""
    text: str = ""
    photos: tuple[str, ...] = ()
    to: str | None = None
    """Staff id, ticket number, item, grid or `resident`, by action."""
    minutes: int | None = None
    """Length of a pause."""
    days: int | None = None
    """Working days of an extension."""
    urgency: str = NORMAL
    """Of the ticket that another takes in."""
