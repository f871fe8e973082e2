"""What happens besides words: follows, scans, ticket news, photos, places, recordings.

An event speaks and sets slots; it moves no rule, and a form keeps its question.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Dict, List, Optional, Sequence

from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from actions.reading import (
    ASKED_SLOT,
    GRID_SLOT,
    OFFERED_SLOT,
    PLACE_SLOT,
    TAKEN_OVER_SLOT,
)
from actions.wiring import ports
from bot import media, unfinished
from bot.form_question import form_question
from bot.tracker_store import RedisTurnTrackerStore
from community.dialogue.feedback import MAX_WAITING, solved_question
from community.errors import NotFoundError
from community.messages import EventName, Inbound, Kind
from community.payloads import talk_payload
from community.replies import Choice, Choices, Image, ItemList, Part, Text
from community.residents import BoundBy

WELCOME = (
    "您好，我是云小路，社区的小帮手。我是机器人，不收钱，也不问您要密码。"
    "有事直接打字说，跟平时说话一样就行。"
)
ABILITIES = ItemList(
    "我能帮您",
    (
        "问办事：低保、医保、养老这些，要带什么、去哪办",
        "报问题：路灯不亮、下水道堵，我转给网格员，给您编号",
        "找人：请网格员联系您",
        "有危险先打110、119、120，再告诉我",
    ),
)
CONSENT = (
    "您说的话、发的照片，只用来回答您、办您报的事。"
    "不想留了，发“删除我的信息”，或者取消关注，我就删掉。"
)
UNKNOWN_GRID = "这个码我这里还没登记。您住哪个小区、哪个村，打字告诉我一声就行。"
TAKEN_OVER = "网格员来了，您直接跟他说，我先不插话。遇到险情我还是会提醒您打电话。"
GIVEN_BACK = {
    "done": "网格员说完了。还有别的事，接着跟我说就行。",
    "silence": "网格员那边有一会儿没说话了，我先接着。您说的都给他留着，有事跟我说。",
}
GIVEN_BACK_OTHERWISE = "网格员先忙别的去了，您有事接着跟我说。"
STAFF_SAYS = "网格员说："
OVER = ("reopened",)
"""Ticket news after which no answer is waited for; after a closing a late one counts."""
ASKS_AFTER = ("result", "reminder")
"""Ticket news after which the resident is asked whether it is solved."""
UNSUPPORTED = {
    "video": "视频我看不了。您拍张照片发来，或者打字说说是啥事，行不？",
    "link": "网址我打不开。是啥事您打字跟我说；陌生网址别乱点，要钱要验证码的多半是骗子。",
}
UNSUPPORTED_OTHER = "这个我看不了。您打字说说是啥事，或者拍张照片发来。"


@dataclass(frozen=True)
class Spoken:
    """What an event makes the assistant say and remember."""

    parts: Sequence[Part] = ()
    slots: Dict[str, Any] = field(default_factory=dict)


Handler = Callable[[Inbound, DialogueStateTracker], Awaitable[Spoken]]


class EventSpeaker:
    """Answers everything that is not a sentence."""

    def __init__(
        self, processor: MessageProcessor, store: RedisTurnTrackerStore
    ) -> None:
        """Uses the worker's model and its tracker store."""
        self.processor = processor
        self.store = store

    async def answer(self, inbound: Inbound) -> List[Part]:
        """Returns what to say; what is remembered is staged for the commit."""
        tracker = await self.processor.fetch_tracker_with_initial_session(
            inbound.conversation, CollectingOutputChannel()
        )
        spoken = await _handler(inbound)(inbound, tracker)
        slots = dict(spoken.slots)
        offered = [
            {"title": choice.title, "payload": choice.payload}
            for part in spoken.parts
            if isinstance(part, Choices)
            for choice in part.items
        ]
        if offered:
            slots[OFFERED_SLOT] = offered
        for name, value in slots.items():
            tracker.update(SlotSet(name, value))
        if slots:
            await self.store.save(tracker)
        return list(spoken.parts)


def _handler(inbound: Inbound) -> Handler:
    if inbound.kind is Kind.EVENT:
        return _EVENTS.get(inbound.text, _unsupported)
    return _KINDS[inbound.kind]


async def _subscribe(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    repository = ports().residents
    if repository is not None:
        await repository.followed(inbound.conversation, ports().now())
    grid = inbound.extra.get("grid")
    bound = await _bound(inbound.conversation, grid) if grid else Spoken()
    choices = Choices("", (Choice("看看能办什么", talk_payload("identity")),))
    parts: List[Part] = [Text(WELCOME), *bound.parts, ABILITIES, Text(CONSENT), choices]
    return Spoken(parts, bound.slots)


async def _scan(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    return await _bound(inbound.conversation, inbound.extra.get("grid"))


async def _bound(conversation: str, grid: Optional[str]) -> Spoken:
    """Binds a resident to a scanned grid and says so."""
    gazetteer, repository = ports().places(), ports().residents
    match = gazetteer.match(grid) if gazetteer is not None and grid else None
    if match is None or match.grid is None or repository is None:
        return Spoken([Text(UNKNOWN_GRID)])
    await repository.bind(conversation, match.grid, BoundBy.SCAN, ports().now())
    return Spoken(
        [Text(f"记下了，您是{match.name}这一片的。报事就转给这片的网格员。")],
        {GRID_SLOT: match.grid, PLACE_SLOT: match.community},
    )


async def _ticket(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    """Tells a ticket's news; after a result it asks whether that is so."""
    facts = inbound.extra
    number = str(facts.get("number", ""))
    parts: List[Part] = [Text(str(facts.get("text", "")))]
    parts += [media.shown(photo) for photo in facts.get("photos") or ()]
    waiting = [e for e in tracker.get_slot(ASKED_SLOT) or () if e["number"] != number]
    if facts.get("what") in OVER:
        return Spoken(parts, {ASKED_SLOT: waiting or None})
    if facts.get("what") not in ASKS_AFTER:
        return Spoken(parts)
    question = await form_question(tracker)
    parts.append(solved_question(number, with_choices=not question))
    asked = {"number": number, "item": await _item_of(number)}
    return Spoken([*parts, *question], {ASKED_SLOT: [*waiting, asked][-MAX_WAITING:]})


async def _item_of(number: str) -> Optional[str]:
    """Returns what a ticket is about, so that answers can be told apart."""
    try:
        return (await ports().tickets.get(number)).life.item
    except NotFoundError:
        return None


async def _takeover(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    return Spoken([Text(TAKEN_OVER)], {TAKEN_OVER_SLOT: inbound.extra.get("number")})


async def _takeover_end(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    number = tracker.get_slot(TAKEN_OVER_SLOT)
    if number is None or inbound.extra.get("number", number) != number:
        return Spoken()  # another ticket's talk goes on
    question = await form_question(tracker)
    words = GIVEN_BACK.get(str(inbound.extra.get("reason", "")), GIVEN_BACK_OTHERWISE)
    return Spoken([Text(words), *question], {TAKEN_OVER_SLOT: None})


async def _relay(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    text = str(inbound.extra.get("text", ""))
    photos: List[Image] = [media.shown(p) for p in inbound.extra.get("photos") or ()]
    said: List[Part] = [Text(f"{STAFF_SAYS}{text}")] if text or not photos else []
    return Spoken([*said, *photos])


async def _unfinished(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    """Asks about a report that was left, or drops it."""
    return Spoken(*unfinished.told(tracker))


async def _unsupported(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    """Says what to send instead; nothing is lost, an open form goes on."""
    words = UNSUPPORTED.get(str(inbound.extra.get("what")), UNSUPPORTED_OTHER)
    return Spoken([Text(words), *await form_question(tracker)])


async def _image(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    return Spoken(*await media.photo(inbound, tracker))


async def _voice(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    return Spoken(*await media.recording(inbound, tracker))


async def _location(inbound: Inbound, tracker: DialogueStateTracker) -> Spoken:
    return Spoken(*await media.location(inbound, tracker))


_EVENTS: Dict[str, Handler] = {
    EventName.SUBSCRIBE.value: _subscribe,
    EventName.SCAN.value: _scan,
    EventName.TICKET.value: _ticket,
    EventName.TAKEOVER.value: _takeover,
    EventName.TAKEOVER_END.value: _takeover_end,
    EventName.RELAY.value: _relay,
    EventName.UNFINISHED.value: _unfinished,
    EventName.UNSUPPORTED.value: _unsupported,
}
_KINDS: Dict[Kind, Handler] = {
    Kind.IMAGE: _image,
    Kind.VOICE: _voice,
    Kind.LOCATION: _location,
}
