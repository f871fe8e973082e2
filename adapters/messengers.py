"""Opens the clients of both messengers with the token that all processes share."""

from functools import partial

import aiohttp
import structlog
from redis.asyncio import Redis

from adapters.answer_pages import RedisAnswerPages
from adapters.pace import Pace
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from adapters.wechat.bubbles import RenderOptions
from adapters.wechat.client import WeChatClient
from adapters.wechat.quota import QuotaLedger
from adapters.wechat.token_calls import fetch_stable_token
from adapters.wechat.tokens import SharedToken
from adapters.wecom.client import WeComClient, fetch_wecom_token

logger = structlog.get_logger()


def open_wechat(
    session: aiohttp.ClientSession, settings: Settings, redis: Redis
) -> WeChatClient:
    """Returns a client of the Official Account; session and Redis stay the caller's."""
    account = settings.wechat
    fetch = partial(fetch_stable_token, session, account)
    keys = RedisKeys(settings.redis_prefix)
    tokens = SharedToken(redis, keys, fetch, account=account.app_id)
    return WeChatClient(session, account, tokens)


def open_wecom(
    session: aiohttp.ClientSession, settings: Settings, redis: Redis
) -> WeComClient:
    """Returns a client of the WeCom app; session and Redis stay the caller's."""
    app = settings.wecom
    fetch = partial(fetch_wecom_token, session, app)
    keys = RedisKeys(settings.redis_prefix)
    account = f"{app.corp_id}.{app.agent_id}"
    tokens = SharedToken(redis, keys, fetch, account=account)
    pace = Pace(redis, keys)
    return WeComClient(session, app, tokens, pace, desk_url=settings.desk_url)


def open_quota(settings: Settings, redis: Redis) -> QuotaLedger:
    """Returns the ledger of customer-service messages, with the account's limits."""
    return QuotaLedger(
        redis,
        RedisKeys(settings.redis_prefix),
        per_message=settings.wechat.per_message,
        per_touch=settings.wechat.per_touch,
    )


def open_answer_pages(settings: Settings, redis: Redis) -> RedisAnswerPages | None:
    """Returns the pages of long answers; `None` where no phone could open them."""
    if not settings.public_url:
        if settings.wechat.is_on:
            logger.warning("wechat.pages.off", reason="PUBLIC_URL is not set")
        return None
    return RedisAnswerPages(
        redis,
        RedisKeys(settings.redis_prefix),
        settings.field_key,
        days=settings.answer_page_days,
    )


def render_options(settings: Settings) -> RenderOptions:
    """Returns how replies are laid out; gateway and dispatcher must cut them alike."""
    return RenderOptions(
        base_url=settings.public_url,
        with_msgmenu=settings.wechat.with_msgmenu,
    )
