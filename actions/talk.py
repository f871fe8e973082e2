"""Greeting, thanks, identity, feedback: the small words of a conversation."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.reading import Reading
from actions.report_reading import kept_unnamed
from actions.report_slots import CONTACT
from actions.speaking import Events, SpeakingAction, is_reporting
from community.answers import PERSON, SERVICES, AnswerComposer
from community.dialogue.assurances import assurance
from community.emergencies.cases import case_of
from community.emergencies.questions import SAFETY, answer_about
from community.payloads import talk_payload
from community.replies import Choice, Choices, Part, Text

HERE = "我在呢。您有啥事，用平常的话写给我就行；想找人，就点下面。"
"""To whoever greets again."""
_WHAT_CAN = re.compile(r"[能会可].{0,4}[干办做帮查问]|功能|有[啥什哪]|[干做]啥|服务")


class Greet(SpeakingAction):
    """Answers a greeting."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_greet"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Says who is here and how to start; an open report is mentioned."""
        if is_reporting(tracker):
            name = composer.catalog.item_name(tracker.get_slot("report_item"))
            return [Text(f"您好。刚才“{name}”的事还没报完，咱接着来。")], []
        if _greeted(tracker):
            return [Text(HERE), Choices("", (SERVICES, PERSON))], []
        return [
            Text(
                "您好，我是云小路，社区的小帮手。您直接说事就行：想办什么，"
                "或者哪里有问题要人来看。"
            ),
            Choices("", (SERVICES, PERSON)),
        ], []


def _greeted(tracker: Tracker) -> bool:
    """Tells whether the message before was a greeting, too."""
    said = [event for event in tracker.events if event.get("event") == "user"]
    intents = [
        ((e.get("parse_data") or {}).get("intent") or {}).get("name") for e in said
    ]
    return intents[-2:] == ["talk_greet", "talk_greet"]


class Identity(SpeakingAction):
    """Says what the assistant is and lists the services by category."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_identity"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Introduces itself honestly; lists the services where that is wanted."""
        answer = assurance(reading.value) or _safety(reading, composer)
        if answer is not None:
            unnamed = kept_unnamed(tracker.get_slot(CONTACT), tracker)
            keeps = is_reporting(tracker) and unnamed is not None
            return [Text(answer)], [SlotSet(CONTACT, unnamed)] if keeps else []
        parts: list[Part] = [
            Text(
                "我是云小路，一个机器人，不收钱，也不问您要密码。能答社区办事，"
                "能帮您把问题报给网格员；不能代替报警，也不能替部门拍板。"
                "有危险请直接打110、119、120。"
            )
        ]
        if reading.chosen or _WHAT_CAN.search(reading.text):
            parts += composer.services_by_category()
            return [*parts, Choices("", (PERSON,))], []
        return [*parts, Choices("", (SERVICES, PERSON))], []


def _safety(reading: Reading, composer: AnswerComposer) -> str | None:
    """Returns what to do in a danger that was asked about in general."""
    kind, _, asked = (reading.value or "").partition(":")
    if f"{kind}:" != SAFETY:
        return None
    rule = composer.catalog.emergencies.get(asked)
    if rule is None:
        return answer_about(asked)
    words = rule.words(case_of(asked, reading.text))
    numbers = "、".join(composer.emergency(asked, reading.text).call)
    return f"真碰上了，先打 {numbers}。{words.say}{words.then}"


class Thanks(SpeakingAction):
    """Answers thanks."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_thanks"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Stays short."""
        return [Text("不客气，有事您随时说。")], []


class Goodbye(SpeakingAction):
    """Answers a goodbye."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_goodbye"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Stays short; an open report is kept."""
        if is_reporting(tracker):
            return [Text("好的。没报完的我给您留着，回来接着说就行。")], []
        return [Text("好的，您慢走，有事再找我。")], []


class Affirm(SpeakingAction):
    """Answers a yes that belongs to no question."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_affirm"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Invites the next question."""
        return [Text("好。还有什么要问的，您接着说。"), Choices("", (PERSON,))], []


class FeedbackGood(SpeakingAction):
    """Answers praise."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_feedback_good"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Stays short."""
        return [Text("能帮上您就好。")], []


class FeedbackBad(SpeakingAction):
    """Answers a complaint about the last answer."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_feedback_bad"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Apologises and offers a person; anger gets no argument."""
        text = "对不起，没答到点上。您可以换个说法再问一遍，或者我请网格员联系您。"
        if reading.value == "angry":
            text = "让您着急上火了，对不住。我是机器人，有的事办不了；要不我请网格员直接联系您？"
        return [
            Text(text),
            Choices("", (PERSON, Choice("我再说一遍", talk_payload("deny")))),
        ], []
