"""Connects the messengers' webhooks with their stores, where accounts are configured."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime

import aiohttp
import structlog
from aiohttp import web
from redis.asyncio import Redis

from adapters.messengers import open_quota, open_wechat, render_options
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from adapters.wechat.client import WeChatClient
from adapters.wechat.crypto import MessageCrypto
from adapters.wechat.errors import WeChatError
from community.emergencies.detection import detect
from community.errors import StoreUnavailableError
from community.messages import Inbound
from community.replies import Emergency
from gateway import wechat, wecom
from gateway.keys import CATALOG, CONVERSATIONS, FIGURES, FORGETTING, LIVE
from gateway.passive import PassiveAnswers
from gateway.replays import ReplayGuard
from gateway.wechat_envelopes import Envelopes

logger = structlog.get_logger()


class Typing:
    """Shows followers that an answer is being written; never fails."""

    def __init__(self) -> None:
        """The client is set when the process has a session."""
        self.client: WeChatClient | None = None

    async def __call__(self, conversation: str) -> None:
        """Shows it to one follower."""
        if self.client is None:
            return
        try:
            await self.client.typing(conversation.partition(":")[2])
        except (WeChatError, StoreUnavailableError) as err:
            logger.info("wechat.typing.failed", error=type(err).__name__)


def add_messengers(
    app: web.Application,
    settings: Settings,
    redis: Redis,
    *,
    instance: str,
    now: Callable[[], datetime],
) -> None:
    """Adds the webhooks; without an account they answer 404."""
    app.add_routes(wechat.routes)
    app.add_routes(wecom.routes)
    replays = ReplayGuard(
        redis,
        RedisKeys(settings.redis_prefix),
        window_s=settings.wechat.replay_window_s,
    )
    if settings.wechat.is_on:
        _add_wechat(app, settings, redis, replays, instance=instance, now=now)
    if settings.wecom.is_on:
        app[wecom.CHANNEL] = wecom.WeComChannel(
            MessageCrypto(
                settings.wecom.token, settings.wecom.aes_keys, settings.wecom.corp_id
            ),
            redis,
            RedisKeys(settings.redis_prefix),
            replays=replays,
            figures=app[FIGURES],
            now=now,
        )


def _add_wechat(
    app: web.Application,
    settings: Settings,
    redis: Redis,
    replays: ReplayGuard,
    *,
    instance: str,
    now: Callable[[], datetime],
) -> None:
    account = settings.wechat
    typing = Typing()

    def emergency(inbound: Inbound) -> Emergency | None:
        rule = detect(inbound.text)
        return None if rule is None else app[CATALOG]().emergency(rule, inbound.text)

    app[wechat.CHANNEL] = channel = wechat.WeChatChannel(
        Envelopes(
            MessageCrypto(account.token, account.aes_keys, account.app_id),
            has_key=bool(account.aes_keys),
            account=account.account,
            options=render_options(settings),
        ),
        app[CONVERSATIONS],
        PassiveAnswers(
            app[CONVERSATIONS], app[LIVE], emergency=emergency, typing=typing
        ),
        quota=open_quota(settings, redis),
        forgetting=app[FORGETTING],
        replays=replays,
        instance=instance,
        figures=app[FIGURES],
        now=now,
    )

    async def lifetime(_: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            typing.client = open_wechat(session, settings, redis)
            yield
            typing.client = None
            await channel.close()

    app.cleanup_ctx.append(lifetime)
