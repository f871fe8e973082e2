"""Changes to Rasa's trackers: the same states, without replaying a conversation.

Rasa makes a tracker anew, event by event, each time it wants a copy, a form's view of
it or its past states: some ten times a message. For the one version they were made for,
as those in `rasa_patches`; `tests/integration/test_rasa_tracker_patches.py` compares
each result with Rasa's own.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Tuple, Type

from rasa.core.actions.forms import FormAction
from rasa.shared.core.constants import PREVIOUS_ACTION, REQUESTED_SLOT
from rasa.shared.core.domain import Domain, State, SubState
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

APPLIED, STEPS = "_applied", "_steps"
"""What a tracker remembers until its next event."""
REMEMBERED = (APPLIED, STEPS)


def apply() -> None:
    """Applies these patches; `rasa_patches` has checked the version."""
    Slot.__copy__ = _copy_slot
    DialogueStateTracker.copy = _copy_tracker
    DialogueStateTracker.applied_events = _applied_events
    Domain.states_for_tracker_history = _states
    FormAction._temporary_tracker = _temporary_tracker


def _copy_slot(slot: Slot) -> Slot:
    """Copies a slot's fields; the copy protocol takes five times as long."""
    new: Slot = slot.__class__.__new__(slot.__class__)
    new.__dict__.update(slot.__dict__)
    return new


_original_copy = DialogueStateTracker.copy


def _copy_tracker(self: DialogueStateTracker) -> DialogueStateTracker:
    """Copies the state that the events have led to, instead of playing them again."""
    new: DialogueStateTracker = object.__new__(type(self))
    new.__dict__.update(vars(self))
    for name in REMEMBERED:
        new.__dict__.pop(name, None)
    new.events = copy.copy(self.events)
    new.slots = {name: _copy_slot(slot) for name, slot in self.slots.items()}
    new.active_loop = copy.copy(self.active_loop)
    new.sender_source = new.model_id = new.assistant_id = None
    return new


_original_temporary_tracker = FormAction._temporary_tracker


def _temporary_tracker(
    self: FormAction,
    current_tracker: DialogueStateTracker,
    additional_events: List[Event],
    domain: Domain,
) -> DialogueStateTracker:
    """Shows a form how the conversation would be after some more events."""
    if any(isinstance(event, Restarted) for event in current_tracker.events):
        return _original_temporary_tracker(
            self, current_tracker, additional_events, domain
        )
    slot = self.get_slot_to_fill(current_tracker)
    tracker = _copy_tracker(current_tracker)
    for event in (
        SlotSet(REQUESTED_SLOT, slot),
        ActionExecuted(self.name()),
        *additional_events,
    ):
        tracker.update(event, domain)
    return tracker


_original_applied_events = DialogueStateTracker.applied_events
_TAKING_BACK: Tuple[Type[Event], ...] = (
    Restarted,
    SessionStarted,
    ActionReverted,
    UserUtteranceReverted,
)


def _key(tracker: DialogueStateTracker) -> Tuple[int, int, int]:
    events = tracker.events
    return id(events), len(events), id(events[-1]) if events else 0


def _applied_events(self: DialogueStateTracker) -> List[Event]:
    """Works out once which events count, until there is another one.

    Each policy asks anew for every prediction.
    """
    key = _key(self)
    known = self.__dict__.get(APPLIED)
    if known is None or known[0] != key:
        known = (key, _applied(self))
        self.__dict__[APPLIED] = known
    return list(known[1])


def _applied(tracker: DialogueStateTracker) -> List[Event]:
    """Asks for each kind of event once, not for each event, what it takes back."""
    events = list(tracker.events)
    kinds = {type(event) for event in events}
    if any(issubclass(kind, _TAKING_BACK) for kind in kinds):
        return _original_applied_events(tracker)
    starts = {kind for kind in kinds if issubclass(kind, ActiveLoop)}
    loops = {event.name for event in events if type(event) in starts} - {None}
    if not loops:
        return events
    actions = {kind for kind in kinds if issubclass(kind, ActionExecuted)}
    applied: List[Event] = []
    for event in events:
        if (
            type(event) in actions
            and event.action_name in loops
            and not tracker._first_loop_execution_or_unhappy_path(
                event.action_name, applied
            )
        ):
            tracker._undo_till_previous_loop_execution(event.action_name, applied)
        else:
            applied.append(event)
    return applied


@dataclass(frozen=True)
class _Step:
    """The conversation before one action, as Rasa's policies need it."""

    state: State
    previous: Optional[SubState]
    is_hidden: bool
    """Whether the action that follows was predicted by a rule alone."""
    goes_on: bool
    """Whether a loop or a followup goes on: hidden or not as the turn before."""


def _steps(domain: Domain, tracker: DialogueStateTracker, omit: bool) -> List[_Step]:
    """Plays the conversation once for all policies that look at it now."""
    key = (_key(tracker), id(domain), omit)
    known = tracker.__dict__.get(STEPS)
    if known is None or known[0] != key:
        known = (key, list(_played(domain, tracker, omit)))
        tracker.__dict__[STEPS] = known
    steps: List[_Step] = known[1]
    return steps


def _played(
    domain: Domain, tracker: DialogueStateTracker, omit: bool
) -> Iterator[_Step]:
    past = tracker.init_copy()

    def step(is_hidden: bool) -> _Step:
        return _Step(
            state=domain.get_active_state(past, omit_unset_slots=omit),
            previous=domain._get_prev_action_sub_state(past),
            is_hidden=is_hidden,
            goes_on=bool(past.followup_action)
            or past.latest_action_name == past.active_loop_name,
        )

    for event in tracker.applied_events():
        if isinstance(event, ActionExecuted):
            yield step(event.hide_rule_turn)
        past.events.append(event)
        event.apply_to(past)
    yield step(is_hidden=False)


_original_states = Domain.states_for_tracker_history


def _states(
    self: Domain,
    tracker: DialogueStateTracker,
    omit_unset_slots: bool = False,
    ignore_rule_only_turns: bool = False,
    rule_only_data: Optional[Dict[str, Any]] = None,
) -> List[State]:
    """Lists the states of a conversation (see Rasa's own for the arguments)."""
    steps = _steps(self, tracker, omit_unset_slots)
    if not ignore_rule_only_turns:
        return [_own(step.state) for step in steps]
    states: List[State] = []
    previous: Optional[SubState] = None
    is_hidden = False
    for step in steps:
        if not is_hidden:
            previous = step.previous
        if not step.goes_on:
            is_hidden = step.is_hidden
        if is_hidden:
            continue
        state = _own(step.state)
        self._remove_rule_only_features(state, rule_only_data)
        if states:
            self._substitute_rule_only_user_input(state, states[-1])
        if previous:
            state[PREVIOUS_ACTION] = previous
        states.append(self._clean_state(state))
    return states


def _own(state: State) -> State:
    """Copies a state as deep as policies change it."""
    return {key: dict(value) for key, value in state.items()}


PATCHES: List[str] = [
    "__copy__",
    "copy",
    "applied_events",
    "states_for_tracker_history",
    "_temporary_tracker",
]
