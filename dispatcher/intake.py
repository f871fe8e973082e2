"""Takes answers from the stream `outgoing` into the outbox, each exactly once.

Who delivers an answer was decided in `claim:<message id>` (`docs/contracts.md`,
"Delivery of answers"). The stream entry is finished only after its row is stored.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from adapters.dialogue_sender import EVENT_PREFIX
from community.errors import RecordError
from community.outbox import (
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    SendResult,
    is_sent_again,
)
from community.replies import Part, Reply
from dispatcher.streams import Entry

VERSION = 1
EMERGENCY = OutgoingKind.EMERGENCY
UNCLAIMED_AFTER_S = 6.0
"""No gateway took the answer: it is dead, or the answer came too late for it."""
UNSENT_AFTER_S = 20.0
"""The messenger has made its three deliveries; none got the passive answer."""


class Claims(Protocol):
    """Who delivers the answers to messages."""

    async def claims(self, message_ids: Sequence[str]) -> list[str | None]:
        """Returns `passive`, `sent`, `late` or `None` for each."""

    async def claim(self, message_id: str, holder: str) -> str:
        """Decides once who delivers, and returns who."""

    async def has_left(self, message_id: str, conversation: str) -> None:
        """Lets a person's next answer go."""


class Store(Protocol):
    """Where the outcome of each answer is kept."""

    async def take_in(
        self,
        outcomes: Sequence[tuple[Outgoing, SendResult]],
        to_send: Sequence[Outgoing],
        *,
        writers: Collection[str],
        now: datetime,
    ) -> int:
        """Stores answers at once; returns how many held messages became due."""


class Fate(Enum):
    """What becomes of an answer."""

    OPEN = "open"
    PASSIVE = "passive"
    """The messenger has it already."""
    SEND = "send"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One entry of the stream."""

    entry: str
    reply: Reply
    reply_doc: dict[str, Any]
    kind: OutgoingKind
    is_passive: bool
    """A gateway may be waiting for it."""
    received_at: datetime
    """When the resident's message came in."""
    facts: dict[str, Any]
    """What the fields of a template may be filled from: `number`, `what`."""

    @classmethod
    def from_entry(cls, entry: Entry) -> "Answer":
        """Reads an entry.

        Raises:
            RecordError: It is not a version 1 outgoing record.
        """
        try:
            doc = json.loads(entry.fields["entry"])
            if doc["v"] != VERSION:
                raise RecordError(f"outgoing record: version {doc['v']!r} is unknown")
            return cls(
                entry=entry.id,
                reply=Reply.from_json(json.dumps(doc["reply"])),
                reply_doc=doc["reply"],
                kind=OutgoingKind(doc["kind"]),
                is_passive=bool(doc["passive"]),
                received_at=datetime.fromisoformat(doc["received_at"]),
                facts=dict(doc.get("facts") or {}),
            )
        except (KeyError, TypeError, ValueError) as err:
            raise RecordError(f"outgoing record is malformed: {err!r}") from err

    def message(self, now: datetime) -> Outgoing:
        """Returns the answer as an outgoing message."""
        return Outgoing(
            key=self.reply.in_reply_to,
            channel=Channel.WECHAT,
            recipient=self.reply.conversation,
            kind=self.kind,
            payload={"reply": self.reply_doc, "facts": self.facts},
            due_at=now,
        )


class Intake:
    """Handles batches of the stream `outgoing`."""

    def __init__(
        self,
        claims: Claims,
        store: Store,
        *,
        exceeds_passive: Callable[[Sequence[Part]], bool],
        now: Callable[[], datetime],
        on_added: Callable[[], None] = lambda: None,
        on_fate: Callable[[Fate], None] = lambda _: None,
    ) -> None:
        """Binds the stores.

        Args:
            claims: Redis.
            store: The outbox.
            exceeds_passive: Whether parts do not fit into one passive answer.
            now: Clock, aware UTC.
            on_added: Called when there is something new to send.
            on_fate: Called with the fate of each answer, for figures.
        """
        self._claims = claims
        self._store = store
        self._exceeds_passive = exceeds_passive
        self._now = now
        self._on_added = on_added
        self._on_fate = on_fate

    async def handle(self, entries: Sequence[Entry]) -> list[str]:
        """Decides about answers; returns the entries that are finished.

        Raises:
            StoreUnavailableError: Redis or the database is down; nothing is lost.
            RecordError: An entry is malformed.
        """
        now = self._now()
        answers = [Answer.from_entry(entry) for entry in entries]
        decided = [
            (answer, fate)
            for answer, fate in zip(
                answers, await self._fates(answers, now), strict=True
            )
            if fate is not Fate.OPEN
        ]
        if not decided:
            return []
        ended, to_send = self._rows(decided, now)
        writers = _writers([answer for answer, _ in decided])
        n_woken = await self._store.take_in(ended, to_send, writers=writers, now=now)
        for answer, fate in decided:
            if fate is Fate.UNKNOWN:
                reply = answer.reply
                await self._claims.has_left(reply.in_reply_to, reply.conversation)
        for _, fate in decided:
            self._on_fate(fate)
        if to_send or n_woken:
            self._on_added()
        return [answer.entry for answer, _ in decided]

    async def _fates(self, answers: Sequence[Answer], now: datetime) -> list[Fate]:
        holders = await self._claims.claims([a.reply.in_reply_to for a in answers])
        fates: list[Fate] = []
        undecided: set[str] = set()
        for answer, holder in zip(answers, holders, strict=True):
            fate = await self._fate(answer, holder, now)
            waits = answer.reply.conversation in undecided
            if waits and fate is Fate.SEND and answer.kind is not EMERGENCY:
                fate = Fate.OPEN  # what the person reads first is not decided yet
            if fate is Fate.OPEN and answer.kind is not EMERGENCY:
                undecided.add(answer.reply.conversation)
            fates.append(fate)
        return fates

    async def _fate(self, answer: Answer, holder: str | None, now: datetime) -> Fate:
        age_s = (now - answer.received_at).total_seconds()
        if not answer.is_passive:
            return Fate.SEND
        if holder is None and age_s >= UNCLAIMED_AFTER_S:
            holder = await self._claims.claim(answer.reply.in_reply_to, "late")
        if holder == "sent":
            return Fate.PASSIVE
        if holder == "late":
            return Fate.SEND
        if holder == "passive" and age_s >= UNSENT_AFTER_S:
            again = is_sent_again(Channel.WECHAT, answer.kind)
            return Fate.SEND if again else Fate.UNKNOWN
        return Fate.OPEN

    def _rows(
        self, decided: Sequence[tuple[Answer, Fate]], now: datetime
    ) -> tuple[list[tuple[Outgoing, SendResult]], list[Outgoing]]:
        ended: list[tuple[Outgoing, SendResult]] = []
        to_send: list[Outgoing] = []
        for answer, fate in decided:
            message = answer.message(now)
            if not answer.reply.parts:
                silent = SendResult(DeliveryState.DELIVERED, via="silent")
                ended.append((message, silent))
            elif fate is Fate.SEND:
                to_send.append(message)
            elif fate is Fate.UNKNOWN:
                error = "passive answer: not known whether it arrived"
                ended.append((message, SendResult(DeliveryState.UNKNOWN, error=error)))
            else:
                passive = SendResult(DeliveryState.DELIVERED, via="passive")
                ended.append((message, passive))
                to_send += self._rest(answer, now)
        return ended, to_send

    def _rest(self, answer: Answer, now: datetime) -> list[Outgoing]:
        if not self._exceeds_passive(answer.reply.parts):
            return []
        return [
            Outgoing(
                key=f"{answer.reply.in_reply_to}#rest",
                channel=Channel.WECHAT,
                recipient=answer.reply.conversation,
                kind=answer.kind,
                payload={"reply": answer.reply_doc, "after_passive": True},
                due_at=now,
            )
        ]


def _writers(answers: Sequence[Answer]) -> set[str]:
    """Returns who has written: what was held for them may go out."""
    return {
        answer.reply.conversation
        for answer in answers
        if not answer.reply.in_reply_to.startswith(EVENT_PREFIX)
    }
