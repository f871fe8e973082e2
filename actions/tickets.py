"""Questions about filed tickets, and their withdrawal."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.reading import ASKED_SLOT, ITEM_SLOT, TICKET_SLOT, Reading
from actions.speaking import Events, SpeakingAction
from actions.wiring import ports
from community.answers import AnswerComposer
from community.errors import NotFoundError, TransitionRefusedError
from community.replies import Part, Text
from community.tickets import TicketStatus

MAX_LISTED = 3
STATUS_WORDS = {
    TicketStatus.OPEN: "已经记在案，等网格员处理",
    TicketStatus.WITHDRAWN: "您已经撤回",
    TicketStatus.CLOSED: "已经办结",
}
_WITHDRAW = re.compile(
    r"撤[回了销掉]|不用[来修报管了]|取消.{0,3}(?:反映|上报|工单|刚才|那个)|已经(?:修|弄)好|自己好了"
)


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


class TicketAnswer(SpeakingAction):
    """Takes the answer to the question whether a ticket is solved."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ticket_answer"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Closes the ticket, or hands it to the tier above with the words said."""
        number = tracker.get_slot(ASKED_SLOT) or ""
        satisfied = reading.value == "yes"
        events: Events = [SlotSet(ASKED_SLOT, None)]
        try:
            await ports().tickets.answer(
                number,
                tracker.sender_id,
                satisfied=satisfied,
                remark="" if satisfied or reading.chosen else reading.text,
                key=f"{reading.message_id}#0",
                now=ports().now(),
            )
        except (NotFoundError, TransitionRefusedError):
            return [
                Text("这件事已经有结论了。要是又不好，直接跟我说，我再给您报。")
            ], events
        if satisfied:
            return [Text(f"好，{number} 就结了，谢谢您告诉我。")], events
        return [
            Text(f"对不住，没办好。{number} 已经往上转，接着办，有信儿我再告诉您。")
        ], [*events, SlotSet(TICKET_SLOT, {"number": number, "urgent": False})]


class Cancel(SpeakingAction):
    """Answers "never mind" outside a form; withdraws what was just filed."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_cancel"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Withdraws only on clear words; else forgets what was talked of."""
        before = tracker.get_slot(TICKET_SLOT) or {}
        number = before.get("number")
        if number and _WITHDRAW.search(reading.text):
            ticket = await ports().tickets.withdraw(number, tracker.sender_id)
            if ticket is not None:
                again = "要是又不好了，马上打电话。" if before.get("urgent") else ""
                return [Text(f"好的，{number} 已经撤回。{again}")], [
                    SlotSet(TICKET_SLOT, None)
                ]
        return [Text("好的，先不管它。有别的事您再说。")], [SlotSet(ITEM_SLOT, None)]
