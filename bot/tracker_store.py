"""Dialogue state in Redis: a snapshot and the last turns, appended only.

Each turn record is `{"at", "v", "state", "events"}`: the state before the turn and
the turn's events. So a tracker is rebuilt from the last few records, whatever the
length of the conversation.
"""

from __future__ import annotations

import json
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, AsyncIterator, Dict, List, Optional, Sequence

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    ConversationPaused,
    Event,
    FollowupAction,
    SlotSet,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

from actions.report_slots import askings
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from community.learning.entry import TurnFacts

VERSION = 1
WINDOW_TURNS = 5
"""How many past turns a retrieved tracker holds."""
LOADED = "_n_loaded_events"


@dataclass
class PendingTurn:
    """Collects what one message does, for the worker's commit."""

    message_id: str
    turn: str = ""
    """Turn record to append; empty until Rasa saves the tracker."""
    error: Optional[BaseException] = None
    """First exception of an action, which Rasa itself would only log."""
    facts: TurnFacts = field(default_factory=TurnFacts)
    """What the events tell, for the dialogue log."""
    turns: Optional[Sequence[Any]] = None
    """The newest turn records, where they were read with the message."""
    tracker: Optional[DialogueStateTracker] = None
    """The conversation as it was read; Rasa asks for it again."""


pending_turn: ContextVar[Optional[PendingTurn]] = ContextVar(
    "pending_turn", default=None
)
"""Set while a worker handles a message; `save` then only stages the turn."""


def state_of(tracker: DialogueStateTracker) -> Dict[str, Any]:
    """Returns what must be known of the past without its events."""
    return {
        "slots": {
            name: slot.value
            for name, slot in tracker.slots.items()
            if slot.value != slot.initial_value
        },
        "loop": tracker.active_loop_name,
        "asked": _asked(tracker),
        "paused": tracker.is_paused(),
        "followup": (
            None
            if tracker.followup_action == "action_listen"
            else tracker.followup_action
        ),
    }


def _asked(tracker: DialogueStateTracker) -> List[str]:
    """Returns what the open form has asked: so much it may ask is limited."""
    if tracker.active_loop_name is None:
        return []
    return askings(event.as_dict() for event in reversed(tracker.events))


def state_events(state: Dict[str, Any], at: float) -> List[Event]:
    """Returns events that bring a new tracker into a state."""
    events: List[Event] = [
        SlotSet(name, value, timestamp=at) for name, value in state["slots"].items()
    ]
    if state["loop"]:
        events.append(ActionExecuted(state["loop"], timestamp=at))
        events.append(ActiveLoop(state["loop"], timestamp=at))
        for slot in state.get("asked", ()):  # unknown to older records
            events += [
                SlotSet(REQUESTED_SLOT, None, timestamp=at),
                SlotSet(REQUESTED_SLOT, slot, timestamp=at),
            ]
    events.append(ActionExecuted("action_listen", timestamp=at))
    if state["paused"]:
        events.append(ConversationPaused(timestamp=at))
    if state["followup"]:
        events.append(FollowupAction(state["followup"], timestamp=at))
    return events


class RedisTurnTrackerStore(TrackerStore):
    """Tracker store on async Redis (see module docstring)."""

    def __init__(
        self,
        domain: Optional[Domain],
        host: Optional[str] = None,
        event_broker: Optional[EventBroker] = None,
        conversations: Optional[RedisConversations] = None,
        **kwargs: Dict[str, Any],
    ) -> None:
        """Connects by the environment unless `conversations` is given.

        Args:
            domain: Domain of the model.
            host: Ignored; `endpoints.yml` must not hold addresses.
            event_broker: Receives every new event.
            conversations: For tests and the worker.
            kwargs: Ignored options of `endpoints.yml`.
        """
        super().__init__(domain, event_broker)
        self.conversations = conversations or _from_environment()

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Returns snapshot and last turns (see parent class for full docstring)."""
        pending = pending_turn.get()
        known = None if pending is None else pending.tracker
        if known is not None and known.sender_id == sender_id:
            return known
        turns = None if pending is None else pending.turns
        if turns is None:
            turns = await self.conversations.last_turns(sender_id, WINDOW_TURNS)
        tracker = self._rebuild(sender_id, turns)
        if pending is not None:
            pending.tracker = tracker
        return tracker

    async def retrieve_full_tracker(
        self, conversation_id: str
    ) -> Optional[DialogueStateTracker]:
        """Returns every kept event (see parent class for full docstring)."""
        turns = await self.conversations.all_turns(conversation_id)
        return self._rebuild(conversation_id, turns)

    def _rebuild(
        self, sender_id: str, turns: Sequence[Any]
    ) -> Optional[DialogueStateTracker]:
        if not turns:
            return None
        past = state_events(turns[0]["state"], turns[0]["at"])
        stored = [event for turn in turns for event in turn["events"]]
        tracker = DialogueStateTracker.from_events(
            sender_id,
            past + deserialise_events(stored),
            self.domain.slots,
            max_event_history=self.max_event_history,
        )
        setattr(tracker, LOADED, len(tracker.events))
        tracker._state_before_turn = state_of(tracker)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Appends the new events (see parent class for full docstring).

        Within a worker's message nothing is written here: the turn is staged for
        the worker's commit.
        """
        loaded = getattr(tracker, LOADED, 0)
        events = [event.as_dict() for event in list(tracker.events)[loaded:]]
        if not events:
            return
        before = getattr(tracker, "_state_before_turn", None) or {
            "slots": {},
            "loop": None,
            "paused": False,
            "followup": None,
        }
        turn = json.dumps(
            {
                "at": round(time.time(), 3),
                "v": VERSION,
                "state": before,
                "events": events,
            },
            ensure_ascii=False,
        )
        pending = pending_turn.get()
        if pending is not None:
            pending.turn = turn
            pending.tracker = tracker
        else:
            await self.conversations.append_turn(tracker.sender_id, turn)
        if self.event_broker is not None:
            for event in events:
                self.event_broker.publish({"sender_id": tracker.sender_id, **event})
        setattr(tracker, LOADED, len(tracker.events))
        tracker._state_before_turn = state_of(tracker)

    async def stream_events(self, tracker: DialogueStateTracker, **_: Any) -> None:
        """Does nothing: `save` publishes; the parent re-reads the whole history."""

    async def keys(self) -> List[str]:
        """Returns all conversation ids (see parent class for full docstring)."""
        ids: AsyncIterator[str] = self.conversations.conversations()
        return [sender_id async for sender_id in ids]

    async def delete(self, sender_id: str) -> None:
        """Deletes everything of one person."""
        await self.conversations.forget(sender_id)


def _from_environment() -> RedisConversations:
    settings = Settings.from_env()
    return RedisConversations(
        open_redis(settings.redis_url),
        RedisKeys(settings.redis_prefix),
        retention_days=settings.retention_days,
        lease_s=settings.lease_s,
    )
