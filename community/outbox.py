"""Outgoing messages: what is sent, to whom, and where it stands.

Contract version 1, see `docs/contracts.md`. Every message ends in an explicit state.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol


class Channel(str, Enum):
    """Where a message goes."""

    DIALOGUE = "dialogue"
    """Into a resident's mailbox as an event; the worker says it in its place."""
    WECHAT = "wechat"
    WECOM_APP = "wecom_app"
    WECOM_CARD = "wecom_card"
    """Changes the cards that were sent for a ticket; the recipient is the ticket."""
    WECOM_ROBOT = "wecom_robot"
    WEBHOOK = "webhook"


class OutgoingKind(str, Enum):
    """What a message is for; decides what happens when its fate is unknown."""

    CHAT = "chat"
    EMERGENCY = "emergency"
    RESULT = "result"
    """A ticket's result and the question whether it was solved."""
    NOTICE = "notice"
    ALERT = "alert"
    """To staff, not to be delayed by quiet hours."""
    DIGEST = "digest"


SENT_AGAIN_WHEN_UNKNOWN = frozenset(
    {OutgoingKind.EMERGENCY, OutgoingKind.RESULT, OutgoingKind.ALERT}
)
"""Better twice than never; everything else stays `unknown` after a crash."""

URGENT = frozenset({OutgoingKind.EMERGENCY, OutgoingKind.ALERT})
"""Goes before everything else that waits for the same recipient."""

DEFERRED_IN_QUIET_HOURS = frozenset({OutgoingKind.NOTICE, OutgoingKind.DIGEST})
"""May wait until the morning."""

REPEATABLE_CHANNELS = frozenset(
    {Channel.DIALOGUE, Channel.WECOM_APP, Channel.WECOM_CARD, Channel.WEBHOOK}
)
"""The receiver recognises a repeat, so that sending again does no harm."""


NOT_CONFIGURED = "not configured"
"""Error of a message whose channel this installation does not have."""


def is_sent_again(channel: Channel, kind: OutgoingKind) -> bool:
    """Tells whether a message that was in flight at a crash is sent once more."""
    return channel in REPEATABLE_CHANNELS or kind in SENT_AGAIN_WHEN_UNKNOWN


class DeliveryState(str, Enum):
    """Where an outgoing message stands."""

    CREATED = "created"
    SENDING = "sending"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    """It was in flight at a crash, and its kind is not sent again."""
    TEMPORARY_FAILURE = "temporary-failure"
    """Will be tried again at `due_at`."""
    PERMANENT_FAILURE = "permanent-failure"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be delivered."""

    key: str
    """Idempotency key, such as `<message id>` or `<ticket>#<event>#<staff id>`."""
    channel: Channel
    recipient: str
    """Conversation, staff id, robot name or webhook id."""
    kind: OutgoingKind
    payload: dict[str, Any]
    """By channel, see `docs/contracts.md`."""
    due_at: datetime
    """Aware UTC; not sent before."""


@dataclass(frozen=True, slots=True)
class SendResult:
    """What a sender found out about one try."""

    state: DeliveryState
    via: str = ""
    """How it went: `passive`, `custom`, `template`, `subscribe`, `card`, …."""
    external_id: str = ""
    """Message id or `rid` of the platform."""
    error: str = ""
    """What failed, without personal data."""
    retry_after_s: float | None = None
    """For `TEMPORARY_FAILURE`: the platform's own wish, if it has one."""
    is_held: bool = False
    """For `TEMPORARY_FAILURE`: keep it until the recipient's next message."""
    pauses_channel: bool = False
    """For `TEMPORARY_FAILURE`: the channel is set up wrongly, so nothing can go out."""


class Sender(Protocol):
    """Delivers messages of one channel."""

    async def send(self, message: Outgoing, *, attempt: int) -> SendResult:
        """Tries once; never raises for what the platform may answer.

        Args:
            message: What to deliver.
            attempt: 1 for the first try.
        """


class Outbox(Protocol):
    """Keeps outgoing messages durably."""

    async def add(self, messages: Sequence[Outgoing], *, now: datetime) -> int:
        """Stores messages; a known key changes nothing; returns how many are new.

        Raises:
            StoreUnavailableError: The database did not answer; nothing was stored.
        """


@dataclass(frozen=True, slots=True)
class StaffNotice:
    """What a member of staff is told; the payload of `WECOM_APP` as a document.

    It names a ticket, never a person: no name, phone or account of a resident.
    """

    title: str
    text: str
    fields: tuple[tuple[str, str], ...] = ()
    """Label and value, at most six."""
    path: str = ""
    """Page of the desk, such as `/w/tickets/1125-4837`."""
    actions: tuple[tuple[str, str], ...] = ()
    """Key and title of buttons, at most six; keys as in `docs/contracts.md`."""
    task: str = ""
    """Unique id of the card, `[0-9A-Za-z_-@]`, at most 128 bytes."""
    emphasis: str = ""
    """A word set in large type, such as 紧急."""
    extra: dict[str, Any] = field(default_factory=dict)
