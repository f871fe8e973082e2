"""Long answers that have a page of their own, kept for some days under a signed name.

The name holds a hash of the message, an end and a signature, and nothing of the
person; the page holds the parts of the answer and nothing else.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys, message_mark
from adapters.sealing import derived_keys
from community.errors import NotFoundError, RecordError
from community.replies import Part, part_from_doc, part_to_doc

VERSION = 1
PATH = "/a/"
MARK_BYTES, END_BYTES, MAC_BYTES = 16, 5, 15
NAME_CHARS = 48
"""Of 36 bytes in URL-safe base64, so that none is left over."""


class RedisAnswerPages:
    """Keeps answers for the page that shows the whole of them."""

    def __init__(
        self, redis: Redis, keys: RedisKeys, field_key: str, *, days: int
    ) -> None:
        """Uses a client that somebody else closes.

        Args:
            redis: Client with `decode_responses=True`.
            keys: Key registry.
            field_key: FIELD_KEY, which signs names; older ones stay valid in it.
            days: How long a page can be opened.

        Raises:
            ConfigurationError: FIELD_KEY is missing or too short.
        """
        self._redis = redis
        self._keys = keys
        self._signing_keys = derived_keys(field_key, purpose="answer-page")
        self._life = timedelta(days=days)

    async def keep(self, message_id: str, parts: Sequence[Part], now: datetime) -> str:
        """Keeps an answer and returns the path of its page; a repeat extends its life.

        Raises:
            StoreUnavailableError: Redis did not answer; there is no page.
        """
        document = {"v": VERSION, "parts": [part_to_doc(part) for part in parts]}
        async with translated_errors():
            await self._redis.set(
                self._keys.answer_page(message_id),
                json.dumps(document, ensure_ascii=False),
                ex=self._life,
            )
        end_s = int((now + self._life).timestamp())
        named = bytes.fromhex(message_mark(message_id)) + end_s.to_bytes(
            END_BYTES, "big"
        )
        mac = _mac(self._signing_keys[0], named)
        return PATH + base64.urlsafe_b64encode(named + mac).decode()

    async def open(self, name: str, now: datetime) -> tuple[Part, ...] | None:
        """Returns an answer; `None` where its time is over or its person forgotten.

        Args:
            name: What follows `PATH`.
            now: Aware UTC.

        Raises:
            NotFoundError: We never made such a name.
            StoreUnavailableError: Redis did not answer.
        """
        named = self._verified(name)
        if int.from_bytes(named[MARK_BYTES:], "big") <= now.timestamp():
            return None
        key = self._keys.answer_page_of(named[:MARK_BYTES].hex())
        async with translated_errors():
            text = await self._redis.get(key)
        return None if text is None else _parts(text)

    def _verified(self, name: str) -> bytes:
        try:
            raw = base64.b64decode(name.encode("ascii"), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError) as err:
            raise NotFoundError("no such page") from err
        if len(name) != NAME_CHARS:
            raise NotFoundError("no such page")
        named, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        if not any(
            hmac.compare_digest(mac, _mac(key, named)) for key in self._signing_keys
        ):
            raise NotFoundError("no such page")
        return named


def _mac(key: bytes, named: bytes) -> bytes:
    return hashlib.blake2b(named, key=key, digest_size=MAC_BYTES).digest()


def _parts(text: str) -> tuple[Part, ...]:
    document = json.loads(text)
    if document.get("v") != VERSION:
        raise RecordError(f"answer page: version {document.get('v')!r} is unknown")
    return tuple(part_from_doc(doc) for doc in document["parts"])
