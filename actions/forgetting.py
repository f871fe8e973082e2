"""删除我的信息: asked once, then done; what stays is said."""

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet

from actions.parking import emptied, put_aside
from actions.reading import PARKED_SLOT, QUESTION_SLOT, Reading
from actions.speaking import Events, SpeakingAction, is_reporting
from actions.tickets import own
from actions.wiring import ports
from community.answers import AnswerComposer
from community.dialogue.questions import Asked
from community.payloads import intent_payload
from community.replies import Choice, Choices, Part, Text

CHOICES = (
    Choice("删掉", intent_payload("forget_me", "yes")),
    Choice("先不删", intent_payload("forget_me", "no")),
)


class ForgetMe(SpeakingAction):
    """Deletes the person's data, after asking once."""

    leaves_room = False

    def name(self) -> str:
        """Name in the domain."""
        return "action_forget_me"

    async def speak(
        self, reading: Reading, tracker: Tracker, composer: AnswerComposer
    ) -> tuple[list[Part], Events]:
        """Asks, or does what was answered; an open report is put aside."""
        aside = _put_aside(tracker)
        closed = [*aside, SlotSet(QUESTION_SLOT, None)]
        if reading.value == "no":
            return [Text("好的，都留着，什么都没删。")], closed
        n_open = sum(not t.life.is_final for t in await own(tracker))
        asked = tracker.get_slot(QUESTION_SLOT) or {}
        if reading.value != "yes" or asked.get("kind") != Asked.FORGET.value:
            return [Text(_what_goes(n_open)), Choices("都删掉吗？", CHOICES)], [
                *aside,
                SlotSet(QUESTION_SLOT, {"kind": Asked.FORGET.value}),
            ]
        forgetting = ports().forgetting
        if forgetting is None:
            return [Text("我这里现在删不了，请打社区电话，让工作人员给您删。")], closed
        await forgetting.ask(tracker.sender_id, ports().now())
        return [Text(_what_stays(n_open))], closed


def _put_aside(tracker: Tracker) -> Events:
    if not is_reporting(tracker):
        return []
    parked = put_aside(tracker.slots, ports().now())
    slots = {**emptied(), PARKED_SLOT: parked}
    events = [SlotSet(name, value) for name, value in slots.items()]
    return [*events, ActiveLoop(None)]


def _what_goes(n_open: int) -> str:
    goes = "咱们说过的话、您发的照片、您住哪一片，都会删掉，找不回来。"
    if not n_open:
        return goes
    return (
        f"{goes}\n您有{n_open}件事还没办完：会接着办，"
        "但不再跟您连着，结果没法告诉您了。"
    )


def _what_stays(n_open: int) -> str:
    stays = f"没办完的{n_open}件接着办，里头没有您的名字和电话。" if n_open else ""
    return f"好的，这就删，两分钟内删完。{stays}往后有事，您随时再来。"
