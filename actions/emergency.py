"""Emergencies: the number first, then a ticket with what is known."""

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet

from actions.reading import ITEM_SLOT, Reading
from actions.report import clear_report
from actions.speaking import Events, SpeakingAction
from actions.wiring import ports
from community.answers import AnswerComposer
from community.emergency import hazard
from community.errors import CommunityError, StoreUnavailableError
from community.replies import Part, Text
from community.reports import place_in
from community.tickets import TicketDraft, TicketKind


class EmergencyAction(SpeakingAction):
    """Says whom to call in the first sentence and files a ticket at once."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_emergency"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Answers even if the database is down; then no ticket is promised."""
        if reading.emergency is None:
            raise CommunityError("action_emergency: the message has no emergency rule")
        rule = composer.catalog.emergencies[reading.emergency]
        matter_key = f"matter/{rule.matter}"
        if reading.item and reading.item.startswith("matter/"):
            matter_key = reading.item
        first = composer.emergency(rule.id)
        matter = composer.catalog.matters[matter_key.removeprefix("matter/")]
        own = composer.matter_emergency(matter)
        then = rule.then
        if own is not None and hazard(matter.id, reading.text):
            first, then = own, ""  # the matter knows better, as for a lift
        parts: list[Part] = [first]
        try:
            ticket = await ports().tickets.open(
                TicketDraft(
                    idempotency_key=f"{reading.message_id}#0",
                    kind=TicketKind.EMERGENCY,
                    conversation=tracker.sender_id,
                    item=matter_key,
                    description=reading.text,
                    place=place_in(reading.text, reading.entities) or "",
                    urgency="critical",
                ),
                now=ports().now(),
            )
        except StoreUnavailableError:
            parts += [Text(then)] if then else []
        else:
            parts.append(
                Text(
                    f"{then}\n我同时把这事记给了网格员，编号 {ticket.number}。"
                    "电话里说清在什么地方。".strip()
                )
            )
        return parts, [
            *clear_report(),
            SlotSet(ITEM_SLOT, matter_key),
            ActiveLoop(None),
            SlotSet("requested_slot", None),
        ]
