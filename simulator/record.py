"""All that happened, in order: chats, deliveries, errors, calls of the APIs."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import Enum
from time import monotonic
from typing import Any

EVERYBODY = ""
"""The name under which a waiter hears of every change."""


class Side(str, Enum):
    """Who speaks in a bubble."""

    PERSON = "person"
    ACCOUNT = "account"
    SYSTEM = "system"


@dataclass(slots=True)
class Bubble:
    """One thing that a person sees, in the order in which it appeared."""

    seq: int
    person: str
    """`openid` of a resident or `member:<userid>` of a worker."""
    side: Side
    kind: str
    text: str
    """The words as shown, links by their titles."""
    at: datetime
    via: str = ""
    """How it came: passive, custom, template, subscribe, app, robot, or empty."""
    msg_id: str = ""
    """The push that it is, or that it answers."""
    data: dict[str, Any] = field(default_factory=dict)
    """Parts of the kind: links, articles, media id, card."""
    defects: tuple[str, ...] = ()
    """What a person would see broken although the platform accepts it."""

    def as_json(self) -> dict[str, Any]:
        """Returns the bubble as JSON values."""
        return _json(self)


@dataclass(slots=True)
class Delivery:
    """One request to a webhook and how it ended."""

    person: str
    msg_id: str
    kind: str
    number: int
    at: datetime
    elapsed_ms: float
    outcome: str
    """answered, timeout, network, or the verdict's name for a refused answer."""
    status: int | None = None
    is_silent: bool = False
    """The answer was `success` or empty."""
    is_ignored: bool = False
    """An earlier delivery of the same push was answered; nobody sees this one."""
    digest: str = ""
    """Hash of the decrypted answer, to compare the answers to one push."""

    def as_json(self) -> dict[str, Any]:
        """Returns the delivery as JSON values."""
        return _json(self)


@dataclass(slots=True)
class Complaint:
    """A reply that WeChat would refuse; the resident sees an error bubble."""

    person: str
    msg_id: str
    reason: str
    detail: str
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """Returns the complaint as JSON values."""
        return _json(self)


@dataclass(slots=True)
class ApiCallEntry:
    """One call of a platform's API."""

    platform: str
    name: str
    errcode: int
    at: datetime
    elapsed_ms: float
    fault: str = ""
    """The injected failure, if any."""
    person: str = ""

    def as_json(self) -> dict[str, Any]:
        """Returns the entry as JSON values."""
        return _json(self)


def _json(entry: Any) -> dict[str, Any]:
    found = asdict(entry)
    found["at"] = entry.at.isoformat()
    if isinstance(entry, Bubble):
        found["side"] = entry.side.value
    return found


class Record:
    """Keeps everything until it is cleared; waiters are woken by what concerns them."""

    def __init__(self) -> None:
        """Starts empty."""
        self._seq = 0
        self._is_closed = False
        self.bubbles: list[Bubble] = []
        self.deliveries: list[Delivery] = []
        self.complaints: list[Complaint] = []
        self.calls: list[ApiCallEntry] = []
        self._chats: dict[str, list[Bubble]] = defaultdict(list)
        self._waiters: dict[str, set[asyncio.Future[None]]] = defaultdict(set)

    @property
    def seq(self) -> int:
        """Number of the newest change."""
        return self._seq

    def show(
        self,
        person: str,
        side: Side,
        kind: str,
        text: str,
        at: datetime,
        **details: Any,
    ) -> Bubble:
        """Puts a bubble at the end of somebody's chat."""
        bubble = Bubble(self._next(), person, side, kind, text, at, **details)
        self.bubbles.append(bubble)
        self._chats[person].append(bubble)
        self.changed(person)
        return bubble

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def touch(self, bubble: Bubble) -> None:
        """Says that a bubble looks otherwise now; it keeps its place in the chat."""
        bubble.data["version"] = self._next()
        self.changed(bubble.person)

    def stir(self, person: str) -> None:
        """Says that something beside the bubbles changed, such as the typing sign."""
        self._next()
        self.changed(person)

    def complain(self, complaint: Complaint) -> None:
        """Notes a refused reply."""
        self.complaints.append(complaint)

    def changed(self, person: str) -> None:
        """Wakes everybody who waits for news of this person."""
        for name in (person, EVERYBODY):
            for waiter in self._waiters.pop(name, ()):
                if not waiter.done():
                    waiter.set_result(None)

    def chat(self, person: str, *, after: int = 0) -> list[Bubble]:
        """Returns the visible chat in order, without the bubbles up to `after`."""
        found = self._chats.get(person, [])
        return [b for b in found if b.seq > after] if after else list(found)

    async def wait(
        self, person: str, found: Callable[[], bool], timeout_s: float
    ) -> bool:
        """Waits until `found` is true; returns whether it became true in real time."""
        deadline = monotonic() + timeout_s
        while not found() and not self._is_closed:
            left_s = deadline - monotonic()
            if left_s <= 0:
                return False
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters[person].add(waiter)
            try:
                await asyncio.wait_for(waiter, left_s)
            except asyncio.TimeoutError:
                return found()
            finally:
                self._waiters[person].discard(waiter)
        return found()

    def close(self) -> None:
        """Lets all waiters go, for good."""
        self._is_closed = True
        for person in list(self._waiters):
            self.changed(person)

    def clear(self) -> None:
        """Forgets all entries; numbers go on."""
        for entries in (self.bubbles, self.deliveries, self.complaints, self.calls):
            entries.clear()
        self._chats.clear()
        self._next()
        self.changed(EVERYBODY)
