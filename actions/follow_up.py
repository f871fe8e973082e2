"""Questions that name nothing: about what was talked of, or the last answer again."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.answers import (
    kind_word,
    known_circumstances,
    remember,
    second_answer,
    service_of,
)
from actions.reading import (
    CIRCUMSTANCES_SLOT,
    FACETS_SLOT,
    ITEM_SLOT,
    SERVICE_SLOT,
    TICKET_SLOT,
    UNCLEAR_SLOT,
    Reading,
)
from actions.repeating import instead_of_repeating, is_beside, said_last
from actions.speaking import Events, SpeakingAction, is_reporting
from actions.taking_up import instead_of_an_aspect
from community.answers import PERSON, SERVICES, AnswerComposer
from community.catalog.facets import FACET_TITLES, Facet
from community.catalog.model import Matter, Service
from community.dialogue.about_us import ABOUT_US
from community.replies import Choices, Part, Text
from community.reports.model import hours_in_words

GENERAL_FACTS = {
    Facet.CONTACT: ("community.phone",),
    Facet.PLACE: ("community.address", "community.hours"),
}
"""Facts that answer a question about no item at all."""

UNSURE = "这个我说不准，不敢乱答。报上去以后有人联系您，问他；也可以打12345问。"
NOBODY_ASKED = "这个我说不准，不敢乱答。打{hotline.gov}问，会转给管这事的部门。"
"""To whoever asks about the topic of a problem and reports none."""
MONEY = frozenset({Facet.AMOUNT, Facet.ELIGIBILITY})
WHICH_HELP = "想问的是补贴、救助，就说是哪一样，比如“低保”“临时救助”，我接着答。"
WHOSE = frozenset({Facet.CONTACT, Facet.PLACE, Facet.PROCESS})
"""Of a reported problem they all ask who deals with it."""


class AnswerFollowUp(SpeakingAction):
    """Answers a question that names no service, about the one talked of."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_follow_up"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Takes the item from the conversation, or asks for it once."""
        if reading.value == ABOUT_US:
            return without_item(reading, composer)
        key = reading.item or tracker.get_slot(ITEM_SLOT) or ""
        matter = composer.catalog.matters.get(key.removeprefix("matter/"))
        if matter is not None:
            about = matter_answer(matter, reading.facets, is_filed=_filed(tracker))
            if about:
                return [Text(about)], []
            key = tracker.get_slot(SERVICE_SLOT) or ""
            if reading.facets and (not key or is_reporting(tracker)):
                if not is_reporting(tracker) and not _filed(tracker):
                    return [Text(composer.fill(NOBODY_ASKED))], []
                asks_help = not MONEY.isdisjoint(reading.facets)
                return [Text(UNSURE + (WHICH_HELP if asks_help else ""))], []
        service = service_of(key, composer)
        if service is None:
            return without_item(reading, composer)
        known = known_circumstances(reading, tracker, service)
        events = remember(service.key, reading, tracker)
        parts = instead_of_an_aspect(service, reading, tracker, composer, known)
        if parts:
            events.append(SlotSet(FACETS_SLOT, tracker.get_slot(FACETS_SLOT)))
        else:
            parts = self._answer(service, reading, tracker, composer, known)
        events.append(SlotSet(CIRCUMSTANCES_SLOT, known))
        return [*kind_word(reading, composer), *parts], events

    def _answer(
        self,
        service: Service,
        reading: Reading,
        tracker: Tracker,
        composer: AnswerComposer,
        known: dict[str, str],
    ) -> list[Part]:
        parts = composer.service(service, reading.facets, known=known)
        if known.get(service.key) and said_last(service, parts, reading, tracker):
            known[service.key] = ""  # of the named case all is said: the others, too
            parts = composer.service(service, reading.facets, known=known)
        if is_beside(service, parts, reading, tracker, composer):
            return instead_of_repeating(service, reading, composer)
        return [*parts, composer.next_steps(service, reading.facets)]


class Repeat(SpeakingAction):
    """Says the last answer again, or shorter."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_repeat"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Repeats the asked facets of the item talked of; in a form, its question."""
        if (tracker.active_loop or {}).get("name"):
            return [Text("好，我再问一遍。")], []
        service = service_of(reading.item, composer) or service_of(
            tracker.get_slot(SERVICE_SLOT), composer
        )
        if service is None:
            return [
                Text("咱们还没说到哪件事呢。您想办什么，或者哪里坏了，直接跟我说。"),
                Choices("", (SERVICES, PERSON)),
            ], []
        facets = () if reading.value == "plain" else reading.facets
        brief = reading.value in ("short", "plain")
        known = known_circumstances(reading, tracker, service)
        parts = composer.service(service, facets, known=known, brief=brief)
        return [
            *parts,
            *second_answer(reading, composer),
            composer.next_steps(service, reading.facets),
        ], remember(service.key, reading, tracker)


def without_item(
    reading: Reading, composer: AnswerComposer
) -> tuple[list[Part], Events]:
    """Answers what needs no item, else asks which one is meant."""
    facet = reading.facets[0] if reading.facets else None
    keys = GENERAL_FACTS.get(facet, ()) if facet is not None else ()
    facts = [
        f"{composer.facts.label(key)}：{value}"
        for key in keys
        if (value := composer.facts.get(key))
    ]
    if facts:
        return [Text("\n".join(facts))], []
    if keys:
        missing = "、".join(composer.facts.label(key) for key in keys)
        text = f"{missing}我这里还没有登记。打12345能问到，白天黑夜都有人接。"
        return [Text(text), Choices("", (PERSON, SERVICES))], []
    asked = "、".join(FACET_TITLES[f] for f in reading.facets)
    lead = f"您想问“{asked}”，" if asked else ""
    return [
        Text(f"{lead}是哪件事呢？说一句您的情况就行，比如“我妈想办残疾证”。"),
        Choices("", (SERVICES, PERSON)),
    ], [
        SlotSet(FACETS_SLOT, [f.value for f in reading.facets]),
        SlotSet(UNCLEAR_SLOT, 1.0),
    ]


def _filed(tracker: Tracker) -> bool:
    return not is_reporting(tracker) and bool(tracker.get_slot(TICKET_SLOT))


def matter_answer(
    matter: Matter, facets: tuple[Facet, ...], *, is_filed: bool = False
) -> str:
    """Answers about a reported problem, as far as that can be known.

    Args:
        matter: What is, or was, reported.
        facets: What is asked.
        is_filed: The report has been filed.
    """
    within = hours_in_words(matter.respond_hours)
    answers = {
        Facet.TIME_LIMIT: f"报上去后，按规矩{within}内该有人联系您。什么时候弄好，"
        "得看了现场才知道，我不敢替他们说。",
        Facet.PROGRESS: "想知道办到哪一步，跟我说“查一下我的反映”。",
        Facet.PROXY_VISIT: "报上去就转给网格员去看，您把地方说清楚就行。",
        Facet.FEE: "反映问题不要钱。",
    }
    told = "".join(answers[f] for f in facets if f in answers)
    if told or {*facets}.isdisjoint(WHOSE):
        return told
    if is_filed:
        return (
            f"这类事归{matter.lead}管，您报的已经转过去了，不用自己跑。"
            "等急了跟我说“催一下”，或拿编号打12345。"
        )
    return f"这类事归{matter.lead}管。您不用自己跑，报上去我转过去；想自己问就打12345。"
