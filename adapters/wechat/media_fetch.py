"""Downloads photos and recordings that residents sent, before WeChat drops them."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

import structlog

from adapters.photos import MEDIA_TYPE, cleaned
from adapters.wechat.errors import PermanentError, WeChatError
from community.blobs import AUDIO_TYPES, BlobRefusedError, BlobStore
from community.errors import RecordError
from community.messages import log_id

logger = structlog.get_logger()
VERSION = 1
KEPT = timedelta(days=3)
"""How long WeChat keeps what a person sent. Source: protocol, media API."""
PAUSES = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 1_800))
"""Before each further try; the last one again and again."""


class Entry(Protocol):
    """One entry of a stream."""

    @property
    def id(self) -> str:
        """`<milliseconds>-<sequence>`."""

    @property
    def fields(self) -> Mapping[str, str]:
        """What it holds."""


class Downloads(Protocol):
    """Where the files are (`adapters.wechat.client.WeChatClient`)."""

    async def download_media(self, media_id: str) -> tuple[bytes, str]:
        """Returns a file and its media type."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A download that failed and is tried again."""

    n_failures: int
    at: datetime


class MediaFetcher:
    """Handles batches of the stream `media`."""

    def __init__(
        self, client: Downloads, blobs: BlobStore, *, now: Callable[[], datetime]
    ) -> None:
        """Binds the account, the store and a clock."""
        self._client = client
        self._blobs = blobs
        self._now = now
        self._waiting: dict[str, _Waiting] = {}

    async def fetch(self, batch: Sequence[Entry]) -> Collection[str]:
        """Stores files; returns the ids of entries that are finished.

        What fails for the moment is left and tried again later; what is gone, refused
        or no photo is finished without a file.

        Raises:
            StoreUnavailableError: The blobs cannot be written now.
        """
        finished: list[str] = []
        for entry in batch:
            waiting = self._waiting.get(entry.id)
            if waiting is not None and self._now() < waiting.at:
                continue
            if await self._is_done(entry):
                self._waiting.pop(entry.id, None)
                finished.append(entry.id)
        return finished

    async def _is_done(self, entry: Entry) -> bool:
        try:
            order = _order(entry)
            if await self._blobs.get(order["blob_id"]) is None:
                await self._store(order)
        except (BlobRefusedError, PermanentError, RecordError) as err:
            self._log("media.given_up", entry, err)
        except WeChatError as err:
            return self._later(entry, err)
        return True

    async def _store(self, order: Mapping[str, str]) -> None:
        data, media_type = await self._client.download_media(order["media_id"])
        if order["kind"] == "image":
            data, media_type = await cleaned(data), MEDIA_TYPE
        elif media_type not in AUDIO_TYPES:
            media_type = _audio_type(data)
        await self._blobs.put(data, media_type, blob_id=order["blob_id"])

    def _later(self, entry: Entry, err: WeChatError) -> bool:
        """Notes when to try again; `True` where the file is gone by then."""
        known = self._waiting.get(entry.id, _Waiting(0, self._now()))
        pause = PAUSES[min(known.n_failures, len(PAUSES) - 1)]
        at = self._now() + pause
        sent_at = datetime.fromtimestamp(
            int(entry.id.partition("-")[0]) / 1000, timezone.utc
        )
        if at - sent_at > KEPT:
            self._log("media.given_up", entry, err)
            return True
        self._waiting[entry.id] = _Waiting(known.n_failures + 1, at)
        self._log("media.delayed", entry, err)
        return False

    def _log(self, event: str, entry: Entry, err: Exception) -> None:
        logger.warning(event, entry=log_id(entry.id), error=f"{type(err).__name__}")


def _audio_type(data: bytes) -> str:
    """Returns the type of a recording whose type the platform does not say."""
    if data.startswith(b"#!AMR"):
        return "audio/amr"
    return "audio/mpeg" if data.startswith((b"ID3", b"\xff\xfb")) else "audio/speex"


def _order(entry: Entry) -> dict[str, Any]:
    try:
        doc: dict[str, Any] = json.loads(entry.fields["entry"])
        if doc["v"] != VERSION:
            raise RecordError(f"media order: version {doc['v']!r} is unknown")
        return {name: str(doc[name]) for name in ("media_id", "blob_id", "kind")}
    except (KeyError, TypeError, ValueError) as err:
        raise RecordError(f"media order is malformed: {err!r}") from err
