"""What every handler needs to know of a request: its body, within limits; who calls."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from adapters.environment import IPNetwork
from adapters.proxies import caller_address

BODY_TIMEOUT_S = 5.0


async def read_body(request: web.Request, *, max_bytes: int) -> bytes:
    """Reads a body that is small and comes at once.

    Raises:
        web.HTTPRequestEntityTooLarge: It is larger.
        web.HTTPRequestTimeout: It came too slowly.
    """
    try:
        return await asyncio.wait_for(_read(request, max_bytes), BODY_TIMEOUT_S)
    except asyncio.TimeoutError as err:
        raise web.HTTPRequestTimeout from err


async def _read(request: web.Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_chunked(8_192):
        body += chunk
        if len(body) > max_bytes:
            raise web.HTTPRequestEntityTooLarge(max_bytes, len(body))
    return bytes(body)


def caller_of(request: web.Request, trusted: Sequence[IPNetwork]) -> str:
    """Returns the address of whoever calls, for limits."""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    return caller_address(request.remote or "", forwarded, trusted)
