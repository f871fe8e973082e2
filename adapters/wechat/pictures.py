"""Uploads stored photos to WeChat, once in three days each."""

from collections.abc import Sequence
from typing import Protocol

import structlog
from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys
from adapters.wechat.errors import PermanentError
from community.blobs import IMAGE_TYPES, BlobStore, blob_of_url

logger = structlog.get_logger()
KEPT_S = 2 * 86_400
"""WeChat keeps an upload for three days."""


class Uploads(Protocol):
    """Where files go; see `adapters.wechat.client.WeChatClient`."""

    async def upload_media(self, data: bytes, media_type: str, kind: str) -> str:
        """Keeps a file for three days and returns its media id."""


class BlobPictures:
    """Implements `adapters.wechat.sender.Pictures` for `blob:` addresses."""

    def __init__(
        self, redis: Redis, keys: RedisKeys, blobs: BlobStore, uploads: Uploads
    ) -> None:
        """Uses a client that somebody else closes."""
        self._redis = redis
        self._keys = keys
        self._blobs = blobs
        self._uploads = uploads

    async def media(self, urls: Sequence[str]) -> dict[str, str]:
        """See the port; a picture that WeChat refuses is left out.

        Raises:
            WeChatError: Uploading failed for now.
            StoreUnavailableError: Redis or the blob store did not answer.
        """
        found: dict[str, str] = {}
        for url in urls:
            blob_id = blob_of_url(url)
            media_id = await self._media_id(blob_id) if blob_id else None
            if media_id:
                found[url] = media_id
        return found

    async def drop(self, urls: Sequence[str]) -> None:
        """See the port.

        Raises:
            StoreUnavailableError: Redis did not answer.
        """
        blob_ids = [blob_id for url in urls if (blob_id := blob_of_url(url))]
        if blob_ids:
            async with translated_errors():
                await self._redis.delete(*map(self._keys.uploaded, blob_ids))

    async def _media_id(self, blob_id: str) -> str | None:
        key = self._keys.uploaded(blob_id)
        async with translated_errors():
            known = await self._redis.get(key)
        if known:
            return str(known)
        blob = await self._blobs.get(blob_id)
        if blob is None or blob.media_type not in IMAGE_TYPES:
            return None
        try:
            media_id = await self._uploads.upload_media(
                blob.data, blob.media_type, "image"
            )
        except PermanentError as err:
            logger.warning("wechat.picture.refused", code=err.code, rid=err.rid)
            return None
        async with translated_errors():
            await self._redis.set(key, media_id, ex=KEPT_S)
        return media_id
