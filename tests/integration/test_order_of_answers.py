"""A person's answers leave in the order in which they were given, whichever way they go."""

import pytest

from community.messages import Inbound, Kind
from community.replies import Reply, Text
from tests.conftest import NOW

WHO = "wechat:o1"


@pytest.fixture
def answer(conversations):
    """Answers a message as a worker does."""

    async def commit(
        message_id: str, *, waits: bool = True, text: str = "答复"
    ) -> None:
        inbound = Inbound(
            message_id,
            WHO,
            "wechat",
            Kind.TEXT,
            "问",
            NOW,
            reply_to="g" if waits else None,
        )
        assert await conversations.accept(inbound)
        lease = await conversations.acquire(WHO)
        letter = await conversations.head(WHO)
        parts = (Text(text),) if text else ()
        await conversations.commit(
            lease,
            letter,
            turn="",
            reply=Reply(message_id, WHO, parts, NOW),
            outgoing='{"any": 1}',
        )
        await conversations.release(lease)

    return commit


async def holder(conversations, message_id, **options):
    return (await conversations.take_passive(message_id, WHO, **options))[0]


async def test_there_is_nothing_to_take_before_the_worker_has_answered(conversations):
    assert await conversations.take_passive("m1", WHO) == (None, None)


async def test_the_next_in_line_is_taken_with_its_answer(conversations, answer):
    await answer("m1")
    who, reply = await conversations.take_passive("m1", WHO)
    assert who == "passive"
    assert reply.in_reply_to == "m1"


async def test_a_passive_answer_waits_for_a_late_one_before_it(conversations, answer):
    await conversations.claim("m1", "late")
    await answer("m1")
    await answer("m2")
    assert await holder(conversations, "m2") is None
    await conversations.has_left("m1", WHO)
    assert await holder(conversations, "m2") == "passive"


async def test_a_passive_answer_waits_until_the_one_before_has_left(
    conversations, answer
):
    await answer("m1")
    await answer("m2")
    assert await holder(conversations, "m1") == "passive"
    assert await holder(conversations, "m2") is None
    await conversations.confirm_passive("m1", WHO)
    assert await conversations.claimed("m1") == "sent"
    assert await holder(conversations, "m2") == "passive"


async def test_an_answer_of_several_bubbles_has_left_with_the_last_one(
    conversations, answer
):
    await answer("m1")
    await answer("m2")
    await holder(conversations, "m1")
    await conversations.confirm_passive("m1", WHO, is_whole=False)
    assert await holder(conversations, "m2") is None
    await conversations.has_left("m1", WHO)
    assert await holder(conversations, "m2") == "passive"


async def test_an_emergency_waits_for_nothing_and_takes_nobody_with_it(
    conversations, answer
):
    for message_id in ("m1", "m2", "m3"):
        await answer(message_id)
    assert await holder(conversations, "m2", overtakes=True) == "passive"
    await conversations.has_left("m2", WHO, alone=True)
    assert await holder(conversations, "m3") is None
    await conversations.has_left("m1", WHO)
    assert await holder(conversations, "m3") == "passive"


async def test_a_passive_emergency_takes_nobody_with_it(conversations, answer):
    await conversations.claim("m1", "late")
    for message_id in ("m1", "m2", "m3"):
        await answer(message_id)
    assert await holder(conversations, "m2", overtakes=True) == "passive"
    await conversations.confirm_passive("m2", WHO, alone=True)
    assert await holder(conversations, "m3") is None


async def test_what_was_forgotten_in_the_line_holds_up_one_answer_only(
    conversations, answer
):
    """A dispatcher died after it had stored what became of the first."""
    for message_id in ("m1", "m2", "m3"):
        await answer(message_id)
    assert await holder(conversations, "m2") is None
    await conversations.has_left("m2", WHO)
    assert await holder(conversations, "m3") == "passive"


async def test_news_and_silence_hold_nothing_up(conversations, answer):
    await answer("news", waits=False)
    await answer("silent", text="")
    await answer("m1")
    assert await holder(conversations, "m1") == "passive"


async def test_a_repeat_gets_what_the_first_delivery_got(conversations, answer):
    await answer("m1")
    await holder(conversations, "m1")
    await conversations.confirm_passive("m1", WHO)
    who, reply = await conversations.take_passive("m1", WHO)
    assert who == "sent"
    assert reply.in_reply_to == "m1"


async def test_whoever_waits_is_told_that_its_turn_has_come(conversations, answer):
    await answer("m1")
    await answer("m2")
    pubsub = conversations.redis.pubsub()
    await pubsub.subscribe(conversations.keys.live(WHO))
    await pubsub.get_message(timeout=1)
    await conversations.has_left("m1", WHO)
    told = await pubsub.get_message(ignore_subscribe_messages=True, timeout=2)
    assert told["data"] == "m1"
    await conversations.has_left("m2", WHO)  # nobody waits any more
    quiet = await pubsub.get_message(ignore_subscribe_messages=True, timeout=0.2)
    assert quiet is None
    await pubsub.aclose()


async def test_forgetting_a_person_empties_the_line(conversations, answer):
    await answer("m1")
    await conversations.forget(WHO)
    assert await conversations.redis.exists(conversations.keys.unsent(WHO)) == 0
