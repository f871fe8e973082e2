"""What all calls of the platforms' APIs have in common."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from aiohttp import web

from simulator.clock import Clock
from simulator.faults import Fault, FaultKind, Faults
from simulator.record import ApiCallEntry, Record
from simulator.refusals import ApiRefusalError

_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


class Platform(Protocol):
    """The part of a platform that every call passes."""

    name: str
    clock: Clock
    record: Record
    faults: Faults

    def admit(self, call: "ApiCall", name: str, *, needs_token: bool) -> None:
        """Checks address, token and daily number of calls."""

    def revoke_tokens(self) -> None:
        """Makes all tokens invalid."""


@dataclass(slots=True)
class ApiCall:
    """One request, with its body read."""

    request: web.Request
    body: bytes
    owner: str = ""
    """Who bought the token (WeCom)."""
    fault: Fault | None = None
    """Ordered for this call."""

    @property
    def token(self) -> str:
        """The access token of the query."""
        return self.request.query.get("access_token", "")

    @property
    def address(self) -> str:
        """Where the call comes from."""
        return self.request.remote or ""

    def values(self) -> dict[str, Any]:
        """Returns the JSON object of the body.

        Raises:
            ApiRefusalError: 44002 empty, 40033 escaped characters, 47001 no JSON.
        """
        if not self.body:
            raise ApiRefusalError(44002)
        if _ESCAPED.search(self.body):
            raise ApiRefusalError(40033)
        try:
            found = json.loads(self.body.decode())
        except (UnicodeDecodeError, json.JSONDecodeError) as err:
            raise ApiRefusalError(47001) from err
        if not isinstance(found, dict):
            raise ApiRefusalError(47001)
        return found

    def person(self) -> str:
        """Returns whom the call is for, as far as the body says so."""
        try:
            found = json.loads(self.body) if self.body[:1] == b"{" else {}
        except (UnicodeDecodeError, json.JSONDecodeError):
            return ""
        return str(found.get("touser", "")) if isinstance(found, dict) else ""


Answer = dict[str, Any] | web.Response
Handler = Callable[[ApiCall], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call that a platform offers."""

    method: str
    path: str
    handler: Handler
    name: str
    needs_token: bool = True


async def answer(
    platform: Platform, endpoint: Endpoint, request: web.Request
) -> web.StreamResponse:
    """Answers one call, or lets it fail as ordered."""
    started = monotonic()
    # Forms are read by their handler, part by part.
    is_form = request.content_type.startswith("multipart/")
    call = ApiCall(request, b"" if is_form else await request.read())
    person = call.person()
    fault = call.fault = platform.faults.take(endpoint.name, person)
    try:
        await _fail_before(platform, fault)
        platform.admit(call, endpoint.name, needs_token=endpoint.needs_token)
        found = await endpoint.handler(call)
    except ApiRefusalError as err:
        found = err.answer()
    except ConnectionAbortedError:
        found = {"errcode": -2, "errmsg": "not answered"}
    errcode = int(found.get("errcode", 0)) if isinstance(found, dict) else 0
    platform.record.calls.append(
        ApiCallEntry(
            platform.name,
            endpoint.name,
            errcode,
            platform.clock.now(),
            round((monotonic() - started) * 1000, 2),
            fault.kind.value if fault else "",
            person,
        )
    )
    if fault and fault.kind in (FaultKind.HANG, FaultKind.DROP, FaultKind.LOST):
        return _closed(request)
    if fault and fault.kind is FaultKind.STATUS:
        return web.Response(status=502, text="<html>502 Bad Gateway</html>")
    if isinstance(found, web.Response):
        return found
    # Downloads tell their errors as text/plain, so that nobody takes them for a file.
    is_download = endpoint.name.startswith("media/get")
    return _json_response(found, "text/plain" if is_download else "application/json")


async def _fail_before(platform: Platform, fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.kind in (FaultKind.HANG, FaultKind.SLOW):
        await asyncio.sleep(fault.seconds)
    if fault.kind in (FaultKind.HANG, FaultKind.DROP, FaultKind.STATUS):
        raise ConnectionAbortedError
    if fault.kind is FaultKind.TOKEN:
        platform.revoke_tokens()
    if fault.kind is FaultKind.ERRCODE:
        raise ApiRefusalError(fault.errcode)


def _closed(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _json_response(found: dict[str, Any], content_type: str) -> web.Response:
    text = json.dumps(found, ensure_ascii=False)
    return web.Response(text=text, content_type=content_type)
