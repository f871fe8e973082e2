"""The webhook of the Official Account: checked, stored, answered within five seconds."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiohttp import web

from adapters.redis_conversations import RedisConversations
from adapters.redis_errors import translated_errors
from adapters.wechat.documents import MAX_BODY_BYTES
from adapters.wechat.errors import MalformedPushError, RefusedPushError
from adapters.wechat.pushes import (
    PrivacyPush,
    UnsubscribePush,
)
from adapters.wechat.quota import QuotaLedger
from adapters.wechat.render import SUCCESS
from community.errors import MailboxFullError, StoreUnavailableError
from community.messages import Inbound, log_id
from community.replies import Part, Text
from gateway.figures import Figures
from gateway.forgetting import Forgetting
from gateway.passive import BUDGET_S, Passive, PassiveAnswers
from gateway.patience import patiently
from gateway.replays import ReplayedError, ReplayGuard
from gateway.requests import read_body
from gateway.wechat_envelopes import Envelopes, OpenedPush, is_openid
from gateway.wechat_intake import (
    Report,
    Taken,
    conversation_of,
    reports_of,
    take,
)

logger = structlog.get_logger()
HOLD_S = 5.5
"""Longer than WeChat waits: it then delivers again, and shows no error before the
third time. Any answer but a 200 would be shown as an error at once."""
KEEP_TRYING_S = 60.0
"""For an emergency that was answered and could not be stored."""
TOO_FAST = "您发得太快了，前面的我还在一句一句看，这句没收下，请过一会儿再发。"
NOT_STORED = "这句话我这边暂时没记下来，打完电话，方便时请再发一遍。"
CANCELLED = "user_authorization_cancellation"
REVOKED = "user_authorization_revoke"

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to WeChat for one delivery."""

    parts: tuple[Part, ...]
    outcome: str
    """For figures: `passive`, `success`, `late`, `emergency`, …."""
    confirms: Inbound | None = None
    """The message whose answer is confirmed once the bytes have left."""


IGNORED = Answer((), "ignored")


class WeChatChannel:
    """Takes pushes in and answers them."""

    def __init__(
        self,
        envelopes: Envelopes,
        conversations: RedisConversations,
        answers: PassiveAnswers,
        *,
        quota: QuotaLedger,
        forgetting: Forgetting,
        replays: ReplayGuard,
        instance: str,
        figures: Figures,
        now: Callable[[], datetime],
    ) -> None:
        """Binds what it works with; somebody else closes it."""
        self.envelopes = envelopes
        self.answers = answers
        self.replays = replays
        self.figures = figures
        self.now = now
        self._conversations = conversations
        self._quota = quota
        self._forgetting = forgetting
        self._instance = instance
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, opened: OpenedPush, arrived: float) -> Answer | None:
        """Stores a push and returns its answer; `None` where nothing was stored.

        Args:
            opened: A push whose signature is ours.
            arrived: Time of the event loop.

        Raises:
            ReplayedError: Its signature came with another message.
        """
        push = opened.push
        if isinstance(push, (UnsubscribePush, PrivacyPush)):
            return await self._forget(opened, arrived)
        if reports := reports_of(push):
            return await self._report(opened, reports, arrived)
        taken = take(push, instance=self._instance, now=self.now())
        if taken is None:
            await self._touched(opened)
            return IGNORED
        return await self._converse(opened, taken, arrived)

    async def _converse(
        self, opened: OpenedPush, taken: Taken, arrived: float
    ) -> Answer | None:
        inbound = taken.inbound
        until = arrived + BUDGET_S
        with self.answers.watching(inbound) as news:
            try:
                is_new = await patiently(
                    lambda: self._store(opened, taken),
                    until if inbound.urgent else arrived + HOLD_S,
                    while_full=until,
                )
            except MailboxFullError:
                refused = self.answers.unanswered(inbound).parts
                return Answer((*refused, Text(TOO_FAST)), "refused")
            except StoreUnavailableError:
                if not inbound.urgent:
                    return None
                self._keep_trying(opened, taken)
                number = self.answers.unanswered(inbound).parts
                return Answer((*number, Text(NOT_STORED)), "emergency")
            with self.figures.waiting.track_inprogress():
                passive = await self.answers.answer(inbound, until, news, is_new=is_new)
        return Answer(
            tuple(passive.parts),
            _outcome(passive),
            inbound if passive.confirms else None,
        )

    async def _touched(self, opened: OpenedPush) -> None:
        """Grants what a push allows to which nothing is said."""
        push, now = opened.push, self.now()
        if push.trigger is None:
            return
        mark = f"touch:{push.dedup_id}"
        # Without the grant, news only wait for the person's next message.
        with suppress(StoreUnavailableError):
            await self.replays.check_nonce(opened.timestamp, opened.nonce, mark)
            await self._quota.grant(conversation_of(push.openid), push.trigger, now)

    async def _store(self, opened: OpenedPush, taken: Taken) -> bool:
        """Makes a message durable; `False` for a repeat."""
        inbound, store = taken.inbound, self._conversations
        if await self.replays.check_nonce(
            opened.timestamp, opened.nonce, inbound.id, person=inbound.conversation
        ):
            await self._forgetting.finish(inbound.conversation, inbound.id)
        if taken.media is not None:
            async with translated_errors():
                await store.redis.xadd(store.keys.media, taken.media.fields())
        trigger = opened.push.trigger
        allows = trigger and self._quota.allowed(trigger, inbound.received_at)
        return await store.accept(inbound, allows or None)

    def _keep_trying(self, opened: OpenedPush, taken: Taken) -> None:
        async def store() -> None:
            until = asyncio.get_running_loop().time() + KEEP_TRYING_S
            with suppress(StoreUnavailableError, MailboxFullError, ReplayedError):
                await patiently(
                    lambda: self._store(opened, taken), until, while_full=until
                )

        task = asyncio.create_task(store())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _report(
        self, opened: OpenedPush, reports: Sequence[Report], arrived: float
    ) -> Answer | None:
        """Makes reports on messages and permissions durable; repeats do no harm."""
        store, now = self._conversations, self.now()
        mark = f"report:{opened.push.dedup_id}"

        async def keep() -> None:
            await self.replays.check_nonce(opened.timestamp, opened.nonce, mark)
            async with translated_errors():
                for report in reports:
                    await store.redis.xadd(
                        store.keys.delivery_reports, report.fields(now)
                    )

        try:
            await patiently(keep, arrived + HOLD_S)
        except StoreUnavailableError:
            return None
        return Answer((), "report")

    async def _forget(self, opened: OpenedPush, arrived: float) -> Answer | None:
        push = opened.push
        person = push.openid
        if isinstance(push, PrivacyPush):
            if push.event not in (CANCELLED, REVOKED) or not is_openid(push.subject):
                return IGNORED
            person = push.subject
        conversation = conversation_of(person)
        message_id = f"{conversation}:{push.dedup_id}"

        async def ask() -> None:
            await self.replays.check_nonce(opened.timestamp, opened.nonce, message_id)
            await self._forgetting.ask(conversation, message_id)

        try:
            await patiently(ask, arrived + HOLD_S)
        except StoreUnavailableError:
            return None
        return Answer((), "forgotten")

    async def close(self) -> None:
        """Ends what still tries to store or to claim."""
        await self.answers.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _outcome(passive: Passive) -> str:
    if passive.confirms:
        return "passive"
    return "emergency" if passive.parts else "late"


CHANNEL: "web.AppKey[WeChatChannel]" = web.AppKey("wechat")


def channel_of(request: web.Request) -> WeChatChannel:
    """Returns the channel.

    Raises:
        web.HTTPNotFound: There is no account.
    """
    channel = request.app.get(CHANNEL)
    if channel is None:
        raise web.HTTPNotFound
    return channel


@routes.get("/wechat")
async def verify(request: web.Request) -> web.Response:
    """Answers the console's check of our address."""
    channel = channel_of(request)
    try:
        echo = channel.envelopes.verify(request.query)
    except RefusedPushError as err:
        logger.warning("wechat.verification.refused", reason=str(err))
        raise web.HTTPForbidden from err
    return web.Response(text=echo)


@routes.post("/wechat")
async def receive(request: web.Request) -> web.StreamResponse:
    """Takes one delivery of a push.

    Raises:
        web.HTTPForbidden: It is not signed with our token, or replayed.
        web.HTTPServiceUnavailable: Nothing was stored; WeChat has hung up by then.
    """
    channel = channel_of(request)
    loop = asyncio.get_running_loop()
    arrived = loop.time()
    body = await read_body(request, max_bytes=MAX_BODY_BYTES)
    if request.transport is None:
        # Under overload: the messenger has hung up and delivers again.
        channel.figures.pushes.labels("wechat", "hung_up").inc()
        raise web.HTTPServiceUnavailable
    try:
        channel.replays.check_time(request.query.get("timestamp", ""), channel.now())
        opened = channel.envelopes.open(request.query, body)
        answer = await channel.handle(opened, arrived)
    except MalformedPushError as err:
        # Signed, and unreadable: an error would only be shown to the person.
        logger.warning("wechat.push.malformed", reason=str(err))
        channel.figures.pushes.labels("wechat", "malformed").inc()
        return web.Response(body=SUCCESS)
    except RefusedPushError as err:
        logger.warning("wechat.push.refused", reason=str(err))
        channel.figures.pushes.labels("wechat", "refused_signature").inc()
        raise web.HTTPForbidden from err
    if answer is None:
        logger.error("wechat.push.not_stored", person=log_id(opened.push.openid))
        channel.figures.pushes.labels("wechat", "not_stored").inc()
        await asyncio.sleep(max(0.0, arrived + HOLD_S - loop.time()))
        raise web.HTTPServiceUnavailable
    return await _respond(request, channel, opened, answer, arrived)


async def _respond(
    request: web.Request,
    channel: WeChatChannel,
    opened: OpenedPush,
    answer: Answer,
    arrived: float,
) -> web.StreamResponse:
    """Writes the answer, and confirms it only after the bytes have left."""
    sealed, is_whole = channel.envelopes.seal(opened, answer.parts, channel.now())
    content_type = "text/plain" if sealed == SUCCESS else opened.content_type
    response = web.Response(body=sealed, content_type=content_type)
    with suppress(ConnectionError):
        await response.prepare(request)
        await response.write_eof()
        transport = request.transport
        has_left = transport is not None and not transport.is_closing()
        if answer.confirms is not None and has_left:
            await channel.answers.confirm(answer.confirms, is_whole=is_whole)
    channel.figures.pushes.labels("wechat", answer.outcome).inc()
    seconds = asyncio.get_running_loop().time() - arrived
    channel.figures.answer_seconds.labels("wechat").observe(seconds)
    return response
