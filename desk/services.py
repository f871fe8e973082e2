"""What the desk works with, opened once when it starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from adapters.phrase_files import MatterPhrases
from adapters.rate_limit import RateLimit
from adapters.settings import Settings
from adapters.sql.accounts import SqlAccounts
from adapters.sql.audit import AuditEntry, SqlAuditLog
from adapters.sql.blocks import SqlBlockReviews
from adapters.sql.integrations import SqlApiKeys, SqlWebhooks
from adapters.sql.ticket_rates import SqlTicketRates
from adapters.sql.tickets import SqlTicketRepository
from adapters.talks import Talks
from community.blobs import BlobStore
from community.catalog.model import Catalog
from community.outbox import Outbox
from community.places import Gazetteer
from community.residents import ResidentRepository
from community.roster_changes import StaffRepository
from desk.credentials import Credentials
from desk.learning import Learning
from desk.people import Directory
from desk.policy import Person
from desk.sessions import Sessions
from desk.wecom_sign_in import WeComSignIn


@dataclass(frozen=True, slots=True)
class Limits:
    """How often one may do things."""

    sign_in_account: RateLimit
    sign_in_address: RateLimit
    calls: RateLimit
    uploads: RateLimit


@dataclass(frozen=True)
class Services:
    """Every adapter of the desk."""

    settings: Settings
    clock: Callable[[], datetime]
    directory: Directory
    staff: StaffRepository
    accounts: SqlAccounts
    credentials: Credentials
    sessions: Sessions
    audit_log: SqlAuditLog
    api_keys: SqlApiKeys
    webhooks: SqlWebhooks
    tickets: SqlTicketRepository
    rates: SqlTicketRates
    residents: ResidentRepository
    blocks: SqlBlockReviews
    blobs: BlobStore
    catalog: Callable[[], Catalog]
    phrases: Callable[[str], MatterPhrases]
    """Set phrases of a matter by its id."""
    places: Callable[[], Gazetteer]
    limits: Limits
    talks: Talks
    outbox: Outbox
    wecom: WeComSignIn
    learning: Learning

    async def audit(
        self, person: Person, act: str, subject: str, reason: str, address: str
    ) -> None:
        """Writes a line of the audit log; what it is about waits for it."""
        await self.audit_log.append(
            AuditEntry(
                at=self.clock(),
                actor=person.id,
                act=act,
                subject=subject,
                reason=reason,
                address=address,
            )
        )


SERVICES = web.AppKey("services", Services)
