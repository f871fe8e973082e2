"""Plays every conversation of this folder over the real worker, Redis and model.

A file is one conversation: `turns`, each with what the resident says (`say`), taps
(`tap`: number of an offered choice) or the silence before (`after_hours`), and what
the resident then reads:

- `sees`, `not_sees`: texts that must (not) be read; each may be a list of
  alternatives, one of which is enough;
- `first`: text within the first sentence;
- `offers`: titles that must be offered; `offers_nothing: true` none at all;
- `about`: key of the item the conversation is about afterwards;
- `tickets`: how many tickets this person has afterwards; `ticket`: fields of the
  newest one (kind, item, place, description: contained text).
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from community.replies import Choice, Choices, Reply, as_plain_text

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/test_*.yml"))

pytestmark = pytest.mark.model


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem.removeprefix('test_')}"


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
    assert len(titles) <= 3, titles


@pytest.mark.parametrize("path", FILES, ids=name_of)
async def test_conversation(path, talk, worker, tickets):
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    choices: list[Choice] = []
    for turn in document["turns"]:
        if "tap" in turn:
            choice = choices[turn["tap"] - 1]
            reply = await talk(choice.title, choice=choice.payload)
        else:
            reply = await talk(turn["say"])
        text = as_plain_text(reply.parts)
        check_text(turn, text)
        check_choices(turn, reply)
        choices = offered(reply)
        tracker = await worker.store.retrieve("web:grandma")
        if "about" in turn:
            assert tracker.get_slot("item") == turn["about"], text
        filed = await tickets.of_conversation("web:grandma", limit=9)
        if "tickets" in turn:
            assert len(filed) == turn["tickets"], text
        for field, wanted in turn.get("ticket", {}).items():
            value = getattr(filed[0].draft, field)
            assert wanted in str(getattr(value, "value", value)), (field, value)


def test_every_conversation_has_turns_that_check_something():
    for path in FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for turn in document["turns"]:
            assert set(turn) - {"say", "tap"}, f"{path.name}: a turn checks nothing"
