"""Answers and news on their way out: real Redis, real SQLite, a platform that counts."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.dialogue_sender import DialogueSender
from adapters.redis_progress import RedisProgress
from adapters.sql.engine import create_engine
from adapters.sql.outbox import SqlOutbox
from adapters.sql.tables import outbox
from adapters.wechat.bubbles import RenderOptions
from adapters.wechat.quota import QuotaLedger
from adapters.wechat.sender import WeChatSender
from community.errors import StoreUnavailableError
from community.outbox import Channel, DeliveryState, Outgoing, OutgoingKind
from community.replies import Reply, Text, part_to_doc
from dispatcher.intake import Intake
from dispatcher.sending import LEASE, SendingLoop
from dispatcher.streams import Pace, consume
from tests.conftest import NOW
from tests.databases import migrated

PACE = Pace(count=50, block_ms=20, again_s=0.02, abandoned_after_s=0.3)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **delta: float) -> None:
        self.at += timedelta(**delta)


class Platform:
    """WeChat's server: counts what arrives, and can be made to hang."""

    def __init__(self) -> None:
        self.arrived: dict[str, list[str]] = defaultdict(list)
        self.hang: asyncio.Event | None = None
        self.delay_s = 0.0

    async def send_custom(self, openid, body):
        await asyncio.sleep(self.delay_s)
        self.arrived[openid].append(body["text"]["content"])
        if self.hang is not None:
            await self.hang.wait()


class NoPictures:
    async def media(self, urls):
        return {}


class NoFollowers:
    async def unfollowed(self, conversation, now):
        raise AssertionError


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[sa.ext.asyncio.AsyncEngine]:
    url = f"sqlite:///{tmp_path}/delivery.db"
    await asyncio.to_thread(migrated, url)
    opened = create_engine(url)
    yield opened
    await opened.dispose()


@pytest.fixture
def store(engine) -> SqlOutbox:
    return SqlOutbox(engine)


@pytest.fixture
def ledger(conversations) -> QuotaLedger:
    return QuotaLedger(conversations.redis, conversations.keys)


@pytest.fixture
def dispatcher(conversations, store, ledger, platform, clock):
    """Builds sending loops, each as of a process of its own."""

    def build(name="d1", **senders) -> SendingLoop:
        wechat = WeChatSender(
            client=platform,
            ledger=ledger,
            progress=RedisProgress(conversations.redis, conversations.keys),
            pictures=NoPictures(),
            followers=NoFollowers(),
            line=conversations,
            now=clock,
            options=RenderOptions(),
            templates={},
        )
        known = {
            Channel.WECHAT: wechat,
            Channel.DIALOGUE: DialogueSender(conversations, clock),
        }
        return SendingLoop(store, known, name=name, now=clock)

    return build


@pytest.fixture
def intake(conversations, store, clock):
    def build(**options) -> Intake:
        return Intake(
            conversations,
            options.get("store", store),
            exceeds_passive=lambda _: False,
            now=clock,
        )

    return build


def answer(message_id, text, *, who="o1", kind=OutgoingKind.CHAT, passive=False):
    reply = Reply(message_id, f"wechat:{who}", (Text(text),), NOW)
    return {
        "v": 1,
        "reply": json.loads(reply.to_json()),
        "kind": kind.value,
        "passive": passive,
        "received_at": NOW.isoformat(),
    }


def row(key, text="您好", *, who="o1", kind=OutgoingKind.CHAT):
    reply = {"parts": [part_to_doc(Text(text))], "created_at": NOW.isoformat()}
    return Outgoing(key, Channel.WECHAT, f"wechat:{who}", kind, {"reply": reply}, NOW)


async def commit(conversations, *entries):
    for entry in entries:
        await conversations.redis.xadd(
            conversations.keys.outgoing, {"entry": json.dumps(entry)}
        )


async def take_in(conversations, handler, *, until_empty=True, seconds=5.0):
    """Runs a consumer until the stream is empty, or for a while."""
    stopping = asyncio.Event()
    keys = conversations.keys
    running = asyncio.create_task(
        consume(
            conversations.redis,
            keys.outgoing,
            "dispatchers",
            "c1",
            handler.handle,
            dead=keys.dead,
            stopping=stopping,
            pace=PACE,
        )
    )
    for _ in range(int(seconds / 0.02)):
        await asyncio.sleep(0.02)
        if until_empty and not await conversations.redis.xlen(keys.outgoing):
            break
    stopping.set()
    await running


async def states(engine):
    async with engine.connect() as connection:
        query = sa.select(outbox.c.state, outbox.c.via).order_by(outbox.c.id)
        return [tuple(r) for r in (await connection.execute(query)).all()]


async def test_a_late_answer_goes_from_the_commit_to_the_person(
    conversations, intake, dispatcher, ledger, platform, engine
):
    await ledger.grant("wechat:o1", "message", NOW)
    await conversations.claim("m1", "late")
    await commit(conversations, answer("m1", "答复", passive=True))
    await take_in(conversations, intake())
    await dispatcher().drain()
    assert platform.arrived == {"o1": ["答复"]}
    assert await states(engine) == [("delivered", "custom")]


async def test_an_answer_that_went_out_passively_is_not_sent_again(
    conversations, intake, dispatcher, ledger, platform, engine
):
    await ledger.grant("wechat:o1", "message", NOW)
    await conversations.claim("m1", "passive")
    await conversations.confirm_passive("m1", "wechat:o1")
    await commit(conversations, answer("m1", "答复", passive=True))
    await take_in(conversations, intake())
    await dispatcher().drain()
    assert platform.arrived == {}
    assert await states(engine) == [("delivered", "passive")]


async def test_an_answer_that_nobody_claims_waits_six_seconds(
    conversations, intake, clock, engine
):
    await commit(conversations, answer("m1", "答复", passive=True))
    await take_in(conversations, intake(), until_empty=False, seconds=0.3)
    assert await states(engine) == []
    clock.advance(seconds=6)
    await take_in(conversations, intake())
    assert await conversations.claimed("m1") == "late"
    assert await states(engine) == [("created", "")]


async def test_entries_stay_while_the_database_is_down(
    conversations, intake, store, engine
):
    class Down:
        async def take_in(self, outcomes, to_send, *, writers, now):
            raise StoreUnavailableError("down")

    await commit(conversations, answer("m1", "答复"))
    await take_in(conversations, intake(store=Down()), until_empty=False, seconds=0.3)
    assert await conversations.redis.xlen(conversations.keys.outgoing) == 1
    await asyncio.sleep(0.35)
    await take_in(conversations, intake())
    assert len(await states(engine)) == 1


async def test_a_repeated_entry_makes_no_second_row(conversations, intake, engine):
    await commit(conversations, answer("m1", "答复"), answer("m1", "答复"))
    await take_in(conversations, intake())
    assert len(await states(engine)) == 1


async def test_a_poison_entry_does_not_stop_the_others(conversations, intake, engine):
    await commit(conversations, {"v": 9}, answer("m1", "答复"))
    await take_in(conversations, intake())
    assert len(await states(engine)) == 1
    assert await conversations.redis.xlen(conversations.keys.dead) == 1


async def test_each_person_gets_everything_in_order_from_two_dispatchers(
    store, dispatcher, ledger, platform, engine
):
    people = [f"o{n}" for n in range(8)]
    for who in people:
        for _ in range(2):
            await ledger.grant(f"wechat:{who}", "message", NOW)
    rows = [row(f"{who}-{n}", f"第{n}条", who=who) for n in range(5) for who in people]
    await store.add(rows, now=NOW)
    platform.delay_s = 0.005
    stopping = asyncio.Event()
    running = [
        asyncio.create_task(dispatcher(name).run(stopping)) for name in ("d1", "d2")
    ]
    for _ in range(1_000):
        await asyncio.sleep(0.02)
        if all(len(platform.arrived[who]) >= 5 for who in people):
            break
    stopping.set()
    await asyncio.gather(*running)
    assert dict(platform.arrived) == {
        who: [f"第{n}条" for n in range(5)] for who in people
    }
    assert await states(engine) == [("delivered", "custom")] * 40


@pytest.mark.parametrize(
    ("kind", "n_arrived", "state"),
    [
        (OutgoingKind.CHAT, 1, "unknown"),
        (OutgoingKind.NOTICE, 1, "unknown"),
        (OutgoingKind.RESULT, 2, "delivered"),
        (OutgoingKind.EMERGENCY, 2, "delivered"),
    ],
)
async def test_a_crash_between_sending_and_noting_it(
    store, dispatcher, ledger, platform, clock, engine, kind, n_arrived, state
):
    """Chat is never said twice; results and emergencies rather twice than never."""
    await ledger.grant("wechat:o1", "message", NOW)
    await store.add([row("m1", kind=kind)], now=NOW)
    platform.hang = asyncio.Event()
    dying = asyncio.create_task(dispatcher("d1").drain())
    while not platform.arrived:
        await asyncio.sleep(0.01)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    platform.hang = None
    clock.at += LEASE + timedelta(seconds=1)
    await store.expire(now=clock())
    await dispatcher("d2").drain()
    assert len(platform.arrived["o1"]) == n_arrived
    assert [s for s, _ in await states(engine)] == [state]


async def test_a_held_message_is_delivered_at_the_persons_next_message(
    conversations, intake, store, dispatcher, ledger, platform, clock, engine
):
    await store.add([row("news", "路灯修好了", kind=OutgoingKind.RESULT)], now=NOW)
    await dispatcher().drain()
    assert platform.arrived == {}
    clock.advance(days=3)
    await dispatcher().drain()
    assert platform.arrived == {}
    await ledger.grant("wechat:o1", "message", clock())
    await conversations.claim("m2", "passive")
    await conversations.confirm_passive("m2", "wechat:o1")
    await commit(conversations, answer("m2", "在呢", passive=True))
    await take_in(conversations, intake())
    await dispatcher().drain()
    assert platform.arrived == {"o1": ["路灯修好了"]}


async def test_news_take_their_place_in_the_conversation_once(
    conversations, store, dispatcher
):
    news = Outgoing(
        "1125-4837#3#resident",
        Channel.DIALOGUE,
        "web:a",
        OutgoingKind.RESULT,
        {"event": "ticket", "extra": {"number": "1125-4837", "what": "result"}},
        NOW,
    )
    await store.add([news], now=NOW)
    await dispatcher().drain()
    await store.add([news], now=NOW)
    await dispatcher().drain()
    letter = await conversations.head("web:a")
    assert letter is not None
    assert letter.inbound.extra["number"] == "1125-4837"
    length = await conversations.redis.llen(conversations.keys.mailbox("web:a"))
    assert length == 1


async def test_the_outcome_of_everything_is_explicit(store, dispatcher, ledger, engine):
    await ledger.grant("wechat:o1", "message", NOW)
    await store.add([row(f"m{n}") for n in range(7)], now=NOW)
    await dispatcher().drain()
    found = [state for state, _ in await states(engine)]
    known = {state.value for state in DeliveryState}
    assert set(found) <= known
    assert found[:5] == ["delivered"] * 5
    assert found[5:] == ["temporary-failure", "created"]
