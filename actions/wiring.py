"""Gives actions their ports; rasa_sdk creates actions without arguments."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Protocol

from adapters.blob_files import FileBlobStore
from adapters.content_files import CatalogFiles
from adapters.redis_conversations import open_redis
from adapters.redis_forgetting import RedisForgetting
from adapters.redis_keys import RedisKeys
from adapters.roster_files import RosterFiles
from adapters.settings import REPORTS_A_DAY, Settings
from adapters.sql.engine import create_engine
from adapters.sql.residents import SqlResidentRepository
from adapters.ticket_store import open_tickets
from community.blobs import BlobStore
from community.catalog.model import Catalog
from community.places import Gazetteer
from community.residents import ResidentRepository
from community.speech import NoSpeech, SpeechRecognizer
from community.tickets import TicketRepository


class Forgetting(Protocol):
    """Deletes a resident's data, after the answer has gone out."""

    async def ask(self, conversation: str, now: datetime) -> None:
        """Notes the wish durably; may be repeated.

        Raises:
            StoreUnavailableError: It was not noted; nothing may be promised.
        """


@dataclass(frozen=True, slots=True)
class Ports:
    """What actions need from outside."""

    catalog: Callable[[], Catalog]
    """Returns the catalogue as it is now."""
    tickets: TicketRepository
    now: Callable[[], datetime]
    """Returns the current instant, aware UTC."""
    residents: ResidentRepository | None = None
    """`None` where nobody is bound to a place, as under plain `rasa` commands."""
    places: Callable[[], Gazetteer | None] = lambda: None
    """Returns the gazetteer as it is now; `None` where there are no grids."""
    blobs: BlobStore | None = None
    speech: SpeechRecognizer = field(default_factory=NoSpeech)
    reports_a_day: int = REPORTS_A_DAY
    """So many tickets of a kind may a resident file in a day; alarms are not counted."""
    forgetting: Forgetting | None = None
    """`None` where nobody deletes, as under plain `rasa` commands."""


_current: Ports | None = None


def set_ports(ports: Ports) -> None:
    """Sets the ports of this process; called once at its start."""
    global _current
    _current = ports


def ports() -> Ports:
    """Returns the ports; builds them from the environment if nobody set any.

    The second case is `rasa run actions`, which knows nothing of this project.
    """
    if _current is None:
        set_ports(ports_from_settings(Settings.from_env()))
    assert _current is not None
    return _current


def ports_from_settings(settings: Settings) -> Ports:
    """Builds real ports: files and the database."""
    files = CatalogFiles(
        settings.content_dir,
        default_place=settings.default_place,
        with_examples=settings.with_examples,
    )
    engine = create_engine(settings.database_url)
    return Ports(
        catalog=files.current,
        tickets=open_tickets(settings, engine, catalog=files.current),
        now=lambda: datetime.now(timezone.utc),
        residents=SqlResidentRepository(engine),
        places=RosterFiles(settings.content_dir).gazetteer,
        blobs=FileBlobStore(settings.blob_dir),
        reports_a_day=settings.reports_a_day,
        forgetting=RedisForgetting(
            open_redis(settings.redis_url), RedisKeys(settings.redis_prefix)
        ),
    )
