"""Base of all actions: gives them a composer, turns parts into a message."""

import abc
from collections.abc import Sequence
from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.reading import (
    NEXT_SLOT,
    OFFERED_SLOT,
    PARKED_SLOT,
    PLACE_SLOT,
    QUESTION_SLOT,
    Reading,
    reading_of,
)
from actions.wiring import ports
from community.answers import AnswerComposer
from community.calendar import local_day
from community.catalog.local import LocalFacts
from community.dialogue.questions import Asked
from community.dialogue.visits import visit_of, visit_question
from community.payloads import intent_payload, item_payload, talk_payload
from community.replies import Choice, Choices, Part, part_to_doc

Events = list[dict[str, Any]]


def composer_for(tracker: Tracker) -> AnswerComposer:
    """Returns a composer for the resident's place, as of today."""
    catalog = ports().catalog()
    today = local_day(ports().now())
    facts = LocalFacts(catalog, tracker.get_slot(PLACE_SLOT), today)
    return AnswerComposer(catalog, facts, today)


def say(dispatcher: CollectingDispatcher, parts: Sequence[Part]) -> Events:
    """Utters parts as one message and remembers the choices it offers."""
    dispatcher.utter_message(json_message={"parts": [part_to_doc(p) for p in parts]})
    offered = [
        {"title": choice.title, "payload": choice.payload}
        for part in parts
        if isinstance(part, Choices)
        for choice in part.items
    ]
    return [SlotSet(OFFERED_SLOT, offered)]


FORM = "report_form"
LISTEN = "action_listen"
MAX_OFFERS = 2
"""So often is it offered to report the other problem that somebody told."""
NO_MORE = Choice("不报了", talk_payload("deny"))
OPEN = {
    "report_what": "，还没说是啥情况",
    "report_place": "，还没说在哪",
    "report_which": "，还没说准在哪",
    "report_since": "，还没说从什么时候开始的",
    "report_confirm": "，就差您点头",
}
"""What a report still lacks, by the slot that was asked for."""


def is_reporting(tracker: Tracker) -> bool:
    """Tells whether the report form is open."""
    return (tracker.active_loop or {}).get("name") == FORM


class SpeakingAction(Action, abc.ABC):
    """An action that reads the message and says something."""

    leaves_room = True
    """Whether a question that is still open may follow what this action says."""
    ends_turn = True
    """Whether the resident has the word afterwards, unless a form goes on."""

    @abc.abstractmethod
    def name(self) -> str:
        """Name in the domain (see parent class for full docstring)."""

    @abc.abstractmethod
    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Returns what to say and the events to record."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Runs the action (see parent class for full docstring)."""
        composer = composer_for(tracker)
        reading = reading_of(tracker)
        parts, events = await self.speak(reading, tracker, composer)
        room = self.leaves_room and bool(parts) and not is_reporting(tracker)
        set_now = {event.get("name") for event in events}
        if room and not set_now & {QUESTION_SLOT, NEXT_SLOT}:
            more, kept = _told_before(tracker, composer)
            parts, events = [*parts, *more], [*events, *kept]
            room = not more
        if QUESTION_SLOT not in set_now:
            more, kept = _still_open(tracker, composer, room=room)
            if more:
                parts = [*(p for p in parts if not isinstance(p, Choices)), *more]
            events = [*events, *kept]
        if self.ends_turn and not is_reporting(tracker):
            # The rules say so too; without it they are all tried once more.
            events = [*events, FollowupAction(LISTEN)]
        return [*(say(dispatcher, parts) if parts else []), *events]


def _told_before(
    tracker: Tracker, composer: AnswerComposer
) -> tuple[list[Part], Events]:
    """Offers once more what was told beside the report that is filed, and its slot."""
    waiting = tracker.get_slot(NEXT_SLOT) or {}
    if not waiting.get("offered") or tracker.get_slot(QUESTION_SLOT):
        return [], []
    if waiting["offered"] >= MAX_OFFERS or _intent(tracker) == "talk_deny":
        return [], [SlotSet(NEXT_SLOT, None)]
    kept = {**waiting, "offered": waiting["offered"] + 1}
    return [next_report(waiting, composer)], [SlotSet(NEXT_SLOT, kept)]


def _intent(tracker: Tracker) -> str:
    return str(((tracker.latest_message or {}).get("intent") or {}).get("name"))


def next_report(waiting: dict[str, Any], composer: AnswerComposer) -> Choices:
    """Asks whether another problem, told before, is reported now."""
    name = composer.catalog.item_name(waiting["item"])
    go_on = Choice(f"接着报：{name}", item_payload(waiting["item"]))
    return Choices("您刚才还说了一件：", (go_on, NO_MORE))


def _still_open(
    tracker: Tracker, composer: AnswerComposer, *, room: bool
) -> tuple[list[Part], Events]:
    """Returns the question to be asked again, or to be asked at last, and its slots.

    Any other question is over with whatever was said instead of an answer.
    """
    question = tracker.get_slot(QUESTION_SLOT)
    if question and is_reporting(tracker) and question["kind"] == Asked.RATING.value:
        return [], []  # the form's question stands after it, both may be answered
    visit = visit_of(question)
    if visit is not None and room and not question.get("again"):
        again = visit_question(visit, name_of(visit.item, composer))
        return [again], [SlotSet(QUESTION_SLOT, {**question, "again": True})]
    parked = tracker.get_slot(PARKED_SLOT)
    if room and parked and not parked.get("asked"):
        return [resume_question(parked, composer)], [
            SlotSet(PARKED_SLOT, {**parked, "asked": True}),
            SlotSet(QUESTION_SLOT, {"kind": Asked.RESUME.value}),
        ]
    return [], [SlotSet(QUESTION_SLOT, None)] if question else []


def name_of(item: str | None, composer: AnswerComposer) -> str:
    """Returns what residents call an item; a wish without one has a name too."""
    return composer.catalog.item_name(item) if item else "您的事"


def resume_question(parked: dict[str, Any], composer: AnswerComposer) -> Choices:
    """Asks whether a report that was left unfinished goes on."""
    days = (local_day(ports().now()) - date.fromisoformat(parked["day"])).days
    when = {0: "早先", 1: "昨天"}.get(days, "前几天")
    name = composer.catalog.item_name(parked["slots"]["report_item"])
    open_one = OPEN.get(str(parked.get("slot")), "")
    return Choices(
        f"{when}那件“{name}”还没报完{open_one}，还要接着报吗？"
        "接着报就说“继续”，不报了就说“取消”。",
        (
            Choice("继续", intent_payload("resume_report")),
            Choice("取消", intent_payload("drop_report")),
        ),
    )
