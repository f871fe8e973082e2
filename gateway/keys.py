"""Typed keys of what the application carries."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from adapters.answer_pages import RedisAnswerPages
from adapters.environment import IPNetwork
from adapters.rate_limit import RateLimit
from adapters.redis_conversations import RedisConversations
from community.answers import AnswerComposer
from community.blobs import BlobStore
from community.tickets import TicketRepository
from gateway.figures import Figures
from gateway.forgetting import Forgetting
from gateway.live import LiveUpdates
from gateway.residents import ResidentCookies

CONVERSATIONS = web.AppKey("conversations", RedisConversations)
COOKIES = web.AppKey("cookies", ResidentCookies)
COOKIE_SECURE = web.AppKey("cookie_secure", bool)
LIVE = web.AppKey("live", LiveUpdates)
MESSAGE_LIMIT = web.AppKey("message_limit", RateLimit)
SESSION_LIMIT = web.AppKey("session_limit", RateLimit)
TICKETS: web.AppKey[TicketRepository] = web.AppKey("tickets", TicketRepository)
FORGETTING = web.AppKey("forgetting", Forgetting)
ANSWER_PAGES = web.AppKey("answer_pages", RedisAnswerPages)
CLOCK: web.AppKey[Callable[[], datetime]] = web.AppKey("clock")
BLOBS: web.AppKey[BlobStore] = web.AppKey("blobs")
PHOTO_LIMIT = web.AppKey("photo_limit", RateLimit)
TRUSTED_PROXY: web.AppKey[Sequence[IPNetwork]] = web.AppKey("trusted_proxy")
FIGURES = web.AppKey("figures", Figures)
CATALOG: web.AppKey[Callable[[], AnswerComposer]] = web.AppKey("catalog")
