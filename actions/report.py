"""The report form: what, where, since when; confirmed before it is filed."""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.reading import (
    ITEM_SLOT,
    UNCLEAR_SLOT,
    UNCLEAR_TEXT_SLOT,
    Reading,
    reading_of,
)
from actions.speaking import Events, SpeakingAction, say
from actions.wiring import ports
from community.answers import AnswerComposer
from community.catalog.model import Matter
from community.emergency import hazard
from community.errors import CommunityError
from community.payloads import talk_payload, value_payload
from community.replies import Choice, Choices, Part, Text
from community.reports import details_are_thin, place_in, since_in
from community.tickets import Ticket, TicketDraft, TicketKind

FORM = "report_form"
ITEM, WHAT, PLACE, SINCE, CONFIRM = (
    "report_item",
    "report_what",
    "report_place",
    "report_since",
    "report_confirm",
)
SLOTS = (ITEM, WHAT, PLACE, SINCE, CONFIRM)
CANCEL = Choice("不报了", talk_payload("cancel"))
YES, NO = "yes", "no"
MAX_ANSWER_CHARS = 300


def clear_report() -> Events:
    """Returns events that empty the form."""
    return [SlotSet(name, None) for name in SLOTS]


class BeginReport(SpeakingAction):
    """Takes what the first message already says, so that it is not asked again."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_begin_report"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Fills the form's slots from the message and says what happens next."""
        key = reading.item or ""
        matter = composer.catalog.matters.get(key.removeprefix("matter/"))
        if matter is None:
            raise CommunityError(f"action_begin_report: no matter {key!r}")
        text = reading.text[:MAX_ANSWER_CHARS]
        chosen = reading.text in (matter.short_name, f"反映：{matter.short_name}")
        previous = tracker.get_slot(UNCLEAR_TEXT_SLOT) or ""
        what = previous if chosen and previous else text
        thin = details_are_thin(what, matter)
        events = [
            *clear_report(),
            SlotSet(ITEM_SLOT, key),
            SlotSet(ITEM, key),
            SlotSet(WHAT, None if thin else what),
            SlotSet(PLACE, place_in(what, reading.entities)),
            SlotSet(SINCE, since_in(what, reading.entities)),
            SlotSet(UNCLEAR_SLOT, 0.0),
        ]
        advice = composer.matter_advice(matter)
        parts: list[Part] = [Text(f"我帮您把“{matter.short_name}”报给网格员。{advice}")]
        warning = composer.matter_emergency(matter)
        if warning is not None and hazard(matter.id, what):
            parts.insert(0, warning)
        return parts, events


class ValidateReportForm(FormValidationAction):
    """Fills the requested slot from the answer; anything else is a digression."""

    def name(self) -> str:
        """Name in the domain."""
        return "validate_report_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """What, where, since when, and the confirmation of the summary."""
        return [WHAT, PLACE, SINCE, CONFIRM]

    async def _extract(self, slot: str, tracker: Tracker) -> dict[str, Any]:
        if tracker.get_slot("requested_slot") != slot:
            return {}
        latest = tracker.latest_message or {}
        if (latest.get("intent") or {}).get("name") != "inform":
            return {}
        reading = reading_of(tracker)
        answer = (reading.value or reading.text).strip()[:MAX_ANSWER_CHARS]
        return {slot: answer} if answer else {}

    async def extract_report_what(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "what is wrong"."""
        return await self._extract(WHAT, tracker)

    async def extract_report_place(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "where"."""
        return await self._extract(PLACE, tracker)

    async def extract_report_since(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes the answer to "since when"."""
        return await self._extract(SINCE, tracker)

    async def extract_report_confirm(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Takes yes or no; another text is added to the description."""
        found = await self._extract(CONFIRM, tracker)
        answer = found.get(CONFIRM)
        if answer is None or answer in (YES, NO):
            return found
        what = tracker.get_slot(WHAT) or ""
        return {WHAT: f"{what}；补充：{answer}"[: 2 * MAX_ANSWER_CHARS]}

    async def validate_report_confirm(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        """A "no" empties the form's answers, so that they are asked anew."""
        if value == NO:
            say(dispatcher, [Text("好，那咱们重新说一遍。")])
            return {WHAT: None, PLACE: None, SINCE: None, CONFIRM: None}
        return {CONFIRM: value}


class AskWhat(SpeakingAction):
    """Asks what is wrong."""

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{WHAT}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Uses the matter's own question."""
        return [Text(_matter(tracker, composer).ask_details), _way_out()], []


class AskPlace(SpeakingAction):
    """Asks where."""

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{PLACE}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Uses the matter's own question."""
        return [Text(_matter(tracker, composer).ask_place), _way_out()], []


class AskSince(SpeakingAction):
    """Asks since when."""

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{SINCE}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Gives common answers to tap."""
        return [
            Choices(
                "从什么时候开始的？",
                (
                    Choice("今天", value_payload("今天")),
                    Choice("有几天了", value_payload("有几天了")),
                    Choice("很久了", value_payload("很久了")),
                ),
            )
        ], []


class AskConfirm(SpeakingAction):
    """Reads the summary back."""

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{CONFIRM}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Shows what will be filed; nothing is filed without a yes."""
        matter = _matter(tracker, composer)
        return [
            Text(
                "我念给您听听，对不对：\n"
                f"事情：{matter.short_name}\n"
                f"情况：{tracker.get_slot(WHAT)}\n"
                f"地点：{tracker.get_slot(PLACE)}\n"
                f"时间：{tracker.get_slot(SINCE)}"
            ),
            Choices(
                "",
                (
                    Choice("对，报上去", value_payload(YES)),
                    Choice("不对，重说", value_payload(NO)),
                    CANCEL,
                ),
            ),
        ], []


class FileReport(SpeakingAction):
    """Files the confirmed report and says its number."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_file_report"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Stores the ticket first; only then says so."""
        matter = _matter(tracker, composer)
        ticket = await ports().tickets.open(
            TicketDraft(
                idempotency_key=f"{reading.message_id}#0",
                kind=TicketKind.REPORT,
                conversation=tracker.sender_id,
                item=matter.key,
                description=tracker.get_slot(WHAT) or "",
                place=tracker.get_slot(PLACE) or "",
                since=tracker.get_slot(SINCE) or "",
                urgency=matter.urgency,
            ),
            now=ports().now(),
        )
        return [filed(ticket, matter)], clear_report()


class CancelReport(SpeakingAction):
    """Drops the form."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_cancel_report"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Says that nothing was filed."""
        return [Text("好的，不报了，什么都没有提交。想报的时候再跟我说。")], [
            *clear_report(),
            ActiveLoop(None),
            SlotSet("requested_slot", None),
        ]


class Cancel(SpeakingAction):
    """Answers "never mind" outside a form."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_cancel"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Forgets what was talked of."""
        return [Text("好的，先不管它。有别的事您再说。")], [SlotSet(ITEM_SLOT, None)]


def filed(ticket: Ticket, matter: Matter) -> Text:
    """Says truthfully what has happened and what comes next."""
    within = f"{matter.respond_hours:g}个小时内"
    return Text(
        f"记好了，编号 {ticket.number}，您记一下。这类事按规矩{within}该有人联系；"
        "到时没人找您，拿编号打社区电话或12345催。问进展就说“查一下我的反映”。"
    )


def _matter(tracker: Tracker, composer: AnswerComposer) -> Matter:
    key = tracker.get_slot(ITEM) or ""
    matter = composer.catalog.matters.get(key.removeprefix("matter/"))
    if matter is None:
        raise CommunityError(f"report form: no matter {key!r}")
    return matter


def _way_out() -> Choices:
    return Choices("", (CANCEL,))
