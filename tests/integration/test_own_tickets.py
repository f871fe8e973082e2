"""A resident with many tickets reaches all of them."""

from datetime import datetime, timedelta, timezone

import pytest

from actions.tickets import MAX_LISTED, MAX_OWN
from community.replies import Choices, as_plain_text
from community.tickets import Action, TicketDraft, TicketKind

pytestmark = pytest.mark.model
WHO = "web:many"


@pytest.fixture
async def numbers(tickets):
    """Numbers of more tickets than are looked through, oldest first."""
    now = datetime.now(timezone.utc)
    found = []
    for n in range(MAX_OWN + 2):
        draft = TicketDraft(
            f"m{n}#0", TicketKind.REPORT, WHO, "matter/street_lighting", "灯不亮"
        )
        at = now - timedelta(days=1) + timedelta(minutes=n)
        found.append((await tickets.open(draft, now=at)).number)
    return found


def titles(reply):
    return [c.title for p in reply.parts if isinstance(p, Choices) for c in p.items]


async def test_older_ones_are_a_tap_away_to_the_last(talk, numbers):
    reply = await talk("进度", who=WHO)
    seen = [n for n in numbers if n in as_plain_text(reply.parts)]
    assert seen == numbers[-MAX_LISTED:]
    while "更早的" in titles(reply):
        reply = await talk("更早的", who=WHO)
        seen += [n for n in numbers if n in as_plain_text(reply.parts)]
    assert sorted(seen) == sorted(numbers)


async def test_the_oldest_is_found_by_its_number_and_pressed_for(
    talk, numbers, tickets
):
    reply = await talk(f"{numbers[0]} 办到哪了", who=WHO)
    assert numbers[0] in as_plain_text(reply.parts)
    assert titles(reply) == ["催一下", "不用办了"]
    await talk("催一下", who=WHO)
    assert Action.URGE in [e.action for e in await tickets.events(numbers[0])]


async def test_the_number_of_somebody_else_tells_nothing(talk, numbers, tickets):
    draft = TicketDraft("x#0", TicketKind.REPORT, "web:other", None, "别人的事")
    other = (await tickets.open(draft, now=datetime.now(timezone.utc))).number
    reply = await talk(f"{other} 办到哪了", who=WHO)
    assert "不在您报过的里头" in as_plain_text(reply.parts)
