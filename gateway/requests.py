"""What every handler needs to know of a request: its body, within limits; who calls."""

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Union

from aiohttp import web

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


def caller_of(
    request: web.Request, trusted: Sequence[Union[IPv4Network, IPv6Network]]
) -> str:
    """Returns the address of whoever calls, for limits.

    Behind a proxy that is trusted it is the last address of `X-Forwarded-For` that no
    trusted proxy has; anybody may write the ones before it.
    """
    address = request.remote or ""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    hops = [hop.strip() for hop in ",".join(forwarded).split(",") if hop.strip()]
    while _is_trusted(address, trusted) and hops:
        address = hops.pop()
    return address


def _is_trusted(
    address: str, trusted: Sequence[Union[IPv4Network, IPv6Network]]
) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in trusted)
