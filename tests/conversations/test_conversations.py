"""Plays every conversation of this folder over the real worker, Redis and model.

A file is one conversation: `turns`, each with what a resident says (`say`; `{1}` stands
for the number of the newest ticket, `{2}` for the one before) or taps (`tap`: number of
an offered choice), perhaps `who` (another resident) and the silence before
(`after_hours`). Other things may happen instead: `photo`, `recording`, `location` (its label),
`scan` (which grid), `staff` (acts on the newest ticket, `of: 2` on an older one, whose news then
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
- `said`, `not_said`: texts that stand in the newest ticket's messages, or must not;
  `n_photos`: photos there;
- `silent: true`: nothing is said.

Every reply must also pass `bot.trial.checks.bad_manners`. A candidate is judged by the
same files (`python -m bot converse`).
"""

from pathlib import Path

import pytest

from bot.trial.play import name_of, problems_of, turns_of

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
    "recording",
    "location",
    "scan",
    "staff",
    "event",
    "blocked_days",
    "time_passes",
}
SETTING = {"who", "after_hours"}

pytestmark = pytest.mark.model


@pytest.mark.parametrize("path", FILES, ids=name_of)
async def test_conversation(path, scenery):
    problems = await problems_of(path, scenery)
    assert not problems, "\n".join(problems)


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
