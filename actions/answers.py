"""Answers about services, and what happens when a message is not understood."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.reading import (
    FACETS_SLOT,
    ITEM_SLOT,
    UNCLEAR_SLOT,
    UNCLEAR_TEXT_SLOT,
    Reading,
)
from actions.speaking import Events, SpeakingAction
from community.answers import PERSON, AnswerComposer
from community.catalog.facets import FACET_TITLES
from community.payloads import talk_payload
from community.replies import Choice, Choices, Part, Text


class AnswerService(SpeakingAction):
    """Answers by item and facet, and remembers both."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_answer"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Answers the service in the reading."""
        key = reading.item or ""
        service = composer.catalog.services.get(key.removeprefix("service/"))
        if service is None or reading.is_unsure:
            return not_understood(reading, tracker, composer)
        parts = composer.service(service, reading.facets)
        if reading.also is not None:
            other = composer.catalog.services[reading.also[0].removeprefix("service/")]
            second = composer.service(other, reading.also[1])
            parts = [*parts[:-1], *second]
        return parts, remember(key, reading)


class Shorter(SpeakingAction):
    """Says the last answer again in one sentence."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_shorter"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Keeps the first sentence of what was said."""
        key = reading.item or ""
        service = composer.catalog.services.get(key.removeprefix("service/"))
        if service is None:
            return [Text("好，您问一句我答一句。")], []
        return composer.in_short(service, reading.facets), remember(key, reading)


class Reason(SpeakingAction):
    """Asked why something was refused or stopped: a person, and how to appeal."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_reason"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Never guesses the reason."""
        return composer.reason(reading.item), remember(reading.item, reading)


class OtherPeople(SpeakingAction):
    """Asked about somebody else's affairs: declined."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_other_people"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Protects the other family."""
        return [
            Text(
                "别人家的事我不能说，这是人家的隐私，您家的事我也一样替您守着。"
                "您自己家想办什么，跟我说就行。"
            )
        ], []


class AnswerFollowUp(SpeakingAction):
    """Answers a question that names no service, about the one talked of."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_follow_up"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Takes the item from the conversation, or asks for it once."""
        key = reading.item or tracker.get_slot(ITEM_SLOT) or ""
        service = composer.catalog.services.get(key.removeprefix("service/"))
        if service is None:
            asked = "、".join(FACET_TITLES[f] for f in reading.facets)
            lead = f"您想问“{asked}”，" if asked else ""
            return [
                Text(f"{lead}是哪件事呢？说一句您的情况就行，比如“我妈想办残疾证”。"),
                Choices("", (Choice("看看能办什么", talk_payload("identity")), PERSON)),
            ], [SlotSet(FACETS_SLOT, [f.value for f in reading.facets])]
        return composer.service(service, reading.facets), remember(key, reading)


class Compare(SpeakingAction):
    """Tells two services apart with the catalogue's boundary rules."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_compare"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Compares the first two candidates of the reading."""
        services = [
            composer.catalog.services[key.removeprefix("service/")]
            for key in reading.candidates[:2]
            if key.startswith("service/")
        ]
        if len(services) != 2:
            return not_understood(reading, tracker, composer)
        return composer.comparison(*services), [
            SlotSet(UNCLEAR_SLOT, 0.0),
            SlotSet(ITEM_SLOT, services[0].key),
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
        """Abstains with a referral."""
        intent = (tracker.latest_message or {}).get("intent") or {}
        parts = composer.out_of_scope(
            reading.text, is_government=intent.get("name") == "oos_gov"
        )
        return parts, [SlotSet(UNCLEAR_SLOT, 0.0)]


class NotThese(SpeakingAction):
    """The resident says that none of the choices is meant."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_not_these"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Asks to say it differently and offers a person."""
        return [
            Text("好的，那是我没听懂。您换个说法再讲一遍，比如家里谁、遇到了什么事。"),
            Choices("", (PERSON, Choice("看看能办什么", talk_payload("identity")))),
        ], []


def remember(key: str | None, reading: Reading) -> Events:
    """Returns events that keep item and facets for the next question."""
    return [
        SlotSet(ITEM_SLOT, key),
        SlotSet(FACETS_SLOT, [facet.value for facet in reading.facets]),
        SlotSet(UNCLEAR_SLOT, 0.0),
        SlotSet(UNCLEAR_TEXT_SLOT, None),
    ]


def not_understood(
    reading: Reading, tracker: Tracker, composer: AnswerComposer
) -> tuple[list[Part], Events]:
    """Returns choices while there are candidates, else the offer of a person."""
    n_unclear = float(tracker.get_slot(UNCLEAR_SLOT) or 0.0) + 1
    events = [
        SlotSet(UNCLEAR_SLOT, n_unclear),
        SlotSet(UNCLEAR_TEXT_SLOT, reading.text),
        SlotSet(FACETS_SLOT, [facet.value for facet in reading.facets]),
    ]
    if n_unclear >= 2:
        return [
            Text("我还是没弄明白，别耽误您的事。要不我请网格员直接联系您？"),
            Choices("", (PERSON, Choice("我再说一遍", talk_payload("deny")))),
        ], events
    if reading.candidates:
        return composer.clarification(reading.candidates), events
    return [
        Text("这句话我没听明白，不敢乱答。您再说说是谁、想办什么事，或者哪里坏了？"),
        Choices("", (PERSON, Choice("看看能办什么", talk_payload("identity")))),
    ], events
