"""What the cards that lie with staff say once somebody else has acted.

Cards of one ticket go to several people: owner, backup, head, desk. When one of them
takes the ticket on, or when it ends, the buttons of all earlier cards become one grey
word, so that nobody starts on what is done.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from community.errors import RecordError
from community.outbox import Channel, Outgoing, OutgoingKind
from community.tickets.commands import Action
from community.tickets.lifecycle import OPEN
from community.tickets.model import Ticket, TicketEvent, TicketState
from community.tickets.office import Office

MAX_BUTTON_CHARS = 10
DESK_NAME = "值班台"
CLAIM_KEY = "claim:"
"""Beginning of the key of the button that takes a ticket on."""
_GOES_ON = frozenset({Action.APPROVE, Action.RESUME})
"""Its owner goes on with it; no card changes."""
_ENDED = {
    TicketState.RESOLVED: "已办好，等答复",
    TicketState.CONFIRMED: "已办结",
    TicketState.CLOSED: "已办结",
    TicketState.WITHDRAWN: "居民已撤回",
    TicketState.MERGED: "已并入另一件",
}


@dataclass(frozen=True, slots=True)
class CardChange:
    """What the earlier cards of a ticket say from now on."""

    ticket: str
    seq: int
    """Of the event: cards of this one and later ones stay as they are."""
    button: str
    only_tasks: bool
    """Cards that only inform keep their button."""

    def concerns(self, seq: int, *, is_task: bool) -> bool:
        """Tells whether a card of that event changes."""
        return seq < self.seq and (is_task or not self.only_tasks)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "CardChange":
        """Reads the payload of `Channel.WECOM_CARD`.

        Raises:
            RecordError: A field is missing or of another type.
        """
        try:
            found = cls(**document)
        except TypeError as err:
            raise RecordError(f"card change is malformed: {err!r}") from err
        if not (isinstance(found.seq, int) and isinstance(found.button, str)):
            raise RecordError("card change: seq or button is of another type")
        return found


def card_changes(
    ticket: Ticket, event: TicketEvent, office: Office
) -> tuple[Outgoing, ...]:
    """Returns the message that changes earlier cards, where an event asks for it."""
    button = _button(ticket, event, office)
    if not button:
        return ()
    change = CardChange(
        ticket=ticket.number,
        seq=event.seq,
        button=button[:MAX_BUTTON_CHARS],
        only_tasks=ticket.life.state in OPEN - {TicketState.RESOLVED},
    )
    return (
        Outgoing(
            key=f"{ticket.number}#{event.seq}#cards",
            channel=Channel.WECOM_CARD,
            recipient=ticket.number,
            kind=OutgoingKind.ALERT,
            payload=asdict(change),
            due_at=event.at,
        ),
    )


def _button(ticket: Ticket, event: TicketEvent, office: Office) -> str:
    if event.action is Action.FILE:
        return ""
    state = ticket.life.state
    if "state" in event.changes and state in _ENDED:
        return _ENDED[state]
    owner = _name(office, ticket.life.owner)
    if state is TicketState.IN_PROGRESS:
        is_taken = "state" in event.changes and event.action not in _GOES_ON
        return f"{owner}已接单" if is_taken else ""
    return f"已转给{owner}" if "owner" in event.changes else ""


def _name(office: Office, owner: str) -> str:
    member = office.roster.staff.get(owner)
    return member.name if member is not None else DESK_NAME
