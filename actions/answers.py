"""Answers about services, and what happens when a message is not understood."""

from typing import Any

import structlog
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.reading import (
    CIRCUMSTANCES_SLOT,
    COMPARED_SLOT,
    FACETS_SLOT,
    ITEM_SLOT,
    MEANINGS_SLOT,
    OFFERED_SLOT,
    PHOTOS_SLOT,
    PREVIOUS_SLOT,
    RECORDING_SLOT,
    SERVICE_SLOT,
    UNCLEAR_SLOT,
    UNCLEAR_TEXT_SLOT,
    Reading,
)
from actions.repeating import goes_on, instead_of_repeating, is_beside
from actions.speaking import Events, SpeakingAction, is_reporting
from actions.taking_up import instead_of_an_aspect
from actions.told_places import place_heard, place_kept, place_noted
from community.answers import MAX_CHOICES, PERSON, SERVICES, AnswerComposer
from community.catalog.facets import Facet
from community.catalog.model import Service
from community.catalog.situations import situation_in
from community.dialogue.circumstances import (
    Circumstance,
    mentioned,
    missing,
    named_cases,
)
from community.dialogue.inquiries import INQUIRY
from community.dialogue.looking_up import WHOM
from community.dialogue.meaning import AT, Said
from community.dialogue.pieces import may_be_a_beginning
from community.dialogue.situations import SITUATION, THESE, is_of_others
from community.dialogue.wordings import bare
from community.messages import log_id
from community.payloads import item_payload, talk_payload
from community.replies import Choice, Choices, Part, Text

logger = structlog.get_logger()

TOLD_IN_PIECES = "您说的我都记着了，就是分不清归谁管。"
WHOSE_TELEPHONE = (
    "是谁的电话打不通？家里老人联系不上，就说“俺娘电话打不通”；"
    "是办事的窗口没人接，我请网格员帮您问。"
)
MAX_KEPT_CHARS = 300
"""Of what was not understood; it is the story of what is understood next."""
MAX_MEANINGS = 20
"""How many unclear wordings are remembered for one resident."""


class AnswerService(SpeakingAction):
    """Answers by item and facet, and remembers both."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_answer"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Answers the service in the reading, and a second ask after it."""
        service = service_of(reading.item, composer)
        if service is None or reading.is_unsure:
            return not_understood(reading, tracker, composer)
        known = known_circumstances(reading, tracker, service, is_new=True)
        events = [
            *remember(service.key, reading, tracker),
            *learned_meaning(service.key, reading, tracker),
        ]
        unknown = _to_ask(service, reading, known)
        if unknown is not None and not reading.also and not is_reporting(tracker):
            known[unknown.id] = ""
            question = _circumstance_question(unknown, service, reading.facets)
            return [question], [*events, SlotSet(CIRCUMSTANCES_SLOT, known)]
        if goes_on(service, reading, tracker) and reading.facets and not reading.also:
            told = instead_of_an_aspect(service, reading, tracker, composer, known)
            if told:
                return [*kind_word(reading, composer), *told], events
        parts = composer.service(service, reading.facets, known=known)
        parts += second_answer(reading, composer)
        events.append(SlotSet(CIRCUMSTANCES_SLOT, known))
        if reading.also:
            also = [service.key, *(key for key, _, _ in reading.also)]
            events.append(SlotSet(COMPARED_SLOT, also))
        if not reading.chosen and is_beside(service, parts, reading, tracker, composer):
            return instead_of_repeating(service, reading, composer), events
        parts = [*kind_word(reading, composer), *parts]
        parts.append(composer.next_steps(service, reading.facets))
        return parts, events


class Compare(SpeakingAction):
    """Tells two services apart with the catalogue's boundary rules."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_compare"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Compares the first two candidates of the reading."""
        services = [service_of(key, composer) for key in reading.candidates[:2]]
        known = [service for service in services if service is not None]
        if len(known) != 2:
            return not_understood(reading, tracker, composer)
        return composer.comparison(*known), [
            SlotSet(UNCLEAR_SLOT, 0.0),
            SlotSet(ITEM_SLOT, known[0].key),
            SlotSet(SERVICE_SLOT, known[0].key),
            SlotSet(COMPARED_SLOT, [service.key for service in known]),
        ]


class Unclear(SpeakingAction):
    """Offers at most three choices, or says honestly that it is not sure."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_unclear"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Clarifies or abstains; the second time in a row offers a person."""
        return not_understood(reading, tracker, composer)


class OutOfScope(SpeakingAction):
    """Says that a topic is not ours and names the right hotline if known."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_out_of_scope"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Abstains with a referral; other people's affairs are refused."""
        events = [SlotSet(UNCLEAR_SLOT, 0.0)]
        if reading.value == "privacy":
            return composer.others_affairs(), events
        intent = (tracker.latest_message or {}).get("intent") or {}
        is_government = intent.get("name") == "oos_gov"
        topic = reading.clause or reading.text
        parts = composer.out_of_scope(topic, is_government=is_government)
        if not is_government and may_be_a_beginning(Said.of(tracker.latest_message)):
            told = reading.text[:MAX_KEPT_CHARS]
            events = [SlotSet(UNCLEAR_SLOT, 1.0), SlotSet(UNCLEAR_TEXT_SLOT, told)]
        if reading.clause and reading.clause not in reading.text:
            parts.insert(0, Text("刚才那件事社区办不了，得找管它的地方："))
        return parts, events


class NotThese(SpeakingAction):
    """The resident says no: to offered choices, or to the offer of more help."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_not_these"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Asks to say it differently only where something was unclear."""
        if not tracker.get_slot(UNCLEAR_SLOT):
            events = [SlotSet(PHOTOS_SLOT, None), SlotSet(RECORDING_SLOT, None)]
            return [Text("好的。您想问什么、有什么事，直接跟我说就行。")], events
        return [
            Text("好的，那是我听岔了。您换个说法再讲一遍，比如家里谁、遇到了什么事。"),
            Choices("", (PERSON, SERVICES)),
        ], []


def service_of(key: str | None, composer: AnswerComposer) -> Service | None:
    """Returns the service with this key, if it is one."""
    return composer.catalog.services.get((key or "").removeprefix("service/"))


def second_answer(reading: Reading, composer: AnswerComposer) -> list[Part]:
    """Answers the second ask of a message that asks two things."""
    parts: list[Part] = []
    for key, facets, _ in reading.also:
        service = service_of(key, composer)
        if service is not None:
            parts += composer.service(service, facets)
    return parts


def known_circumstances(
    reading: Reading, tracker: Tracker, service: Service, *, is_new: bool = False
) -> dict[str, str]:
    """Returns what is known of the resident and the case, this message included.

    Args:
        reading: The message.
        tracker: What was known before it.
        service: What is asked about; under its key stands the case that was named.
        is_new: The message names the service: the case named before is no longer meant.
    """
    known = dict(tracker.get_slot(CIRCUMSTANCES_SLOT) or {})
    if reading.chosen and reading.value and "=" in reading.value:
        name, _, value = reading.value.partition("=")
        known[name] = value
    elif not reading.chosen:
        known.update(mentioned(reading.text))
        before = "" if is_new else known.get(service.key, "")
        known[service.key] = named_cases(service, reading.text, before)
    return known


def kind_word(reading: Reading, composer: AnswerComposer) -> list[Part]:
    """Returns what is said first to whoever tells of a death, a birth or an illness."""
    if reading.chosen or is_of_others(reading.text):
        return []
    told = situation_in(reading.text, "", composer.catalog.situations)
    return [Text(told.kind_word)] if told and told.kind_word else []


def _to_ask(
    service: Service, reading: Reading, known: dict[str, str]
) -> Circumstance | None:
    items = [i for f in reading.facets for i in service.facets[f].items]
    return missing(service.key, items, known)


def _circumstance_question(
    unknown: Circumstance, service: Service, facets: tuple[Facet, ...]
) -> Choices:
    choices = tuple(
        Choice(title, item_payload(service.key, facets, f"{unknown.id}={value}"))
        for value, title in unknown.options
    )
    return Choices(f"{service.short_name}：{unknown.question}", choices)


def remember(key: str, reading: Reading, tracker: Tracker) -> Events:
    """Returns events that keep item and facets for the next question."""
    before = tracker.get_slot(ITEM_SLOT)
    events = [
        SlotSet(ITEM_SLOT, key),
        SlotSet(FACETS_SLOT, [facet.value for facet in reading.facets]),
        SlotSet(UNCLEAR_SLOT, 0.0),
        SlotSet(UNCLEAR_TEXT_SLOT, None),
    ]
    if key not in (tracker.get_slot(COMPARED_SLOT) or ()):
        events.append(SlotSet(COMPARED_SLOT, None))
    if key.startswith("service/"):
        events.append(SlotSet(SERVICE_SLOT, key))
    if before and before != key:
        events.append(SlotSet(PREVIOUS_SLOT, before))
    return events


def learned_meaning(key: str, reading: Reading, tracker: Tracker) -> Events:
    """Remembers which item a resident's unclear words meant, once he has chosen."""
    unclear = bare(tracker.get_slot(UNCLEAR_TEXT_SLOT) or "")
    if not reading.chosen or not unclear:
        return []
    logger.info("clarification.chosen", message=log_id(reading.message_id), item=key)
    meanings: dict[str, Any] = dict(tracker.get_slot(MEANINGS_SLOT) or {})
    meanings[unclear] = key
    return [SlotSet(MEANINGS_SLOT, dict(list(meanings.items())[-MAX_MEANINGS:]))]


def not_understood(
    reading: Reading, tracker: Tracker, composer: AnswerComposer
) -> tuple[list[Part], Events]:
    """Returns choices while there are candidates, else the offer of a person."""
    if reading.value == "report":
        return [Text("您说，我给您记着。在哪儿、出了什么事？")], []
    if reading.value == WHOM:
        return [Text(WHOSE_TELEPHONE), Choices("", (PERSON,))], []
    if reading.value and reading.value.startswith(AT):
        return place_noted(reading.value.removeprefix(AT))
    if reading.value == INQUIRY:
        matter = reading.candidates[0]
        return _inquiry(matter, composer), [
            SlotSet(ITEM_SLOT, matter),
            SlotSet(UNCLEAR_SLOT, 0.0),
        ]
    n_unclear = float(tracker.get_slot(UNCLEAR_SLOT) or 0.0) + 1
    events = [
        SlotSet(UNCLEAR_SLOT, n_unclear),
        SlotSet(UNCLEAR_TEXT_SLOT, (reading.clause or reading.text)[:MAX_KEPT_CHARS]),
        *place_kept(reading, tracker),
    ]
    if reading.value == THESE:
        return composer.choices_in_words(reading.candidates, reading.facets), events
    if reading.value and reading.value.startswith(SITUATION):
        return _situation(reading, tracker, composer), events
    if n_unclear >= 2 and reading.value is None and not reading.candidates:
        lead = TOLD_IN_PIECES if reading.clause else "我还是没弄明白，别耽误您的事。"
        return [
            Text(f"{lead}我请网格员直接联系您，好不好？"),
            Choices("", (PERSON, Choice("我再说一遍", talk_payload("deny")))),
        ], events
    if reading.candidates:
        kind = reading.value
        if kind is None and _offered_already(reading, tracker, composer):
            kind = "again"
        asked = composer.clarification(reading.candidates, reading.facets, kind)
        noted = place_heard(reading, tracker) if reading.clause else []
        return [*kind_word(reading, composer), *noted, *asked], events
    return [
        Text("这句话我没听明白，不敢乱答。您再说说是谁、想办什么事，或者哪里坏了？"),
        Choices("", (PERSON, SERVICES)),
    ], events


def _situation(
    reading: Reading, tracker: Tracker, composer: AnswerComposer
) -> list[Part]:
    """Offers what helps; the kind word is not said twice."""
    told_id = (reading.value or "").removeprefix(SITUATION)
    told = next(s for s in composer.catalog.situations if s.id == told_id)
    is_known = _offered_already(reading, tracker, composer)
    return composer.situation(told, reading.facets, is_known=is_known)


def _offered_already(
    reading: Reading, tracker: Tracker, composer: AnswerComposer
) -> bool:
    """Tells whether the same choices are on the table."""
    offered = [choice["title"] for choice in tracker.get_slot(OFFERED_SLOT) or ()]
    keys = reading.candidates[:MAX_CHOICES]
    return offered == [composer.choice_title(key) for key in keys]


def _inquiry(key: str, composer: AnswerComposer) -> list[Part]:
    """Says whose a question about the topic of a problem is; a report is offered."""
    matter = composer.catalog.matters[key.removeprefix("matter/")]
    say = f"这个我这里没写，不敢乱答。这类事归{matter.lead}管，问他们或打{{hotline.gov}}。"
    report = Choice("是，要反映", item_payload(key))
    prompt = "要是哪儿坏了、要人来看，就点一下："
    return [Text(composer.fill(say)), Choices(prompt, (report, PERSON))]
