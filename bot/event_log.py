"""The dialogue log: Rasa's events of one message become one masked entry.

Rasa publishes its events through its event broker interface; this broker keeps them
on the pending turn, and the worker's commit writes the entry with everything else,
so that no message is logged without being answered, nor answered without the log.
"""

from __future__ import annotations

import hashlib
import json
from asyncio import AbstractEventLoop
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Type

from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig

from actions.reading import GRID_SLOT
from bot.said import answer_of, offered_in, words_of_resident
from bot.tracker_store import PendingTurn, pending_turn
from community.dialogue.wordings import rephrase
from community.learning.entry import LogEntry, Pseudonyms, ranking_of
from community.messages import Inbound
from community.privacy import mask, private_spans
from community.replies import Reply, part_to_doc

FAILED = "failed"
"""Decision of a message that was given up."""


class StagedEventBroker(EventBroker):
    """Keeps a message's events for the worker's commit (see module docstring).

    Outside a worker, as under plain `rasa` commands, nothing is logged.
    """

    @classmethod
    async def from_endpoint_config(
        cls: Type[StagedEventBroker],
        broker_config: EndpointConfig,
        event_loop: Optional[AbstractEventLoop] = None,
    ) -> Optional[EventBroker]:
        """Creates the broker; it needs no address (see parent class)."""
        return cls()

    def publish(self, event: Dict[str, Any]) -> None:
        """Stages one event (see parent class for full docstring)."""
        pending = pending_turn.get()
        if pending is not None:
            pending.facts.add(event)


@dataclass(frozen=True)
class TurnLog:
    """Writes entries for one loaded model."""

    pseudonyms: Pseudonyms
    model: str
    """Id in the registry."""

    def entry(
        self,
        inbound: Inbound,
        pending: PendingTurn,
        reply: Reply,
        *,
        is_given_up: bool = False,
    ) -> str:
        """Returns the entry of one message as JSON."""
        facts = pending.facts
        parse = facts.parse
        reading: Mapping[str, Any] = parse.get("reading") or {}
        parts = [part_to_doc(part) for part in reply.parts]
        said = inbound.with_text(facts.words or inbound.text)
        theirs = words_of_resident(pending, said.text)
        waited = reply.created_at - inbound.received_at
        return LogEntry(
            message=self.pseudonyms.message(inbound.id),
            person=self.pseudonyms.person(inbound.conversation),
            at=inbound.received_at,
            channel=inbound.channel,
            kind=inbound.kind.value,
            text=masked_text(said, parse),
            model=self.model if parse.get("label_ranking") else "",
            latency_ms=max(0, int(waited.total_seconds() * 1_000)),
            ranking=ranking_of(parse),
            decision=FAILED if is_given_up else str(parse.get("decision") or ""),
            facets=tuple(parse.get("facets") or ()),
            emergency=parse.get("emergency"),
            intent=str((parse.get("intent") or {}).get("name") or ""),
            item=reading.get("item"),
            chosen=bool(reading.get("chosen")),
            grid=grid_of(pending) or inbound.extra.get("grid"),
            actions=tuple(facts.actions),
            parts=tuple(doc["type"] for doc in parts),
            digest=digest_of(parts),
            answer=answer_of(reply.parts, theirs),
            offered=offered_in(reply.parts),
        ).to_json()


def grid_of(pending: PendingTurn) -> Optional[str]:
    """Returns the grid that the conversation is bound to, after this message."""
    told = pending.facts.slots
    if GRID_SLOT in told or pending.tracker is None:
        return told.get(GRID_SLOT)
    grid: Optional[str] = pending.tracker.get_slot(GRID_SLOT)
    return grid


def masked_text(inbound: Inbound, parse: Mapping[str, Any]) -> str:
    """Returns what was said without numbers, names and rooms.

    Entities are positions in the wording that the classifier saw, so that wording
    is what is kept.
    """
    if not parse:
        return ""
    if not parse.get("label_ranking"):
        return mask(inbound.text)
    return mask(rephrase(inbound.text), private_spans(parse.get("entities") or ()))


def digest_of(parts: List[Dict[str, Any]]) -> str:
    """Returns a short hash of an answer's parts."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()
