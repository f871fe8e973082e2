"""Opens everything the desk works with, and closes it again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.blob_files import FileBlobStore
from adapters.content_files import CatalogFiles
from adapters.pace import Pace
from adapters.phrase_files import PhraseFiles
from adapters.rate_limit import RateLimit
from adapters.redis_conversations import open_redis
from adapters.redis_keys import RedisKeys
from adapters.roster_files import RosterFiles
from adapters.sealing import Sealer
from adapters.settings import Settings
from adapters.sql.accounts import SqlAccounts
from adapters.sql.audit import SqlAuditLog
from adapters.sql.blocks import SqlBlockReviews
from adapters.sql.engine import create_engine
from adapters.sql.integrations import SqlApiKeys, SqlWebhooks
from adapters.sql.outbox import SqlOutbox
from adapters.sql.residents import SqlResidentRepository
from adapters.sql.staff import LiveRoster, SqlStaff
from adapters.sql.ticket_rates import SqlTicketRates
from adapters.talks import Talks
from adapters.ticket_store import open_tickets
from adapters.wechat.tokens import SharedToken
from adapters.wecom.client import WeComClient, fetch_wecom_token
from desk.credentials import Credentials
from desk.learning import open_learning
from desk.people import Directory
from desk.purposes import TOTP_PURPOSE, WEBHOOK_PURPOSE
from desk.services import Limits, Services
from desk.sessions import Sessions
from desk.wecom_sign_in import WeComSignIn

QUARTER_S = 900


@dataclass
class Opened:
    """The services and what has to be closed."""

    services: Services
    engine: AsyncEngine
    redis: Redis
    keys: RedisKeys
    _http: list[aiohttp.ClientSession] = field(default_factory=list)

    async def start(self) -> None:
        """Opens what needs a running loop."""
        wecom = self.services.settings.wecom
        if not wecom.is_on:
            return
        session = aiohttp.ClientSession()
        self._http.append(session)
        tokens = SharedToken(
            self.redis,
            self.keys,
            lambda force: fetch_wecom_token(session, wecom, force),
            account=wecom.corp_id,
        )
        client = WeComClient(
            session,
            wecom,
            tokens,
            Pace(self.redis, self.keys),
            desk_url=self.services.settings.desk_url,
            now=self.services.clock,
        )
        self.services.wecom.connect(client)

    async def close(self) -> None:
        """Closes everything."""
        await self.services.learning.explainer.close()
        for session in self._http:
            await session.close()
        await self.engine.dispose()
        await self.redis.aclose()


def open_services(settings: Settings, clock: Callable[[], datetime]) -> Opened:
    """Builds all services; nothing is connected yet.

    Raises:
        ConfigurationError: A secret is missing.
    """
    redis = open_redis(settings.redis_url)
    keys = RedisKeys(settings.redis_prefix)
    engine = create_engine(settings.database_url)
    catalog = CatalogFiles(
        settings.content_dir,
        default_place=settings.default_place,
        with_examples=settings.with_examples,
    )
    staff = SqlStaff(engine)
    files = RosterFiles(settings.content_dir)
    live = LiveRoster(files.roster, staff)
    directory = Directory(live)
    accounts = SqlAccounts(engine)
    services = Services(
        settings=settings,
        clock=clock,
        directory=directory,
        staff=staff,
        accounts=accounts,
        credentials=Credentials(
            accounts, Sealer(settings.field_key, purpose=TOTP_PURPOSE)
        ),
        sessions=Sessions(redis, keys),
        audit_log=SqlAuditLog(engine),
        api_keys=SqlApiKeys(engine),
        webhooks=SqlWebhooks(
            engine, Sealer(settings.field_key, purpose=WEBHOOK_PURPOSE)
        ),
        tickets=open_tickets(
            settings, engine, catalog=catalog.current, roster=live.current
        ),
        rates=SqlTicketRates(engine),
        residents=SqlResidentRepository(engine),
        blocks=SqlBlockReviews(engine),
        blobs=FileBlobStore(settings.blob_dir),
        catalog=catalog.current,
        phrases=PhraseFiles(settings.content_dir).of,
        places=files.gazetteer,
        limits=limits_of(redis, keys),
        talks=Talks(redis, keys),
        outbox=SqlOutbox(engine),
        wecom=WeComSignIn(settings.desk_url),
        learning=open_learning(settings, engine, redis, keys),
    )
    return Opened(services, engine, redis, keys)


def limits_of(redis: Redis, keys: RedisKeys) -> Limits:
    """Returns how often one may do things."""
    return Limits(
        sign_in_account=RateLimit(redis, keys, n=10, window_s=QUARTER_S),
        sign_in_address=RateLimit(redis, keys, n=60, window_s=QUARTER_S),
        calls=RateLimit(redis, keys, n=600, window_s=60),
        uploads=RateLimit(redis, keys, n=60, window_s=60),
    )
