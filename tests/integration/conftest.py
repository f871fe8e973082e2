"""A worker in this process, over a real Redis, database and model."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from rasa.core.agent import Agent

from actions.wiring import Ports, set_ports
from adapters.blob_files import FileBlobStore
from adapters.place_files import read_places
from adapters.redis_conversations import RedisConversations
from adapters.redis_forgetting import RedisForgetting
from adapters.settings import ROOT
from adapters.sql.engine import create_engine
from adapters.sql.residents import SqlResidentRepository
from adapters.sql.tickets import SqlTicketRepository
from bot.model import load_agent
from bot.worker import Worker
from community.catalog.model import Catalog
from community.messages import Inbound, Kind
from community.places import Gazetteer
from community.replies import Reply
from tests.conftest import NOW

Send = Callable[..., Inbound]
Talk = Callable[..., Awaitable[Reply]]


@pytest.fixture(scope="session")
def agent(model_path: Path) -> Agent:
    """The trained model, loaded once."""
    return load_agent(model_path, with_actions=True)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    """The places of this checkout."""
    return read_places(ROOT / "catalog").gazetteer()


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    """Photos and recordings in a folder."""
    return FileBlobStore(tmp_path / "blobs")


@pytest.fixture
async def residents(
    tickets: SqlTicketRepository, tmp_path: Path
) -> AsyncIterator[SqlResidentRepository]:
    """Residents in the database of the tickets."""
    engine = create_engine(f"sqlite:///{tmp_path}/test.db")
    yield SqlResidentRepository(engine)
    await engine.dispose()


@pytest.fixture
def worker(
    agent: Agent,
    conversations: RedisConversations,
    tickets: SqlTicketRepository,
    residents: SqlResidentRepository,
    blobs: FileBlobStore,
    gazetteer: Gazetteer,
    catalog: Catalog,
) -> Worker:
    """A worker that is driven by hand."""
    set_ports(
        Ports(
            catalog=lambda: catalog,
            tickets=tickets,
            now=lambda: NOW,
            residents=residents,
            places=lambda: gazetteer,
            blobs=blobs,
            forgetting=RedisForgetting(conversations.redis, conversations.keys),
        )
    )
    return Worker(agent, conversations, lambda: catalog, name="test")


@pytest.fixture
def message() -> Send:
    """Builds inbound records."""

    def build(
        text: str,
        *,
        who: str = "web:grandma",
        choice: str | None = None,
        message_id: str | None = None,
        kind: Kind | None = None,
        channel: str = "web",
        facts: dict[str, object] | None = None,
        **extra: object,
    ) -> Inbound:
        return Inbound(
            id=message_id or f"{who}:{secrets.token_hex(6)}",
            conversation=who,
            channel=channel,
            kind=kind or (Kind.TEXT if choice is None else Kind.CHOICE),
            text=text,
            choice=choice,
            received_at=NOW,
            extra={**extra, **(facts or {})},
        )

    return build


@pytest.fixture
def talk(worker: Worker, message: Send) -> Talk:
    """Says something to the assistant and returns its reply."""

    async def say(text: str, **options: object) -> Reply:
        inbound = message(text, **options)
        assert await worker.conversations.accept(inbound)
        assert await worker.drain(inbound.conversation)
        reply = await worker.conversations.stored_reply(inbound.id)
        assert reply is not None
        return reply

    return say
