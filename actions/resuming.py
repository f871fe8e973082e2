"""A report that was left unfinished: goes on, or is dropped with a word."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.reading import ITEM_SLOT, PARKED_SLOT, QUESTION_SLOT, Reading
from actions.report_slots import ITEM
from actions.speaking import Events, SpeakingAction
from community.answers import AnswerComposer
from community.replies import Part, Text


class ResumeReport(SpeakingAction):
    """Puts back what was told; the form asks what is still missing."""

    leaves_room = False
    ends_turn = False

    def name(self) -> str:
        """Name in the domain."""
        return "action_resume_report"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Says that it goes on."""
        slots = (tracker.get_slot(PARKED_SLOT) or {}).get("slots") or {}
        events: Events = [SlotSet(name, value) for name, value in slots.items()]
        events += [
            SlotSet(ITEM_SLOT, slots.get(ITEM)),
            SlotSet(PARKED_SLOT, None),
            SlotSet(QUESTION_SLOT, None),
        ]
        return [Text("好，咱接着报，说过的都还在。")], events


class DropReport(SpeakingAction):
    """Drops it."""

    leaves_room = False

    def name(self) -> str:
        """Name in the domain."""
        return "action_drop_report"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Says that nothing was filed."""
        return [Text("好的，那件不报了，什么都没有提交。")], [
            SlotSet(PARKED_SLOT, None),
            SlotSet(QUESTION_SLOT, None),
        ]
