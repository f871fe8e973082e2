"""The inbound record: one message of a resident, whatever the channel.

Contract version 1, see `docs/contracts.md`.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any

from community.errors import RecordError

VERSION = 1

MAX_TEXT_CHARS = 2_000
"""Longer messages are cut by the gateway; the page counts while one writes."""


def log_id(identifier: str) -> str:
    """Returns a short stand-in for a message or conversation id, for logs.

    The ids hold the channel's id of the person, which no log may show in full.
    """
    return hashlib.blake2s(identifier.encode(), digest_size=6).hexdigest()


class Kind(str, Enum):
    """What the resident sent."""

    TEXT = "text"
    CHOICE = "choice"
    """A tapped choice; `text` holds its title and `choice` its payload."""
    IMAGE = "image"
    VOICE = "voice"
    LOCATION = "location"
    EVENT = "event"
    """A platform event such as `subscribe`; `text` holds its name."""


class EventName(str, Enum):
    """What an event record is about; its facts stand in `extra`."""

    SUBSCRIBE = "subscribe"
    """Followed; `grid` where a grid's code was scanned."""
    SCAN = "scan"
    """A follower scanned a grid's code; `grid`."""
    TICKET = "ticket"
    """A ticket has news for the resident; `number`, `what`, `text`, `photos`."""
    TAKEOVER = "takeover"
    """A person joins the conversation; `number`."""
    RELAY = "relay"
    """What that person says; `number`, `text`, `photos`."""
    TAKEOVER_END = "takeover_end"
    """The assistant is back; `number`, `reason`."""
    UNFINISHED = "unfinished"
    """The morning after a report was left unfinished."""
    UNSUPPORTED = "unsupported"
    """A message that cannot be read; `what` (`video`, `link`, …), perhaps `text`."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message as the gateway stores it before it acknowledges."""

    id: str
    """Unique over all channels; a repeat has the same id."""
    conversation: str
    """Rasa's `sender_id`: channel, colon, the channel's id of the person."""
    channel: str
    kind: Kind
    text: str
    received_at: datetime
    """Aware UTC."""
    choice: str | None = None
    reply_to: str | None = None
    """Name of the gateway instance that waits for the answer."""
    urgent: bool = False
    """Set by the gateway when the emergency detector fires."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Channel facts: photo, latitude and longitude, grid; an event's facts."""

    def to_json(self) -> str:
        """Serialises the record."""
        return json.dumps(
            {
                "v": VERSION,
                "id": self.id,
                "conversation": self.conversation,
                "channel": self.channel,
                "kind": self.kind.value,
                "text": self.text,
                "received_at": self.received_at.isoformat(),
                "choice": self.choice,
                "reply_to": self.reply_to,
                "urgent": self.urgent,
                "extra": self.extra,
            },
            ensure_ascii=False,
        )

    def with_text(self, text: str) -> "Inbound":
        """Returns a copy with another text."""
        return replace(self, text=text)

    @classmethod
    def from_json(cls, text: str) -> "Inbound":
        """Reads a stored record.

        Raises:
            RecordError: The text is not a version 1 inbound record.
        """
        try:
            doc = json.loads(text)
            if doc["v"] != VERSION:
                raise RecordError(f"inbound record: version {doc['v']!r} is unknown")
            return cls(
                id=doc["id"],
                conversation=doc["conversation"],
                channel=doc["channel"],
                kind=Kind(doc["kind"]),
                text=doc["text"],
                received_at=datetime.fromisoformat(doc["received_at"]),
                choice=doc["choice"],
                reply_to=doc["reply_to"],
                urgent=doc["urgent"],
                extra=doc["extra"],
            )
        except (KeyError, TypeError, ValueError) as err:
            raise RecordError(f"inbound record is malformed: {err!r}") from err
