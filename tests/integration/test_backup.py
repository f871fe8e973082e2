"""The drill: save all state, lose it, bring it back."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from redis import Redis

from adapters.blob_files import FileBlobStore
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from adapters.sql.engine import create_engine
from adapters.sql.migrate import upgrade
from adapters.sql.outbox import SqlOutbox
from adapters.sql.outbox_rows import stored_key
from adapters.sql.tables import ticket_event
from adapters.sql.tickets import SqlTicketRepository
from community.errors import ConfigurationError
from community.messages import Inbound, Kind
from community.outbox import (
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    SendResult,
)
from community.tickets import TicketDraft, TicketKind
from launcher.backup import backup, read_archive, restore
from tests.conftest import NOW
from tests.postgres import private_postgres, programs


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    content, models = tmp_path / "content", tmp_path / "models"
    content.mkdir()
    models.mkdir()
    (content / "a.yml").write_text("a: 1\n")
    (models / "m.tar.gz").write_bytes(b"model")
    return replace(
        Settings.from_env({}),
        redis_url=redis_url,
        redis_prefix=f"drill-{secrets.token_hex(4)}",
        database_url=f"sqlite:///{tmp_path}/state.db",
        content_dir=content,
        model_path=models,
        blob_dir=tmp_path / "blobs",
    )


async def fill(settings: Settings) -> None:
    redis = open_redis(settings.redis_url)
    conversations = RedisConversations(redis, RedisKeys(settings.redis_prefix))
    await conversations.accept(
        Inbound("m1", "web:a", "web", Kind.TEXT, "路灯坏了", NOW)
    )
    await conversations.append_turn("web:a", '{"at": 1.0, "v": 1}')
    await redis.aclose()
    engine = create_engine(settings.database_url)
    draft = TicketDraft("m1#0", TicketKind.REPORT, "web:a", "matter/noise", "吵")
    await SqlTicketRepository(engine).open(draft, now=NOW)
    await engine.dispose()
    await FileBlobStore(settings.blob_dir).put(b"photo", "image/png", blob_id="a" * 40)


async def look(settings: Settings) -> tuple[object, ...]:
    redis = open_redis(settings.redis_url)
    conversations = RedisConversations(redis, RedisKeys(settings.redis_prefix))
    head = await conversations.head("web:a")
    turns = await conversations.all_turns("web:a")
    await redis.aclose()
    engine = create_engine(settings.database_url)
    tickets = await SqlTicketRepository(engine).of_conversation("web:a", limit=5)
    await engine.dispose()
    content = sorted(p.name for p in settings.content_dir.iterdir())
    blob = await FileBlobStore(settings.blob_dir).get("a" * 40)
    assert blob is not None
    return (
        head,
        turns,
        tickets,
        content,
        blob,
        (settings.model_path / "m.tar.gz").is_file(),
    )


async def test_all_state_comes_back(settings, tmp_path):
    await asyncio.to_thread(upgrade, settings.database_url)
    await fill(settings)
    before = await look(settings)
    await asyncio.to_thread(backup, settings, tmp_path / "b.tar.gz")
    with Redis.from_url(settings.redis_url) as client:
        for key in client.scan_iter(match=f"{settings.redis_prefix}:*"):
            client.delete(key)
    for path in (tmp_path / "state.db", settings.content_dir / "a.yml"):
        path.unlink()
    (settings.model_path / "m.tar.gz").unlink()
    (settings.blob_dir / "aa" / ("a" * 40)).unlink()
    await asyncio.to_thread(restore, settings, tmp_path / "b.tar.gz")
    assert await look(settings) == before


async def test_a_damaged_archive_is_refused_and_changes_nothing(settings, tmp_path):
    await asyncio.to_thread(upgrade, settings.database_url)
    await fill(settings)
    target = tmp_path / "b.tar.gz"
    await asyncio.to_thread(backup, settings, target)
    before = await look(settings)
    data = bytearray(target.read_bytes())
    data[len(data) // 2] ^= 0xFF
    target.write_bytes(bytes(data))
    with pytest.raises(ConfigurationError, match=r"backup|damaged"):
        await asyncio.to_thread(restore, settings, target)
    assert await look(settings) == before


def news(key: str) -> Outgoing:
    return Outgoing(key, Channel.WECHAT, "wechat:a", OutgoingKind.RESULT, {}, NOW)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/outbox.db"
        return
    if programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with private_postgres() as url:
        yield url


async def test_what_was_to_be_sent_is_sent_after_the_drill(
    settings, database, tmp_path
):
    """New messages take numbers after the restored ones, on every database."""
    settings = replace(settings, database_url=database)
    await asyncio.to_thread(upgrade, database)
    engine = create_engine(database)
    await SqlOutbox(engine).add([news("1"), news("2")], now=NOW)
    await engine.dispose()
    await asyncio.to_thread(backup, settings, tmp_path / "b.tar.gz")
    await asyncio.to_thread(restore, settings, tmp_path / "b.tar.gz")
    engine = create_engine(database)
    outbox = SqlOutbox(engine)
    assert await outbox.add([news("2"), news("3")], now=NOW) == 1
    lease = timedelta(seconds=60)
    sent = []
    while rows := await outbox.claim_due("d1", now=NOW, limit=9, lease=lease):
        for row in rows:
            sent.append(row.message.key)
            done = SendResult(DeliveryState.DELIVERED)
            await outbox.finish(row, done, now=NOW, retry_at=NOW)
    await engine.dispose()
    assert sent == [stored_key(key) for key in ("1", "2", "3")]


async def test_append_only_tables_are_still_so_after_the_drill(settings, tmp_path):
    await asyncio.to_thread(upgrade, settings.database_url)
    await fill(settings)
    await asyncio.to_thread(backup, settings, tmp_path / "b.tar.gz")
    await asyncio.to_thread(restore, settings, tmp_path / "b.tar.gz")
    engine = create_engine(settings.database_url)
    async with engine.connect() as connection:
        assert (await connection.execute(sa.select(ticket_event))).all()
        with pytest.raises(sa.exc.IntegrityError):
            await connection.execute(sa.update(ticket_event).values(seq=99))
    await engine.dispose()


async def test_odd_line_ends_in_peoples_words_come_back(settings, tmp_path):
    await asyncio.to_thread(upgrade, settings.database_url)
    engine = create_engine(settings.database_url)
    odd = Outgoing(
        "1",
        Channel.WECOM_ROBOT,
        "r",
        OutgoingKind.ALERT,
        {"text": "一\u2028二\x0b三\x85四\n五"},
        NOW,
    )
    await SqlOutbox(engine).add([odd], now=NOW)
    await asyncio.to_thread(backup, settings, tmp_path / "b.tar.gz")
    await asyncio.to_thread(restore, settings, tmp_path / "b.tar.gz")
    lease = timedelta(seconds=60)
    (row,) = await SqlOutbox(engine).claim_due("d", now=NOW, limit=1, lease=lease)
    await engine.dispose()
    assert row.message.payload == odd.payload


def test_something_else_is_no_backup(tmp_path):
    path = tmp_path / "x.tar.gz"
    path.write_bytes(b"not an archive")
    with pytest.raises(ConfigurationError, match="is not a backup"):
        read_archive(path)
    with pytest.raises(ConfigurationError, match="is not a backup"):
        read_archive(tmp_path / "missing.tar.gz")
