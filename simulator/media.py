"""Pictures, voices and videos that either side uploaded, and the QR codes' tickets."""

import base64
import io
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import segno

from simulator.clock import Clock
from simulator.refusals import ApiRefusalError

MEDIA_LIFE = timedelta(days=3)
IMAGE_BYTES = 2 * 2**20
SIZE_LIMITS = {
    "voice": 2 * 2**20,
    "video": 10 * 2**20,
    "thumb": 64 * 2**10,
}
MEDIA_TYPES = {
    "image": {"image/png", "image/jpeg", "image/jpg", "image/gif"},
    "voice": {"audio/amr", "audio/mpeg", "audio/mp3", "application/octet-stream"},
    "video": {"video/mp4"},
    "thumb": {"image/jpeg", "image/jpg"},
}
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
"""One grey pixel, for a photo that nobody chose."""
MOST_EXPIRE_S = 2_592_000
DEFAULT_EXPIRE_S = 60
SCENE_CHARS = 64
LARGEST_PERMANENT_SCENE = 100_000
MOST_PERMANENT = 100_000


@dataclass(frozen=True, slots=True)
class Medium:
    """One file."""

    media_id: str
    kind: str
    media_type: str
    data: bytes
    created_at: datetime
    is_uploaded: bool
    """By the account; otherwise sent by a person."""


class MediaStore:
    """Temporary files; each is gone after three days of the simulated clock."""

    def __init__(
        self, clock: Clock, image_bytes: Callable[[], int] = lambda: IMAGE_BYTES
    ) -> None:
        """Starts empty; `image_bytes` tells how large a picture may be."""
        self._clock = clock
        self._image_bytes = image_bytes
        self._media: dict[str, Medium] = {}

    def put(
        self, data: bytes, kind: str, media_type: str, *, is_uploaded: bool
    ) -> Medium:
        """Keeps a file and names it."""
        name = secrets.token_urlsafe(48)
        now = self._clock.now()
        medium = Medium(name, kind, media_type, data, now, is_uploaded)
        self._media[name] = medium
        return medium

    def upload(self, data: bytes, kind: str, media_type: str) -> Medium:
        """Keeps a file of the account.

        Raises:
            ApiRefusalError: 40004 kind or type, 44002 empty, 45001 too large.
        """
        if kind not in MEDIA_TYPES or media_type not in MEDIA_TYPES[kind]:
            raise ApiRefusalError(40004)
        if not data:
            raise ApiRefusalError(44002)
        if len(data) > (SIZE_LIMITS.get(kind) or self._image_bytes()):
            raise ApiRefusalError(45001)
        return self.put(data, kind, media_type, is_uploaded=True)

    def get(self, media_id: str) -> Medium:
        """Returns a file.

        Raises:
            ApiRefusalError: 40007 unknown or older than three days.
        """
        medium = self._media.get(media_id)
        if medium is None or self._clock.now() - medium.created_at >= MEDIA_LIFE:
            raise ApiRefusalError(40007)
        return medium

    def uploaded_kind(self, media_id: str) -> str | None:
        """Returns the kind of a file that may stand in a message, else None."""
        try:
            medium = self.get(media_id)
        except ApiRefusalError:
            return None
        if medium.kind == "image" and medium.media_type == "image/gif":
            return "gif"
        return medium.kind


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code that leads to the account with a scene."""

    ticket: str
    scene: str
    url: str
    ends_at: datetime | None


class QrCodes:
    """The account's codes."""

    def __init__(self, clock: Clock) -> None:
        """Starts without codes."""
        self._clock = clock
        self._by_ticket: dict[str, QrCode] = {}
        self._permanent: dict[str, QrCode] = {}

    def create(self, values: dict[str, Any]) -> dict[str, Any]:
        """Makes a code; the same permanent scene gives the same ticket.

        Raises:
            ApiRefusalError: 40053 for anything that is not as documented.
        """
        action = str(values.get("action_name", ""))
        scene = _scene(action, values.get("action_info"))
        if action.startswith("QR_LIMIT"):
            code = self._permanent.get(scene) or self._new(scene, None)
            self._permanent[scene] = code
            if len(self._permanent) > MOST_PERMANENT:
                raise ApiRefusalError(45009)
            return {"ticket": code.ticket, "url": code.url}
        expire_s = values.get("expire_seconds", DEFAULT_EXPIRE_S)
        if not isinstance(expire_s, int) or not 0 < expire_s <= MOST_EXPIRE_S:
            raise ApiRefusalError(40053, "expire_seconds")
        code = self._new(scene, self._clock.now() + timedelta(seconds=expire_s))
        return {"ticket": code.ticket, "expire_seconds": expire_s, "url": code.url}

    def _new(self, scene: str, ends_at: datetime | None) -> QrCode:
        ticket = base64.b64encode(secrets.token_bytes(66)).decode()
        url = f"http://weixin.qq.com/q/{secrets.token_urlsafe(16)}"
        code = QrCode(ticket, scene, url, ends_at)
        self._by_ticket[ticket] = code
        return code

    def find(self, ticket: str) -> QrCode | None:
        """Returns a code that still works."""
        code = self._by_ticket.get(ticket)
        if code and code.ends_at and self._clock.now() >= code.ends_at:
            return None
        return code

    def for_scene(self, scene: str) -> QrCode:
        """Returns a working code of the scene, printing one if there is none."""
        if scene in self._permanent:
            return self._permanent[scene]
        for code in self._by_ticket.values():
            if code.scene == scene and self.find(code.ticket):
                return code
        return self._permanent.setdefault(scene, self._new(scene, None))


def _scene(action: str, info: object) -> str:
    scene = info.get("scene", {}) if isinstance(info, dict) else {}
    if not isinstance(scene, dict):
        raise ApiRefusalError(40053)
    if action in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE"):
        text = scene.get("scene_str")
        if not isinstance(text, str) or not 1 <= len(text) <= SCENE_CHARS:
            raise ApiRefusalError(40053, "scene_str")
        return text
    number = scene.get("scene_id")
    if action not in ("QR_SCENE", "QR_LIMIT_SCENE") or not isinstance(number, int):
        raise ApiRefusalError(40053)
    largest = LARGEST_PERMANENT_SCENE if "LIMIT" in action else 2**32 - 1
    if not 1 <= number <= largest:
        raise ApiRefusalError(40053, "scene_id")
    return str(number)


def picture(url: str) -> bytes:
    """Draws a QR code as PNG."""
    out = io.BytesIO()
    segno.make(url, error="m").save(out, kind="png", scale=8, border=4)
    return out.getvalue()
