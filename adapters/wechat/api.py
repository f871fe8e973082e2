"""Calls of the platforms' HTTP APIs: time-outs, tokens, typed errors, logs.

Errors come with status 200 and an `errcode`. Neither logs nor exceptions hold an
address with its query, because the token stands there.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import structlog

from adapters.wechat.errors import (
    ConfigurationAlarm,
    OutcomeUnknownError,
    PermanentError,
    TemporaryError,
    TokenRefusedError,
    WeChatError,
    error_of,
)
from adapters.wechat.tokens import TokenSource

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3, sock_connect=3)
MEDIA_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=3, sock_connect=3)
MAX_ANSWER_BYTES = 1024 * 1024
MAX_MEDIA_BYTES = 12 * 1024 * 1024
"""Films may have 10 MB."""
_CHUNK_BYTES = 64 * 1024
ORDINARY = frozenset({45080, 45081})
"""The sign that somebody types comes too late, or is shown already: no failure."""

log = structlog.get_logger()

T = TypeVar("T")
Classify = Callable[[Mapping[str, Any], str], "WeChatError | None"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent back."""

    body: bytes
    content_type: str

    def document(self, call: str) -> dict[str, Any]:
        """Reads a JSON object.

        Raises:
            TemporaryError: It is none, as when a proxy answers in the server's place.
        """
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise TemporaryError(0, "", f"{call}: the answer is not a JSON object")
        return document


class PlatformApi:
    """One server with its token, for WeChat and for WeCom."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        tokens: TokenSource,
        *,
        classify: Classify = error_of,
    ) -> None:
        """Uses a session that somebody else closes."""
        self._session = session
        self._base_url = base_url
        self._tokens = tokens
        self._classify = classify

    async def post(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Calls with a JSON object and returns the answer.

        Raises:
            WeChatError: Typed by what to do about it.
            StoreUnavailableError: The shared token could not be read.
        """
        return await self._json("POST", path, {}, data=as_json(document), headers=_JSON)

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """Calls without a body and returns the answer; errors as of `post`."""
        return await self._json("GET", path, query)

    async def upload(
        self, path: str, name: str, data: bytes, content_type: str, **query: str
    ) -> dict[str, Any]:
        """Sends a file as the form field `media`; errors as of `post`."""

        # A form can be sent once, and a refused token asks for it again.
        def form() -> aiohttp.FormData:
            fields = aiohttp.FormData()
            fields.add_field("media", data, filename=name, content_type=content_type)
            return fields

        return await self._json("POST", path, query, form=form, timeout=MEDIA_TIMEOUT)

    async def download(self, path: str, **query: str) -> Answer:
        """Fetches a file; errors as of `post`, though they come as text."""

        async def once(token: str) -> Answer:
            answer = await fetch(
                self._session,
                "GET",
                self._base_url + path,
                call=path,
                params={"access_token": token, **query},
                timeout=MEDIA_TIMEOUT,
                max_bytes=MAX_MEDIA_BYTES,
            )
            if is_document(answer):
                self._check(answer.document(path), path)
            return answer

        return await self._with_token(path, once)

    async def _json(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        *,
        form: Callable[[], aiohttp.FormData] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        async def once(token: str) -> dict[str, Any]:
            if form is not None:
                kwargs["data"] = form()
            params = {"access_token": token, **query}
            url = self._base_url + path
            answer = await fetch(
                self._session, method, url, call=path, params=params, **kwargs
            )
            document = answer.document(path)
            self._check(document, path)
            return document

        return await self._with_token(path, once)

    async def _with_token(self, path: str, once: Callable[[str], Awaitable[T]]) -> T:
        """Tries with the token; where it is refused, once more with another one."""
        token = await self._tokens.get()
        try:
            return await once(token)
        except TokenRefusedError as err:
            log.warning("wechat.token_refused", call=path, code=err.code, rid=err.rid)
        try:
            return await once(await self._tokens.refresh(token))
        except TokenRefusedError as err:
            what = f"{path}: a fresh token was refused: check app id and secret"
            raise ConfigurationAlarm(err.code, err.rid, what) from err

    def _check(self, document: Mapping[str, Any], path: str) -> None:
        error = self._classify(document, path)
        if error is None:
            return
        if not isinstance(error, TokenRefusedError):
            say = log.debug if error.code in ORDINARY else log.warning
            say(
                "wechat.call_failed",
                call=path,
                code=error.code,
                rid=error.rid,
                error=type(error).__name__,
            )
        raise error


def as_json(document: Mapping[str, Any]) -> bytes:
    """Writes JSON with its Chinese as it is: escapes would be shown to people."""
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


_JSON = {"Content-Type": "application/json; charset=utf-8"}


def is_document(answer: Answer) -> bool:
    """Whether a file is not one, but an error or a reference in JSON."""
    if answer.content_type not in ("application/json", "text/plain", "text/html", ""):
        return False
    return answer.body[:1] == b"{"


async def fetch(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    call: str,
    timeout: aiohttp.ClientTimeout = TIMEOUT,
    max_bytes: int = MAX_ANSWER_BYTES,
    **kwargs: Any,
) -> Answer:
    """Makes one request, within its time and size.

    Args:
        session: Client.
        method: HTTP method.
        url: Address, without the query.
        call: What to name in errors and logs instead of the address.
        timeout: For the whole request.
        max_bytes: Longest answer.
        kwargs: As of `ClientSession.request`.

    Raises:
        TemporaryError: It did not reach the server, or the server is in trouble.
        OutcomeUnknownError: It was sent, and no complete answer came.
        PermanentError: The answer is too long, or refuses the request.
    """
    started = time.monotonic()
    try:
        async with session.request(
            method, url, timeout=timeout, allow_redirects=False, **kwargs
        ) as response:
            body = await _read(response, max_bytes, call)
            _check_status(response.status, call)
            answer = Answer(body, response.content_type)
    # The causes are left out: their text may hold the address with the token.
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as err:
        what = f"{call}: no connection: {type(err).__name__}"
        raise TemporaryError(0, "", what) from None
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
        raise ConfigurationAlarm(
            0, "", f"{call}: the server's address is wrong"
        ) from None
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as err:
        what = f"{call}: no answer: {type(err).__name__}"
        raise OutcomeUnknownError(0, "", what) from None
    took_ms = round((time.monotonic() - started) * 1000)
    log.debug("wechat.called", call=call, took_ms=took_ms)
    return answer


async def _read(response: aiohttp.ClientResponse, max_bytes: int, call: str) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > max_bytes:
            raise PermanentError(0, "", f"{call}: answered more than {max_bytes} bytes")
    return bytes(body)


def _check_status(status: int, call: str) -> None:
    if 200 <= status < 300:
        return
    what = f"{call}: HTTP status {status}"
    if status == 429:
        raise TemporaryError(0, "", what, retry_after_s=60.0)
    if status >= 500:
        raise OutcomeUnknownError(0, "", what)
    raise PermanentError(0, "", what)
