"""Tells other systems about ticket events, signed so that they can trust it."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.public_addresses import InnerAddressError, is_inner_host
from community.errors import RecordError, StoreUnavailableError
from community.outbox import DeliveryState, Outgoing, SendResult

TIMEOUT_S = 10.0
RETRIED = frozenset({408, 425, 429})
"""Besides all 5xx."""
MAX_WAIT_S = 3_600.0

FindTarget = Callable[[str], Awaitable[tuple[str, str] | None]]
"""Returns address and secret of a webhook; `None` once it has ended."""


class WebhookSender:
    """Implements `community.outbox.Sender` for `Channel.WEBHOOK`.

    Redirections are not followed, and inner addresses not called.

    Headers: `X-Yunxiaolu-Id` (the same for every try of a message, to recognise
    repeats), `X-Yunxiaolu-Timestamp` (Unix seconds) and `X-Yunxiaolu-Signature`:
    `sha256=` and the HMAC-SHA256 of timestamp, a dot and the body.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        find_target: FindTarget,
        now: Callable[[], datetime],
        *,
        allows_inner: bool = False,
    ) -> None:
        """Uses a session that somebody else closes.

        Args:
            session: Of `adapters.public_addresses`, which checks what names lead to.
            find_target: Finds address and secret.
            now: Clock, aware UTC.
            allows_inner: For development: also this machine and inner networks.
        """
        self._session = session
        self._allows_inner = allows_inner
        self._find_target = find_target
        self._now = now

    async def send(self, message: Outgoing, *, attempt: int) -> SendResult:
        """See the port."""
        try:
            target = await self._find_target(message.recipient)
        except StoreUnavailableError as err:
            return _later(str(err))
        except RecordError as err:
            return SendResult(DeliveryState.PERMANENT_FAILURE, error=str(err))
        if target is None:
            return SendResult(
                DeliveryState.PERMANENT_FAILURE, error="the webhook has ended"
            )
        url, secret = target
        if not self._allows_inner and is_inner_host(urlsplit(url).hostname or ""):
            error = "the address leads to an inner network"
            return SendResult(DeliveryState.PERMANENT_FAILURE, error=error)
        body = body_of(message)
        timestamp = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Yunxiaolu-Id": message.key,
            "X-Yunxiaolu-Attempt": str(attempt),
            "X-Yunxiaolu-Timestamp": timestamp,
            "X-Yunxiaolu-Signature": signature(secret, timestamp, body),
        }
        try:
            async with self._session.post(
                url,
                data=body,
                headers=headers,
                allow_redirects=False,  # an address was checked, not where it points
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
            ) as answer:
                return _result(answer.status, answer.headers.get("Retry-After", ""))
        except asyncio.TimeoutError:
            return _later(f"no answer within {TIMEOUT_S:g} s")
        except aiohttp.ClientConnectorError as err:
            # Names may be mended; each try is checked again.
            is_inner = isinstance(err.os_error, InnerAddressError)
            return _later(str(err.os_error) if is_inner else type(err).__name__)
        except (aiohttp.ClientError, OSError, ValueError) as err:
            return _later(type(err).__name__)


def body_of(message: Outgoing) -> bytes:
    """Returns what is posted: the payload and the id of the message."""
    document: dict[str, Any] = {"id": message.key, **message.payload}
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Returns the value of the signature header."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _result(status: int, retry_after: str) -> SendResult:
    if 200 <= status < 300:
        return SendResult(DeliveryState.DELIVERED, via="webhook")
    if status == 410:
        return SendResult(DeliveryState.PERMANENT_FAILURE, error="HTTP 410: gone")
    if status >= 500 or status in RETRIED:
        wait_s = float(retry_after) if retry_after.isdigit() else 0.0
        return _later(f"HTTP {status}", min(wait_s, MAX_WAIT_S) or None)
    return SendResult(DeliveryState.PERMANENT_FAILURE, error=f"HTTP {status}")


def _later(error: str, retry_after_s: float | None = None) -> SendResult:
    return SendResult(
        DeliveryState.TEMPORARY_FAILURE, error=error, retry_after_s=retry_after_s
    )
