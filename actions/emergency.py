"""Emergencies: the number first, then a ticket with what is known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet

from actions.filing import file_once
from actions.handoff import filed_now
from actions.locating import place_told, whereabouts
from actions.reading import (
    ITEM_SLOT,
    PHOTOS_SLOT,
    TICKET_SLOT,
    TOLD_PLACE_SLOT,
    UNCLEAR_SLOT,
    UNCLEAR_TEXT_SLOT,
    Reading,
)
from actions.report_slots import CONTACT, OPENING, account_of, clear_report
from actions.sent_files import still_there, times_of
from actions.speaking import Events, SpeakingAction
from community.answers import AnswerComposer
from community.emergencies.cases import case_of, rule_of
from community.emergencies.consequences import ILLNESS, THREATENED, follows
from community.emergencies.detection import hazard
from community.errors import CommunityError, StoreUnavailableError
from community.replies import Emergency, Part, Text
from community.reports.model import phone_in
from community.tickets import TicketDraft, TicketKind


@dataclass(frozen=True, slots=True)
class _Alarm:
    """What to say first, what next, and under which matter to file it."""

    first: Emergency
    then: str
    matter: str
    steps: str = ""
    """What to do until help comes."""
    of_other: bool = False
    """Somebody else despairs or has taken poison: who writes needs to be told what to do."""


class EmergencyAction(SpeakingAction):
    """Says whom to call in the first sentence and files a ticket at once."""

    leaves_room = False

    def name(self) -> str:
        """Name in the domain."""
        return "action_emergency"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Answers even if the database is down; then no ticket is promised."""
        so_far = account_of(tracker)  # of a report that was not finished
        story = so_far.what or _begun(tracker)
        before = _open_alarm(tracker)
        alarm = _goes_on(_alarm(reading, composer, story), before, composer)
        place = place_told(reading.text, reading.entities, tracker) or so_far.place
        place = place or (tracker.get_slot(TOLD_PLACE_SLOT) or {}).get("text", "")
        where = whereabouts(tracker, place)
        photos = await still_there(times_of(tracker.get_slot(PHOTOS_SLOT)))
        draft = TicketDraft(
            idempotency_key=f"{reading.message_id}#0",
            kind=TicketKind.EMERGENCY,
            conversation=tracker.sender_id,
            item=_same_matter(alarm, before, tracker) or alarm.matter,
            description=_told(reading, story),
            place=place,
            contact=phone_in(reading.entities) or tracker.get_slot(CONTACT) or "",
            urgency="critical",
            grid=where.grid,
            community=where.community,
            photos=photos.there,
        )
        events: Events = [
            *clear_report(),
            SlotSet(ITEM_SLOT, alarm.matter),
            SlotSet(UNCLEAR_SLOT, 0.0),
            ActiveLoop(None),
            SlotSet("requested_slot", None),
        ]
        try:
            filed = await file_once(draft)
        except StoreUnavailableError:
            return [alarm.first, *([Text(alarm.then)] if alarm.then else [])], events
        ticket = filed.ticket
        known = place or ticket.draft.place
        ask = "" if known else "打完电话，方便时告诉我在什么地方。"
        noted = f"我同时把这事记给了网格员，编号 {ticket.number}。{ask}"
        if filed.is_folded:
            noted = f"这句也记到 {ticket.number} 里了，网格员看得到。{ask}"
        events += [SlotSet(PHOTOS_SLOT, None), SlotSet(TOLD_PLACE_SLOT, None)]
        parts: list[Part] = [alarm.first, Text(f"{alarm.then}\n{noted}".strip())]
        told = filed_now(
            ticket,
            urgent=True,
            alarm=_remembered(alarm.first, before),
            of_other=alarm.of_other,
            steps=alarm.steps,
        )
        return parts, [*events, told]


def _open_alarm(tracker: Tracker) -> Mapping[str, Any]:
    """Returns what is remembered of the alarm that is out; nothing where none is."""
    before = tracker.get_slot(TICKET_SLOT) or {}
    return before if before.get("urgent") and before.get("alarm") else {}


def _same_matter(
    alarm: _Alarm, before: Mapping[str, Any], tracker: Tracker
) -> str | None:
    """Returns under which matter the same alarm was filed before: 烟很大, after a fire."""
    is_same = before.get("alarm") == alarm.first.rule or follows(
        alarm.first.rule, before.get("alarm")
    )
    item = str(tracker.get_slot(ITEM_SLOT) or "")
    return item if is_same and item.startswith("matter/") else None


def _goes_on(
    alarm: _Alarm, before: Mapping[str, Any], composer: AnswerComposer
) -> _Alarm:
    """Tells whoever falls ill in a danger that is known the first aid for that."""
    rule, text = before.get("alarm"), str(before.get("steps") or "")
    if not follows(alarm.first.rule, rule):
        return alarm
    if alarm.first.rule == rule and alarm.steps != composer.steps_for_ill(None):
        return alarm  # it is told again which illness it is
    is_ill = rule in ILLNESS and bool(text)
    steps = text if is_ill else composer.steps_for_ill(rule)
    return replace(alarm, then=steps, steps=steps)


def _remembered(alarm: Emergency, before: Mapping[str, Any]) -> Emergency:
    """Keeps that there were blows where they have hurt somebody: more will be asked."""
    if before.get("alarm") in THREATENED and alarm.rule in ILLNESS:
        numbers = dict.fromkeys((*alarm.call, *(before.get("call") or ())))
        return replace(alarm, rule=before["alarm"], call=tuple(numbers))
    return alarm


def _begun(tracker: Tracker) -> str:
    """Returns how a story began that was not understood, or asked on, until now."""
    unclear = tracker.get_slot(UNCLEAR_SLOT) and tracker.get_slot(UNCLEAR_TEXT_SLOT)
    return str(tracker.get_slot(OPENING) or unclear or "")


def _told(reading: Reading, what: str | None) -> str:
    """Returns what happened, with what was told of it before."""
    told = reading.clause or reading.text
    return told if not what or what in told else f"{told}；{what}"


def _alarm(reading: Reading, composer: AnswerComposer, story: str) -> _Alarm:
    """Takes the global rule, else the matter's own note.

    Who feels ill while a stove is reported may breathe its gas.
    """
    text = reading.clause or reading.text
    key = reading.item if (reading.item or "").startswith("matter/") else None
    if reading.emergency is not None:
        rule = composer.catalog.emergencies[rule_of(reading.emergency, text)]
        if case_of(rule.id, text) is None and case_of(rule.id, story) == "fumes":
            text = f"{story}，{text}"
        words = rule.words(case_of(rule.id, text))
        # A case that has a matter of its own knows it better than a guess at the whole.
        is_own = words.matter != rule.matter
        matter_key = f"matter/{words.matter}" if is_own or not key else key
        known = composer.catalog.matters[matter_key.removeprefix("matter/")]
        own = composer.matter_emergency(known)
        if own is not None and hazard(known.id, text):
            # The matter knows better whom to call, as for a lift.
            return _Alarm(own, "", matter_key, steps=known.emergency_steps)
        return _Alarm(
            composer.emergency(rule.id, text),
            words.then,
            matter_key,
            steps=words.meanwhile,
            of_other=rule.id == "self_harm" and bool(words.id),
        )
    matter = composer.catalog.matters.get((key or "").removeprefix("matter/"))
    first = composer.matter_emergency(matter) if matter is not None else None
    if matter is None or first is None:
        raise CommunityError("action_emergency: the message has no emergency rule")
    return _Alarm(
        first,
        composer.matter_advice(matter),
        matter.key,
        steps=matter.emergency_steps,
    )
