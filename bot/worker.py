"""The worker: drains mailboxes, runs Rasa, commits once a message."""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Optional, Sequence, Set

import structlog
from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.processor import MessageProcessor

from adapters.redis_conversations import Lease, Letter, RedisConversations
from adapters.redis_signals import Signal
from bot.answering import Answering
from bot.event_log import StagedEventBroker, TurnLog
from bot.figures import Figures
from bot.outgoing import outgoing_entry
from bot.tracker_store import (
    WINDOW_TURNS,
    PendingTurn,
    RedisTurnTrackerStore,
    pending_turn,
)
from bot.unfinished import remind_at
from community.catalog.model import Catalog
from community.errors import (
    CommunityError,
    LeaseLostError,
    StoreUnavailableError,
)
from community.messages import Inbound, Kind, log_id
from community.replies import Part, Reply
from community.replies import Text as TextPart

logger = structlog.get_logger()

MAX_ATTEMPTS = 4
TRIM_S = 3_600.0
"""How often old turns of one conversation are looked for."""
TRIMS_REMEMBERED = 10_000
RETRY_DELAYS_S = (0.2, 1.0, 3.0)
CONCURRENT = 8
RECLAIMED = 100
"""Signals of others that are taken over at a time."""
BLOCK_MS = 500
"""A worker that is asked to stop takes new mail no longer than this."""
GIVEN_UP = (
    "对不起，我这边出了毛病，这句话没处理成。已经记下来让人查看；"
    "着急的事请打12345，危险请打110、119、120。"
)


class Worker:
    """Handles the messages of many conversations, each one in order."""

    def __init__(
        self,
        agent: Agent,
        conversations: RedisConversations,
        catalog: Callable[[], Catalog],
        *,
        name: Optional[str] = None,
        concurrent: int = CONCURRENT,
        broker: Optional[EventBroker] = None,
        turn_log: Optional[TurnLog] = None,
        figures: Optional[Figures] = None,
    ) -> None:
        """Binds a loaded agent to the conversations' store.

        Args:
            agent: Model and action endpoint; its stores are replaced.
            conversations: Redis state.
            catalog: Returns the catalogue as it is now.
            name: Consumer name; unique among living workers.
            concurrent: Conversations handled at a time.
            broker: Takes Rasa's events; by default they go into the entry.
            turn_log: Writes the dialogue log's entries; none without it.
            figures: Counts what is done.
        """
        if agent.processor is None:
            raise CommunityError("worker: the agent has no model")
        self.processor: MessageProcessor = agent.processor
        self.conversations = conversations
        self.name = name or f"{os.uname().nodename}-{os.getpid()}"
        store = RedisTurnTrackerStore(
            self.processor.domain,
            conversations=conversations,
            event_broker=broker or StagedEventBroker(),
        )
        self.turn_log = turn_log
        self.figures = figures or Figures()
        # Rasa wraps stores in one that answers from memory when Redis is down.
        self.processor.tracker_store = store
        self.store = store
        self.answering = Answering(self.processor, store, catalog)
        self._slots = asyncio.Semaphore(concurrent)
        self._trimmed: Dict[str, float] = {}
        self._tasks: Set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Works until `stop` is called; unfinished conversations are finished."""
        await self._create_group()
        reclaim = asyncio.create_task(self._reclaim())
        try:
            while not self._stopping.is_set():
                await self._slots.acquire()
                self._slots.release()
                await self._take(self._next_signals, are_new=True)
        finally:
            # Not cancelled: signals that it is taking over would lie for a lease time.
            self._stopping.set()
            await reclaim
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=20)

    def stop(self) -> None:
        """Asks `run` to end after the messages under way."""
        self._stopping.set()

    async def _create_group(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.conversations.create_group()
            except StoreUnavailableError as err:
                logger.warning("worker.redis.unavailable", error=str(err))
                await asyncio.sleep(1)
            else:
                return

    async def _next_signals(self) -> List[Signal]:
        return await self.conversations.next_signals(
            self.name, count=1, block_ms=BLOCK_MS
        )

    async def _abandoned(self) -> List[Signal]:
        return await self.conversations.abandoned_signals(self.name, count=RECLAIMED)

    async def _reclaim(self) -> None:
        while not self._stopping.is_set():
            try:
                await asyncio.wait_for(
                    self._stopping.wait(), self.conversations.lease_s / 2
                )
            except asyncio.TimeoutError:
                await self._take(self._abandoned, are_new=False)

    async def _take(self, source: Callable[[], Any], *, are_new: bool) -> None:
        try:
            signals = await source()
        except StoreUnavailableError as err:
            logger.warning("worker.redis.unavailable", error=str(err))
            await asyncio.sleep(0.5)
            with suppress(StoreUnavailableError):
                await self.conversations.create_group()
            return
        for signal in signals:
            await self._slots.acquire()
            task = asyncio.create_task(self._serve(signal, is_new=are_new))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._slots.release()
        if not task.cancelled() and task.exception() is not None:
            logger.error("worker.task.failed", error=repr(task.exception()))

    async def _serve(self, signal: Signal, *, is_new: bool) -> None:
        """Drains one conversation; the signal is kept unless that worked.

        A new one is finished also where somebody else is at work there: whoever it is
        answers this mail before giving the conversation up, and still has a signal that
        is taken over if they die. One that was taken over may be the last, so it stays.
        """
        try:
            if await self.drain(signal.conversation) or is_new:
                await self.conversations.finish_signal(signal)
        except (LeaseLostError, StoreUnavailableError) as err:
            logger.warning("worker.conversation.left", error=str(err))

    async def drain(self, conversation: str) -> bool:
        """Handles all waiting messages in order; `False` if others hold it.

        Raises:
            LeaseLostError: Another worker has taken over.
            StoreUnavailableError: Redis is down, or a message must be retried.
        """
        opened = await self.conversations.open(conversation, WINDOW_TURNS)
        if opened is None:
            return False
        lease, letter = opened.lease, opened.letter
        turns: Optional[Sequence[Any]] = opened.turns
        renewal = asyncio.create_task(self._renew(lease))
        try:
            while True:
                is_free = False
                if letter is not None:
                    is_free = await self._handle_until_done(lease, letter, turns)
                await self._trim(conversation)
                if is_free or await self.conversations.release(
                    lease, only_if_empty=True
                ):
                    return True
                letter, turns = await self.conversations.head(conversation), None
        except BaseException:
            with suppress(StoreUnavailableError):
                await self.conversations.release(lease)
            raise
        finally:
            renewal.cancel()

    async def _trim(self, conversation: str) -> None:
        """Drops turns that are too old, at most once in `TRIM_S`."""
        now_s = time.monotonic()
        if now_s - self._trimmed.get(conversation, -TRIM_S) < TRIM_S:
            return
        if len(self._trimmed) >= TRIMS_REMEMBERED:
            self._trimmed.clear()
        self._trimmed[conversation] = now_s
        oldest_s = time.time() - self.conversations.retention_s
        await self.conversations.trim_turns(conversation, oldest_s=oldest_s)

    async def _renew(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(self.conversations.lease_s / 3)
            with suppress(StoreUnavailableError):
                if not await self.conversations.renew(lease):
                    return

    async def _handle_until_done(
        self, lease: Lease, letter: Letter, turns: Optional[Sequence[Any]]
    ) -> bool:
        """Handles a message, again where that fails; tells whether the lease is free.

        Turns that were read with the message are good for the first try only.
        """
        while True:
            pending = PendingTurn(letter.inbound.id, turns=turns)
            turns = None
            try:
                is_free = await self._handle(lease, letter, pending)
            except (LeaseLostError, asyncio.CancelledError):
                raise
            except Exception as err:
                self.figures.failed(letter.inbound)
                attempts = await self.conversations.count_attempt(letter.inbound)
                logger.exception(
                    "worker.message.failed",
                    message=log_id(letter.inbound.id),
                    attempts=attempts,
                )
                if attempts >= MAX_ATTEMPTS:
                    await self._give_up(lease, letter, pending, err)
                    self.figures.given_up(letter.inbound)
                    return False
                await asyncio.sleep(RETRY_DELAYS_S[attempts - 1])
            else:
                self.figures.answered(letter.inbound, datetime.now(timezone.utc))
                return is_free

    async def _handle(self, lease: Lease, letter: Letter, pending: PendingTurn) -> bool:
        reset = pending_turn.set(pending)
        try:
            parts = await self._answer(letter.inbound)
        finally:
            pending_turn.reset(reset)
        if pending.error is not None:
            raise pending.error
        reply = self._reply(letter, parts)
        return await self.conversations.commit(
            lease,
            letter,
            turn=pending.turn,
            reply=reply,
            outgoing=outgoing_entry(letter.inbound, reply),
            log_entry=self._log_entry(letter, pending, reply),
            remind_at=remind_at(pending.tracker),
            frees=True,
        )

    def _log_entry(
        self,
        letter: Letter,
        pending: PendingTurn,
        reply: Reply,
        *,
        is_given_up: bool = False,
    ) -> str:
        if self.turn_log is None:
            return ""
        return self.turn_log.entry(
            letter.inbound, pending, reply, is_given_up=is_given_up
        )

    async def _give_up(
        self, lease: Lease, letter: Letter, pending: PendingTurn, err: Exception
    ) -> None:
        note = json.dumps({"message_id": letter.inbound.id, "error": repr(err)})
        # Failed news of a ticket are for operators: the resident asked nothing.
        inbound = letter.inbound
        silent = inbound.kind is Kind.EVENT and inbound.reply_to is None
        reply = self._reply(letter, [] if silent else [TextPart(GIVEN_UP)])
        await self.conversations.commit(
            lease,
            letter,
            turn="",
            reply=reply,
            dead_letter=note,
            outgoing=outgoing_entry(letter.inbound, reply),
            log_entry=self._log_entry(letter, pending, reply, is_given_up=True),
        )

    def _reply(self, letter: Letter, parts: List[Part]) -> Reply:
        return Reply(
            in_reply_to=letter.inbound.id,
            conversation=letter.inbound.conversation,
            parts=tuple(parts),
            created_at=datetime.now(timezone.utc),
        )

    async def _answer(self, inbound: Inbound) -> List[Part]:
        return await self.answering.answer(inbound)
