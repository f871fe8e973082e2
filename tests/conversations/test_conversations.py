"""Plays every conversation of this folder over the real worker, Redis and model.

A file is one conversation: `turns`, each with what a resident says (`say`; `{1}` stands
for the number of the newest ticket, `{2}` for the one before) or taps (`tap`: number of
an offered choice), perhaps `who` (another resident) and the silence before
(`after_hours`). Other things may happen instead: `photo`, `location` (its label), `scan`
(which grid), `staff` (acts on the newest ticket, `of: 2` on an older one, whose news then
reach the residents), `event` (`name` and facts), `blocked_days`, `time_passes` (deadlines
are looked at). Then comes what the resident reads:

- `sees`, `not_sees`: texts that must (not) be read; each may be a list of
  alternatives, one of which is enough;
- `first`: text within the first sentence;
- `offers`: titles that must be offered; `offers_nothing: true` none at all;
- `about`: key of the item the conversation is about afterwards;
- `chosen`: key of the item that was logged as the resident's choice;
- `tickets`: how many tickets this person has afterwards; `ticket`: fields of the
  newest one (kind, item, place, since, contact, description: contained text);
- `state`: state of the newest ticket, or of several, newest first; `tier`: who has it;
- `said`: texts that stand in the newest ticket's messages; `n_photos`: photos there;
- `silent: true`: nothing is said.

Every reply must also pass the checks of `check_manners`.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from community.replies import Emergency, ItemList, Reply, as_plain_text
from community.replies import Text as TextPart
from tests.conversations.stage import offered

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
HAPPENS = {
    "say",
    "tap",
    "photo",
    "location",
    "scan",
    "staff",
    "event",
    "blocked_days",
    "time_passes",
}
SETTING = {"who", "after_hours"}
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


async def check_life(turn: dict[str, Any], filed: list[Any], tickets: Any) -> None:
    if "state" in turn:
        wanted = turn["state"] if isinstance(turn["state"], list) else [turn["state"]]
        assert [t.state.value for t in filed[: len(wanted)]] == wanted
    if "tier" in turn:
        assert filed[0].life.tier.value == turn["tier"]
    if "said" in turn or "n_photos" in turn:
        messages = await tickets.messages(filed[0].number)
        said = "\n".join(m.text for m in messages)
        for wanted in turn.get("said", []):
            assert wanted in said, said
        photos = {*filed[0].draft.photos, *(p for m in messages for p in m.photos)}
        assert len(photos) == turn.get("n_photos", len(photos))


def check_memory(turn: dict[str, Any], tracker: Any, text: str) -> None:
    if "about" in turn:
        assert tracker.get_slot("item") == turn["about"], text
    if "chosen" in turn:
        reading = tracker.latest_message.parse_data["reading"]
        assert (reading["chosen"], reading["item"]) == (True, turn["chosen"])


@pytest.mark.parametrize("path", FILES, ids=name_of)
async def test_conversation(path, stage, worker, tickets):
    for turn in turns_of(path):
        who = f"web:{turn.get('who', 'grandma')}"
        reply = await stage.play(turn)
        if reply is None:
            assert not set(turn) & {"sees", "offers"}, f"nothing was said: {turn}"
            continue
        text = as_plain_text(reply.parts)
        if turn.get("silent"):
            assert not reply.parts, text
        check_text(turn, text)
        check_choices(turn, reply)
        check_manners(reply)
        check_memory(turn, await worker.store.retrieve(who), text)
        filed = await tickets.of_conversation(who, limit=9)
        check_ticket(turn, filed, text)
        await check_life(turn, filed, tickets)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_conversation_is_of_a_known_kind_and_checks_each_turn(path):
    assert path.parent.name in KINDS
    for turn in turns_of(path):
        assert HAPPENS & set(turn), f"{path.name}: nothing happens"
        silent = {"staff", "blocked_days", "time_passes"} & set(turn)
        checks = set(turn) - HAPPENS - SETTING
        assert checks or silent, f"{path.name}: a turn checks nothing"


def test_there_are_enough_conversations_of_each_kind():
    assert len(FILES) >= 120
    for kind in KINDS:
        assert len(list((HERE / kind).glob("test_*.yml"))) >= 10, kind
