"""The answer within the messenger's time, decided once for all deliveries.

Who delivers is written in `claim:<message id>` (`docs/contracts.md`, "Delivery of
answers"), so that an answer goes out either here or by the dispatcher.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

import structlog

from adapters.redis_conversations import RedisConversations
from community.errors import StoreUnavailableError
from community.messages import Inbound, log_id
from community.replies import Emergency, Part, Reply
from gateway.live import LiveUpdates
from gateway.patience import patiently
from gateway.waiting import WaitingTime

logger = structlog.get_logger()
BUDGET_S = 4.5
"""Of the five seconds that WeChat waits; the rest is the way."""
GRACE_S = 0.3
"""To write down that an answer comes late."""
KEEP_CLAIMING_S = 60.0
"""Longer than the messenger delivers a message again."""
TYPING_AFTER_S = 1.0
MAX_TYPING_CALLS = 20
"""At a time: under load the answers matter more."""


@dataclass(frozen=True, slots=True)
class Passive:
    """What is answered to one delivery."""

    parts: Sequence[Part] = ()
    """Nothing: `success`."""
    confirms: bool = False
    """The worker's answer: its claim is confirmed once the bytes have left."""


class PassiveAnswers:
    """Waits for workers' answers on behalf of deliveries."""

    def __init__(
        self,
        conversations: RedisConversations,
        live: LiveUpdates,
        *,
        emergency: Callable[[Inbound], Emergency | None],
        typing: Callable[[str], Awaitable[object]] | None = None,
    ) -> None:
        """Binds what is waited for.

        Args:
            conversations: Replies and claims.
            live: Wakes when a reply is stored.
            emergency: Returns the number to call for an urgent message.
            typing: Shows a conversation that an answer is being written.
        """
        self._conversations = conversations
        self._live = live
        self._emergency = emergency
        self.waiting = WaitingTime()
        self._typing = typing
        self._typing_calls = asyncio.Semaphore(MAX_TYPING_CALLS)
        self._given_up: set[str] = set()
        """Messages that were acknowledged while nobody could be told so."""
        self._tasks: set[asyncio.Task[None]] = set()

    def watching(self, inbound: Inbound) -> AbstractContextManager[asyncio.Event]:
        """Watches for the answer to a message from before it is stored."""
        return self._live.watch(inbound.conversation)

    async def answer(
        self, inbound: Inbound, until: float, news: asyncio.Event, *, is_new: bool
    ) -> Passive:
        """Returns what to answer to a stored message.

        Args:
            inbound: The message.
            until: Time of the event loop at which something must be answered.
            news: Of `watching`, begun before the message was stored.
            is_new: Its first delivery; a repeat gets what the first one got.
        """
        if not is_new:
            news.set()  # its answer may have been announced long ago
        typing = asyncio.create_task(self._show_typing(inbound)) if is_new else None
        try:
            # Not given up at once: another delivery may still claim the answer, and
            # the messenger would show nothing of it after our `success`.
            return await patiently(
                lambda: self._answer(inbound, until, news), until + GRACE_S
            )
        except StoreUnavailableError as err:
            # The message is stored: the dispatcher delivers what nobody has claimed.
            logger.warning(
                "gateway.answer.unclaimed",
                message=log_id(inbound.id),
                error=type(err).__name__,
            )
            self._leave_to_dispatcher(inbound)
            return self.unanswered(inbound)
        finally:
            if typing is not None:
                typing.cancel()

    def _leave_to_dispatcher(self, inbound: Inbound) -> None:
        """Sees to it that no other delivery answers after what is said now.

        The messenger shows nothing of an answer that comes after an acknowledgement, so
        deliveries that still wait here learn of it at once, others by the claim.
        """
        if inbound.id in self._given_up:
            return
        self._given_up.add(inbound.id)
        task = asyncio.create_task(self._claim_late(inbound))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _claim_late(self, inbound: Inbound) -> None:
        until = asyncio.get_running_loop().time() + KEEP_CLAIMING_S
        try:
            with suppress(StoreUnavailableError):
                await patiently(
                    lambda: self._conversations.claim(inbound.id, "late"), until
                )
        finally:
            self._given_up.discard(inbound.id)

    async def close(self) -> None:
        """Ends what still tries to claim."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def unanswered(self, inbound: Inbound) -> Passive:
        """Returns what is said without a worker: the number in an emergency."""
        part = self._emergency(inbound) if inbound.urgent else None
        return Passive() if part is None else Passive((part,))

    async def confirm(self, inbound: Inbound, *, is_whole: bool) -> None:
        """Notes that a worker's answer has left; without it the dispatcher decides.

        Args:
            inbound: The message.
            is_whole: Nothing of it remains for the dispatcher.
        """
        with suppress(StoreUnavailableError):
            await self._conversations.confirm_passive(
                inbound.id,
                inbound.conversation,
                is_whole=is_whole,
                alone=inbound.urgent,
            )

    async def _answer(
        self, inbound: Inbound, until: float, news: asyncio.Event
    ) -> Passive:
        limit_s = self.waiting.limit_s()
        if limit_s is not None:
            until = min(until, asyncio.get_running_loop().time() + limit_s)
        holder, reply = await self._take(inbound, until, news)
        self.waiting.note(is_late=holder is None, was_short=limit_s is not None)
        if holder is None:
            holder = await self._conversations.claim(inbound.id, "late")
            if holder != "late":  # another delivery has just got it
                reply = await self._conversations.stored_reply(inbound.id)
        if holder == "late":
            return self.unanswered(inbound)
        return Passive(reply.parts, confirms=True) if reply else Passive()

    async def _take(
        self, inbound: Inbound, until: float, news: asyncio.Event
    ) -> tuple[str | None, Reply | None]:
        """Waits for the worker, and for the person's earlier answers to leave.

        Redis is asked when there is news, and once more at the end.
        """
        loop = asyncio.get_running_loop()
        while True:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(news.wait(), max(0.0, until - loop.time()))
            news.clear()
            if inbound.id in self._given_up:
                return "late", None
            try:
                taken = await self._conversations.take_passive(
                    inbound.id, inbound.conversation, overtakes=inbound.urgent
                )
            except StoreUnavailableError:
                news.set()  # whatever it was, it has not been seen
                raise
            if taken[0] is not None or loop.time() >= until:
                return taken

    async def _show_typing(self, inbound: Inbound) -> None:
        await asyncio.sleep(TYPING_AFTER_S)
        if self._typing is None or self._typing_calls.locked():
            return
        async with self._typing_calls:
            await self._typing(inbound.conversation)
