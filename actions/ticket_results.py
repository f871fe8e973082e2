"""After a result: whether it is solved, what is not right, how content one is."""

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.reading import ASKED_SLOT, QUESTION_SLOT, TICKET_SLOT, Reading
from actions.speaking import Events, SpeakingAction, is_reporting, name_of
from actions.tickets import asked_entries, meant_by, own
from actions.wiring import ports
from community.answers import AnswerComposer
from community.dialogue.feedback import RATING_QUESTION, is_bare_no, rating_question
from community.dialogue.questions import Asked
from community.errors import NotFoundError, TransitionRefusedError
from community.payloads import ticket_answer_payload
from community.replies import Choice, Choices, Part, Text
from community.tickets import Rating, Ticket, TicketState

MAX_CHOICES = 3
TOO_LATE = "这件事已经有结论了。要是又不好，直接跟我说，我再给您报。"
THANKS = "好，记下了，谢谢您告诉我。{} 等先报的那位也说好了，就结。"
"""To a co-reporter, whose yes closes nothing."""
RATED = {
    Rating.GOOD: "记下了，您满意就好，有事再找我。",
    Rating.FAIR: "记下了，谢谢您说实话，我转给他们。",
    Rating.POOR: "记下了，对不住，没让您满意。哪里又不好了，跟我说就重新报。",
}
_TITLES = {"yes": "解决了", "no": "没解决", "person": "想找人说"}


class TicketAnswer(SpeakingAction):
    """Takes the answer to the question whether a ticket is solved."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ticket_answer"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Closes the ticket, or hands it to the tier above with the words said."""
        answer, _, number = (reading.value or "").partition(":")
        if not reading.chosen:
            waiting = await _waiting(tracker)
            number = _number_meant(reading.text, number, waiting, composer)
            if not number:
                return [_which(answer, waiting, composer)], []
        return await _take(answer, number, reading, tracker)


class TicketReason(SpeakingAction):
    """Adds what is still not right to a ticket that was opened again."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ticket_reason"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Adds the words; whoever says nothing is not asked again."""
        kind, _, number = (reading.value or "").partition(":")
        events: Events = [SlotSet(QUESTION_SLOT, None)]
        if kind == "none":
            return [Text(f"好，{number} 接着办，有信儿我告诉您。")], events
        try:
            await ports().tickets.remark(
                number,
                tracker.sender_id,
                text=reading.text,
                key=f"{reading.message_id}#0",
                now=ports().now(),
            )
        except (NotFoundError, TransitionRefusedError):
            return [Text(TOO_LATE)], events
        return [Text(f"记上了，这话带到了。{number} 接着办，有信儿我告诉您。")], events


class TicketRating(SpeakingAction):
    """Takes how content the resident is; asked once."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ticket_rating"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Notes it with the ticket."""
        level, _, number = (reading.value or "").partition(":")
        rating = Rating(level)
        events: Events = [SlotSet(QUESTION_SLOT, None)]
        try:
            await ports().tickets.rate(
                number,
                tracker.sender_id,
                rating,
                key=f"{reading.message_id}#0",
                now=ports().now(),
            )
        except (NotFoundError, TransitionRefusedError):
            return [Text(TOO_LATE)], events
        return [Text(RATED[rating])], events


async def _waiting(tracker: Tracker) -> list[Ticket]:
    numbers = [entry["number"] for entry in asked_entries(tracker)]
    found = {t.number: t for t in await own(tracker)}
    return [found[n] for n in reversed(numbers) if n in found]


def _number_meant(
    text: str, on_the_table: str, waiting: Sequence[Ticket], composer: AnswerComposer
) -> str:
    """Returns the ticket that words are about: named, just asked about, or the only one."""
    found = meant_by(text, waiting, composer)
    if len(found) == 1:
        return found[0].number
    if on_the_table:
        return on_the_table
    return waiting[0].number if len(waiting) == 1 else ""


def _which(
    answer: str, waiting: Sequence[Ticket], composer: AnswerComposer
) -> Choices | Text:
    if not waiting:
        return Text(TOO_LATE)
    choices = tuple(
        Choice(
            f"{ticket.number} {name_of(ticket.life.item, composer)}",
            ticket_answer_payload(answer, ticket.number),
        )
        for ticket in waiting[:MAX_CHOICES]
    )
    return Choices(f"您说的“{_TITLES[answer]}”，是哪一件？", choices)


async def _take(
    answer: str, number: str, reading: Reading, tracker: Tracker
) -> tuple[list[Part], Events]:
    is_told = not reading.chosen and not is_bare_no(reading.text)
    events: Events = []
    if answer != "person":
        kept = [e for e in asked_entries(tracker) if e["number"] != number]
        events.append(SlotSet(ASKED_SLOT, kept or None))
    key, now = f"{reading.message_id}#0", ports().now()
    repository = ports().tickets
    try:
        if answer == "person":
            ticket = await repository.remark(
                number, tracker.sender_id, text="居民想找人当面说说", key=key, now=now
            )
        else:
            ticket = await repository.answer(
                number,
                tracker.sender_id,
                satisfied=answer == "yes",
                remark=reading.text if is_told else "",
                key=key,
                now=now,
            )
    except (NotFoundError, TransitionRefusedError):
        return [Text(TOO_LATE)], events
    if answer == "yes" and ticket.state is not TicketState.CONFIRMED:
        return [Text(THANKS.format(number))], events
    parts, more = _ANSWERED[answer](number, tracker, is_told)
    return parts, [*events, *more]


def _solved(number: str, tracker: Tracker, is_told: bool) -> tuple[list[Part], Events]:
    question = {"kind": Asked.RATING.value, "number": number}
    done = Text(f"好，{number} 就结了，谢谢您告诉我。")
    if is_reporting(tracker):
        asked = Text(f"{RATING_QUESTION}回“满意”“一般”“不满意”都行。")
        return [done, asked], [SlotSet(QUESTION_SLOT, question)]
    return [done, rating_question(number)], [SlotSet(QUESTION_SLOT, question)]


def _unsolved(
    number: str, tracker: Tracker, is_told: bool
) -> tuple[list[Part], Events]:
    sorry = f"对不住，没办好。{number} 已经往上转，接着办，有信儿我再告诉您。"
    remembered = SlotSet(TICKET_SLOT, {"number": number, "urgent": False})
    if is_told or is_reporting(tracker):
        return [Text(sorry)], [remembered]
    question = {"kind": Asked.REASON.value, "number": number}
    return [Text(f"{sorry}哪里没弄好，您说一句，我带给他们。")], [
        remembered,
        SlotSet(QUESTION_SLOT, question),
    ]


def _to_talk(number: str, tracker: Tracker, is_told: bool) -> tuple[list[Part], Events]:
    return [
        Text(
            f"好，我跟经办的人说了，请他联系您说说 {number}。"
            "说完了，解决没解决，再跟我说一声。"
        )
    ], [SlotSet(TICKET_SLOT, {"number": number, "urgent": False})]


_ANSWERED = {"yes": _solved, "no": _unsolved, "person": _to_talk}
