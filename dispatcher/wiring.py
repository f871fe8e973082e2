"""Connects the dispatcher's parts with the stores and the messengers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.blob_files import FileBlobStore
from adapters.card_codes import CardCodes
from adapters.dialogue_sender import DialogueSender
from adapters.messengers import (
    open_answer_pages,
    open_quota,
    open_wechat,
    open_wecom,
    render_options,
)
from adapters.redis_conversations import RedisConversations
from adapters.redis_keys import RedisKeys
from adapters.redis_progress import RedisProgress
from adapters.roster_files import RosterFiles
from adapters.sealing import Sealer
from adapters.settings import Settings
from adapters.sql.integrations import SqlWebhooks
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.outbox import SqlOutbox
from adapters.sql.outbox_upkeep import SqlOutboxUpkeep
from adapters.sql.residents import SqlResidentRepository
from adapters.sql.staff import LiveRoster, SqlStaff
from adapters.sql.ticket_photos import SqlTicketPhotos
from adapters.sql.tickets import SqlTicketRepository
from adapters.talks import Talks
from adapters.ticket_store import open_tickets
from adapters.webhook_sender import WebhookSender
from adapters.wechat.bubbles import bubbles_of
from adapters.wechat.media_fetch import MediaFetcher
from adapters.wechat.pictures import BlobPictures
from adapters.wechat.sender import WeChatSender
from adapters.wecom.card_sender import WeComCardSender
from adapters.wecom.client import WeComClient
from adapters.wecom.senders import (
    NotConfiguredSender,
    WeComAppSender,
    WeComRobotSender,
)
from community.outbox import Channel, Sender
from dispatcher.delivery_reports import DeliveryReports
from dispatcher.intake import Fate, Intake
from dispatcher.leadership import Leadership
from dispatcher.loose_photos import LoosePhotos
from dispatcher.periodic import Task
from dispatcher.staff_actions import StaffActions
from dispatcher.streams import Entry, HandleBatch, Pace
from dispatcher.talks import end_silent_talks
from dispatcher.unfinished import remind
from dispatcher.upkeep import upkeep_tasks

ANSWERS_GATHER_S = 0.1
"""Nearly every answer has gone out passively, and each transaction is a sync."""
LOG_GATHER_S = 1.0
"""Nobody waits for the dialogue log."""
PHOTOS_EVERY_S = 6 * 3_600.0
"""All files and all tickets' events are looked through."""
REPORTS_AGAIN_S = 1.0
"""Nobody waits for a report whose message is not stored yet."""
LEADER_SILENT_S = 10.0
"""After which another dispatcher reads the answers."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that is opened once."""

    settings: Settings
    redis: Redis
    engine: AsyncEngine
    session: aiohttp.ClientSession
    """To the messengers."""
    outside: aiohttp.ClientSession
    """To addresses that somebody has registered."""
    now: Callable[[], datetime]

    @property
    def keys(self) -> RedisKeys:
        """The key registry."""
        return RedisKeys(self.settings.redis_prefix)

    def conversations(self) -> RedisConversations:
        """Mailboxes and claims."""
        return RedisConversations(
            self.redis,
            self.keys,
            retention_days=self.settings.retention_days,
            lease_s=self.settings.lease_s,
        )


def find_userid(stores: Stores) -> Callable[[str], Awaitable[str]]:
    """Returns what finds the WeCom account of a member of staff."""
    roster = live_roster(stores)

    async def find(staff_id: str) -> str:
        member = (await roster.current(stores.now())).staff.get(staff_id)
        return member.wecom_userid if member is not None else ""

    return find


def live_roster(stores: Stores) -> LiveRoster:
    """Returns the roster of files and database."""
    files = RosterFiles(stores.settings.content_dir)
    return LiveRoster(files.roster, SqlStaff(stores.engine))


def senders(stores: Stores) -> dict[Channel, Sender]:
    """Returns a sender for every channel, whether or not it is configured."""
    settings = stores.settings
    found: dict[Channel, Sender] = {
        channel: NotConfiguredSender() for channel in Channel
    }
    found[Channel.DIALOGUE] = DialogueSender(stores.conversations(), stores.now)
    sealer = Sealer(settings.field_key, purpose="webhook")
    webhooks = SqlWebhooks(stores.engine, sealer)
    found[Channel.WEBHOOK] = WebhookSender(
        stores.outside,
        webhooks.target,
        stores.now,
        allows_inner=settings.webhook_local,
    )
    if settings.wechat.is_on:
        found[Channel.WECHAT] = wechat_sender(stores)
    if settings.wecom.is_on:
        client = wecom_client(stores)
        codes = CardCodes(stores.redis, stores.keys)
        changer = WeComCardSender(client, codes, stores.now)
        found[Channel.WECOM_CARD] = changer
        found[Channel.WECOM_APP] = WeComAppSender(
            client, find_userid(stores), changer.keep
        )
        found[Channel.WECOM_ROBOT] = WeComRobotSender(client, settings.wecom.robots)
    return found


def wechat_sender(stores: Stores) -> WeChatSender:
    """Returns the sender of the Official Account."""
    settings, redis = stores.settings, stores.redis
    client = open_wechat(stores.session, settings, redis)
    blobs = FileBlobStore(settings.blob_dir)
    return WeChatSender(
        client=client,
        ledger=open_quota(settings, redis),
        progress=RedisProgress(redis, stores.keys),
        pictures=BlobPictures(redis, stores.keys, blobs, client),
        followers=SqlResidentRepository(stores.engine),
        line=stores.conversations(),
        now=stores.now,
        options=render_options(settings),
        templates=settings.wechat.templates,
        page_url=settings.public_url,
        pages=open_answer_pages(settings, redis),
    )


def wecom_client(stores: Stores) -> WeComClient:
    """Returns the client of the WeCom app."""
    return open_wecom(stores.session, stores.settings, stores.redis)


def intake(
    stores: Stores,
    outbox: SqlOutbox,
    on_added: Callable[[], None],
    on_fate: Callable[[Fate], None],
) -> Intake:
    """Returns what takes answers into the outbox."""
    options = render_options(stores.settings)
    return Intake(
        stores.conversations(),
        outbox,
        exceeds_passive=lambda parts: len(bubbles_of(parts, options)) > 1,
        now=stores.now,
        on_added=on_added,
        on_fate=on_fate,
    )


def dialogue_log(stores: Stores) -> SqlDialogueLog:
    """Returns the dialogue log."""
    pseudonyms = stores.settings.learning.pseudonyms()
    return SqlDialogueLog(stores.engine, pseudonyms, stores.now)


def log_handler(log: SqlDialogueLog) -> HandleBatch:
    """Returns what stores entries of the stream `log`."""

    async def handle(entries: Sequence[Entry]) -> None:
        await log.store([entry.fields.get("entry", "") for entry in entries])

    return handle


def pace_of(stores: Stores, stream: str) -> Pace:
    """Returns how a stream is read."""
    if stream == stores.keys.media:
        # A download takes seconds, and may have to wait for hours.
        return Pace(count=10, again_s=2.0, abandoned_after_s=600.0)
    lease_s = stores.settings.send_lease_s
    if stream == stores.keys.delivery_reports:
        return Pace(again_s=REPORTS_AGAIN_S, abandoned_after_s=lease_s)
    if stream == stores.keys.log:
        return Pace(gather_s=LOG_GATHER_S, abandoned_after_s=lease_s)
    if stream == stores.keys.outgoing:
        return Pace(gather_s=ANSWERS_GATHER_S, abandoned_after_s=lease_s)
    return Pace(abandoned_after_s=lease_s)


def leadership_of(stores: Stores, stream: str, name: str) -> Leadership | None:
    """Returns the leadership of a stream whose order counts.

    Two dispatchers that each take every second answer would mix a person's answers up.
    """
    if stream not in (stores.keys.outgoing, stores.keys.staff_actions):
        return None
    key = stores.keys.task(f"read-{stream.rpartition(':')[2]}")
    ttl_s = min(LEADER_SILENT_S, stores.settings.send_lease_s)
    return Leadership(stores.redis, key, name, ttl_s=ttl_s)


def handlers(
    stores: Stores,
    outbox: SqlOutbox,
    *,
    on_added: Callable[[], None],
    on_fate: Callable[[Fate], None],
) -> dict[str, HandleBatch]:
    """Returns the handler of each stream that this installation fills."""
    keys = stores.keys
    found: dict[str, HandleBatch] = {
        keys.outgoing: intake(stores, outbox, on_added, on_fate).handle,
        keys.log: log_handler(dialogue_log(stores)),
    }
    if stores.settings.wechat.is_on:
        client = open_wechat(stores.session, stores.settings, stores.redis)
        blobs = FileBlobStore(stores.settings.blob_dir)
        found[keys.media] = MediaFetcher(client, blobs, now=stores.now).fetch
        reports = DeliveryReports(outbox, stores.now, on_added)
        found[keys.delivery_reports] = reports.handle
    if stores.settings.wecom.is_on:
        found[keys.staff_actions] = StaffActions(
            tickets(stores),
            live_roster(stores).current,
            wecom_client(stores),
            now=stores.now,
            desk_url=stores.settings.desk_url,
        ).handle
    return found


def tickets(stores: Stores) -> SqlTicketRepository:
    """Returns the tickets, with today's roster."""
    return open_tickets(
        stores.settings, stores.engine, roster=live_roster(stores).current
    )


def periodic_tasks(
    stores: Stores, upkeep: SqlOutboxUpkeep, wake_up: Callable[[], None]
) -> list[Task]:
    """Returns what is done every so often."""
    settings = stores.settings
    log = dialogue_log(stores)

    async def old_turns(now: datetime) -> int:
        return await log.expire(now, days=settings.learning.log_days)

    repository = tickets(stores)
    live, outbox = Talks(stores.redis, stores.keys), SqlOutbox(stores.engine)

    async def talks(now: datetime) -> int:
        return await end_silent_talks(live, repository, outbox, now=now)

    async def reminders(now: datetime) -> int:
        return await remind(stores.redis, stores.keys, outbox, now=now)

    loose = LoosePhotos(
        FileBlobStore(settings.blob_dir),
        SqlTicketPhotos(stores.engine),
        keep=timedelta(days=settings.loose_photo_days),
    )
    tasks = upkeep_tasks(
        upkeep,
        tick=repository.tick,
        end_silent_talks=talks,
        remind=reminders,
        expiries={"turns": old_turns},
        digest_above=settings.digest_above,
        retention_days=settings.retention_days,
        wake_up=wake_up,
    )
    return [*tasks, Task("loose-photos", PHOTOS_EVERY_S, loose.remove)]
