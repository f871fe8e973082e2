"""Delivers news into a resident's own conversation, as an event of the mailbox."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from community.errors import MailboxFullError, StoreUnavailableError
from community.messages import EventName, Inbound, Kind
from community.outbox import DeliveryState, Outgoing, SendResult

EVENT_PREFIX = "outbox:"
"""Begins the ids of events that come from the outbox and not from a person."""
FULL_RETRY_S = 30.0


class Mailboxes(Protocol):
    """Where messages to the assistant are stored."""

    async def accept(self, inbound: Inbound) -> bool:
        """Stores a message; `False` for a repeat."""


class DialogueSender:
    """Implements `community.outbox.Sender` for `Channel.DIALOGUE`.

    The event's id is made of the message's key, so that a repeat changes nothing.
    """

    def __init__(self, mailboxes: Mailboxes, now: Callable[[], datetime]) -> None:
        """Binds the mailboxes and a clock."""
        self._mailboxes = mailboxes
        self._now = now

    async def send(self, message: Outgoing, *, attempt: int) -> SendResult:
        """See the port."""
        try:
            event = EventName(message.payload["event"])
            extra = dict(message.payload.get("extra") or {})
        except (KeyError, TypeError, ValueError) as err:
            return SendResult(
                DeliveryState.PERMANENT_FAILURE, error=f"malformed event: {err!r}"
            )
        inbound = Inbound(
            id=f"{EVENT_PREFIX}{message.key[:40]}",
            conversation=message.recipient,
            channel=message.recipient.partition(":")[0],
            kind=Kind.EVENT,
            text=event.value,
            received_at=self._now(),
            extra=extra,
        )
        try:
            await self._mailboxes.accept(inbound)
        except MailboxFullError:
            return SendResult(
                DeliveryState.TEMPORARY_FAILURE,
                error="the mailbox is full",
                retry_after_s=FULL_RETRY_S,
            )
        except StoreUnavailableError as err:
            return SendResult(DeliveryState.TEMPORARY_FAILURE, error=str(err))
        return SendResult(DeliveryState.DELIVERED, via="mailbox")
