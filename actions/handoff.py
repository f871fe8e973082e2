"""A person instead of the assistant, and questions about filed tickets."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.reading import ITEM_SLOT, UNCLEAR_SLOT, Reading
from actions.speaking import Events, SpeakingAction
from actions.wiring import ports
from community.answers import AnswerComposer
from community.replies import Part, Text
from community.tickets import TicketDraft, TicketKind, TicketStatus

MAX_LISTED = 3
STATUS_WORDS = {
    TicketStatus.OPEN: "已经记在案，等网格员处理",
    TicketStatus.WITHDRAWN: "您已经撤回",
    TicketStatus.CLOSED: "已经办结",
}


class Handoff(SpeakingAction):
    """Records durably that a person is wanted, and says so truthfully."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_handoff"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Stores a handoff ticket about the item talked of."""
        item = reading.item or tracker.get_slot(ITEM_SLOT)
        last = tracker.get_slot("unclear_text") or ""
        ticket = await ports().tickets.open(
            TicketDraft(
                idempotency_key=f"{reading.message_id}#0",
                kind=TicketKind.HANDOFF,
                conversation=tracker.sender_id,
                item=item,
                description="；".join(t for t in (last, reading.text) if t),
            ),
            now=ports().now(),
        )
        about = f"关于{composer.catalog.item_name(item)}的事，" if item else ""
        phone = composer.facts.get("community.phone")
        call = f"着急的话可以先打社区电话 {phone}。" if phone else ""
        return [
            Text(
                f"好的，{about}我已经记下来转给网格员，编号 {ticket.number}。"
                f"着急或没人找您，拿编号打社区电话或12345。{call}"
            )
        ], [SlotSet(UNCLEAR_SLOT, 0.0)]


class TicketStatusAction(SpeakingAction):
    """Tells where the resident's own tickets stand."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ticket_status"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Lists the newest tickets of this conversation only."""
        tickets = await ports().tickets.of_conversation(
            tracker.sender_id, limit=MAX_LISTED
        )
        if not tickets:
            return [
                Text(
                    "我这里没有查到您报过的事。如果是在窗口办的，得问受理的窗口；"
                    "要反映新问题，直接跟我说就行。"
                )
            ], []
        lines = []
        for ticket in tickets:
            item = ticket.draft.item
            name = composer.catalog.item_name(item) if item else "找网格员"
            lines.append(f"{ticket.number} {name}：{STATUS_WORDS[ticket.status]}")
        return [Text("您报过的事：\n" + "\n".join(lines))], []
