"""Reports that are refused, politely: of whom staff have blocked, and far too many."""

from rasa_sdk import Tracker

from actions.reading import Reading
from actions.speaking import Events, SpeakingAction
from actions.wiring import ports
from community.answers import AnswerComposer
from community.calendar import start_of_day
from community.dialogue.meaning import Meaning
from community.payloads import talk_payload
from community.replies import Choice, Choices, Part, Text
from community.residents import Resident
from community.tickets import TicketKind
from community.tickets.limits import NORMAL, matter_of
from community.tickets.telling import day

FILING = frozenset({"matter", "talk_handoff", "reason", "visit", "resume_report"})
"""Meanings that would file a ticket."""
REPORTING = frozenset({"matter", "resume_report"})
PERSON = Choice("转人工", talk_payload("handoff"))


async def is_refused(conversation: str, meaning: Meaning) -> bool:
    """Tells whether what a message wants to file is refused now.

    An emergency is never refused, nor what may become one.
    """
    if meaning.intent not in FILING:
        return False
    if await _blocked(conversation) is not None:
        return True
    is_report = meaning.intent in REPORTING
    matter = matter_of(meaning.item, ports().catalog())
    if is_report and matter is not None and matter.urgency != NORMAL:
        return False
    kind = TicketKind.REPORT if is_report else TicketKind.HANDOFF
    return await _is_spent(conversation, kind)


async def _blocked(conversation: str) -> Resident | None:
    """Returns a resident whom staff have blocked."""
    residents = ports().residents
    resident = await residents.get(conversation) if residents else None
    is_blocked = resident is not None and resident.is_blocked(ports().now())
    return resident if is_blocked else None


async def _is_spent(conversation: str, kind: TicketKind) -> bool:
    """Tells whether a resident has filed as many of a kind today as one may."""
    n_filed = await ports().tickets.n_filed(
        conversation, kind, since=start_of_day(ports().now())
    )
    return n_filed >= ports().reports_a_day


class Blocked(SpeakingAction):
    """Says that this is not taken at present; questions and alarms are."""

    leaves_room = False

    def name(self) -> str:
        """Name in the domain."""
        return "action_blocked"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Names the day on which it ends, and whom to call or ask meanwhile."""
        resident = await _blocked(tracker.sender_id)
        if resident is None:
            return await _too_many(tracker.sender_id), []
        until = resident.blocked_until
        end = f"到{day(until)}" if until else "这阵子"
        return [
            Text(
                f"您这边的上报，社区先停了，{end}为止，这件我没法替您报。"
                "觉得不对，可以打社区电话或12345说。问办事照常问我；有危险打110、119、120。"
            )
        ], []


async def _too_many(conversation: str) -> list[Part]:
    """Says that the day's reports are used up, and offers a person."""
    most = ports().reports_a_day
    words = Text(
        f"您今天报了不少件，都记下转给网格员了。一天最多收{most}件，这件请明天再报。"
        "等不及就打12345；有危险打110、119、120，跟我说也行，险情不限。"
    )
    if await _is_spent(conversation, TicketKind.HANDOFF):
        return [words]
    return [words, Choices("也可以让网格员来联系您：", (PERSON,))]
