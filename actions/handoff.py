"""A person instead of the assistant: asked for, or needed to look something up."""

import re
from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.answers import remember, service_of
from actions.filing import Filed, file_once
from actions.locating import place_told, whereabouts
from actions.reading import (
    ITEM_SLOT,
    PHOTOS_SLOT,
    RECORDING_SLOT,
    TICKET_SLOT,
    UNCLEAR_SLOT,
    UNCLEAR_TEXT_SLOT,
    Reading,
)
from actions.recordings import Recordings
from actions.sent_files import still_there, times_of, told_gone
from actions.speaking import Events, SpeakingAction, is_reporting
from community.answers import AnswerComposer
from community.contacts import contact_in, without_label
from community.dialogue.appeals import disagrees
from community.dialogue.call_back import CALL_BACK
from community.dialogue.praise import PRAISE
from community.dialogue.wordings import wants_person
from community.payloads import item_payload, talk_payload
from community.privacy import without_id_numbers
from community.replies import Choice, Choices, Emergency, Part, Text
from community.reports.model import phone_in
from community.tickets import Ticket, TicketDraft, TicketKind

MAX_TOLD = 4
"""So many messages on the service talked of go to the person, too."""
MAX_TOLD_CHARS = 80
TELLING = ("service", "talk_ask_facet", "nlu_fallback", "oos_other")
OTHER_BUSINESS = (
    "matter",
    "inform",
    "emergency",
    "supplement",
    "talk_handoff",
    "reason",
)
"""What ends the talk that is told."""
LEAVE_PHONE = "想让人给您打电话，把号码发给我就行。"
APPEAL = (
    "不服的话有地方说理：先请办理的窗口书面说明理由，"
    "可以申请行政复议；不知道怎么写，打{hotline.legal}免费问律师，也能打{hotline.gov}反映。"
)

WITH_THE_REPORT = "报上去就有网格员来找您，咱先把这件报完。"
_OURS = re.compile(r"网格员|社区|主任|书记|领导|干部|人工|客服")
FIRST_CHECK = {
    "service/pension_claim": (
        "养老金停了，多半先看今年做没做养老认证：",
        "service/pension_qualification",
    ),
}
"""The usual cause that a resident can put right himself."""


class Handoff(SpeakingAction):
    """Records durably that a person is wanted, and says so truthfully."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_handoff"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Stores a handoff ticket about the item talked of.

        Whoever wants somebody to come for what is being reported gets that with the
        report; only a plain wish for a person is a ticket of its own.
        """
        if is_reporting(tracker) and not (
            reading.chosen or wants_person(reading.text) or _is_ours(reading.text)
        ):
            return [Text(WITH_THE_REPORT)], []
        item = reading.item or tracker.get_slot(ITEM_SLOT)
        if reading.value == CALL_BACK:
            return [_whether_to_call(item, composer)], []
        last = tracker.get_slot(UNCLEAR_TEXT_SLOT) or _told_lately(item, tracker)
        words = "；".join(t for t in (last, reading.text) if t)
        filed, gone = await open_handoff(reading, tracker, item, words)
        ticket = filed.ticket
        about = f"关于{composer.catalog.item_name(item)}的事，" if item else ""
        told = f"好的，{about}我已经记下来转给网格员，编号 {ticket.number}。"
        if filed.is_folded:
            told = f"刚才已经转给网格员了，还是编号 {ticket.number}，这句我也加上了。"
        reach = how_to_reach(ticket, composer)
        if reading.value == PRAISE:
            told, reach = f"这份夸奖我转给社区了，编号 {ticket.number}。谢谢您。", ""
        return [Text(f"{told}{reach}"), *gone], [
            SlotSet(UNCLEAR_SLOT, 0.0),
            *nothing_waits(),
            filed_now(ticket),
        ]


def _whether_to_call(item: str | None, composer: AnswerComposer) -> Choices:
    """Asks whoever gives a number unasked whether it shall be called."""
    name = composer.catalog.item_name(item) if item else "这件事"
    call = Choice("请网格员打给我", talk_payload("handoff"))
    no = Choice("不用", talk_payload("deny"))
    words = f"您的电话我看到了。要我请网格员打这个电话，跟您说“{name}”的事吗？"
    return Choices(words, (call, no))


def _told_lately(item: str | None, tracker: Tracker) -> str:
    """Returns what was said of the service talked of, for whoever takes over."""
    if item is None or not item.startswith("service/"):
        return ""
    told: list[str] = []
    said = [event for event in tracker.events if event.get("event") == "user"]
    for event in reversed(said[:-1]):
        parse_data = event.get("parse_data") or {}
        intent = (parse_data.get("intent") or {}).get("name")
        read = parse_data.get("reading") or {}
        is_number = read.get("value") == CALL_BACK
        if (intent in OTHER_BUSINESS and not is_number) or len(told) == MAX_TOLD:
            break
        if (intent in TELLING and not read.get("chosen")) or is_number:
            told.insert(0, without_id_numbers(event.get("text") or "")[:MAX_TOLD_CHARS])
    return "；".join(told)


class Reason(SpeakingAction):
    """Hands over a question why something was refused or stopped."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_reason"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Files a ticket, names the appeal, and says what to check meanwhile."""
        service = service_of(reading.item, composer)
        filed, gone = await open_handoff(reading, tracker, reading.item, reading.text)
        ticket = filed.ticket
        name = f"{service.short_name}的事，" if service else ""
        appeal = composer.fill(APPEAL) if disagrees(reading.text) else ""
        told = (
            f"{name}具体为什么，我这里查不到，不敢瞎猜。"
            f"我已经请网格员帮您问，编号 {ticket.number}。"
        )
        if filed.is_folded:
            told = f"{name}已经请网格员帮您问着了，还是编号 {ticket.number}，这句我也加上了。"
        parts: list[Part] = [
            Text(told),
            Text(appeal + how_to_reach(ticket, composer)),
            *gone,
        ]
        key = reading.item or ""
        if key in FIRST_CHECK:
            question, other = FIRST_CHECK[key]
            choice = Choice(composer.catalog.item_name(other), item_payload(other))
            parts.append(Choices(question, (choice,)))
        events = [*remember(key, reading, tracker), *nothing_waits()]
        return parts, [*events, filed_now(ticket)]


def _is_ours(text: str) -> bool:
    """Names one of those who take over: 叫主任来."""
    return bool(_OURS.search(text))


async def open_handoff(
    reading: Reading, tracker: Tracker, item: str | None, description: str
) -> tuple[Filed, list[Part]]:
    """Stores a ticket for a person; the same wish again goes into the first one.

    Returns:
        What was filed, and what is said of files that are gone.
    """
    photos = await still_there(times_of(tracker.get_slot(PHOTOS_SLOT)))
    recordings = await still_there(Recordings.of(tracker).all)
    draft = handoff_draft(reading, tracker, item, description)
    files = (*photos.there, *recordings.there)
    filed = await file_once(replace(draft, photos=files))
    return filed, told_gone(photos, recordings)


def handoff_draft(
    reading: Reading, tracker: Tracker, item: str | None, description: str
) -> TicketDraft:
    """Returns what is known for a person who takes over, without files."""
    place = place_told(reading.text, reading.entities, tracker) or ""
    where = whereabouts(tracker, place)
    return TicketDraft(
        idempotency_key=f"{reading.message_id}#0",
        kind=TicketKind.HANDOFF,
        conversation=tracker.sender_id,
        item=item,
        description=description,
        place=place,
        contact=phone_in(reading.entities) or _number_told(description),
        grid=where.grid,
        community=where.community,
    )


def _number_told(description: str) -> str:
    """Returns the number that was told before the person was asked for."""
    told = (contact_in(words) for words in reversed(description.split("；")))
    return without_label(next((number for number in told if number), ""))


def nothing_waits() -> Events:
    """Returns events after which no photo or recording waits for a ticket."""
    return [SlotSet(PHOTOS_SLOT, None), SlotSet(RECORDING_SLOT, None)]


def how_to_reach(ticket: Ticket, composer: AnswerComposer) -> str:
    """Says how to be called back, and whom to call if nobody does."""
    phone = composer.facts.get("community.phone")
    known = f"社区电话 {phone} " if phone else "社区电话"
    call = f"着急或没人找您，拿编号打{known}或12345。"
    return ("" if ticket.draft.contact else LEAVE_PHONE) + call


def filed_now(
    ticket: Ticket,
    *,
    urgent: bool = False,
    alarm: Emergency | None = None,
    of_other: bool = False,
    steps: str = "",
) -> dict[str, object]:
    """Returns the event that remembers a ticket, for additions to it.

    Args:
        ticket: What was filed.
        urgent: Whether it was filed for an alarm.
        alarm: What was said first.
        of_other: Whether somebody else is in danger of his own hand.
        steps: What to do until help comes.
    """
    told: dict[str, object] = {
        "number": ticket.number,
        "urgent": urgent,
        "wants_place": not ticket.draft.place and ticket.life.grid is None,
        "wants_number": not ticket.draft.contact,
    }
    if alarm is not None:
        told |= {"alarm": alarm.rule, "call": list(alarm.call), "of_other": of_other}
        told["steps"] = steps
    event: dict[str, object] = SlotSet(TICKET_SLOT, told)
    return event
