"""A conversation goes on after a pause, a restart, or a change of worker."""

import json
from typing import Any

import pytest

from adapters.redis_conversations import RedisConversations
from bot.worker import Worker
from community.replies import as_plain_text

pytestmark = pytest.mark.model

WHO = "web:grandma"
REPORT = "小区里路灯不亮，黑得很"
PLACE = "东关花园三号楼前面"


async def let_time_pass(conversations: RedisConversations, seconds: float) -> None:
    """Moves everything said so far into the past."""

    def earlier(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: item - seconds
                if key in ("timestamp", "at") and isinstance(item, float)
                else earlier(item)
                for key, item in value.items()
            }
        return [earlier(item) for item in value] if isinstance(value, list) else value

    key = conversations.keys.turns(WHO)
    for position, turn in enumerate(await conversations.all_turns(WHO)):
        await conversations.redis.lset(key, position, json.dumps(earlier(turn)))


@pytest.mark.parametrize("hours", [61 / 60, 20])
async def test_an_unfinished_report_is_resumed_after_the_session_expired(
    worker, talk, conversations, hours
):
    await talk(REPORT)
    await let_time_pass(conversations, hours * 3600)
    reply = await talk(PLACE)
    assert "什么时候" in as_plain_text(reply.parts)
    tracker = await worker.store.retrieve(WHO)
    assert tracker.active_loop_name == "report_form"
    assert tracker.get_slot("report_place") == PLACE


async def test_the_item_is_still_known_after_a_day(talk, conversations):
    await talk("低保怎么申请")
    await let_time_pass(conversations, 20 * 3600)
    reply = await talk("要带什么")
    assert "低保" in as_plain_text(reply.parts)


async def test_another_worker_goes_on_in_the_middle_of_a_report(
    agent, worker, talk, conversations, catalog, message
):
    """As after a restart: nothing of the dialogue lives in the process."""
    await talk(REPORT)
    other = Worker(agent, conversations, lambda: catalog, name="after-restart")
    inbound = message(PLACE)
    await conversations.accept(inbound)
    assert await other.drain(WHO)
    reply = await conversations.stored_reply(inbound.id)
    assert reply is not None
    assert "什么时候" in as_plain_text(reply.parts)


async def test_deleting_a_person_forgets_the_dialogue(talk, conversations, worker):
    reply = await talk("低保怎么申请")
    await conversations.forget(WHO)
    assert await worker.store.retrieve(WHO) is None
    assert await conversations.stored_reply(reply.in_reply_to) is None
    answer = await talk("要带什么材料")
    assert "哪件事" in as_plain_text(answer.parts)
