"""代办、上门: the wish is asked about shortly, then filed as a ticket for a person."""

from dataclasses import asdict, replace

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.answers import remember
from actions.filing import file_once
from actions.handoff import filed_now, how_to_reach
from actions.locating import place_told, whereabouts
from actions.reading import ITEM_SLOT, QUESTION_SLOT, SERVICE_SLOT, Reading
from actions.speaking import Events, SpeakingAction, name_of
from community.answers import AnswerComposer
from community.dialogue.questions import Asked
from community.dialogue.visits import (
    UNASKED,
    Visit,
    says_what,
    tells_of_oneself,
    visit_of,
    visit_question,
    whom_in,
)
from community.replies import Part, Text
from community.reports.model import phone_in
from community.tickets import TicketDraft, TicketKind

MAX_WORDS = 300


class AskForVisit(SpeakingAction):
    """Asks for whom and when, at most two questions, and files the wish."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_visit"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Begins, takes an answer, or files."""
        if reading.value == "cancel":
            return [Text("好的，那先不请人去了，想请的时候再跟我说。")], [
                SlotSet(QUESTION_SLOT, None)
            ]
        before = visit_of(tracker.get_slot(QUESTION_SLOT))
        if before is None:
            visit, events = _begun(reading, tracker)
        else:
            visit, events = _with_answer(before, reading, tracker), []
        if visit.step is not None:
            question = {"kind": Asked.VISIT.value, "visit": asdict(visit)}
            is_told = before is not None and before.step == visit.step
            heard: list[Part] = [Text("记下了，来的人会知道。")] if is_told else []
            asked = visit_question(visit, name_of(visit.item, composer))
            return [*heard, asked], [
                *events,
                SlotSet(QUESTION_SLOT, question),
            ]
        parts, filed = await _filed(visit, reading, tracker, composer)
        return parts, [*events, SlotSet(QUESTION_SLOT, None), *filed]


def _begun(reading: Reading, tracker: Tracker) -> tuple[Visit, Events]:
    item = reading.item or tracker.get_slot(SERVICE_SLOT)
    place = place_told(reading.text, reading.entities, tracker) or ""
    contact = phone_in(reading.entities) or ""
    words = "" if reading.chosen else reading.text[:MAX_WORDS]
    visit = Visit.told(words, item, place, contact)
    kind, _, value = (reading.value or "").partition(":")
    if kind in ("whom", "when"):  # a choice of an earlier question, tapped late
        visit = replace(visit, **{kind: value})
    known = item and tracker.get_slot(ITEM_SLOT) != item
    return visit, remember(item, reading, tracker) if item and known else []


def _with_answer(visit: Visit, reading: Reading, tracker: Tracker) -> Visit:
    kind, _, value = (reading.value or "").partition(":")
    place = place_told(reading.text, reading.entities, tracker) or ""
    visit = replace(
        visit,
        place=visit.place or place,
        contact=visit.contact or phone_in(reading.entities) or "",
    )
    if reading.chosen and kind in ("whom", "when"):
        return replace(visit, **{kind: value})
    told = says_what(reading.text)
    if told == "place" and not visit.place:
        return replace(visit, place=reading.text[:60])
    if told == "when" and not place:
        return replace(visit, when=reading.text[:60])
    if visit.step == "whom":
        return replace(visit, whom=whom_in(reading.text, visit.relative))
    if tells_of_oneself(reading.text) or (place and place == visit.place):
        told = f"{visit.words}；{reading.text}"[:MAX_WORDS]
        return replace(visit, words=told)
    return replace(visit, when=reading.text[:60])


async def _filed(
    visit: Visit, reading: Reading, tracker: Tracker, composer: AnswerComposer
) -> tuple[list[Part], Events]:
    where = whereabouts(tracker, visit.place)
    name = name_of(visit.item, composer)
    filed = await file_once(
        TicketDraft(
            idempotency_key=f"{reading.message_id}#0",
            kind=TicketKind.HANDOFF,
            conversation=tracker.sender_id,
            item=visit.item,
            description=visit.description(name),
            place=visit.place,
            contact=visit.contact,
            grid=where.grid,
            community=where.community,
        )
    )
    ticket = filed.ticket
    first = "麻烦您先跟本人说一声，他愿意了才好上门。" if visit.whom == UNASKED else ""
    address = "" if visit.place else "住哪儿，打字告诉我一声。"
    about = f"“{name}”" if visit.item else ""
    text = f"好的，{about}请人上门的事记下了，编号 {ticket.number}。{first}{address}"
    again = "能不能上门、哪天去，网格员问过窗口再跟您定。"
    return [Text(text), Text(again + how_to_reach(ticket, composer))], [
        filed_now(ticket)
    ]
