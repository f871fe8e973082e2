"""Trackers with less work are Rasa's own trackers."""

import copy
import inspect
from typing import Any

import pytest
from rasa.core.actions.forms import FormAction
from rasa.shared.core import slots as rasa_slots
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import AnySlot, Slot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot import rasa_patches
from bot import rasa_tracker_patches as patches
from tests.integration.test_rasa_policy_patches import CONVERSATION


@pytest.fixture(autouse=True)
def patched() -> None:
    rasa_patches.apply()


def whole(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Everything that a tracker knows, slots opened."""
    known = dict(vars(tracker))
    for name in (*patches.REMEMBERED, "_n_loaded_events", "_state_before_turn"):
        known.pop(name, None)
    known["slots"] = {n: (type(s), vars(s)) for n, s in tracker.slots.items()}
    known["active_loop"] = tracker.active_loop and vars(tracker.active_loop)
    return known


@pytest.mark.model
async def test_each_copy_each_state_and_each_view_of_a_form_is_rasas_own(
    worker, message, monkeypatch
):
    seen: dict[str, int] = {}

    def copied(self: DialogueStateTracker) -> DialogueStateTracker:
        ours, theirs = patches._copy_tracker(self), patches._original_copy(self)
        assert whole(ours) == whole(theirs)
        assert list(ours.events) == list(theirs.events)
        seen["copies"] = seen.get("copies", 0) + 1
        return ours

    def states(self: Domain, *told: Any, **more: Any) -> Any:
        ours = patches._states(self, *told, **more)
        assert ours == patches._original_states(self, *told, **more)
        seen["states"] = seen.get("states", 0) + 1
        return ours

    def applied(self: DialogueStateTracker) -> Any:
        ours = patches._applied_events(self)
        assert ours == patches._original_applied_events(self)
        seen["applied"] = seen.get("applied", 0) + 1
        return ours

    def temporary(self: FormAction, *told: Any) -> Any:
        ours = patches._temporary_tracker(self, *told)
        theirs = patches._original_temporary_tracker(self, *told)
        assert whole(ours) == whole(theirs)
        seen["views"] = seen.get("views", 0) + 1
        return ours

    monkeypatch.setattr(DialogueStateTracker, "copy", copied)
    monkeypatch.setattr(DialogueStateTracker, "applied_events", applied)
    monkeypatch.setattr(Domain, "states_for_tracker_history", states)
    monkeypatch.setattr(FormAction, "_temporary_tracker", temporary)
    for text in CONVERSATION:
        inbound = message(text)
        await worker.conversations.accept(inbound)
        assert await worker.drain("web:grandma")
        assert await worker.conversations.stored_reply(inbound.id)
    assert min(seen[kind] for kind in ("copies", "states", "applied", "views")) >= 5


def test_a_copy_changes_nothing_of_the_conversation_it_was_made_of():
    slot: Slot = TextSlot("place", [{"type": "custom"}], influence_conversation=False)
    tracker = DialogueStateTracker("who", [slot])
    tracker.update(UserUttered("路灯坏了"))
    tracker.update(ActiveLoop("report_form"))
    copied = tracker.copy()
    copied.update(SlotSet("place", "3号楼"))
    copied.update(ActiveLoop(None))
    copied.interrupt_loop(True)
    assert tracker.get_slot("place") is None
    assert tracker.active_loop_name == "report_form"
    assert len(tracker.events) == 2


def test_rasa_still_plays_all_events_for_a_copy_and_for_its_states():
    assert "travel_back_in_time" in inspect.getsource(patches._original_copy)
    source = inspect.getsource(patches._original_states)
    assert "tracker.generate_all_prior_trackers()" in source
    source = inspect.getsource(patches._original_temporary_tracker)
    assert "DialogueStateTracker.from_events(" in source


def test_rasa_still_copies_every_slot_for_every_tracker():
    source = inspect.getsource(inspect.getmodule(DialogueStateTracker))
    assert "{slot.name: copy.copy(slot) for slot in slots}" in source
    assert "__copy__" not in inspect.getsource(rasa_slots).replace("Slot.__copy__", "")


@pytest.mark.parametrize("kind", [AnySlot, TextSlot])
def test_a_copied_slot_is_another_one_with_the_same_fields(kind):
    slot: Slot = kind("place", [{"type": "custom"}], influence_conversation=False)
    slot.value = "3号楼"
    copied = copy.copy(slot)
    assert type(copied) is kind
    assert vars(copied) == vars(slot)
    copied.value = "4号楼"
    assert slot.value == "3号楼"
    tracker = DialogueStateTracker("who", [slot])
    assert tracker.slots["place"] is not slot


def test_rasa_still_works_out_the_applied_events_at_each_call():
    source = inspect.getsource(patches._original_applied_events)
    assert "cache" not in source
    assert "for event in self.events:" in source


@pytest.mark.parametrize(
    "last",
    [
        SlotSet("a", 1),
        ActionReverted(),
        UserUtteranceReverted(),
        ActiveLoop(None),
        ActionExecuted("action_listen"),
    ],
)
def test_applied_events_follow_every_new_event(last):
    tracker = DialogueStateTracker("who", [])
    for event in (
        ActionExecuted("action_listen"),
        UserUttered("一"),
        ActionExecuted("action_answer"),
        ActionExecuted("action_listen"),
        UserUttered("二"),
        ActionExecuted("action_answer"),
    ):
        tracker.update(event)
        theirs = patches._original_applied_events(tracker)
        assert tracker.applied_events() == theirs
    tracker.applied_events().clear()  # whoever asks may change what they got
    tracker.update(last)
    theirs = patches._original_applied_events(tracker)
    assert tracker.applied_events() == theirs
