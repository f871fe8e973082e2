"""Residents whose reports staff have refused for a while: a polite answer."""

from rasa_sdk import Tracker

from actions.reading import Reading
from actions.speaking import Events, SpeakingAction
from actions.wiring import ports
from community.answers import AnswerComposer
from community.replies import Part, Text
from community.tickets.telling import day

FILING = frozenset({"matter", "talk_handoff", "reason", "visit"})
"""Meanings that would file a ticket."""


async def is_blocked(conversation: str) -> bool:
    """Tells whether reports of this person are refused now."""
    residents = ports().residents
    if residents is None:
        return False
    resident = await residents.get(conversation)
    return resident is not None and resident.is_blocked(ports().now())


class Blocked(SpeakingAction):
    """Says that reports are not taken at present; questions and alarms are."""

    leaves_room = False

    def name(self) -> str:
        """Name in the domain."""
        return "action_blocked"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Names the day on which it ends, and whom to call meanwhile."""
        residents = ports().residents
        resident = await residents.get(tracker.sender_id) if residents else None
        until = resident.blocked_until if resident else None
        end = f"到{day(until)}" if until else "这阵子"
        return [
            Text(
                f"您这边的上报，社区先停了，{end}为止，这件我没法替您报。"
                "觉得不对，可以打社区电话或12345说。问办事照常问我；有危险打110、119、120。"
            )
        ], []
