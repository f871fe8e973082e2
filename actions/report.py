"""The report form: what, where, since when; confirmed before it is filed."""

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet

from actions.answers import learned_meaning, remember, second_answer
from actions.joining import FOLLOW, joinable, offer, similar_ticket
from actions.locating import (
    choice_value,
    home_name,
    unclear_places,
)
from actions.parking import put_aside
from actions.reading import (
    PARKED_SLOT,
    PHOTOS_SLOT,
    RECORDING_SLOT,
    Reading,
)
from actions.recordings import Recordings
from actions.report_form import NO, YES
from actions.report_opening import next_told, opening_words, told_first
from actions.report_slots import (
    CONFIRM,
    CONTACT,
    ITEM,
    JOIN,
    NEXT,
    PLACE,
    SINCE,
    WHAT,
    WHICH,
    asked_before,
    clear_report,
    told_in,
    told_on,
)
from actions.sent_files import still_there, times_of, told_gone
from actions.speaking import Events, SpeakingAction
from actions.tickets import own
from actions.wiring import ports
from actions.withdrawing import asked_to_withdraw_all
from community.answers import AnswerComposer
from community.catalog.model import Matter
from community.dialogue.filed_tickets import ALL
from community.errors import CommunityError
from community.payloads import talk_payload, value_payload
from community.replies import Choice, Choices, Part, Text
from community.reports.consent import plain_answer
from community.reports.form_interpretation import NO_PHOTO, NOT_YET
from community.reports.summary_asides import ASKS, PHOTO_COMES
from community.tickets import Ticket

CANCEL = Choice("不报了", talk_payload("cancel"))
MAX_CHOICES = 3
NOTED = "这个记上了。"
FIELDS_WRONG = ("情况不对", "地点不对", "时间不对")
"""What a resident may tap; it is asked anew."""
LEADS = {
    NOT_YET: "还没报上去，您点头我才报。",
    NO_PHOTO: "没照片也能报。",
    PHOTO_COMES: "照片直接发到这里就行，我等着。",
    ASKS: "这个我答不准，报上去以后问联系您的人，也能打12345。",
}
"""What is said first where the summary is read again."""
UNKNOWN_PLACE = "没说，先转给社区值班的人；想起来了现在说也行"


class BeginReport(SpeakingAction):
    """Takes what the first message already says, so that it is not asked again."""

    leaves_room = False
    ends_turn = False

    def name(self) -> str:
        """Name in the domain."""
        return "action_begin_report"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Fills the form's slots from the message and says what happens next."""
        matter = matter_of(reading.item, composer)
        events = [
            *clear_report(),
            *_begun_anew(tracker),
            *remember(matter.key, reading, tracker),
            *learned_meaning(matter.key, reading, tracker),
            SlotSet(ITEM, matter.key),
            *told_first(reading, tracker, matter),
            SlotSet(NEXT, next_told(reading)),
        ]
        advice = "" if matter.urgency == "normal" else composer.matter_advice(matter)
        parts = second_answer(reading, composer)
        parts.append(Text(f"{opening_words(reading, matter)}{advice}"))
        return parts, events


class AskWhat(SpeakingAction):
    """Asks what is wrong."""

    ends_turn = False

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{WHAT}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Uses the matter's own question."""
        return [
            Text(matter_of(tracker.get_slot(ITEM), composer).ask_details),
            _way_out(),
        ], []


class AskPlace(SpeakingAction):
    """Asks where."""

    ends_turn = False

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{PLACE}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Uses the matter's own question; whoever is bound to a grid may tap it."""
        noted = NOTED if told_on(tracker, PLACE) else ""
        question = Text(noted + matter_of(tracker.get_slot(ITEM), composer).ask_place)
        home = home_name(tracker)
        if home is None:
            return [question, _way_out()], []
        here = Choice(f"就在{home}", value_payload(home))
        return [question, Choices("", (here, CANCEL))], []


class AskWhich(SpeakingAction):
    """Asks which of several places is meant."""

    ends_turn = False

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{WHICH}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Names the places that it may be; another answer is taken as well."""
        options = unclear_places(tracker)
        choices = [Choice(o.name, value_payload(choice_value(o))) for o in options]
        if len(choices) < MAX_CHOICES:
            none = "不是这里" if len(choices) == 1 else "都不是"
            choices.append(Choice(none, value_payload(NO)))
        names = "，还是".join(option.name for option in options)
        mark = "吗？" if len(options) == 1 else "？"
        said = tracker.get_slot(PLACE)
        return [Choices(f"您说的“{said}”，是{names}{mark}", tuple(choices))], []


class AskJoin(SpeakingAction):
    """Asks whether the resident joins neighbours who have reported the same."""

    ends_turn = False

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{JOIN}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Offers it; a no files a report of one's own."""
        ticket = await similar_ticket(tracker)
        words = offer(ticket) if ticket is not None else "邻居报过的，您也要跟进吗？"
        choices = (
            Choice("跟着一起", value_payload(YES)),
            Choice("我另报一件", value_payload(NO)),
            CANCEL,
        )
        return [Choices(words, choices)], []


class AskSince(SpeakingAction):
    """Asks since when."""

    ends_turn = False

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{SINCE}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Gives common answers to tap."""
        noted = NOTED if told_on(tracker, SINCE) else ""
        return [
            Choices(
                f"{noted}从什么时候开始的？",
                (
                    Choice("今天", value_payload("今天")),
                    Choice("有几天了", value_payload("有几天了")),
                    Choice("很久了", value_payload("很久了")),
                ),
            )
        ], []


class AskConfirm(SpeakingAction):
    """Reads the summary back."""

    ends_turn = False

    def name(self) -> str:
        """Name in the domain."""
        return f"action_ask_{CONFIRM}"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Shows what will be filed; nothing is filed without a yes.

        Neighbours who have reported the same are named here where no question was left.
        Whoever says that something is wrong is asked what.
        """
        if asked_before(tracker)[-1:] == [CONFIRM] and _says_wrong(reading):
            return [_what_is_wrong()], []
        matter = matter_of(tracker.get_slot(ITEM), composer)
        photos = await still_there(times_of(tracker.get_slot(PHOTOS_SLOT)))
        recordings = await still_there(Recordings.of(tracker).attached)
        n_photos, n_recordings = len(photos.there), len(recordings.there)
        lead = LEADS.get(reading.value or "")
        return [
            Text(
                (f"{lead}\n" if lead else "") + "我念给您听听，对不对：\n"
                f"事情：{matter.short_name}\n"
                f"情况：{tracker.get_slot(WHAT)}\n"
                f"地点：{told_in(tracker, PLACE) or UNKNOWN_PLACE}\n"
                f"时间：{tracker.get_slot(SINCE) or '没说'}"
                + (
                    f"\n照片：{n_photos} 张"
                    if n_photos
                    else "\n照片：没有，有就现在发来，没有也行"
                )
                + (f"\n录音：{n_recordings} 段" if n_recordings else "")
                + f"\n联系：{tracker.get_slot(CONTACT) or '在这里回您，想接电话就发号码'}"
            ),
            *told_gone(photos, recordings),
            _ways_on(await joinable(tracker)),
        ], []


def _says_wrong(reading: Reading) -> bool:
    return (reading.value or plain_answer(reading.text)) == NO


def _what_is_wrong() -> Choices:
    """Asks for the right words; what is not corrected stays."""
    return Choices(
        "哪儿不对？您直接说对的就行，别的我都留着。",
        tuple(Choice(text, value_payload(text)) for text in FIELDS_WRONG),
    )


def _ways_on(neighbours: Ticket | None) -> Choices:
    """Returns what may follow the summary."""
    if neighbours is not None:
        return Choices(
            offer(neighbours),
            (
                Choice("跟进邻居的", value_payload(FOLLOW)),
                Choice("单独上报", value_payload(YES)),
                CANCEL,
            ),
        )
    return Choices(
        "",
        (
            Choice("对，报上去", value_payload(YES)),
            Choice("有地方不对", value_payload(NO)),
            CANCEL,
        ),
    )


class CancelReport(SpeakingAction):
    """Drops the form."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_cancel_report"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Says that nothing was filed, and what was filed before stays."""
        dropped = put_aside(tracker.slots, ports().now())
        events = [
            *clear_report(),
            SlotSet(PARKED_SLOT, {**dropped, "asked": True, "dropped": True}),
            SlotSet(RECORDING_SLOT, None),
            ActiveLoop(None),
            SlotSet("requested_slot", None),
        ]
        waiting = [t for t in await own(tracker) if not t.life.is_final]
        if not waiting:
            told = "好的，不报了，什么都没有提交。想报的时候再跟我说。"
            return [Text(told)], events
        told = "好的，这件不报了，没有提交。"
        if reading.value == ALL:
            question, asked = asked_to_withdraw_all(waiting, composer)
            return [Text(told), *question], [*events, *asked]
        return [Text(f"{told}先前报的还在办，不用办了就跟我说“撤回”。")], events


def _begun_anew(tracker: Tracker) -> Events:
    """Forgets a report that was called off; one that was only left still waits."""
    parked = tracker.get_slot(PARKED_SLOT) or {}
    return [SlotSet(PARKED_SLOT, None)] if parked.get("dropped") else []


def matter_of(key: str | None, composer: AnswerComposer) -> Matter:
    """Returns the matter of the open form."""
    matter = composer.catalog.matters.get((key or "").removeprefix("matter/"))
    if matter is None:
        raise CommunityError(f"report form: no matter {key!r}")
    return matter


def _way_out() -> Choices:
    return Choices("", (CANCEL,))
