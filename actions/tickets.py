"""Filed tickets: how they stand, pressing for them, withdrawing them."""

import re
from collections.abc import Sequence
from datetime import timedelta

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.reading import (
    ASKED_SLOT,
    ITEM_SLOT,
    QUESTION_SLOT,
    TICKET_SLOT,
    Reading,
)
from actions.report_opening import story_kept
from actions.speaking import Events, SpeakingAction, is_reporting, name_of
from actions.wiring import ports
from actions.withdrawing import asked_to_withdraw, asked_to_withdraw_all
from community.answers import AnswerComposer
from community.dialogue.feedback import solved_question
from community.dialogue.filed_tickets import ALL
from community.errors import NotFoundError, TransitionRefusedError
from community.payloads import intent_payload, report_payload
from community.replies import Choice, Choices, Part, Text
from community.tickets import Action, Ticket, TicketState
from community.tickets.lifecycle import UNSOLVED
from community.tickets.telling import meant, number_in, standing

MAX_LISTED = 5
MAX_OWN = 30
MAX_CHOICES = 3
EARLIER = "earlier"
SAY_THE_NUMBER = "还有更早的，说编号我也能查。"
URGED_ENOUGH = timedelta(hours=2)
"""Whoever pressed so recently is told so; staff get no second card."""
NONE_FILED = (
    "我这里没有查到您报过的事。如果是在窗口办的，得问受理的窗口；"
    "要反映新问题，直接跟我说就行。"
)
REPORT = Choice("反映新问题", report_payload())
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
        """Tells of the one that is meant, or lists the newest of this conversation."""
        start = _start_of_page(reading)
        tickets = await own(
            tracker, reading, limit=max(MAX_OWN, start + MAX_LISTED + 1)
        )
        if not tickets:
            return [Text(NONE_FILED)], story_kept(reading.text, composer.catalog)
        if start:
            return _page("更早的：", tickets[start:], start, tracker, composer), []
        number = number_in(reading.text)
        found = meant_by(reading.text, tickets, composer)
        if number and not found:
            title = f"{number} 不在您报过的里头，号再看看？您报过的有："
            return _page(title, tickets, 0, tracker, composer), []
        if len(found) == 1 or len(tickets) == 1:
            return _one((found or tickets)[0], tracker, composer)
        return _page("您报过的事：", tickets, 0, tracker, composer), []


class TicketUrge(SpeakingAction):
    """催一下: records that the resident presses, where that is possible."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ticket_urge"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Presses for the one that is meant; asks which only where it must."""
        tickets = await own(tracker, reading)
        waiting = [t for t in tickets if t.state in UNSOLVED]
        ticket = _chosen(reading, tickets) or _only(reading.text, waiting, composer)
        if ticket is None and len(waiting) > 1:
            return [which("催哪一件？", "ticket_urge", waiting, composer)], []
        if ticket is None:
            if tickets:
                return _one(tickets[0], tracker, composer)
            return [Text(NONE_FILED)], []
        if await _urged_lately(ticket):
            return [
                Text(f"{ticket.number} 刚替您催过了，他们收到了。着急就打12345。")
            ], []
        try:
            ticket = await ports().tickets.urge(
                ticket.number,
                tracker.sender_id,
                key=f"{reading.message_id}#0",
                now=ports().now(),
            )
        except (NotFoundError, TransitionRefusedError):
            return _one(ticket, tracker, composer)
        return [
            Text(
                f"替您催了 {ticket.number}“{name_of(ticket.life.item, composer)}”，"
                f"催了几次上头也看得见。{standing(ticket, ports().now())}"
            )
        ], []


class TicketWithdraw(SpeakingAction):
    """Withdraws a ticket, after asking once."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ticket_withdraw"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Asks, or does what was answered."""
        answer, _, number = (reading.value or "").partition(":")
        if answer == "no":
            kept = "都" if number == ALL else f"{number} "
            return [Text(f"好，{kept}留着，接着办。")], [SlotSet(QUESTION_SLOT, None)]
        if answer == "yes" and number != ALL:
            return await _withdrawn(number, tracker)
        tickets = [t for t in await own(tracker, reading) if not t.life.is_final]
        if answer == "yes":
            return await _all_withdrawn(tickets, tracker)
        if not tickets:
            return [Text("您这里没有还在办的事，不用撤。")], []
        if answer == ALL and len(tickets) > 1:
            return asked_to_withdraw_all(tickets, composer)
        ticket = _chosen(reading, tickets) or _only(reading.text, tickets, composer)
        ticket = ticket or _filed_last(tickets, tracker)
        if is_reporting(tracker):
            named = f"“撤回{ticket.number}”" if ticket else "撤哪一件"
            return [Text(f"先把这件报完，再跟我说{named}就行。")], []
        if ticket is None:
            return [which("撤哪一件？", "ticket_withdraw", tickets, composer)], []
        return asked_to_withdraw(ticket, composer)


class Cancel(SpeakingAction):
    """Answers "never mind" outside a form; asks before it withdraws anything."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_cancel"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Withdraws only on clear words; else forgets what was talked of."""
        number = (tracker.get_slot(TICKET_SLOT) or {}).get("number")
        if number and _WITHDRAW.search(reading.text):
            tickets = [t for t in await own(tracker) if not t.life.is_final]
            ticket = _filed_last(tickets, tracker)
            if ticket is not None:
                return asked_to_withdraw(ticket, composer)
        return [Text("好的，先不管它。有别的事您再说。")], [SlotSet(ITEM_SLOT, None)]


async def own(
    tracker: Tracker, reading: Reading | None = None, *, limit: int = MAX_OWN
) -> list[Ticket]:
    """Returns the resident's own and followed tickets, newest first.

    One whose number is said or tapped is among them, however old it is.
    """
    who, repository = tracker.sender_id, ports().tickets
    tickets = await repository.of_conversation(who, limit=limit)
    if reading is None:
        return tickets
    number = number_in(reading.value or "") or number_in(reading.text)
    if number is None or any(t.number == number for t in tickets):
        return tickets
    return [*tickets, *await repository.of_conversation(who, limit=1, number=number)]


def meant_by(
    text: str, tickets: Sequence[Ticket], composer: AnswerComposer
) -> list[Ticket]:
    """Returns the tickets that a message may be about."""
    catalog = composer.catalog

    def names(key: str) -> tuple[str, ...]:
        base, _, item_id = key.partition("/")
        known = catalog.services if base == "service" else catalog.matters
        item = known.get(item_id)
        return (item.short_name, item.name, *item.aliases) if item else ()

    return meant(tickets, text, names)


def which(
    prompt: str, intent: str, tickets: Sequence[Ticket], composer: AnswerComposer
) -> Choices:
    """Asks which of several tickets is meant."""
    return Choices(
        prompt,
        tuple(
            Choice(
                f"{ticket.number} {name_of(ticket.life.item, composer)}",
                intent_payload(intent, f"of:{ticket.number}"),
            )
            for ticket in tickets[:MAX_CHOICES]
        ),
    )


def _listed(tickets: Sequence[Ticket], composer: AnswerComposer) -> str:
    now = ports().now()
    return "\n".join(
        f"{ticket.number} {name_of(ticket.life.item, composer)}：{standing(ticket, now)}"
        for ticket in tickets[:MAX_LISTED]
    )


def _start_of_page(reading: Reading) -> int:
    kind, _, start = (reading.value or "").partition(":")
    return int(start) if kind == EARLIER and start.isdecimal() else 0


def _page(
    title: str,
    tickets: Sequence[Ticket],
    start: int,
    tracker: Tracker,
    composer: AnswerComposer,
) -> list[Part]:
    """Lists some tickets; older ones are a tap away, or a number during a form."""
    parts: list[Part] = [Text(f"{title}\n{_listed(tickets, composer)}")]
    if len(tickets) <= MAX_LISTED:
        return parts
    if is_reporting(tracker):
        return [*parts, Text(SAY_THE_NUMBER)]
    after = intent_payload("talk_ticket_status", f"{EARLIER}:{start + MAX_LISTED}")
    return [*parts, Choices(SAY_THE_NUMBER, (Choice("更早的", after),))]


def _one(
    ticket: Ticket, tracker: Tracker, composer: AnswerComposer
) -> tuple[list[Part], Events]:
    """Tells of one ticket, and offers what can be done with it."""
    parts: list[Part] = [Text("您报过的事：\n" + _listed([ticket], composer))]
    if is_reporting(tracker):
        return parts, []
    if ticket.state in (TicketState.RESOLVED, TicketState.CLOSED):
        question = solved_question(ticket.number)
        return [*parts, question], [asked_about(ticket, tracker)]
    if ticket.state in UNSOLVED:
        urge = Choice("催一下", intent_payload("ticket_urge", f"of:{ticket.number}"))
        back = Choice(
            "不用办了", intent_payload("ticket_withdraw", f"of:{ticket.number}")
        )
        parts.append(Choices("想补充就直接说“补充”，照片也能发。", (urge, back)))
        filed = {"number": ticket.number, "urgent": ticket.life.urgency == "critical"}
        known = tracker.get_slot(TICKET_SLOT) or {}
        if known.get("number") == ticket.number:
            filed = {**known, **filed}
        return parts, [SlotSet(TICKET_SLOT, filed)]
    return parts, []


def asked_about(ticket: Ticket, tracker: Tracker) -> dict[str, object]:
    """Returns the event that remembers that a ticket's result was asked about."""
    entry = {"number": ticket.number, "item": ticket.life.item}
    kept = [e for e in asked_entries(tracker) if e["number"] != ticket.number]
    event: dict[str, object] = SlotSet(ASKED_SLOT, [*kept, entry])
    return event


def asked_entries(tracker: Tracker) -> list[dict[str, str | None]]:
    """Returns the tickets whose results wait for an answer, newest last."""
    return list(tracker.get_slot(ASKED_SLOT) or [])


def _chosen(reading: Reading, tickets: Sequence[Ticket]) -> Ticket | None:
    kind, _, number = (reading.value or "").partition(":")
    if kind != "of":
        return None
    return next((t for t in tickets if t.number == number), None)


def _only(
    text: str, tickets: Sequence[Ticket], composer: AnswerComposer
) -> Ticket | None:
    if len(tickets) == 1 and number_in(text) is None:
        return tickets[0]
    found = meant_by(text, tickets, composer)
    return found[0] if len(found) == 1 else None


def _filed_last(tickets: Sequence[Ticket], tracker: Tracker) -> Ticket | None:
    number = (tracker.get_slot(TICKET_SLOT) or {}).get("number")
    return next((t for t in tickets if t.number == number), None)


async def _urged_lately(ticket: Ticket) -> bool:
    if not ticket.life.n_urged:
        return False
    events = await ports().tickets.events(ticket.number)
    last = max((e.at for e in events if e.action is Action.URGE), default=None)
    return last is not None and ports().now() - last < URGED_ENOUGH


async def _withdrawn(number: str, tracker: Tracker) -> tuple[list[Part], Events]:
    ticket = await ports().tickets.withdraw(
        number, tracker.sender_id, now=ports().now()
    )
    events = [SlotSet(QUESTION_SLOT, None)]
    if ticket is None:
        return [Text("这一件不在您报过的里头，没有动它。")], events
    if ticket.state is not TicketState.WITHDRAWN and ticket.life.is_final:
        return [Text(f"{number} 早就结了，不用撤。")], events
    before = tracker.get_slot(TICKET_SLOT) or {}
    if before.get("number") == number:
        events.append(SlotSet(TICKET_SLOT, None))
    again = "要是又不好了，马上打电话。" if ticket.life.urgency == "critical" else ""
    others = ""
    if ticket.state is not TicketState.WITHDRAWN:
        others = "别的邻居也报了，他们的接着办，不再打扰您。"
    return [Text(f"好的，{number} 已经撤回。{others}{again}")], events


async def _all_withdrawn(
    tickets: Sequence[Ticket], tracker: Tracker
) -> tuple[list[Part], Events]:
    """Withdraws each of them; what could not be is still among the resident's own."""
    parts: list[Part] = []
    events: Events = [SlotSet(QUESTION_SLOT, None)]
    for ticket in tickets:
        told, more = await _withdrawn(ticket.number, tracker)
        parts, events = [*parts, *told], [*events, *more]
    return parts or [Text("您这里没有还在办的事，不用撤。")], events
