"""What a turn of a written conversation expects, and what is true of every reply.

The format of the files stands in `tests/conversations/test_conversations.py`.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Sequence, Union

from bot.trial.stage import offered
from community.replies import Emergency, ItemList, Part, Reply, as_plain_text
from community.replies import Text as TextPart
from community.tickets import Ticket

Turn = Dict[str, Any]
OF_MEMORY = frozenset({"about", "chosen"})
"""What a turn expects of the conversation's memory."""
_OF_FILE = frozenset({"said", "not_said", "n_photos"})
OF_TICKETS = frozenset({"tickets", "ticket", "state", "tier", *_OF_FILE})
"""What a turn expects of the tickets that were filed."""
MAX_LEAD_CHARS = 150
"""Of a paragraph; long enough for an answer with a local fact that is missing."""
MAX_CHOICES, MAX_LISTED = 3, 8
OFFICIALESE = re.compile(
    r"予以|特此|兹|敬请|详见|之规定|您好，尊敬|相关部门|请知悉|如下："
)
TICKET_NUMBER = re.compile(r"\b\d{4}-\d{4}\b", re.ASCII)
PROMISE = re.compile(r"您(?:家)?(?:肯定|一定|完全)?(?:符合|能领到|能批|够条件|达标)")


def any_of(text: str, wanted: Union[str, List[str]]) -> bool:
    """Tells whether one of the alternatives can be read."""
    options = [wanted] if isinstance(wanted, str) else wanted
    return any(option in text for option in options)


def wrong_text(turn: Turn, text: str) -> Iterator[str]:
    """Yields texts that are missing, or must not be there."""
    for wanted in turn.get("sees", []):
        if not any_of(text, wanted):
            yield f"{wanted!r} is not in:\n{text}"
    unnumbered = TICKET_NUMBER.sub("", text)  # 1125-1105 is no call for the police
    for unwanted in turn.get("not_sees", []):
        if any_of(unnumbered, unwanted):
            yield f"{unwanted!r} is in:\n{text}"
    if "first" in turn and not any_of(text.split("。")[0], turn["first"]):
        yield f"first sentence:\n{text}"
    if turn.get("silent") and text:
        yield f"something is said:\n{text}"


def wrong_choices(turn: Turn, reply: Reply) -> Iterator[str]:
    """Yields choices that are not offered, or should not be."""
    titles = [choice.title for choice in offered(reply)]
    for wanted in turn.get("offers", []):
        if not any(any_of(title, wanted) for title in titles):
            yield f"{wanted!r} is not offered: {titles}"
    if turn.get("offers_nothing") and titles:
        yield f"offered: {titles}"


def bad_manners(reply: Reply) -> Iterator[str]:
    """Short, plain, no promise; at most three choices; an emergency comes first."""
    text = as_plain_text(reply.parts)
    for pattern, what in ((OFFICIALESE, "officialese"), (PROMISE, "a promise")):
        if pattern.search(text):
            yield f"{what}: {text}"
    if len(offered(reply)) > MAX_CHOICES:
        yield f"too many choices: {text}"
    yield from filter(None, map(_too_much, reply.parts))
    alarms = [part for part in reply.parts if isinstance(part, Emergency)]
    if alarms and (reply.parts[0] is not alarms[0] or "？" in text):
        yield f"an emergency comes first, and asks nothing: {text}"


def _too_much(part: Part) -> str:
    """Returns what a part has too much of; empty for nothing."""
    if isinstance(part, TextPart) and "对不对" not in part.text:
        longest = max(map(len, part.text.split("\n")))
        return f"too long: {part.text}" if longest > MAX_LEAD_CHARS else ""
    if isinstance(part, ItemList) and part.title != "能问的事":
        too_many = len(part.items) > MAX_LISTED
        return f"too many items: {part.title}" if too_many else ""
    return ""


def wrong_tickets(turn: Turn, filed: Sequence[Ticket], text: str) -> Iterator[str]:
    """Yields what is wrong with the tickets as filed and as they stand."""
    if "tickets" in turn and len(filed) != turn["tickets"]:
        yield f"{len(filed)} tickets after:\n{text}"
    if not filed:
        if {"ticket", "state", "tier"} & set(turn):
            yield f"no ticket after:\n{text}"
        return
    for field, wanted in turn.get("ticket", {}).items():
        value = getattr(filed[0].draft, field)
        if wanted not in str(getattr(value, "value", value)):
            yield f"{field} of the ticket is {value!r}"
    if "state" in turn:
        states = turn["state"] if isinstance(turn["state"], list) else [turn["state"]]
        found = [ticket.state.value for ticket in filed[: len(states)]]
        if found != states:
            yield f"states are {found}"
    if "tier" in turn and filed[0].life.tier.value != turn["tier"]:
        yield f"{filed[0].life.tier.value} has it"


async def wrong_file(turn: Turn, filed: Sequence[Ticket], tickets: Any) -> List[str]:
    """Returns what is wrong with the newest ticket's messages and photos."""
    if not _OF_FILE & set(turn):
        return []
    if not filed:
        return ["there is no ticket"]
    messages = await tickets.messages(filed[0].number)
    said = "\n".join(message.text for message in messages)
    wrong = [
        f"{wanted!r} is not in the file:\n{said}"
        for wanted in turn.get("said", [])
        if wanted not in said
    ]
    wrong += [
        f"{unwanted!r} is in the file:\n{said}"
        for unwanted in turn.get("not_said", [])
        if unwanted in said
    ]
    photos = {*filed[0].draft.photos, *(p for m in messages for p in m.photos)}
    if len(photos) != turn.get("n_photos", len(photos)):
        wrong.append(f"{len(photos)} photos")
    return wrong


def wrong_memory(turn: Turn, tracker: Any, text: str) -> Iterator[str]:
    """Yields what the conversation remembers wrongly."""
    if "about" in turn and tracker.get_slot("item") != turn["about"]:
        yield f"it is about {tracker.get_slot('item')}:\n{text}"
    if "chosen" in turn:
        reading = tracker.latest_message.parse_data["reading"]
        if (reading["chosen"], reading["item"]) != (True, turn["chosen"]):
            yield f"chosen: {reading['item'] if reading['chosen'] else None}"
