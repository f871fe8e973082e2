"""Photos, recordings and locations: kept, offered to the report, or to an open ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Dict, List, Optional, Tuple

from rasa.shared.core.trackers import DialogueStateTracker

from actions.reading import (
    GRID_SLOT,
    PHOTOS_SLOT,
    PLACE_SLOT,
    RECORDING_SLOT,
    TICKET_SLOT,
    TOLD_PLACE_SLOT,
)
from actions.recordings import IN_REPORT, Recordings
from actions.report_slots import PLACE
from actions.sent_files import times_of
from actions.speaking import FORM
from actions.wiring import ports
from bot.form_question import form_question, next_slot
from community.answers import PERSON
from community.blobs import blob_url
from community.dialogue.assurances import DICTATE
from community.messages import Inbound
from community.payloads import photo_payload, report_payload, talk_payload
from community.places import PlaceMatch, is_sure
from community.replies import Choice, Choices, Image, Part, Text
from community.residents import BoundBy
from community.tickets import Ticket, TicketStatus

MAX_PHOTOS = 9
FRESH = timedelta(hours=2)
"""A photo that comes so soon after a ticket was filed belongs to it."""
REPORT = Choice("是，要反映", report_payload())
NOTHING = Choice("不是", talk_payload("deny"))
PASS_ON = Choices(
    "或者，我把这段录音转给网格员听？",
    (
        Choice("转给网格员", talk_payload("handoff")),
        Choice("不用", talk_payload("deny")),
    ),
)

Told = Tuple[List[Part], Dict[str, Any]]
"""What to say and which slots to set."""


def shown(photo: str) -> Image:
    """Returns a stored photo as a part; each channel fetches it in its own way."""
    return Image(blob_url(photo), "照片")


async def photo(inbound: Inbound, tracker: DialogueStateTracker) -> Told:
    """Keeps a photo for the report, adds it to a fresh ticket, or asks what for."""
    new = str(inbound.extra["photo"])
    kept = times_of(tracker.get_slot(PHOTOS_SLOT))
    kept.pop(new, None)
    newest = [*kept.items(), (new, inbound.received_at.isoformat())][-MAX_PHOTOS:]
    photos = dict(newest)
    slots: Dict[str, Any] = {PHOTOS_SLOT: photos}
    if tracker.active_loop_name == FORM:
        question = await form_question(tracker, slots)
        return [Text("照片收到，报的时候一起交上去。"), *question], slots
    ticket = await _open_ticket(inbound, tracker)
    if ticket is not None and ports().now() - ticket.requested_at <= FRESH:
        await ports().tickets.remark(
            ticket.number,
            inbound.conversation,
            text="补一张照片",
            photos=(new,),
            key=f"{inbound.id}#0",
            now=ports().now(),
        )
        return [Text(f"照片记到 {ticket.number} 里了，网格员看得到。")], {}
    n_photos = f"（一共{len(photos)}张）" if kept else ""
    if ticket is not None:
        add = Choice(f"补到 {ticket.number}", photo_payload())
        new_one = Choice("反映新问题", report_payload())
        prompt = f"收到照片{n_photos}。是补到 {ticket.number}，还是另有问题？"
        return [Choices(prompt, (add, new_one, NOTHING))], slots
    prompt = f"收到照片{n_photos}，是要反映问题吗？"
    return [Choices(prompt, (REPORT, PERSON, NOTHING))], slots


async def _open_ticket(
    inbound: Inbound, tracker: DialogueStateTracker
) -> Optional[Ticket]:
    """Returns the ticket filed last in this conversation, while it is open."""
    number = (tracker.get_slot(TICKET_SLOT) or {}).get("number")
    if number is None:
        return None
    filed = await ports().tickets.of_conversation(inbound.conversation, limit=10)
    return next(
        (t for t in filed if t.number == number and t.status is TicketStatus.OPEN), None
    )


async def words_in(inbound: Inbound) -> str:
    """Returns what was said in a recording; empty where nobody recognised it."""
    if inbound.text:
        return inbound.text
    blobs, recording = ports().blobs, inbound.extra.get("recording")
    stored = await blobs.get(recording) if blobs is not None and recording else None
    if stored is None:
        return ""
    return await ports().speech.recognise(stored) or ""


async def recording(inbound: Inbound, tracker: DialogueStateTracker) -> Told:
    """Says how to dictate, and offers to pass the recording to a person.

    Within a form it is offered for the report; the form asks on after the answer.
    """
    recordings = Recordings.of(tracker)
    new = str(inbound.extra["recording"])
    slots = {RECORDING_SLOT: recordings.offering(new, inbound.received_at)}
    offer = IN_REPORT if tracker.active_loop_name == FORM else PASS_ON
    return [Text(DICTATE), offer], slots


async def location(inbound: Inbound, tracker: DialogueStateTracker) -> Told:
    """Takes a position as the place of the report, of an alarm, or for later."""
    match = _match(inbound)
    text = place_words(inbound)
    slots: Dict[str, Any] = {
        TOLD_PLACE_SLOT: {
            "text": text,
            "grid": match.grid if match else None,
            "community": match.community if match else None,
        }
    }
    home = await _home(inbound, tracker, match)
    if tracker.active_loop_name == FORM:
        slots[PLACE] = text
        values = {**tracker.current_slot_values(), **slots}
        slots["requested_slot"] = next_slot(values)
        question = await form_question(tracker, slots)
        return [Text(f"地点记成“{text}”。"), *question], {**home, **slots}
    before = tracker.get_slot(TICKET_SLOT) or {}
    ticket = await _open_ticket(inbound, tracker) if before.get("urgent") else None
    if ticket is not None:
        await ports().tickets.remark(
            ticket.number,
            inbound.conversation,
            text=f"位置：{text}",
            key=f"{inbound.id}#0",
            now=ports().now(),
        )
        call = "要是电话还没打，请现在就打。"
        return [Text(f"位置记到 {ticket.number} 里了，网格员看得到。{call}")], home
    asked = "您在这儿要办什么事，或者哪里有问题，直接说；报事我就记这个地点。"
    return [Text(f"收到位置：{text}。{asked}")], {**home, **slots}


def place_words(inbound: Inbound) -> str:
    """Returns a position in words: its label, else the place it lies in."""
    match = _match(inbound)
    name = match.name if match else ""
    if inbound.text:
        return inbound.text
    point = f"{inbound.extra['latitude']:.5f}，{inbound.extra['longitude']:.5f}"
    return name or f"坐标 {point}"


def _match(inbound: Inbound) -> Optional[PlaceMatch]:
    gazetteer = ports().places()
    if gazetteer is None:
        return None
    matches = gazetteer.locate(
        latitude=inbound.extra["latitude"], longitude=inbound.extra["longitude"]
    )
    return matches[0] if is_sure(matches) else None


async def _home(
    inbound: Inbound, tracker: DialogueStateTracker, match: Optional[PlaceMatch]
) -> Dict[str, Any]:
    """Binds a resident of whom nothing is known yet to where they are."""
    repository = ports().residents
    known = tracker.get_slot(GRID_SLOT) or tracker.get_slot(PLACE_SLOT)
    if known or match is None or match.grid is None or repository is None:
        return {}
    await repository.bind(
        inbound.conversation, match.grid, BoundBy.LOCATION, ports().now()
    )
    return {GRID_SLOT: match.grid, PLACE_SLOT: match.community}
