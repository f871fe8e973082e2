"""Connections that lead to the public internet and nowhere inside.

A host name that was public when somebody registered it may be pointed at an inner
address later. So the address is checked at the moment at which it is connected to.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

_NAT64 = IPv6Network("64:ff9b::/96")


class InnerAddressError(OSError):
    """Raised instead of connecting to this machine or an inner network."""


class PublicResolver(AbstractResolver):
    """Resolves host names; one inner address among several refuses them all."""

    def __init__(self, resolver: AbstractResolver) -> None:
        """Wraps the resolver that asks."""
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """See the base class.

        Raises:
            InnerAddressError: The name leads inside.
        """
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(result["host"]) for result in found):
            raise InnerAddressError("the address leads to an inner network")
        return found

    async def close(self) -> None:
        """Closes the wrapped resolver."""
        await self._resolver.close()


def open_public_session(
    *, allows_inner: bool = False, resolver: AbstractResolver | None = None
) -> aiohttp.ClientSession:
    """Returns a session that resolves each host anew and refuses inner addresses.

    A host that is written as a number is not resolved: see `is_inner_host`.

    Args:
        allows_inner: For development: connects to anything.
        resolver: Asks for addresses; the system's by default.
    """
    found = resolver or aiohttp.DefaultResolver()
    connector = aiohttp.TCPConnector(
        resolver=found if allows_inner else PublicResolver(found),
        use_dns_cache=False,
        force_close=True,
    )
    return aiohttp.ClientSession(connector=connector)


def is_inner_host(host: str) -> bool:
    """Tells whether a host is written as an address that is not public."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return not is_public(host.strip("[]"))


def is_public(address: str) -> bool:
    """Tells whether an address lies in the public internet, also in a tunnel's form."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = _embedded(ip)
        if inner is not None:
            ip = inner
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour
