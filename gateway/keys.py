"""Typed keys of what the application carries."""

from collections.abc import Callable

from aiohttp import web

from adapters.rate_limit import RateLimit
from adapters.redis_conversations import RedisConversations
from community.answers import AnswerComposer
from community.tickets import TicketRepository
from gateway.live import LiveUpdates
from gateway.residents import ResidentCookies

CONVERSATIONS = web.AppKey("conversations", RedisConversations)
COOKIES = web.AppKey("cookies", ResidentCookies)
COOKIE_SECURE = web.AppKey("cookie_secure", bool)
LIVE = web.AppKey("live", LiveUpdates)
MESSAGE_LIMIT = web.AppKey("message_limit", RateLimit)
SESSION_LIMIT = web.AppKey("session_limit", RateLimit)
TICKETS: web.AppKey[TicketRepository] = web.AppKey("tickets", TicketRepository)
CATALOG: web.AppKey[Callable[[], AnswerComposer]] = web.AppKey("catalog")
