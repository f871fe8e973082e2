"""Every store and table is filled with a person, who then leaves: nothing names them."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestClient
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.answer_pages import RedisAnswerPages
from adapters.model_promotion import read_gates
from adapters.model_registry import Manifest, ModelRegistry, file_hash
from adapters.model_signing import Signer
from adapters.redis_conversations import RedisConversations
from adapters.redis_forgetting import RedisForgetting
from adapters.redis_progress import RedisProgress
from adapters.settings import Settings
from adapters.sql.engine import create_engine
from adapters.sql.harvest import SqlHarvest
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.learning_redaction import redact_unlogged
from adapters.sql.models import SqlModels
from adapters.sql.outbox import SqlOutbox
from adapters.sql.outbox_rows import stored_key
from adapters.sql.residents import SqlResidentRepository
from adapters.sql.tables import learning, metadata
from community.blobs import wechat_blob_id
from community.learning.entry import LogEntry
from community.learning.evaluation import Exam, Opinion, compare
from community.learning.report import as_markdown
from community.outbox import (
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    SendResult,
)
from community.replies import Reply, Text
from community.residents import BoundBy
from community.tickets import TicketDraft, TicketKind
from gateway.app import build_app
from gateway.keys import BLOBS, CONVERSATIONS, FORGETTING, TICKETS
from tests.databases import migrated
from tests.integration.wechat_peer import (
    ACCOUNT,
    APP_ID,
    CONVERSATION,
    KEY,
    OPENID,
    TOKEN,
    Peer,
    event,
    message,
    text,
)
from training.harvest import harvest
from training.loop import Loop
from training.redaction import follow_deletions

NOW = datetime.now(timezone.utc)
SAID = ("三花猫卡在烟囱里了", "我就住王母庙后头")
ANSWERED = ("猫的事请先打消防的电话", "长答案的最后一段在这一页")
NAME, PHONE = "葛桂枝", "13800135790"
TRACES = (OPENID, *SAID, *ANSWERED, NAME, PHONE)
LOOSE, KEPT = wechat_blob_id("M-loose"), wechat_blob_id("M-kept")


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    return Settings.from_env(
        {
            "STATE_DIR": str(tmp_path),
            "REDIS_URL": redis_url,
            "REDIS_PREFIX": f"forget-{secrets.token_hex(4)}",
            "DATABASE_URL": f"sqlite:///{tmp_path}/forget.db",
            "COOKIE_SECRET": "test",
            "FIELD_KEY": "f" * 64,
            "PSEUDONYM_KEY": "p" * 64,
            "BLOB_DIR": str(tmp_path / "blobs"),
            "MODEL": str(tmp_path / "models"),
            "WECHAT_APPID": APP_ID,
            "WECHAT_SECRET": "secret",
            "WECHAT_TOKEN": TOKEN,
            "WECHAT_AES_KEY": KEY,
            "WECHAT_ACCOUNT": ACCOUNT,
            "WECHAT_API_URL": "http://127.0.0.1:9",
        }
    )


@pytest.fixture
async def client(
    aiohttp_client, settings: Settings, tmp_path: Path, monkeypatch
) -> TestClient:
    # The second deletion follows at once instead of after half a minute.
    monkeypatch.setattr("gateway.forgetting.AGAIN_AFTER", timedelta(0))
    monkeypatch.setattr("gateway.wechat.BUDGET_S", 0.3)
    await asyncio.to_thread(migrated, settings.database_url)
    found: TestClient = await aiohttp_client(build_app(settings, pages=tmp_path / "no"))
    return found


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    found = create_engine(settings.database_url)
    yield found
    await found.dispose()


@pytest.fixture
def store(client: TestClient) -> RedisConversations:
    return client.app[CONVERSATIONS]


async def answer_all(store: RedisConversations, settings: Settings) -> None:
    """Commits every message as a worker does, with entries for both streams."""
    pseudonyms = settings.learning.pseudonyms()
    while (letter := await store.head(CONVERSATION)) is not None:
        inbound = letter.inbound
        lease = await store.acquire(CONVERSATION)
        assert lease is not None
        reply = Reply(inbound.id, CONVERSATION, (Text(ANSWERED[0]),), NOW)
        outgoing = {"v": 1, "reply": json.loads(reply.to_json()), "kind": "chat"}
        entry = log_entry(inbound.text, pseudonyms.message(inbound.id), settings)
        await store.commit(
            lease,
            letter,
            turn=json.dumps({"at": 1, "said": inbound.text, "who": OPENID}),
            reply=reply,
            dead_letter=json.dumps({"message_id": inbound.id, "error": SAID[0]}),
            outgoing=json.dumps(outgoing, ensure_ascii=False),
            log_entry=entry.to_json(),
            remind_at=NOW,
        )
        await store.release(lease)


def log_entry(said: str, mark: str, settings: Settings) -> LogEntry:
    return LogEntry(
        message=mark,
        person=settings.learning.pseudonyms().person(CONVERSATION),
        at=NOW,
        channel="wechat",
        kind="text",
        text=said,
        model="m",
        latency_ms=1,
        ranking=(("oos_other", 0.4), ("service/id_card", 0.3)),
        decision="abstain",
        facets=(),
        emergency=None,
        intent="oos_other",
        item=None,
        chosen=False,
        grid=None,
        actions=(),
        parts=("text",),
        digest="d",
        answer=(ANSWERED[0],),
        offered=(ANSWERED[1],),
    )


async def fill(
    client: TestClient,
    store: RedisConversations,
    engine: AsyncEngine,
    settings: Settings,
) -> str:
    """Leaves the person in every store; returns the number of their ticket."""
    app, peer, redis, keys = client.app, Peer(client), store.redis, store.keys
    for said in SAID:
        await peer.push(text(said))
    for media_id in ("M-loose", "M-kept"):
        await peer.push(message("image", PicUrl="http://x/1", MediaId=media_id))
        blob = await app[BLOBS].put(
            b"photo", "image/jpeg", blob_id=wechat_blob_id(media_id)
        )
        assert blob in (LOOSE, KEPT)
    await answer_all(store, settings)
    for reported in ("person", "allowed_by"):
        entry = {"v": "1", "job": "1", "failure": "", reported: CONVERSATION}
        await redis.xadd(keys.delivery_reports, {**entry, "at": NOW.isoformat()})
    await peer.push(text(SAID[0]))  # one that waits
    letter = await store.head(CONVERSATION)
    assert letter is not None
    await store.count_attempt(letter.inbound)
    first = await anext(store.messages(CONVERSATION))
    await store.claim(first.id, "passive")

    reply = Reply(first.id, CONVERSATION, (Text(ANSWERED[1]),), NOW)
    pages = RedisAnswerPages(redis, keys, settings.field_key, days=7)
    await pages.keep(first.id, reply.parts, NOW)
    await RedisProgress(redis, keys).passed(stored_key(first.id))

    residents = SqlResidentRepository(engine)
    await residents.bind(CONVERSATION, "hulu-01", BoundBy.SCAN, NOW)
    draft = TicketDraft(
        f"{first.id}#0",
        TicketKind.REPORT,
        CONVERSATION,
        "matter/noise",
        f"我叫{NAME}，{SAID[0]}",
        contact=PHONE,
        place=SAID[1],
        photos=(KEPT,),
    )
    ticket = await app[TICKETS].open(draft, now=NOW)
    await app[TICKETS].remark(
        ticket.number, CONVERSATION, text=SAID[1], photos=(), key="r", now=NOW
    )

    outbox = SqlOutbox(engine)
    payload = {"reply": json.loads(reply.to_json()), "facts": {"text": ANSWERED[1]}}
    for key in ("waits", "ended"):
        news = Outgoing(
            f"{first.id}#{key}",
            Channel.WECHAT,
            CONVERSATION,
            OutgoingKind.NOTICE,
            payload,
            NOW + timedelta(days=1),
        )
        if key == "waits":
            await outbox.add([news], now=NOW)
        else:
            failed = SendResult(DeliveryState.PERMANENT_FAILURE, error="x")
            await outbox.take_in([(news, failed)], [], writers=(), now=NOW)

    log = SqlDialogueLog(engine, settings.learning.pseudonyms(), lambda: NOW)
    entries = [f["entry"] for _, f in await redis.xrange(keys.log)]
    assert await log.store(entries) == len(entries)
    await harvest(SqlHarvest(engine), lambda _: False, NOW + timedelta(minutes=5))
    await judge(engine, settings)
    return ticket.number


async def judge(engine: AsyncEngine, settings: Settings) -> None:
    """Leaves the person's words in a model's report, and in a promotion's replay."""
    exams = [Exam(said, "oos_other", emergency="fire") for said in SAID]
    opinion = Opinion((("service/id_card", 0.9),), "answer")
    before = Opinion((("oos_other", 0.9),), "abstain")
    recent = compare(exams, [before] * len(exams), [opinion] * len(exams))
    frozen = compare([Exam("考题", "oos_other")], None, [opinion])
    report = {
        "candidate": "m2",
        "current": None,
        "at": "",
        "bytes": 1,
        "sets": {"frozen": frozen, "recent": recent},
    }
    signer = Signer.from_file(settings.learning.signing_key)
    registry = ModelRegistry(settings.model_path, frozenset([signer.public]))
    archive = registry.folder / "m2.incoming"
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_bytes(b"m2")
    manifest = Manifest("m2", NOW, "anna", file_hash(archive), 2)
    registry.add(archive, manifest, signer)
    models = SqlModels(engine)
    await models.add_model(manifest)
    await models.set_report("m2", report, [])
    folder = registry.folder / "m2"
    (folder / "evaluation.json").write_text(json.dumps(report, ensure_ascii=False))
    (folder / "evaluation.md").write_text(as_markdown(report, []))
    different = {"text": SAID[0], "before": "a", "after": "b"}
    replay = {"messages": 1, "n_different": 1, "differences": [different]}
    await models.ask("promote", "m2", "m1", "anna", NOW, replay=replay)


def in_files(settings: Settings) -> list[str]:
    """Returns what stands in the models' folders."""
    files = [path for path in settings.model_path.rglob("*") if path.is_file()]
    return [
        f"{path.name}: {line}"
        for path in files
        for line in path.read_text(errors="replace").splitlines()
    ]


async def in_redis(store: RedisConversations) -> list[str]:
    """Returns names and values of all keys of this test, as texts."""
    redis, found = store.redis, []
    async for key in redis.scan_iter(match=f"{store.keys.prefix}:*"):
        kind = await redis.type(key)
        read = {
            "string": redis.get,
            "hash": redis.hgetall,
            "list": lambda name: redis.lrange(name, 0, -1),
            "zset": lambda name: redis.zrange(name, 0, -1, withscores=True),
            "set": redis.smembers,
            "stream": redis.xrange,
        }[kind]
        found.append(
            f"{key} = {json.dumps(await read(key), ensure_ascii=False, default=list)}"
        )
    return found


async def in_sql(engine: AsyncEngine) -> list[str]:
    """Returns all rows of all tables, as texts."""
    found = []
    async with engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(sa.select(table))).all()
            found += [f"{table.name}: {tuple(row)}" for row in rows]
    return found


def traces(stored: list[str]) -> list[str]:
    return [line[:160] for line in stored for trace in TRACES if trace in line]


async def leaves(way: str, client: TestClient, store: RedisConversations) -> None:
    if way == "unfollowed":
        assert await Peer(client).push(event("unsubscribe")) == (200, "success")
    else:
        asked = RedisForgetting(store.redis, store.keys)
        await asked.ask(CONVERSATION, datetime.now(timezone.utc) - timedelta(minutes=2))
        client.app[FORGETTING]._asked.set()
    for _ in range(1_000):
        if not await store.redis.zcard(store.keys.forgetting):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the deletion was not finished")


@pytest.mark.parametrize("way", ["unfollowed", "confirmed in the dialogue"])
async def test_no_key_and_no_row_names_a_forgotten_person(
    way, client, store, engine, settings
):
    number = await fill(client, store, engine, settings)
    before = traces(await in_redis(store)), traces(await in_sql(engine))
    for place in (
        "mailbox",
        "turns",
        "out",
        "unsent",
        "attempts",
        "quota",
        "media",
        "reports",
    ):
        assert any(place in line for line in await in_redis(store)), place
    for place in (
        "resident",
        "outbox",
        "turn",
        "question",
        "question_cluster",
        "model_version",
        "promotion",
    ):
        assert any(line.startswith(place) for line in before[1]), place
    assert len(before[0]) > 20
    assert len(traces(in_files(settings))) >= 4

    await leaves(way, client, store)

    assert traces(await in_redis(store)) == []
    assert traces(await in_sql(engine)) == []
    person = settings.learning.pseudonyms().person(CONVERSATION)
    named = [line for line in await in_sql(engine) if person in line]
    loop = Loop(
        settings,
        engine,
        ModelRegistry.of(settings.model_path, settings.learning),
        read_gates(),
    )
    await follow_deletions(loop)
    assert traces(in_files(settings)) == []
    left_over = await loop.models.report("m2")
    assert left_over is not None
    changes = left_over[0]["sets"]["recent"]["changes"]
    assert [one["text"] for one in changes] == ["〔已删除〕"] * len(SAID)
    # The one pseudonym that stays keeps late entries of the log out, for 30 days.
    assert [line.partition(":")[0] for line in named] == ["forgotten_person"]
    assert await client.app[BLOBS].get(LOOSE) is None
    assert await client.app[BLOBS].get(KEPT) is not None

    tickets = client.app[TICKETS]
    left = await tickets.get(number)
    assert (left.draft.conversation, left.draft.contact) == ("", "")
    assert NAME not in left.draft.description
    assert await tickets.verify(number) == []


async def test_what_was_on_its_way_does_not_come_back(client, store, engine, settings):
    """An entry of the log that a slow dispatcher stores after the deletion."""
    await fill(client, store, engine, settings)
    late = [f["entry"] for _, f in await store.redis.xrange(store.keys.log)]
    await leaves("unfollowed", client, store)
    log = SqlDialogueLog(engine, settings.learning.pseudonyms())
    assert await log.store(late) == 0
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.select(learning.turn))).all()
    assert rows == []


async def test_words_that_an_evaluation_writes_after_the_deletion_go_with_the_next_look(
    client, store, engine, settings
):
    await fill(client, store, engine, settings)
    await leaves("unfollowed", client, store)
    models = SqlModels(engine)
    report = {"sets": {"recent": {"changes": [{"text": SAID[1]}]}}}
    await models.set_report("m2", report, [])
    async with engine.begin() as connection:
        await redact_unlogged(connection)
    assert traces(await in_sql(engine)) == []


async def test_a_page_and_a_photo_written_in_between_go_the_second_time(
    client, store, engine, settings
):
    """A dispatcher was at a late answer and a download when the person left."""
    await fill(client, store, engine, settings)
    first = await anext(store.messages(CONVERSATION))
    forgetting, blobs = client.app[FORGETTING], client.app[BLOBS]
    await forgetting.forget(CONVERSATION)
    pages = RedisAnswerPages(store.redis, store.keys, settings.field_key, days=7)
    await pages.keep(first.id, (Text(ANSWERED[1]),), NOW)
    await blobs.put(b"photo", "image/jpeg", blob_id=LOOSE)
    await forgetting.forget(CONVERSATION)
    assert traces(await in_redis(store)) == []
    assert await blobs.get(LOOSE) is None
    assert await blobs.get(KEPT) is not None


@pytest.mark.parametrize(
    "broken", ["_blobs.delete", "_tickets.forget", "_outbox.forget", "_log.forget"]
)
async def test_a_deletion_that_is_interrupted_is_finished_the_next_time(
    broken, client, store, engine, settings, monkeypatch
):
    number = await fill(client, store, engine, settings)
    part, _, name = broken.partition(".")
    target = getattr(client.app[FORGETTING], part)
    original, n_calls = getattr(target, name), 0

    async def once_down(*args, **kwargs):
        nonlocal n_calls
        n_calls += 1
        if n_calls == 1:
            raise OSError("down")
        return await original(*args, **kwargs)

    monkeypatch.setattr(target, name, once_down)
    forgetting = client.app[FORGETTING]
    with pytest.raises(OSError, match="down"):
        await forgetting.forget(CONVERSATION)
    await forgetting.forget(CONVERSATION)
    assert traces(await in_redis(store)) == []
    assert traces(await in_sql(engine)) == []
    assert await client.app[BLOBS].get(KEPT) is not None
    assert await client.app[BLOBS].get(LOOSE) is None
    assert await client.app[TICKETS].verify(number) == []
