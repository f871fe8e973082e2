"""Decides what each push of WeChat is for us: a message, an event, or nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Union

from adapters.wechat.pushes import (
    ClickPush,
    ImagePush,
    LinkPush,
    LocationPush,
    Push,
    ScanCodePush,
    ScanPush,
    SubscribePush,
    SubscriptionPush,
    TemplateResultPush,
    TextPush,
    UnsupportedPush,
    VideoPush,
    VoicePush,
    grid_of,
)
from community.blobs import wechat_blob_id
from community.emergencies.detection import detect
from community.messages import MAX_TEXT_CHARS, EventName, Inbound, Kind
from gateway.texts import clean_text

CHANNEL = "wechat"
SENT = "subscribe_msg_sent_event"
ACCEPTED = "accept"


@dataclass(frozen=True, slots=True)
class MediaOrder:
    """A file that must be downloaded before the platform drops it, in three days."""

    media_id: str
    blob_id: str
    kind: str
    """`image` or `voice`."""

    def fields(self) -> dict[Any, Any]:
        """Returns the entry of the stream `media` (`docs/contracts.md`)."""
        document = {
            "v": 1,
            "media_id": self.media_id,
            "blob_id": self.blob_id,
            "kind": self.kind,
        }
        return {"entry": json.dumps(document)}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of a message that WeChat took some time ago."""

    job: str
    """WeChat's id of the message."""
    failure: str
    """Why it did not arrive; empty where it did."""
    person: str = ""
    """Conversation it went to, where WeChat may have given no id to the sender."""

    def fields(self, now: datetime) -> dict[Any, Any]:
        """Returns the entry of the stream `delivery_reports` (`docs/contracts.md`)."""
        return {
            "v": "1",
            "job": self.job,
            "failure": self.failure,
            "person": self.person,
            "at": now.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Permission:
    """A person allowed notifications: what was held for want of it may go out."""

    conversation: str

    def fields(self, now: datetime) -> dict[Any, Any]:
        """Returns the entry of the stream `delivery_reports` (`docs/contracts.md`)."""
        return {
            "v": "1",
            "job": "",
            "failure": "",
            "allowed_by": self.conversation,
            "at": now.isoformat(),
        }


Report = Union[DeliveryReport, Permission]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a push puts into the mailbox."""

    inbound: Inbound
    media: MediaOrder | None = None


@dataclass(frozen=True, slots=True)
class _Content:
    kind: Kind
    text: str = ""
    extra: dict[str, Any] | None = None
    media: MediaOrder | None = None


def conversation_of(openid: str) -> str:
    """Returns the conversation of a follower."""
    return f"{CHANNEL}:{openid}"


def reports_of(push: Push) -> tuple[Report, ...]:
    """Returns what a push tells of messages and permissions; most tell nothing."""
    if isinstance(push, TemplateResultPush):
        failure = "" if push.is_delivered else push.status or "failed"
        return (DeliveryReport(push.job_id, failure[:200]),)
    if not isinstance(push, SubscriptionPush):
        return ()
    if push.event != SENT:
        is_allowed = any(item.status == ACCEPTED for item in push.items)
        return (Permission(conversation_of(push.openid)),) if is_allowed else ()
    return tuple(
        DeliveryReport(
            item.job_id,
            f"{item.error_code} {item.status}"[:200] if item.error_code else "",
            person=conversation_of(push.openid),
        )
        for item in push.items
        if item.job_id
    )


def take(push: Push, *, instance: str, now: datetime) -> Taken | None:
    """Returns what is stored for a push; `None` where nothing is said to it.

    Args:
        push: As parsed.
        instance: Name of this gateway, which waits for the answer.
        now: When it came in, aware UTC.
    """
    read = _READERS.get(type(push))
    content = read(push) if read is not None else None
    if content is None:
        return None
    is_said = content.kind in (Kind.TEXT, Kind.VOICE)
    conversation = conversation_of(push.openid)
    inbound = Inbound(
        id=f"{conversation}:{push.dedup_id}",
        conversation=conversation,
        channel=CHANNEL,
        kind=content.kind,
        text=content.text,
        received_at=now,
        reply_to=instance,
        urgent=is_said and detect(content.text) is not None,
        extra=content.extra or {},
    )
    return Taken(inbound, content.media)


def _text(push: TextPush) -> _Content:
    """A tapped choice is its words: the id beside it is not signed by anybody."""
    text = clean_text(push.content)[:MAX_TEXT_CHARS]
    return _Content(Kind.TEXT, text) if text else _unsupported("empty")


def _click(push: ClickPush) -> _Content | None:
    text = clean_text(push.says)[:MAX_TEXT_CHARS]
    return _Content(Kind.TEXT, text) if text else None


def _image(push: ImagePush) -> _Content:
    order = _order(push.media_id, "image")
    return _Content(Kind.IMAGE, "", {"photo": order.blob_id}, order)


def _voice(push: VoicePush) -> _Content:
    order = _order(push.media_id_16k or push.media_id, "voice")
    text = clean_text(push.recognition)[:MAX_TEXT_CHARS]
    return _Content(Kind.VOICE, text, {"recording": order.blob_id}, order)


def _order(media_id: str, kind: str) -> MediaOrder:
    return MediaOrder(media_id, wechat_blob_id(media_id), kind)


def _location(push: LocationPush) -> _Content:
    extra = {"latitude": push.latitude, "longitude": push.longitude}
    return _Content(Kind.LOCATION, clean_text(push.label)[:200], extra)


def _link(push: LinkPush) -> _Content:
    return _unsupported("link", clean_text(f"{push.title} {push.url}")[:500])


def _video(push: VideoPush) -> _Content:
    return _unsupported("video")


def _other(push: UnsupportedPush) -> _Content:
    return _unsupported("other")


def _unsupported(what: str, text: str = "") -> _Content:
    return _Content(
        Kind.EVENT, EventName.UNSUPPORTED.value, {"what": what, "text": text}
    )


def _subscribe(push: SubscribePush) -> _Content:
    return _Content(Kind.EVENT, EventName.SUBSCRIBE.value, {"grid": push.grid})


def _scan(push: ScanPush) -> _Content:
    return _Content(Kind.EVENT, EventName.SCAN.value, {"grid": push.grid})


def _scan_code(push: ScanCodePush) -> _Content | None:
    """The menu's scanner: our own codes bind; WeChat waits for words only with one kind."""
    grid = grid_of(push.result)
    if grid is not None:
        return _Content(Kind.EVENT, EventName.SCAN.value, {"grid": grid})
    return _unsupported("code") if push.event == "scancode_waitmsg" else None


_READERS: dict[type[Push], Callable[[Any], _Content | None]] = {
    TextPush: _text,
    ClickPush: _click,
    ImagePush: _image,
    VoicePush: _voice,
    LocationPush: _location,
    LinkPush: _link,
    VideoPush: _video,
    UnsupportedPush: _other,
    SubscribePush: _subscribe,
    ScanPush: _scan,
    ScanCodePush: _scan_code,
}
"""Kinds without a reader are answered with `success`: opened pages, positions sent by
the phone itself, results of sendings, photos announced before they come."""
