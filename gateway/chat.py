"""The web chat's API: a session cookie, messages in, a stream of events out."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from aiohttp import web

from adapters.redis_conversations import RedisConversations
from adapters.redis_history import ChatEvent
from community.blobs import blob_of_url
from community.emergencies.detection import detect
from community.errors import (
    CommunityError,
    MailboxFullError,
    StoreUnavailableError,
)
from community.messages import MAX_TEXT_CHARS, Inbound, Kind
from community.replies import Part, part_to_doc
from gateway.keys import (
    CATALOG,
    CONVERSATIONS,
    COOKIE_SECURE,
    COOKIES,
    FIGURES,
    FORGETTING,
    LIVE,
    MESSAGE_LIMIT,
    SESSION_LIMIT,
    TRUSTED_PROXY,
)
from gateway.requests import caller_of
from gateway.residents import COOKIE, COOKIE_MAX_AGE_S, ResidentCookies
from gateway.texts import clean_text

CHANNEL = "web"
MAX_BODY_BYTES = 32_768
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
STREAM_ID = re.compile(r"\d{1,20}-\d{1,20}")
KEEP_ALIVE_S = 15.0
URGENT_WAIT_S = 4.0
HISTORY = 100
PHOTO_PATH = "/api/chat/photos/"
routes = web.RouteTableDef()


def problem(status: int, code: str, detail: str) -> web.HTTPException:
    """Builds an RFC 9457 answer that a page can show to a resident."""
    cls = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        404: web.HTTPNotFound,
        415: web.HTTPUnsupportedMediaType,
        429: web.HTTPTooManyRequests,
        503: web.HTTPServiceUnavailable,
    }[status]
    return cls(
        text=json.dumps({"type": code, "detail": detail}, ensure_ascii=False),
        content_type="application/problem+json",
    )


def conversation_of(request: web.Request) -> str:
    """Returns the conversation of the request's cookie.

    Raises:
        web.HTTPUnauthorized: No valid cookie; the page must open a session.
    """
    resident = request.app[COOKIES].open(request.cookies.get(COOKIE))
    if resident is None:
        raise problem(401, "no_session", "请刷新页面再试。")
    return f"{CHANNEL}:{resident}"


@routes.post("/api/chat/session")
async def open_session(request: web.Request) -> web.Response:
    """Gives a new resident a cookie; an existing one is kept."""
    cookies = request.app[COOKIES]
    resident = cookies.open(request.cookies.get(COOKIE))
    if resident is None:
        caller = caller_of(request, request.app[TRUSTED_PROXY])
        if not await request.app[SESSION_LIMIT].allows(f"session:{caller}"):
            raise problem(429, "too_many_sessions", "访问太频繁，请过一会儿再试。")
        resident = cookies.new_id()
    response = web.json_response({"ok": True})
    response.set_cookie(
        COOKIE,
        cookies.seal(resident),
        max_age=COOKIE_MAX_AGE_S,
        httponly=True,
        secure=request.app[COOKIE_SECURE],
        samesite="Strict",
        path="/",
    )
    return response


@routes.post("/api/chat/messages")
async def post_message(request: web.Request) -> web.Response:
    """Stores a message durably, then acknowledges it; a repeat changes nothing."""
    conversation = conversation_of(request)
    body = await read_json(request)
    inbound = (
        read_photo_message(body, conversation, request.app[COOKIES])
        if isinstance(body, dict) and "photo" in body
        else read_message(body, conversation)
    )
    figures = request.app[FIGURES].messages
    try:
        await take_in(request, inbound)
    except (MailboxFullError, StoreUnavailableError) as err:
        figures.labels("refused").inc()
        raise refusal(request, inbound, err) from err
    figures.labels("stored").inc()
    emergency = await urgent_answer(request, inbound) if inbound.urgent else None
    return web.json_response({"id": inbound.id, "emergency": emergency}, status=202)


async def take_in(request: web.Request, inbound: Inbound) -> None:
    """Stores a message within the limits.

    Raises:
        MailboxFullError: The person writes faster than can be answered.
        StoreUnavailableError: Redis did not answer; nothing was stored.
    """
    bucket = f"message:{inbound.conversation}"
    if not await request.app[MESSAGE_LIMIT].allows(bucket):
        raise MailboxFullError("too many messages in a minute")
    await request.app[CONVERSATIONS].accept(inbound)


def refusal(
    request: web.Request, inbound: Inbound, err: CommunityError
) -> web.HTTPException:
    """Builds the answer to a message that could not be taken in.

    Even then an emergency gets the number to call, and first.
    """
    if isinstance(err, MailboxFullError):
        status, code, detail = 429, "too_fast", "您发得太快了，我一句一句来，请稍等。"
    else:
        status, code = 503, "unavailable"
        detail = "系统正忙，您的话还没收到，请再发一次。"
    rule = detect(inbound.text) if inbound.urgent else None
    if rule is not None:
        detail = request.app[CATALOG]().emergency(rule, inbound.text).text + detail
    return problem(status, code, detail)


async def read_json(request: web.Request) -> Any:
    """Reads a JSON body.

    Raises:
        web.HTTPBadRequest: It is not JSON in UTF-8.
    """
    if request.content_type != "application/json":
        raise problem(400, "not_json", "请求格式不对。")
    try:
        return json.loads(await request.read())
    except (ValueError, UnicodeDecodeError) as err:
        raise problem(400, "not_json", "请求格式不对。") from err


def read_message(body: Any, conversation: str) -> Inbound:
    """Checks a posted message and builds its inbound record.

    Raises:
        web.HTTPBadRequest: A field is missing, malformed or empty.
    """
    if not isinstance(body, dict):
        raise problem(400, "bad_message", "请求格式不对。")
    client_id, text, choice = (body.get(k) for k in ("client_id", "text", "choice"))
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        raise problem(400, "bad_client_id", "请求格式不对。")
    if not isinstance(text, str) or not (choice is None or isinstance(choice, str)):
        raise problem(400, "bad_message", "请求格式不对。")
    clean = clean_text(text)
    if not clean:
        raise problem(400, "empty", "您还没有写字呢。")
    if choice is not None and len(choice) > MAX_TEXT_CHARS:
        raise problem(400, "bad_choice", "请求格式不对。")
    return Inbound(
        id=f"{conversation}:{client_id}",
        conversation=conversation,
        channel=CHANNEL,
        kind=Kind.TEXT if choice is None else Kind.CHOICE,
        text=clean[:MAX_TEXT_CHARS],
        choice=choice,
        received_at=datetime.now(timezone.utc),
        urgent=choice is None and detect(clean) is not None,
    )


def read_photo_message(
    body: dict[str, Any], conversation: str, cookies: ResidentCookies
) -> Inbound:
    """Checks a posted photo and builds its inbound record.

    Raises:
        web.HTTPBadRequest: A field is malformed, or the photo is somebody else's.
    """
    client_id, token = body.get("client_id"), body.get("photo")
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        raise problem(400, "bad_client_id", "请求格式不对。")
    photo = cookies.open_photo(conversation, token) if isinstance(token, str) else None
    if photo is None:
        raise problem(400, "bad_photo", "照片没传上来，请再传一次。")
    return Inbound(
        id=f"{conversation}:{client_id}",
        conversation=conversation,
        channel=CHANNEL,
        kind=Kind.IMAGE,
        text="",
        received_at=datetime.now(timezone.utc),
        extra={"photo": photo},
    )


async def urgent_answer(request: web.Request, inbound: Inbound) -> Any:
    """Waits shortly for the worker; without it, the gateway says whom to call."""
    conversations = request.app[CONVERSATIONS]
    with request.app[LIVE].watch(inbound.conversation) as grown:
        deadline = asyncio.get_running_loop().time() + URGENT_WAIT_S
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            if await conversations.stored_reply(inbound.id) is not None:
                return None
            grown.clear()
            try:
                await asyncio.wait_for(grown.wait(), left)
            except asyncio.TimeoutError:
                break
    rule = detect(inbound.text)
    if rule is None:
        return None
    return part_to_doc(request.app[CATALOG]().emergency(rule, inbound.text))


@routes.get("/api/chat/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Streams the conversation as server-sent events, from `Last-Event-ID` on.

    Raises:
        web.HTTPServiceUnavailable: Redis is down; browsers come back by themselves.
    """
    conversation = conversation_of(request)
    last = request.headers.get("Last-Event-ID", request.query.get("after", "-"))
    if not STREAM_ID.fullmatch(last):
        last = "-"
    conversations = request.app[CONVERSATIONS]
    first = await conversations.history(conversation, after=last, count=HISTORY)
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    cookies = request.app[COOKIES]
    await response.prepare(request)
    # A closed page is the usual end of a stream, not an error.
    with (
        suppress(ConnectionError),
        request.app[FIGURES].streams.track_inprogress(),
        request.app[LIVE].watch(conversation) as grown,
    ):
        await response.write(b"retry: 1000\n\n")
        while True:
            for event in first:
                last = event.id
                await response.write(encode_event(event, conversation, cookies))
            grown.clear()
            first = await more(conversations, conversation, last)
            if first:
                continue
            try:
                await asyncio.wait_for(grown.wait(), KEEP_ALIVE_S)
            except asyncio.TimeoutError:
                await response.write(b": keep\n\n")
    return response


async def more(
    conversations: RedisConversations, conversation: str, last: str
) -> list[ChatEvent]:
    """Returns what came after `last`; an empty chat starts at its beginning."""
    after = "0-0" if last == "-" else last
    return await conversations.history(conversation, after=after, count=HISTORY)


def encode_event(
    event: ChatEvent, conversation: str, cookies: ResidentCookies
) -> bytes:
    """Encodes one chat event in the server-sent events format.

    News that came into the conversation say nothing themselves: their reply does.
    """

    def address(photo: str) -> str:
        return PHOTO_PATH + cookies.seal_photo(conversation, photo)

    doc: dict[str, Any]
    if event.inbound is not None:
        if event.inbound.kind is Kind.EVENT:
            return b""
        doc = {
            "side": "resident",
            "id": event.inbound.id.rsplit(":", 1)[-1],
            "text": event.inbound.text,
            "at": event.inbound.received_at.isoformat(),
        }
        if event.inbound.kind is Kind.IMAGE:
            doc["photo"] = address(event.inbound.extra["photo"])
    elif event.reply is not None:
        doc = {
            "side": "assistant",
            "id": event.reply.in_reply_to.rsplit(":", 1)[-1],
            "parts": [_shown(part, address) for part in event.reply.parts],
            "at": event.reply.created_at.isoformat(),
        }
    else:
        return b""
    data = json.dumps(doc, ensure_ascii=False)
    return f"id: {event.id}\ndata: {data}\n\n".encode()


def _shown(part: Part, address: Callable[[str], str]) -> dict[str, Any]:
    """Returns a part for the page; a stored photo gets an address of this session."""
    doc = part_to_doc(part)
    photo = blob_of_url(doc["url"]) if doc["type"] == "image" else None
    return doc if photo is None else {**doc, "url": address(photo)}


@routes.delete("/api/chat/me")
async def forget_me(request: web.Request) -> web.Response:
    """Deletes this resident's dialogue and identity, and ends the session."""
    forgetting, conversation = request.app[FORGETTING], conversation_of(request)
    await forgetting.ask(conversation, f"{conversation}:#deletion")
    await forgetting.forget(conversation)
    response = web.json_response({"ok": True})
    response.del_cookie(COOKIE, path="/")
    return response


@web.middleware
async def store_errors(request: web.Request, handler: Any) -> web.StreamResponse:
    """Turns an unavailable store into an answer that asks to try again."""
    try:
        response: web.StreamResponse = await handler(request)
    except StoreUnavailableError as err:
        raise problem(
            503, "unavailable", "系统正忙，您的话还没收到，请再发一次。"
        ) from err
    return response
