"""The reply record: what the assistant says, before any channel renders it.

Contract version 1, see `docs/contracts.md`. A reply is an ordered list of parts.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Union

from community.errors import RecordError

VERSION = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list with a title, such as the materials to bring."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be tapped, or chosen by its number or words."""

    title: str
    """What is shown, at most about 12 characters."""
    payload: str
    """What the worker receives; opaque to channels."""


@dataclass(frozen=True, slots=True)
class Choices:
    """At most three things to tap next."""

    prompt: str
    """May be empty."""
    items: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A page to open."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture to show."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Emergency:
    """Numbers to call; always the first part where it occurs."""

    rule: str
    """Id of the emergency rule."""
    call: tuple[str, ...]
    """Numbers in the order to try."""
    text: str
    """The first sentence, numbers included."""


Part = Union[Text, ItemList, Choices, Link, Image, Emergency]

_TYPES: dict[str, type[Any]] = {
    "text": Text,
    "list": ItemList,
    "choices": Choices,
    "link": Link,
    "image": Image,
    "emergency": Emergency,
}
_NAMES = {cls: name for name, cls in _TYPES.items()}


def part_to_doc(part: Part) -> dict[str, Any]:
    """Returns the JSON object of a part, with its `type`."""
    doc: dict[str, Any] = {"type": _NAMES[type(part)]}
    doc |= {name: getattr(part, name) for name in part.__slots__}
    if isinstance(part, Choices):
        doc["items"] = [{"title": c.title, "payload": c.payload} for c in part.items]
    return doc


def part_from_doc(doc: Any) -> Part:
    """Reads a part.

    Raises:
        RecordError: The type is unknown or a field is missing.
    """
    try:
        fields = dict(doc)
        cls = _TYPES[fields.pop("type")]
        if cls is Choices:
            fields["items"] = tuple(Choice(**item) for item in fields["items"])
        elif "items" in fields:
            fields["items"] = tuple(fields["items"])
        if "call" in fields:
            fields["call"] = tuple(fields["call"])
        part: Part = cls(**fields)
    except (KeyError, TypeError, ValueError) as err:
        raise RecordError(f"reply part is malformed: {err!r}") from err
    return part


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that the assistant says to one message."""

    in_reply_to: str
    """Id of the inbound message."""
    conversation: str
    parts: tuple[Part, ...]
    created_at: datetime
    """Aware UTC."""

    def to_json(self) -> str:
        """Serialises the record."""
        return json.dumps(
            {
                "v": VERSION,
                "in_reply_to": self.in_reply_to,
                "conversation": self.conversation,
                "parts": [part_to_doc(part) for part in self.parts],
                "created_at": self.created_at.isoformat(),
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> "Reply":
        """Reads a stored record.

        Raises:
            RecordError: The text is not a version 1 reply record.
        """
        try:
            doc = json.loads(text)
            if doc["v"] != VERSION:
                raise RecordError(f"reply record: version {doc['v']!r} is unknown")
            return cls(
                in_reply_to=doc["in_reply_to"],
                conversation=doc["conversation"],
                parts=tuple(part_from_doc(part) for part in doc["parts"]),
                created_at=datetime.fromisoformat(doc["created_at"]),
            )
        except (KeyError, TypeError, ValueError) as err:
            raise RecordError(f"reply record is malformed: {err!r}") from err


def as_plain_text(parts: Sequence[Part]) -> str:
    """Renders parts as text with numbered choices, for terminals and text channels."""
    lines: list[str] = []
    for part in parts:
        if isinstance(part, (Text, Emergency)):
            lines.append(part.text)
        elif isinstance(part, ItemList):
            lines.append(f"{part.title}：")
            lines += [f"· {item}" for item in part.items]
        elif isinstance(part, Choices):
            if part.prompt:
                lines.append(part.prompt)
            lines += [f"{n}. {c.title}" for n, c in enumerate(part.items, start=1)]
        elif isinstance(part, Link):
            lines.append(f"{part.title} {part.url}")
        else:
            lines.append(f"［图片：{part.alt}］")
    return "\n".join(lines)
