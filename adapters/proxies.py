"""Who calls, where proxies of ours stand in front."""

from collections.abc import Sequence
from ipaddress import ip_address

from adapters.environment import IPNetwork


def caller_address(
    remote: str, forwarded: Sequence[str], trusted: Sequence[IPNetwork]
) -> str:
    """Returns the address of whoever calls, for limits and the audit log.

    Behind a proxy that is trusted it is the last address of `X-Forwarded-For` that no
    trusted proxy has; anybody may write the ones before it.

    Args:
        remote: Address of the connection.
        forwarded: All `X-Forwarded-For` headers.
        trusted: Networks of our proxies.
    """
    hops = [hop.strip() for hop in ",".join(forwarded).split(",") if hop.strip()]
    while _is_trusted(remote, trusted) and hops:
        remote = hops.pop()
    return remote


def _is_trusted(address: str, trusted: Sequence[IPNetwork]) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in trusted)
