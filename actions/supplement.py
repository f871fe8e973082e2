"""What is told after something was filed: added to the ticket, or its place corrected."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.filing import N_COMPARED, at_place, moved_to
from actions.handoff import filed_now, handoff_draft, open_handoff
from actions.locating import place_told, whereabouts
from actions.reading import ITEM_SLOT, PHOTOS_SLOT, TICKET_SLOT, Reading
from actions.sent_files import still_there, times_of, told_gone
from actions.speaking import Events, SpeakingAction
from actions.wiring import ports
from actions.withdrawing import asked_to_withdraw
from community.answers import AnswerComposer
from community.contacts import as_note, contact_in, without_label
from community.dialogue.praise import PRAISE
from community.emergencies.after import CALLS_OFF, SETTLES, After
from community.emergencies.after_alarm import has_called
from community.emergencies.alarm_replies import OpenAlarm, words_after
from community.emergencies.whereabouts import whereabouts_told
from community.errors import NotFoundError, TransitionRefusedError
from community.payloads import PHOTOS_VALUE
from community.replies import Part, Text
from community.reports.after_filing import CONTACT, FILED, STILL, WORSE
from community.reports.corrections import contrast, put_right
from community.reports.model import phone_in
from community.reports.place_parts import replaced

_PRESSING = {WORSE: "情况重了", STILL: "还没弄好"}


class Supplement(SpeakingAction):
    """Adds a place, a telephone number or photos to what was filed before."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_supplement"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Adds to the ticket itself; to a new one only where that is over."""
        before = tracker.get_slot(TICKET_SLOT) or {}
        number, is_urgent = before.get("number", ""), bool(before.get("urgent"))
        kind, _, named = (reading.value or "").partition(":")
        if kind == "to" and named != number:
            number, is_urgent = named, False
        if before.get("corrects") and not reading.value:
            is_place = place_told(reading.text, reading.entities, tracker)
            kind, named = ("place", reading.text) if is_place else ("", "")
        if kind == "place":
            return await _corrected(named, number, reading, tracker)
        if kind == CONTACT:
            return [Text(f"好，您把对的号码发来，我给处理 {number} 的人记上。")], []
        if kind == FILED:
            words = "不用再报，来处理的人看得到。想补充就接着说。"
            return [Text(f"已经报上去了，编号 {number}，{words}")], []
        photos = await still_there(times_of(tracker.get_slot(PHOTOS_SLOT)))
        text = "" if reading.value == PHOTOS_VALUE else reading.text
        contact = contact_in(text) if phone_in(reading.entities) else None
        text = as_note(text, contact) if contact else text
        call = "要是电话还没打，请现在就打。" if is_urgent else ""
        said = After(named) if kind == "alarm" else None
        events: Events = [SlotSet(PHOTOS_SLOT, None)]
        try:
            ticket = await ports().tickets.remark(
                number,
                tracker.sender_id,
                text=text or "补一张照片",
                photos=photos.there,
                key=f"{reading.message_id}#0",
                now=ports().now(),
            )
        except (NotFoundError, TransitionRefusedError):
            item = reading.item or tracker.get_slot(ITEM_SLOT)
            words = f"补充 {number}：{text or '照片'}"
            filed, gone = await open_handoff(reading, tracker, item, words)
            ticket = filed.ticket
            return [
                Text(f"{number} 已经结了，我另记了一件，编号 {ticket.number}。{call}"),
                *gone,
            ], [*events, filed_now(ticket, urgent=is_urgent)]
        draft = handoff_draft(reading, tracker, ticket.life.item, text)
        await moved_to(ticket, draft)
        noted = _noted(kind, number, contact)
        if kind in _PRESSING:
            await _pressed(number, reading, tracker)
        if is_urgent and kind != PRAISE:
            place = _place_of_alarm(reading, before, said) or draft.place
            before = _heard(before, said, reading.text, composer)
            noted = words_after(said, alarm_of(before), reading.text, place)
            told = _told_on(before, said, has_place=bool(place))
            events.append(SlotSet(TICKET_SLOT, told))
        parts: list[Part] = [Text(noted), *told_gone(photos)]
        if said in CALLS_OFF and not ticket.life.is_final:
            question, asked = asked_to_withdraw(ticket, composer)
            return [*parts, *question], [*events, *asked]
        return parts, events


def _noted(kind: str, number: str, contact: str | None) -> str:
    """Says what was noted on a ticket that is no alarm."""
    if kind in _PRESSING:
        return f"记到 {number} 里了。{_PRESSING[kind]}，我也替您催了。"
    if kind == PRAISE:
        return f"您的夸奖记到 {number} 里了，来处理的人看得到。"
    if contact:
        return (
            f"记上了，{number} 的联系电话：{without_label(contact)}。来处理的人看得到。"
        )
    return f"记上了，跟 {number} 放在一起交给网格员。"


def alarm_of(ticket: Mapping[str, Any]) -> OpenAlarm:
    """Returns the alarm that an urgent ticket was filed for."""
    return OpenAlarm(
        number=ticket.get("number", ""),
        call=ticket.get("call") or (),
        rule=ticket.get("alarm"),
        n_told=ticket.get("n_told", 0),
        is_settled=bool(ticket.get("settled")),
        wants_place=bool(ticket.get("wants_place")),
        steps=ticket.get("steps", ""),
        is_of_other=bool(ticket.get("of_other")),
    )


def _heard(
    ticket: Mapping[str, Any], said: After | None, text: str, composer: AnswerComposer
) -> Mapping[str, Any]:
    """Returns the alarm after what changes it: a call, an illness, its end."""
    if said is After.ILL:
        call = ["120", *(n for n in ticket.get("call") or () if n != "120")]
        steps = composer.steps_for_ill(ticket.get("alarm"))
        return {**ticket, "call": call, "steps": steps, "settled": False}
    if said in SETTLES - {After.CALLED}:
        return {**ticket, "steps": ""}
    if said is not None and has_called(text):
        return {**ticket, "settled": True}
    return ticket


def _place_of_alarm(
    reading: Reading, ticket: Mapping[str, Any], said: After | None
) -> str:
    """Returns the answer to where it is, if that is still asked."""
    if said is not None or not ticket.get("wants_place"):
        return ""
    return whereabouts_told(reading.text, reading.entities)


def _told_on(
    ticket: Mapping[str, Any], said: After | None, *, has_place: bool
) -> dict[str, Any]:
    """Returns what is remembered of an alarm after one more word about it."""
    return {
        **ticket,
        "n_told": ticket.get("n_told", 0) + 1,
        "of_other": bool(ticket.get("of_other")) or said is After.OTHER,
        "settled": bool(ticket.get("settled")) or said in SETTLES,
        "wants_place": bool(ticket.get("wants_place")) and not has_place,
    }


async def _pressed(number: str, reading: Reading, tracker: Tracker) -> None:
    """Presses for a ticket of which worse is told; what is being ended is let be."""
    with suppress(NotFoundError, TransitionRefusedError):
        await ports().tickets.urge(
            number, tracker.sender_id, key=f"{reading.message_id}#1", now=ports().now()
        )


async def _corrected(
    right: str, number: str, reading: Reading, tracker: Tracker
) -> tuple[list[Part], Events]:
    """Tells who works on it where it really is; a ticket nobody has moves there."""
    before = tracker.get_slot(TICKET_SLOT) or {}
    if not right:
        waits = {**before, "wants_place": True, "corrects": True}
        ask = f"好，{number} 的地点不对是吧？您说对的，我这就改。"
        return [Text(ask)], [SlotSet(TICKET_SLOT, waits)]
    tickets = await ports().tickets.of_conversation(tracker.sender_id, limit=N_COMPARED)
    ticket = next((t for t in tickets if t.number == number), None)
    known = before.get("place") or (ticket.draft.place if ticket else "")
    wrong = (contrast(reading.text) or ("",))[0]
    is_in_it = wrong and wrong in known
    place = put_right(known, wrong, right) if is_in_it else replaced(known, right)
    is_new = bool(known) and not place.startswith(known)
    done = {**before, "wants_place": False, "corrects": False, "place": place}
    try:
        ticket = await ports().tickets.remark(
            number,
            tracker.sender_id,
            text=f"{'更正' if is_new else ''}地点：{place}",
            key=f"{reading.message_id}#0",
            now=ports().now(),
        )
    except (NotFoundError, TransitionRefusedError):
        return [Text(f"{number} 已经结了，改不了。还没弄好的话，您再报一次。")], [
            SlotSet(TICKET_SLOT, done)
        ]
    grid = whereabouts(tracker, place).grid
    draft = handoff_draft(reading, tracker, ticket.life.item, "")
    await moved_to(ticket, at_place(draft, place, grid), is_correction=True)
    told = f"地点改成“{place}”" if is_new else f"地点记上了：{place}"
    return [Text(f"好，{number} 的{told}，来处理的人看得到。")], [
        SlotSet(TICKET_SLOT, done)
    ]
