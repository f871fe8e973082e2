"""The question before tickets are withdrawn."""

from collections.abc import Sequence

from rasa_sdk.events import SlotSet

from actions.reading import QUESTION_SLOT
from actions.speaking import Events, name_of
from community.answers import AnswerComposer
from community.dialogue.filed_tickets import ALL
from community.dialogue.questions import Asked
from community.payloads import intent_payload
from community.replies import Choice, Choices, Part
from community.tickets import Ticket


def asked_to_withdraw(
    ticket: Ticket, composer: AnswerComposer
) -> tuple[list[Part], Events]:
    """Asks once whether a ticket is to be withdrawn."""
    name = name_of(ticket.life.item, composer)
    choices = (
        Choice("撤回", intent_payload("ticket_withdraw", f"yes:{ticket.number}")),
        Choice("先留着", intent_payload("ticket_withdraw", f"no:{ticket.number}")),
    )
    question = {"kind": Asked.WITHDRAW.value, "number": ticket.number}
    return [Choices(f"{ticket.number}“{name}”不用办了，撤回吗？", choices)], [
        SlotSet(QUESTION_SLOT, question)
    ]


def asked_to_withdraw_all(
    tickets: Sequence[Ticket], composer: AnswerComposer
) -> tuple[list[Part], Events]:
    """Asks once for all tickets that are still worked on; each is named."""
    named = "、".join(
        f"{ticket.number}“{name_of(ticket.life.item, composer)}”" for ticket in tickets
    )
    choices = (
        Choice("都撤回", intent_payload("ticket_withdraw", f"yes:{ALL}")),
        Choice("先留着", intent_payload("ticket_withdraw", f"no:{ALL}")),
    )
    question = {"kind": Asked.WITHDRAW.value, "number": ALL}
    prompt = f"您报的{named}，这{len(tickets)}件都不用办了，都撤回吗？"
    return [Choices(prompt, choices)], [SlotSet(QUESTION_SLOT, question)]
