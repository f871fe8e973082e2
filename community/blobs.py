"""Blobs: photos and recordings, kept outside the database; the port that stores them."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from community.errors import CommunityError

MAX_BLOB_BYTES = 10 * 1024 * 1024
"""What a messenger lets a resident send; more is refused."""
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
AUDIO_TYPES = frozenset({"audio/amr", "audio/mpeg", "audio/speex"})
MEDIA_TYPES = IMAGE_TYPES | AUDIO_TYPES
"""What may be stored; anything else could be a page or a program."""
BLOB_SCHEME = "blob:"
_ID = re.compile(r"[0-9a-z]{16,64}")


class BlobRefusedError(CommunityError):
    """Raised when a blob is empty, too large or of a type that is not kept."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file."""

    data: bytes
    media_type: str


class BlobStore(Protocol):
    """Stores files durably; every call may be repeated."""

    async def put(
        self, data: bytes, media_type: str, *, blob_id: str | None = None
    ) -> str:
        """Stores a file and returns its id.

        Args:
            data: The file.
            media_type: One of `MEDIA_TYPES`.
            blob_id: Where the id had to be known before the file; without it, a
                random one that nobody can guess.

        Raises:
            BlobRefusedError: The file may not be stored; trying again is no use.
            StoreUnavailableError: It could not be written; nothing was stored.
        """

    async def get(self, blob_id: str) -> Blob | None:
        """Returns a file, `None` for an unknown or malformed id.

        Raises:
            StoreUnavailableError: The store did not answer.
        """

    async def delete(self, blob_id: str) -> None:
        """Removes a file; an unknown id changes nothing.

        Raises:
            StoreUnavailableError: The store did not answer.
        """

    async def renew(self, blob_id: str) -> bool:
        """Makes a file count as written now; `False` where there is none.

        Raises:
            StoreUnavailableError: The store did not answer.
        """

    async def stored_before(self, at: datetime) -> Collection[str]:
        """Returns the ids of files written before an instant, aware UTC.

        Raises:
            StoreUnavailableError: The store did not answer.
        """


def blob_url(blob_id: str) -> str:
    """Returns how a reply's image names a stored file; channels fetch it themselves."""
    return f"{BLOB_SCHEME}{blob_id}"


def blob_of_url(url: str) -> str | None:
    """Returns the id of a stored file, `None` for any other address."""
    blob_id = url.removeprefix(BLOB_SCHEME)
    return blob_id if url.startswith(BLOB_SCHEME) and is_blob_id(blob_id) else None


def is_blob_id(text: str) -> bool:
    """Tells whether a text has the shape of an id; anything else is never looked up."""
    return _ID.fullmatch(text) is not None


def wechat_blob_id(media_id: str) -> str:
    """Returns the id that a WeChat media file will have, before it is downloaded."""
    return hashlib.blake2s(f"wechat:{media_id}".encode(), digest_size=20).hexdigest()


def check_blob(data: bytes, media_type: str) -> None:
    """Refuses what no store may keep.

    Raises:
        BlobRefusedError: It is empty, too large or of another type.
    """
    if not data:
        raise BlobRefusedError("blob: it is empty")
    if len(data) > MAX_BLOB_BYTES:
        raise BlobRefusedError(
            f"blob: {len(data)} bytes are more than {MAX_BLOB_BYTES}"
        )
    if media_type not in MEDIA_TYPES:
        raise BlobRefusedError(f"blob: {media_type!r} is not kept")
