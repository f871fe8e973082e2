"""Plays every conversation of this folder over the real worker, Redis and model.

A file is one conversation: `turns`, each with what a resident says (`say`) or taps
(`tap`: number of an offered choice), perhaps `who` (another resident) and the silence
before (`after_hours`), and what the resident then reads:

- `sees`, `not_sees`: texts that must (not) be read; each may be a list of
  alternatives, one of which is enough;
- `first`: text within the first sentence;
- `offers`: titles that must be offered; `offers_nothing: true` none at all;
- `about`: key of the item the conversation is about afterwards;
- `chosen`: key of the item that was logged as the resident's choice;
- `tickets`: how many tickets this person has afterwards; `ticket`: fields of the
  newest one (kind, item, place, since, contact, description: contained text).

Every reply must also pass the checks of `check_manners`.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from community.replies import Choice, Choices, Emergency, ItemList, Reply, as_plain_text
from community.replies import Text as TextPart

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/test_*.yml"))
KINDS = {
    "happy",
    "correction",
    "digression",
    "clarification",
    "emergency",
    "report_form",
    "handoff",
    "out_of_scope",
    "hostile",
}
TURN_KEYS = {"say", "tap", "who", "after_hours"}
MAX_LEAD_CHARS = 150
"""Of a paragraph; long enough for an answer with a local fact that is missing."""
OFFICIALESE = re.compile(
    r"予以|特此|兹|敬请|详见|之规定|您好，尊敬|相关部门|请知悉|如下："
)
PROMISE = re.compile(r"您(?:家)?(?:肯定|一定|完全)?(?:符合|能领到|能批|够条件|达标)")

pytestmark = pytest.mark.model


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem.removeprefix('test_')}"


def turns_of(path: Path) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["turns"]
    return turns


def any_of(text: str, wanted: str | list[str]) -> bool:
    options = [wanted] if isinstance(wanted, str) else wanted
    return any(option in text for option in options)


def offered(reply: Reply) -> list[Choice]:
    return [c for part in reply.parts if isinstance(part, Choices) for c in part.items]


def check_text(turn: dict[str, Any], text: str) -> None:
    for wanted in turn.get("sees", []):
        assert any_of(text, wanted), f"{wanted!r} is not in:\n{text}"
    for unwanted in turn.get("not_sees", []):
        assert not any_of(text, unwanted), f"{unwanted!r} is in:\n{text}"
    if "first" in turn:
        assert any_of(text.split("。")[0], turn["first"]), f"first sentence:\n{text}"


def check_choices(turn: dict[str, Any], reply: Reply) -> None:
    titles = [choice.title for choice in offered(reply)]
    for wanted in turn.get("offers", []):
        assert any(any_of(title, wanted) for title in titles), titles
    if turn.get("offers_nothing"):
        assert titles == []


def check_manners(reply: Reply) -> None:
    """Short, plain, no promise; at most three choices; an emergency comes first."""
    text = as_plain_text(reply.parts)
    assert not OFFICIALESE.search(text), text
    assert not PROMISE.search(text), text
    assert len(offered(reply)) <= 3, text
    for part in reply.parts:
        if isinstance(part, TextPart) and "对不对" not in part.text:
            assert max(map(len, part.text.split("\n"))) <= MAX_LEAD_CHARS, part.text
        if isinstance(part, ItemList) and part.title != "能问的事":
            assert len(part.items) <= 8, part
    alarms = [p for p in reply.parts if isinstance(p, Emergency)]
    assert not alarms or (reply.parts[0] is alarms[0] and text.count("？") == 0), text


def check_ticket(turn: dict[str, Any], filed: list[Any], text: str) -> None:
    if "tickets" in turn:
        assert len(filed) == turn["tickets"], text
    for field, wanted in turn.get("ticket", {}).items():
        value = getattr(filed[0].draft, field)
        assert wanted in str(getattr(value, "value", value)), (field, value)


def check_memory(turn: dict[str, Any], tracker: Any, text: str) -> None:
    if "about" in turn:
        assert tracker.get_slot("item") == turn["about"], text
    if "chosen" in turn:
        reading = tracker.latest_message.parse_data["reading"]
        assert (reading["chosen"], reading["item"]) == (True, turn["chosen"])


@pytest.mark.parametrize("path", FILES, ids=name_of)
async def test_conversation(path, talk, worker, tickets, wait):
    choices: list[Choice] = []
    for turn in turns_of(path):
        who = f"web:{turn.get('who', 'grandma')}"
        wait(hours=turn.get("after_hours", 0))
        if "tap" in turn:
            choice = choices[turn["tap"] - 1]
            reply = await talk(choice.title, choice=choice.payload, who=who)
        else:
            reply = await talk(turn["say"], who=who)
        text = as_plain_text(reply.parts)
        check_text(turn, text)
        check_choices(turn, reply)
        check_manners(reply)
        check_memory(turn, await worker.store.retrieve(who), text)
        check_ticket(turn, await tickets.of_conversation(who, limit=9), text)
        choices = offered(reply)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_conversation_is_of_a_known_kind_and_checks_each_turn(path):
    assert path.parent.name in KINDS
    for turn in turns_of(path):
        assert {"say", "tap"} & set(turn), f"{path.name}: nobody says anything"
        assert set(turn) - TURN_KEYS, f"{path.name}: a turn checks nothing"


def test_there_are_enough_conversations_of_each_kind():
    assert len(FILES) >= 120
    for kind in KINDS:
        assert len(list((HERE / kind).glob("test_*.yml"))) >= 10, kind
