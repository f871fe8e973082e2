"""Failures of the platforms, ordered by tests: the next calls go wrong."""

from dataclasses import dataclass
from enum import Enum
from typing import Any


class FaultKind(str, Enum):
    """How a call goes wrong."""

    ERRCODE = "errcode"
    """Answers an error code; nothing happens."""
    HANG = "hang"
    """Answers nothing for `seconds`, then closes; nothing happens."""
    DROP = "drop"
    """Closes the connection at once; nothing happens."""
    LOST = "lost"
    """Does what was asked, then closes the connection without an answer."""
    SLOW = "slow"
    """Waits `seconds`, then answers as usual."""
    TOKEN = "token"  # noqa: S105 - a word
    """Revokes all tokens first, so that the call's own is refused with 40001."""
    STATUS = "status"
    """Answers HTTP 502 with a page."""
    UNDELIVERED = "undelivered"
    """Takes a template or subscription message, and reports later that it failed."""


@dataclass(slots=True)
class Fault:
    """An order for the next `times` calls whose name contains `api`."""

    kind: FaultKind
    api: str = ""
    times: int = 1
    errcode: int = -1
    seconds: float = 30.0
    person: str = ""
    """Only calls for this openid."""

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Fault":
        """Reads an order; wrong names raise TypeError, wrong kinds ValueError."""
        return cls(**{**values, "kind": FaultKind(values.get("kind", "errcode"))})


class Faults:
    """The orders that are still open, oldest first."""

    def __init__(self) -> None:
        """Starts without orders."""
        self.orders: list[Fault] = []

    def add(self, kind: FaultKind | str, api: str = "", **details: Any) -> Fault:
        """Orders a failure; see `Fault` for the details."""
        fault = Fault(FaultKind(kind), api, **details)
        self.orders.append(fault)
        return fault

    def take(self, api: str, person: str = "") -> Fault | None:
        """Returns the failure for this call, if any, and counts it down."""
        for fault in self.orders:
            if fault.api not in api or fault.person not in ("", person):
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.orders.remove(fault)
            return fault
        return None

    def clear(self) -> None:
        """Cancels all orders."""
        self.orders.clear()
