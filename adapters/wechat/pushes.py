"""What a person or the platform pushes to us, one class per kind."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from adapters.wechat.settings import Trigger

GRID_SCENE = re.compile(r"grid:([A-Za-z0-9_-]{1,59})")
"""Scene of a grid's QR code; a scene has at most 64 characters."""
SAYS = "say:"
"""A menu key that begins so is taken as if its rest had been written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What all pushes have."""

    trigger: ClassVar[Trigger | None] = None
    """What this push allows us to send, see `adapters.wechat.quota`."""

    account: str
    """`ToUserName`: our account, or the corporation."""
    openid: str
    """`FromUserName`: who sent it."""
    created_at: datetime
    """Aware UTC, whole seconds."""
    msg_id: str = ""
    """Empty for events."""
    is_json: bool = False
    """The account's format; the answer must have the same."""

    @property
    def dedup_id(self) -> str:
        """The same for every delivery of one push, and for no other push."""
        if self.msg_id:
            return f"m{self.msg_id}"
        seconds = str(int(self.created_at.timestamp()))
        parts = (self.openid, seconds, *self._distinction())
        joined = "\0".join(parts).encode()
        return f"e{hashlib.blake2s(joined, digest_size=16).hexdigest()}"

    def _distinction(self) -> tuple[str, ...]:
        """What tells two pushes of one person in one second apart."""
        return (type(self).__name__,)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPush(Push):
    """A text, or a tapped choice, which arrives as the text of the choice."""

    content: str
    menu_id: str = ""
    """`bizmsgmenuid` of a tapped choice. Anybody may write it: never trust it alone."""

    @property
    def trigger(self) -> Trigger:  # type: ignore[override]  # depends on the text
        """A tapped choice counts as a click: the official wording leaves it open."""
        return "click" if self.menu_id else "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePush(Push):
    """A picture."""

    trigger: ClassVar[Trigger | None] = "message"
    media_id: str
    pic_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicePush(Push):
    """A recording."""

    trigger: ClassVar[Trigger | None] = "message"
    media_id: str
    format: str = ""
    media_id_16k: str = ""
    """The better recording, where there is one."""
    recognition: str = ""
    """Always empty of late; not to be relied on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPush(Push):
    """A film."""

    trigger: ClassVar[Trigger | None] = "message"
    media_id: str
    thumb_media_id: str = ""
    is_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationPush(Push):
    """A place that the person sent, in GCJ-02."""

    trigger: ClassVar[Trigger | None] = "message"
    latitude: float
    longitude: float
    scale: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPush(Push):
    """A shared page."""

    trigger: ClassVar[Trigger | None] = "message"
    title: str = ""
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedPush(Push):
    """A message of a kind that WeChat or we do not know."""

    trigger: ClassVar[Trigger | None] = "message"
    msg_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPush(Push):
    """An event; kinds without a class of their own may be ignored."""

    event: str
    """Lower case."""
    key: str = ""
    """`EventKey`: key of a menu entry, page, path or scene."""

    def _distinction(self) -> tuple[str, ...]:
        return (self.event, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribePush(EventPush):
    """Somebody follows, perhaps by scanning a code."""

    trigger: ClassVar[Trigger | None] = "follow"

    @property
    def scene(self) -> str:
        """Scene of the scanned code, or empty."""
        prefix = "qrscene_"
        return self.key.removeprefix(prefix) if self.key.startswith(prefix) else ""

    @property
    def grid(self) -> str | None:
        """Grid of the scanned code."""
        return grid_of(self.scene)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribePush(EventPush):
    """Somebody unfollows: the data of this person must be deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPush(EventPush):
    """A follower scanned a code."""

    trigger: ClassVar[Trigger | None] = "scan"

    @property
    def scene(self) -> str:
        """Scene of the scanned code."""
        return self.key

    @property
    def grid(self) -> str | None:
        """Grid of the scanned code."""
        return grid_of(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionPush(EventPush):
    """Where the person is, sent by itself when the conversation is opened."""

    latitude: float
    longitude: float
    precision_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickPush(EventPush):
    """A menu entry was tapped."""

    trigger: ClassVar[Trigger | None] = "click"

    @property
    def says(self) -> str:
        """What the tap means as a text, or empty (`say:…` in the menu file)."""
        return self.key.removeprefix(SAYS) if self.key.startswith(SAYS) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCodePush(EventPush):
    """The menu's scanner read a code."""

    trigger: ClassVar[Trigger | None] = "click"
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateResultPush(EventPush):
    """What became of a template message."""

    job_id: str
    status: str
    """`success`, `failed:user block` or `failed: system failed`."""

    @property
    def is_delivered(self) -> bool:
        """Whether the person got it."""
        return self.status == "success"

    def _distinction(self) -> tuple[str, ...]:
        return (self.event, self.job_id)


@dataclass(frozen=True, slots=True)
class SubscriptionItem:
    """One template in a subscription event."""

    template_id: str
    status: str
    """`accept` or `reject`; after a sending the platform's word for its result."""
    job_id: str = ""
    error_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPush(EventPush):
    """Notifications were allowed, refused, or sent."""

    items: tuple[SubscriptionItem, ...]

    def _distinction(self) -> tuple[str, ...]:
        templates = [
            item.template_id + item.job_id + item.status for item in self.items
        ]
        return (self.event, *templates)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPush(EventPush):
    """The person withdrew consent, or closed the account at WeChat."""

    subject: str
    """Whose data it is about, an openid."""
    revoked: str = ""


def grid_of(scene: str) -> str | None:
    """Returns the grid's id where the scene is that of a grid's code."""
    match = GRID_SCENE.fullmatch(scene)
    return match.group(1) if match else None
