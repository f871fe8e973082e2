"""Messages and events as the platform pushes them (protocol page, §2)."""

import hashlib
import itertools
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_msg_ids = itertools.count(24_000_000_000_000_000 + secrets.randbelow(10**15))


@dataclass(slots=True)
class Push:
    """One message or event on its way to the webhook."""

    person: str
    fields: dict[str, Any]
    msg_id: str
    """`MsgId`, or a name of our own for an event, which has none."""
    kind: str
    """`MsgType`, or the event's name in lower case."""
    is_event: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def allows_several_articles(self) -> bool:
        """Only events may be answered with more than one article."""
        return self.is_event


class PushBuilder:
    """Builds the pushes of one account."""

    def __init__(self, account: str) -> None:
        """Takes the id that stands in `ToUserName`."""
        self._account = account

    def message(self, person: str, kind: str, now: datetime, **fields: Any) -> Push:
        """Builds a message of a person, with a new `MsgId`."""
        msg_id = next(_msg_ids)
        head = self._head(person, kind, now)
        return Push(person, {**head, **fields, "MsgId": msg_id}, str(msg_id), kind)

    def event(self, person: str, event: str, now: datetime, **fields: Any) -> Push:
        """Builds an event; the platform gives it no id."""
        head = self._head(person, "event", now)
        name = f"event-{next(_msg_ids)}"
        whole = {**head, "Event": event, **fields}
        return Push(person, whole, name, event.lower(), is_event=True)

    def _head(self, person: str, kind: str, now: datetime) -> dict[str, Any]:
        return {
            "ToUserName": self._account,
            "FromUserName": person,
            "CreateTime": int(now.timestamp()),
            "MsgType": kind,
        }


def text_fields(content: str, menu_id: str = "") -> dict[str, Any]:
    """Fields of a text; a tapped quick reply carries its id."""
    fields: dict[str, Any] = {"Content": content}
    if menu_id:
        fields["bizmsgmenuid"] = int(menu_id) if menu_id.isdigit() else menu_id
    return fields


def place_info(latitude: float, longitude: float, label: str) -> dict[str, Any]:
    """Fields of the event before a place that a menu asked for; numbers are texts."""
    return {
        "Location_X": f"{latitude:.6f}",
        "Location_Y": f"{longitude:.6f}",
        "Scale": "15",
        "Label": label,
        "Poiname": "",
    }


def pictures_info(pictures: list[bytes]) -> dict[str, Any]:
    """Fields of the event before pictures that a menu asked for."""
    items = [
        {"PicMd5Sum": hashlib.md5(data).hexdigest()}  # noqa: S324 - the platform's
        for data in pictures
    ]
    return {"Count": len(items), "PicList": {"item": items}}
