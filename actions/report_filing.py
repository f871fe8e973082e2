"""Filing the confirmed report: on its own, into the same of before, or with neighbours."""

from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.filing import file_once
from actions.handoff import filed_now
from actions.joining import ALONE, joined
from actions.locating import whereabouts
from actions.reading import PHOTOS_SLOT, RECORDING_SLOT, TOLD_PLACE_SLOT, Reading
from actions.recordings import Recordings
from actions.report import matter_of
from actions.report_slots import (
    ANSWERS,
    CONTACT,
    ITEM,
    JOIN,
    NEXT,
    PLACE,
    SINCE,
    WHAT,
    told_in,
)
from actions.sent_files import still_there, times_of, told_gone
from actions.speaking import Events, SpeakingAction, next_report
from community.answers import AnswerComposer
from community.catalog.model import Matter
from community.replies import Part, Text
from community.reports.model import hours_in_words
from community.tickets import Ticket, TicketDraft, TicketKind


class FileReport(SpeakingAction):
    """Files the confirmed report and says its number."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_file_report"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Stores the ticket first; only then says so."""
        matter = matter_of(tracker.get_slot(ITEM), composer)
        photos = await still_there(times_of(tracker.get_slot(PHOTOS_SLOT)))
        recordings = await still_there(Recordings.of(tracker).attached)
        files = (*photos.there, *recordings.there)
        draft = replace(_draft(reading, tracker, matter), photos=files)
        ticket, parts = await _joined(draft, tracker)
        if ticket is None:
            filed_one = await file_once(draft)
            ticket = filed_one.ticket
            parts = [again(ticket) if filed_one.is_folded else filed(ticket, matter)]
        parts += told_gone(photos, recordings)
        advice = composer.matter_advice(matter) if matter.urgency == "normal" else ""
        if advice:
            parts.append(Text(advice))
        waiting = tracker.get_slot(NEXT)
        if waiting:
            waiting = {**waiting, "place": ticket.draft.place, "offered": 1}
            parts.append(next_report(waiting, composer))
        done = (ITEM, *ANSWERS, PHOTOS_SLOT, RECORDING_SLOT, TOLD_PLACE_SLOT)
        events = [SlotSet(name, None) for name in done]
        return parts, [*events, SlotSet(NEXT, waiting), filed_now(ticket)]


def _draft(reading: Reading, tracker: Tracker, matter: Matter) -> TicketDraft:
    place = told_in(tracker, PLACE) or ""
    where = whereabouts(tracker, place)
    if not place:  # home would be a guess
        where = replace(where, grid=None)
    return TicketDraft(
        idempotency_key=f"{reading.message_id}#0",
        kind=TicketKind.REPORT,
        conversation=tracker.sender_id,
        item=matter.key,
        description=told_in(tracker, WHAT) or matter.short_name,
        place=place,
        since=tracker.get_slot(SINCE) or "",
        contact=tracker.get_slot(CONTACT) or "",
        urgency=matter.urgency,
        grid=where.grid,
        community=where.community,
    )


async def _joined(
    draft: TicketDraft, tracker: Tracker
) -> tuple[Ticket | None, list[Part]]:
    """Joins the neighbours where the resident wants it; else returns no ticket."""
    number = tracker.get_slot(JOIN)
    if not number or number == ALONE:
        return None, []
    contact = f"；联系：{draft.contact}" if draft.contact else ""
    told = {"words": f"{draft.description}{contact}", "photos": draft.photos}
    ticket = await joined(number, tracker, told, draft.idempotency_key)
    if ticket is None:
        return None, []
    return ticket, [
        Text(
            f"好，{number} 也算您一个，您说的情况一块交上去了。"
            "有结果我头一个告诉您，问进展就说“查一下我的反映”。"
        )
    ]


def again(ticket: Ticket) -> Text:
    """Says that the same was filed a moment ago."""
    return Text(
        f"这件您刚才报过了，编号还是 {ticket.number}，我把这回说的也加进去了，不用再报。"
    )


def filed(ticket: Ticket, matter: Matter) -> Text:
    """Says truthfully what has happened and what comes next."""
    return Text(
        f"记好了，编号 {ticket.number}，您记一下。"
        f"这类事按规矩{hours_in_words(matter.respond_hours)}内该有人联系；"
        "到时没人找您，拿编号打社区电话或12345催。问进展就说“查一下我的反映”。"
    )
