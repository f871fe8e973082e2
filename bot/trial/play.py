"""Plays one written conversation; each has its own Redis keys and its own database."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, AsyncIterator, Callable, Dict, Iterator, List, Optional

import yaml
from rasa.core.agent import Agent
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from actions.wiring import Ports, ports, set_ports
from adapters.blob_files import FileBlobStore
from adapters.content_files import CatalogFiles
from adapters.place_files import read_places
from adapters.redis_conversations import RedisConversations, open_redis
from adapters.redis_forgetting import RedisForgetting
from adapters.redis_keys import RedisKeys
from adapters.sql.engine import create_engine
from adapters.sql.residents import SqlResidentRepository
from adapters.sql.tickets import SqlTicketRepository
from bot.trial.checks import (
    OF_MEMORY,
    OF_TICKETS,
    bad_manners,
    wrong_choices,
    wrong_file,
    wrong_memory,
    wrong_text,
    wrong_tickets,
)
from bot.trial.stage import Stage
from bot.worker import Worker
from community.catalog.model import Catalog
from community.errors import CommunityError
from community.messages import Inbound, Kind
from community.places import Gazetteer
from community.replies import Reply, as_plain_text

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=timezone.utc)
"""When every conversation begins."""
PLACE = "junan"
FIELD_KEY = secrets.token_hex(32)
LEASE_S = 5.0


@dataclass(frozen=True)
class Scenery:
    """What all conversations of one run share."""

    agent: Agent
    catalog: Catalog
    gazetteer: Gazetteer
    redis_url: str
    database: Path
    """A migrated SQLite file; each conversation gets a copy."""
    folder: Path
    """For copies and photos; emptied by whoever made it."""

    @classmethod
    def of(
        cls, agent: Agent, content: Path, redis_url: str, database: Path, folder: Path
    ) -> Scenery:
        """Reads catalogue and places from a content folder."""
        return cls(
            agent=agent,
            catalog=CatalogFiles(content, default_place=PLACE).load(),
            gazetteer=read_places(content).gazetteer(),
            redis_url=redis_url,
            database=database,
            folder=folder,
        )


def turns_of(path: Path) -> List[Dict[str, Any]]:
    """Reads the turns of a conversation file."""
    turns: List[Dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["turns"]
    return turns


def name_of(path: Path) -> str:
    """Returns kind and sentence of a conversation file."""
    return f"{path.parent.name}/{path.stem.removeprefix('test_')}"


async def problems_of(path: Path, scenery: Scenery) -> List[str]:
    """Plays a conversation; returns what is wrong with the first bad turn.

    Args:
        path: The conversation.
        scenery: Model, catalogue, and where state may be kept.
    """
    async with _opened(scenery) as (stage, worker):
        for position, turn in enumerate(turns_of(path), start=1):
            try:
                found = await _wrong(turn, stage, worker)
            except (AttributeError, LookupError, CommunityError) as err:
                # A choice or a ticket that is not there, for example.
                found = [f"it cannot go on: {err!r}"]
            if found:
                return [f"turn {position}: {problem}" for problem in found]
    return []


async def _wrong(turn: Dict[str, Any], stage: Stage, worker: Worker) -> List[str]:
    who = f"web:{turn.get('who', 'grandma')}"
    reply = await stage.play(turn)
    if reply is None:
        return ["nothing was said"] if set(turn) & {"sees", "offers"} else []
    text = as_plain_text(reply.parts)
    wrong = [
        *wrong_text(turn, text),
        *wrong_choices(turn, reply),
        *bad_manners(reply),
    ]
    if turn.keys() & OF_MEMORY:
        wrong += wrong_memory(turn, await worker.store.retrieve(who), text)
    if turn.keys() & OF_TICKETS:
        filed = await stage.tickets.of_conversation(who, limit=9)
        wrong += wrong_tickets(turn, filed, text)
        wrong += await wrong_file(turn, filed, stage.tickets)
    return wrong


@asynccontextmanager
async def _opened(scenery: Scenery) -> AsyncIterator[tuple[Stage, Worker]]:
    """Opens everything that one conversation has for itself."""
    name = secrets.token_hex(6)
    database = scenery.folder / f"{os.getpid()}.db"
    shutil.copyfile(scenery.database, database)
    engine = _engine_of(database)
    redis = open_redis(scenery.redis_url)
    conversations = RedisConversations(
        redis, RedisKeys(f"trial-{name}"), lease_s=LEASE_S
    )
    tickets = SqlTicketRepository(engine, field_key=FIELD_KEY)
    residents = SqlResidentRepository(engine)
    before = _ports_before()
    set_ports(
        Ports(
            catalog=lambda: scenery.catalog,
            tickets=tickets,
            now=lambda: NOW,
            residents=residents,
            places=lambda: scenery.gazetteer,
            blobs=FileBlobStore(scenery.folder / f"{name}-blobs"),
            forgetting=RedisForgetting(redis, conversations.keys),
        )
    )
    worker = Worker(scenery.agent, conversations, lambda: scenery.catalog, name="trial")
    try:
        with passing_time() as wait:
            talk = _Talk(worker)
            yield (
                Stage(talk, tickets, residents, scenery.gazetteer, wait, engine),
                worker,
            )
    finally:
        if before is not None:
            set_ports(before)
        await engine.dispose()
        await _swept(redis, conversations.keys)
        database.unlink()


@lru_cache(maxsize=1)
def _engine_of(database: Path) -> AsyncEngine:
    """Keeps an engine: it remembers its compiled statements, a tenth of all the work."""
    return create_engine(f"sqlite:///{database}")


def _ports_before() -> Optional[Ports]:
    try:
        return ports()
    except CommunityError:
        return None


async def _swept(redis: Redis, keys: RedisKeys) -> None:
    """Removes one conversation's keys, so that a long run needs little memory."""
    found = [key async for key in redis.scan_iter(f"{keys.prefix}*", count=500)]
    if found:
        await redis.delete(*found)
    await redis.aclose()


class _Talk:
    """Says something to a worker and returns its reply."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def __call__(
        self,
        text: str,
        *,
        who: str = "web:grandma",
        choice: Optional[str] = None,
        kind: Optional[Kind] = None,
        facts: Optional[Dict[str, object]] = None,
        **extra: object,
    ) -> Reply:
        inbound = Inbound(
            id=f"{who}:{secrets.token_hex(6)}",
            conversation=who,
            channel="web",
            kind=kind or (Kind.TEXT if choice is None else Kind.CHOICE),
            text=text,
            choice=choice,
            received_at=NOW,
            extra={**extra, **(facts or {})},
        )
        conversations = self._worker.conversations
        await conversations.accept(inbound)
        await self._worker.drain(who)
        reply = await conversations.stored_reply(inbound.id)
        if reply is None:
            raise CommunityError(f"no reply to {text!r}")
        return reply


@contextmanager
def passing_time() -> Iterator[Callable[..., None]]:
    """Lets hours pass: for actions, and for Rasa's sessions, which read the clock.

    The clock of the process is set right again at the end.
    """
    real, passed = time.time, [0.0]
    time.time = lambda: real() + passed[0]
    set_ports(replace(ports(), now=lambda: NOW + timedelta(seconds=passed[0])))

    def let_pass(*, hours: float) -> None:
        passed[0] += hours * 3600

    try:
        yield let_pass
    finally:
        time.time = real
