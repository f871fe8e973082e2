"""Recordings that nobody could read: each waits for a yes before it goes to a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.reading import RECORDING_SLOT
from actions.sent_files import times_of
from community.payloads import value_payload
from community.replies import Choice, Choices

ATTACH, LEAVE_OUT = "attach_recording", "leave_recording_out"
"""Values of the two answers to `IN_REPORT`."""
IN_REPORT = Choices(
    "或者，我把这段录音跟这件事一起交给网格员？",
    (
        Choice("一起交", value_payload(ATTACH)),
        Choice("不用", value_payload(LEAVE_OUT)),
    ),
)
SAID_IN_IT = "见录音"
"""What is wrong, where the recording tells it."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """What the slot `recording` holds: blob ids, and when each came."""

    waiting: Mapping[str, str]
    """The one that was offered last and not decided yet."""
    attached: Mapping[str, str]
    """Those that go into the open report."""

    @classmethod
    def of(cls, tracker: Any) -> "Recordings":
        """Reads the slot of a tracker, Rasa's or that of the actions."""
        kept = tracker.get_slot(RECORDING_SLOT) or {}
        if isinstance(kept, str):  # of a dialogue before recordings could wait
            kept = {"waiting": [kept]}
        return cls(times_of(kept.get("waiting")), times_of(kept.get("attached")))

    def offering(self, recording: str, came: datetime) -> dict[str, Any]:
        """Returns the slot's value while a recording is offered."""
        waiting = {recording: came.isoformat()}
        return {"waiting": waiting, "attached": dict(self.attached)}

    def decided(self, answer: str) -> dict[str, Any]:
        """Returns the slot's value after `ATTACH` or `LEAVE_OUT`."""
        taken = self.waiting if answer == ATTACH else {}
        return {"waiting": {}, "attached": {**self.attached, **taken}}

    @property
    def all(self) -> dict[str, str]:
        """Every recording, for whoever takes the conversation over."""
        return {**self.attached, **self.waiting}
