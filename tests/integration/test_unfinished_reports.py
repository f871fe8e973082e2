"""A report that is left: asked about next morning, dropped the day after, each once.

Over the real worker, Redis, the outbox and the dispatcher's task.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import aiohttp
import pytest

from actions.wiring import ports, set_ports
from adapters.dialogue_sender import DialogueSender
from adapters.settings import Settings
from adapters.sql.outbox import SqlOutbox
from adapters.sql.outbox_upkeep import SqlOutboxUpkeep
from community.calendar import CHINA
from community.outbox import DeliveryState
from community.replies import Choices, as_plain_text
from dispatcher.unfinished import remind
from dispatcher.wiring import Stores, periodic_tasks
from tests.conftest import NOW
from tests.integration.test_sessions import WHO, let_time_pass

pytestmark = pytest.mark.model

REPORT = "小区里路灯不亮，黑得很"
PLACE = "东关花园三号楼前面"
MORNING = datetime(2026, 11, 26, 9, tzinfo=CHINA)
DAY = timedelta(days=1)


class Town:
    """The clock, the dispatcher, and what a resident reads."""

    def __init__(self, worker, conversations, outbox):
        self.worker, self.conversations, self.outbox = worker, conversations, outbox
        self.now = NOW
        set_ports(replace(ports(), now=lambda: self.now))

    async def wait_until(self, instant, *, is_quiet=False):
        """Lets time pass and the dispatcher do its work; returns what is said."""
        await let_time_pass(self.conversations, (instant - self.now).total_seconds())
        self.now = instant
        redis, keys = self.conversations.redis, self.conversations.keys
        await remind(redis, keys, self.outbox, now=instant)
        rows = await self.outbox.claim_due(
            "d1", now=instant, limit=9, lease=timedelta(minutes=1), is_quiet=is_quiet
        )
        said = []
        sender = DialogueSender(self.conversations, lambda: self.now)
        for row in rows:
            result = await sender.send(row.message, attempt=1)
            assert result.state is DeliveryState.DELIVERED
            await self.outbox.finish(row, result, now=instant, retry_at=instant)
            letter = await self.conversations.head(WHO)
            if letter is None:
                continue
            assert await self.worker.drain(WHO)
            said.append(await self.conversations.stored_reply(letter.inbound.id))
        return [reply for reply in said if reply.parts]

    async def next_reminder(self):
        redis, keys = self.conversations.redis, self.conversations.keys
        return await redis.zscore(keys.unfinished, WHO)


@pytest.fixture
def town(worker, conversations, tickets):
    return Town(worker, conversations, SqlOutbox(tickets._engine))


def words(reply):
    return as_plain_text(reply.parts)


def titles(reply):
    return [c.title for p in reply.parts if isinstance(p, Choices) for c in p.items]


async def test_it_is_asked_about_once_next_morning_and_dropped_the_day_after(
    town, talk, tickets
):
    await talk(REPORT)
    assert await town.wait_until(MORNING - timedelta(minutes=1)) == []
    (reminder,) = await town.wait_until(MORNING)
    assert "昨天那件" in words(reminder)
    assert "还没说在哪" in words(reminder)
    assert titles(reminder) == ["继续", "取消"]
    assert await town.wait_until(MORNING + timedelta(hours=9)) == []
    (dropped,) = await town.wait_until(MORNING + DAY)
    assert "先放下了" in words(dropped)
    assert "没有提交" in words(dropped)
    assert await town.next_reminder() is None
    assert await town.wait_until(MORNING + 2 * DAY) == []
    assert await tickets.of_conversation(WHO, limit=1) == []
    assert (await town.worker.store.retrieve(WHO)).get_slot("parked_report") is None


async def test_it_waits_for_the_end_of_quiet_hours(town, talk):
    await talk(REPORT)
    assert await town.wait_until(MORNING, is_quiet=True) == []
    assert len(await town.wait_until(MORNING + timedelta(minutes=1))) == 1


@pytest.mark.parametrize("word", ["继续", "接着报", "好"])
async def test_it_goes_on_where_it_was_left(town, talk, tickets, word):
    await talk(REPORT)
    await town.wait_until(MORNING)
    reply = await talk(word)
    assert "哪" in words(reply)
    await talk(PLACE)
    await talk("三天了")
    await talk("对，报上去")
    (ticket,) = await tickets.of_conversation(WHO, limit=2)
    assert ticket.draft.place == PLACE
    assert await town.next_reminder() is None
    assert await town.wait_until(MORNING + DAY) == []


async def test_the_answer_itself_goes_on_too(town, talk):
    await talk(REPORT)
    await town.wait_until(MORNING)
    reply = await talk(PLACE)
    assert "什么时候" in words(reply)
    tracker = await town.worker.store.retrieve(WHO)
    assert tracker.active_loop_name == "report_form"
    assert tracker.get_slot("report_place") == PLACE


@pytest.mark.parametrize("word", ["取消", "不报了"])
async def test_it_is_dropped_by_a_word(town, talk, word):
    await talk(REPORT)
    await town.wait_until(MORNING)
    assert "不报了" in words(await talk(word))
    assert await town.next_reminder() is None
    assert await town.wait_until(MORNING + DAY) == []


async def test_the_words_of_the_reminder_work_after_something_else(town, talk):
    await talk(REPORT)
    await town.wait_until(MORNING)
    await talk("低保怎么申请")
    assert "接着报" in words(await talk("继续"))


async def test_what_was_cancelled_in_time_needs_no_word(town, talk):
    await talk(REPORT)
    assert await town.next_reminder() == MORNING.timestamp()
    await talk("不报了")
    assert await town.next_reminder() is None
    assert await town.wait_until(MORNING) == []


async def test_a_reminder_on_its_way_finds_the_report_cancelled(town, talk):
    """It was in the outbox already when the resident cancelled."""
    await talk(REPORT)
    redis, keys = town.conversations.redis, town.conversations.keys
    await remind(redis, keys, town.outbox, now=MORNING)
    await talk("不报了")
    assert await town.wait_until(MORNING) == []


async def test_who_is_in_the_middle_of_it_is_not_asked(town, talk):
    await talk(REPORT)
    await let_time_pass(town.conversations, 3600)
    early = MORNING - timedelta(minutes=5)
    await town.wait_until(early)
    await talk(PLACE)
    assert await town.next_reminder() == (MORNING + DAY).timestamp()
    assert await town.wait_until(MORNING) == []


async def test_a_forgotten_person_is_reminded_of_nothing(town, talk):
    await talk(REPORT)
    await town.conversations.forget(WHO)
    assert await town.next_reminder() is None


async def test_the_dispatcher_looks_for_it_by_itself(town, talk, tickets, redis_url):
    await talk(REPORT)
    keys, woken = town.conversations.keys, []
    env = {"REDIS_URL": redis_url, "REDIS_PREFIX": keys.prefix, "FIELD_KEY": "f" * 32}
    async with aiohttp.ClientSession() as session:
        stores = Stores(
            settings=Settings.from_env(env),
            redis=town.conversations.redis,
            engine=tickets._engine,
            session=session,
            outside=session,
            now=lambda: MORNING,
        )
        tasks = periodic_tasks(
            stores, SqlOutboxUpkeep(tickets._engine), lambda: woken.append(True)
        )
        (task,) = [one for one in tasks if one.name == "reminders"]
        assert await task.run(MORNING - timedelta(seconds=1)) == 0
        assert await task.run(MORNING) == 1
        assert await task.run(MORNING + timedelta(minutes=1)) == 0
    assert woken == [True]
    assert len(await town.wait_until(MORNING + timedelta(minutes=2))) == 1
