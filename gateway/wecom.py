"""The webhook of the WeCom app: staff tap buttons of cards.

A tap is durable before it is acknowledged; the dispatcher acts on it and updates the
card. WeCom delivers three times, so nothing needs to be done here within its time.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime

import structlog
from aiohttp import web
from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import ACCEPTED_TTL_S, RedisKeys
from adapters.wechat.crypto import MessageCrypto
from adapters.wechat.documents import MAX_BODY_BYTES
from adapters.wechat.errors import (
    InvalidSignatureError,
    MalformedPushError,
    RefusedPushError,
)
from adapters.wechat.parse import parse_envelope
from adapters.wecom.callbacks import Callback, CardClick, parse_callback
from community.errors import StoreUnavailableError
from community.messages import log_id
from gateway.figures import Figures
from gateway.patience import patiently
from gateway.replays import ReplayGuard
from gateway.requests import read_body

logger = structlog.get_logger()
BUDGET_S = 4.0
"""Of the five seconds that WeCom waits."""

_PUT = """
-- KEYS accepted, staff_actions; ARGV ttl_s, entry
if redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) == false then return 0 end
redis.call('XADD', KEYS[2], '*', 'entry', ARGV[2])
return 1
"""

routes = web.RouteTableDef()


class WeComChannel:
    """Takes callbacks in."""

    def __init__(
        self,
        crypto: MessageCrypto,
        redis: Redis,
        keys: RedisKeys,
        *,
        replays: ReplayGuard,
        figures: Figures,
        now: Callable[[], datetime],
    ) -> None:
        """Binds what it works with; somebody else closes it."""
        self.crypto = crypto
        self.replays = replays
        self.figures = figures
        self.now = now
        self._keys = keys
        self._put = redis.register_script(_PUT)

    def open(self, request: web.Request, body: bytes) -> Callback:
        """Checks and reads a callback.

        Raises:
            RefusedPushError: It is not signed with our token.
            MalformedPushError: It is signed and cannot be read.
        """
        query = request.query
        try:
            encrypted = parse_envelope(body).encrypt
        except MalformedPushError as err:  # there is nothing that a signature covers
            raise InvalidSignatureError(str(err)) from err
        opened = self.crypto.decrypt(
            encrypted,
            query.get("msg_signature", ""),
            query.get("timestamp", ""),
            query.get("nonce", ""),
        )
        return parse_callback(opened.message)

    async def store(self, callback: Callback, timestamp: str, nonce: str) -> bool:
        """Puts what staff did on the stream `staff_actions`, once.

        Raises:
            ReplayedError: The signature came with another callback.
            StoreUnavailableError: Redis did not answer; nothing was stored.
        """
        entry = entry_of(callback)
        if entry is None:
            return False
        await self.replays.check_nonce(timestamp, nonce, callback.dedup_id)
        keys = [self._keys.accepted(callback.dedup_id), self._keys.staff_actions]
        async with translated_errors():
            return bool(await self._put(keys=keys, args=[ACCEPTED_TTL_S, entry]))


def entry_of(callback: Callback) -> str | None:
    """Returns an entry of `staff_actions`; `None` for what nobody acts on."""
    if not isinstance(callback, CardClick):
        return None
    return json.dumps(
        {
            "v": 1,
            "id": callback.dedup_id,
            "userid": callback.userid,
            "key": callback.event_key,
            "task": callback.task_id,
            "response_code": callback.response_code,
            "at": callback.created_at.isoformat(),
        }
    )


CHANNEL: "web.AppKey[WeComChannel]" = web.AppKey("wecom")


def channel_of(request: web.Request) -> WeComChannel:
    """Returns the channel.

    Raises:
        web.HTTPNotFound: There is no WeCom app.
    """
    channel = request.app.get(CHANNEL)
    if channel is None:
        raise web.HTTPNotFound
    return channel


@routes.get("/wecom")
async def verify(request: web.Request) -> web.Response:
    """Answers the console's check, which waits one second; no store is asked."""
    channel, query = channel_of(request), request.query
    try:
        opened = channel.crypto.decrypt(
            query.get("echostr", ""),
            query.get("msg_signature", ""),
            query.get("timestamp", ""),
            query.get("nonce", ""),
        )
    except (MalformedPushError, RefusedPushError) as err:
        logger.warning("wecom.verification.refused", reason=str(err))
        raise web.HTTPForbidden from err
    return web.Response(body=opened.message, content_type="text/plain")


@routes.post("/wecom")
async def receive(request: web.Request) -> web.Response:
    """Takes one delivery; an empty 200 means: stored, or no use in sending again.

    Raises:
        web.HTTPForbidden: It is not signed with our token, or replayed.
        web.HTTPServiceUnavailable: It was not stored; WeCom delivers it again.
    """
    channel = channel_of(request)
    arrived = asyncio.get_running_loop().time()
    body = await read_body(request, max_bytes=MAX_BODY_BYTES)
    timestamp, nonce = (request.query.get(k, "") for k in ("timestamp", "nonce"))
    pushes = channel.figures.pushes
    try:
        channel.replays.check_time(timestamp, channel.now())
        callback = channel.open(request, body)
        is_new = await patiently(
            lambda: channel.store(callback, timestamp, nonce), arrived + BUDGET_S
        )
    except MalformedPushError as err:
        # Signed, and unreadable: delivered again it would be no better.
        logger.warning("wecom.callback.malformed", reason=str(err))
        pushes.labels("wecom", "malformed").inc()
        return web.Response()
    except RefusedPushError as err:
        logger.warning("wecom.callback.refused", reason=str(err))
        pushes.labels("wecom", "refused_signature").inc()
        raise web.HTTPForbidden from err
    except StoreUnavailableError as err:
        logger.exception("wecom.callback.not_stored")
        pushes.labels("wecom", "not_stored").inc()
        raise web.HTTPServiceUnavailable from err
    pushes.labels("wecom", "stored" if is_new else "ignored").inc()
    logger.info("wecom.callback", staff=log_id(callback.userid), kind=callback.event)
    return web.Response()
