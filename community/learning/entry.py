"""One line of the dialogue log: what was asked, understood and done, without names.

Contract version 1, see `docs/contracts.md`. The text is masked and the person is a
keyed hash before the entry leaves the worker.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from community.errors import RecordError

VERSION = 1
RANKED = 5
"""Labels of the ranking that are kept."""


class Pseudonyms:
    """Keyed hashes that stand for persons and messages.

    Without the key nobody finds out whose they are; with it the rows of one person
    can be found and deleted.
    """

    def __init__(self, key: str) -> None:
        """Keeps the key.

        Args:
            key: Secret of the installation; all processes share it.
        """
        self._key = hashlib.sha256(key.encode()).digest()

    def person(self, conversation: str) -> str:
        """Returns the pseudonym of a conversation's person."""
        return self._hash(b"person", conversation)

    def message(self, message_id: str) -> str:
        """Returns the pseudonym of a message."""
        return self._hash(b"message", message_id)

    def _hash(self, purpose: bytes, text: str) -> str:
        return hashlib.blake2s(
            text.encode(), key=self._key, person=purpose, digest_size=16
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What one message was and what became of it."""

    message: str
    """Keyed hash of the message's id."""
    person: str
    """Keyed hash of the conversation."""
    at: datetime
    """When the message came in, aware UTC."""
    channel: str
    kind: str
    """As in the inbound record: text, choice, voice, …"""
    text: str
    """Masked; empty where nothing was said in words."""
    model: str
    """Id of the model that understood it; empty where none was asked."""
    latency_ms: int
    """From receipt to the commit of the answer."""
    ranking: tuple[tuple[str, float], ...] = ()
    """Labels with confidences, best first; empty for a taken choice."""
    decision: str = ""
    """answer, clarify or abstain; empty for a taken choice."""
    facets: tuple[str, ...] = ()
    emergency: str | None = None
    intent: str = ""
    """What the message meant in its conversation."""
    item: str | None = None
    chosen: bool = False
    """The resident took one of the offered choices."""
    grid: str | None = None
    actions: tuple[str, ...] = ()
    """What the assistant did, in order."""
    parts: tuple[str, ...] = ()
    """Types of the answer's parts."""
    digest: str = ""
    """Hash of the answer's parts: equal answers have equal digests."""
    answer: tuple[str, ...] = ()
    """What was said, masked, a line each."""
    offered: tuple[str, ...] = ()
    """What could be tapped."""

    @property
    def label(self) -> str:
        """Best label, or empty."""
        return self.ranking[0][0] if self.ranking else ""

    @property
    def confidence(self) -> float:
        """Confidence of the best label, or 0."""
        return self.ranking[0][1] if self.ranking else 0.0

    @property
    def margin(self) -> float:
        """Distance between the two best confidences."""
        if len(self.ranking) < 2:
            return self.confidence
        return self.ranking[0][1] - self.ranking[1][1]

    def to_json(self) -> str:
        """Serialises the entry."""
        doc = {name: getattr(self, name) for name in _FIELDS}
        doc["at"] = self.at.isoformat()
        return json.dumps({"v": VERSION, **doc}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "LogEntry":
        """Reads a stored entry.

        Raises:
            RecordError: The text is not a version 1 entry.
        """
        try:
            doc = json.loads(text)
            version = doc.pop("v")
            if version != VERSION:
                raise RecordError(f"log entry: version {version!r} is unknown")
            doc["at"] = datetime.fromisoformat(doc["at"])
            doc["ranking"] = tuple((str(n), float(c)) for n, c in doc["ranking"])
            for name in ("facets", "actions", "parts", "answer", "offered"):
                doc[name] = tuple(doc.get(name, ()))
            return cls(**doc)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            raise RecordError(f"log entry is malformed: {err!r}") from err


_FIELDS = tuple(one.name for one in fields(LogEntry))


@dataclass(slots=True)
class TurnFacts:
    """What Rasa's events tell about one message."""

    parse: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""
    """What was understood; of a recording, what was recognised in it."""
    actions: list[str] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)

    def add(self, event: Mapping[str, Any]) -> None:
        """Takes one event in Rasa's JSON form."""
        kind = event.get("event")
        if kind == "user":
            self.parse = event.get("parse_data") or {}
        elif kind == "action" and event.get("name") != "action_listen":
            self.actions.append(str(event["name"]))
        elif kind == "slot":
            self.slots[str(event["name"])] = event.get("value")


def ranking_of(parse: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    """Returns the best labels of a parse, with rounded confidences."""
    return tuple(
        (str(entry["label"]), round(float(entry["confidence"]), 4))
        for entry in (parse.get("label_ranking") or ())[:RANKED]
    )
