"""Reads values of environment variables; a malformed one is named in the error."""

import json
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Union

from community.errors import ConfigurationError

Environment = Mapping[str, str]
IPNetwork = Union[IPv4Network, IPv6Network]


def flag(source: Environment, name: str, *, default: bool) -> bool:
    """Reads 0 or 1; empty is the default."""
    text = source.get(name, "")
    if text == "":
        return default
    if text not in ("0", "1"):
        raise ConfigurationError(f"{name}: expected 0 or 1, found {text!r}")
    return text == "1"


def integer(
    source: Environment, name: str, default: int, *, low: int, high: int
) -> int:
    """Reads a whole number within bounds; empty is the default."""
    return int(number(source, name, default, low=low, high=high))


def number(
    source: Environment, name: str, default: float, *, low: float, high: float
) -> float:
    """Reads a number within bounds; empty is the default."""
    text = source.get(name, "")
    try:
        value = float(text) if text else float(default)
    except ValueError as err:
        raise ConfigurationError(f"{name}: expected a number, found {text!r}") from err
    if not low <= value <= high:
        raise ConfigurationError(f"{name}: {value} is outside {low} to {high}")
    return value


def address(source: Environment, name: str, default: str) -> str:
    """Reads the base address of a server, without a slash at its end.

    An empty default means that the address may be unknown.
    """
    text = (source.get(name, "") or default).rstrip("/")
    if not text and not default:
        return ""
    if not text.startswith(("https://", "http://")):
        raise ConfigurationError(f"{name}: expected http(s)://…, found {text!r}")
    return text


def networks(source: Environment, name: str) -> tuple[IPNetwork, ...]:
    """Reads IP addresses or networks, separated by commas."""
    entries = [entry.strip() for entry in source.get(name, "").split(",")]
    try:
        return tuple(ip_network(entry) for entry in entries if entry)
    except ValueError as err:
        raise ConfigurationError(f"{name}: expected addresses: {err}") from err


def pairs(source: Environment, name: str) -> dict[str, str]:
    """Reads `name=value,name=value`. The error does not show the values."""
    found = {}
    for position, entry in enumerate(source.get(name, "").split(","), start=1):
        if not entry.strip():
            continue
        key, equals, value = entry.partition("=")
        if not (key.strip() and equals and value.strip()):
            raise ConfigurationError(
                f"{name}: expected name=value,…; entry {position} is not"
            )
        found[key.strip()] = value.strip()
    return found


def json_object(source: Environment, name: str) -> dict[str, Any]:
    """Reads a JSON object; empty is an empty one."""
    text = source.get(name, "") or "{}"
    try:
        value = json.loads(text)
    except ValueError as err:
        raise ConfigurationError(f"{name}: is not JSON: {err}") from err
    if not isinstance(value, dict):
        raise ConfigurationError(f"{name}: expected a JSON object")
    return value
