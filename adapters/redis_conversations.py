"""Conversations in Redis: mailbox, lease, commit, dialogue turns, chat history.

Everything that must be atomic is one Lua script. Each public method raises
`StoreUnavailableError` where Redis does not answer.
"""

import enum
import json
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from redis.asyncio import Redis

from adapters import redis_scripts as scripts
from adapters.redis_errors import translated_errors as _translated
from adapters.redis_keys import (
    ACCEPTED_TTL_S,
    REPLY_TTL_S,
    RedisKeys,
)
from adapters.redis_signals import RedisSignals
from community.errors import LeaseLostError, MailboxFullError
from community.messages import Inbound, log_id
from community.replies import Reply

MAX_WAITING = 50
"""Unanswered messages that one conversation may have."""
DAY_S = 86_400


class Kept(enum.Enum):
    """Says that something stays as it is."""

    KEPT = "kept"


KEPT = Kept.KEPT


@dataclass(frozen=True, slots=True)
class Allowed:
    """Messages that a person's step allows (`adapters.wechat.quota`)."""

    trigger: str
    n_messages: int
    ends_ms: int
    """When they end, milliseconds since 1970."""
    now_ms: int

    def arguments(self) -> tuple[str | int, ...]:
        """Returns what the script takes."""
        return (self.trigger, self.n_messages, self.ends_ms, self.now_ms)


NOTHING = ("", "", "", "")
"""Arguments where a message allows nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one conversation."""

    conversation: str
    token: int
    """Fencing token: grows with every lease ever granted."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The oldest unanswered message of a conversation."""

    raw: str
    inbound: Inbound


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation that a worker has just taken."""

    lease: Lease
    letter: Letter | None
    turns: tuple[Any, ...]
    """The newest turn records, oldest first; not read where no message waits."""


def open_redis(url: str) -> Redis:
    """Opens a client with time-outs; it connects at the first command."""
    client: Redis = Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=10,
        socket_connect_timeout=3,
        health_check_interval=30,
    )
    return client


class RedisConversations(RedisSignals):
    """All state of conversations, for gateways, workers and plain Rasa."""

    def __init__(
        self,
        redis: Redis,
        keys: RedisKeys,
        *,
        retention_days: int = 180,
        lease_s: float = 5.0,
    ) -> None:
        """Uses a client that somebody else closes.

        Args:
            redis: Client with `decode_responses=True`.
            keys: Key registry.
            retention_days: How long turns and chat history are kept.
            lease_s: Time after which a silent worker's conversation is free.
        """
        super().__init__(redis, keys)
        self.lease_s = lease_s
        self.retention_s = retention_days * DAY_S
        self._scripts |= {
            name: redis.register_script(getattr(scripts, name))
            for name in (
                "ACCEPT",
                "ACQUIRE",
                "OPEN",
                "RENEW",
                "RELEASE",
                "COMMIT",
                "APPEND_TURN",
            )
        }

    # Gateway side

    async def accept(self, inbound: Inbound, allowed: Allowed | None = None) -> bool:
        """Stores a message and signals the workers; `False` for a repeat.

        Args:
            inbound: The message.
            allowed: What it allows, granted with it.

        Raises:
            MailboxFullError: Too many messages of this person wait already.
        """
        keys, conversation = self.keys, inbound.conversation
        result = await self._run(
            "ACCEPT",
            [
                keys.accepted(inbound.id),
                keys.mailbox(conversation),
                keys.ready_urgent if inbound.urgent else keys.ready,
                keys.out(conversation),
                keys.live(conversation),
                keys.quota(conversation),
            ],
            [
                inbound.id,
                inbound.to_json(),
                conversation,
                ACCEPTED_TTL_S,
                MAX_WAITING,
                self.retention_s,
                # A messenger shows it by itself; pages have to be told.
                "0" if inbound.reply_to else "1",
                *(allowed.arguments() if allowed else NOTHING),
            ],
        )
        if result == -1:
            raise MailboxFullError(f"{MAX_WAITING} messages are waiting already")
        return bool(result == 1)

    # Worker side

    async def acquire(self, conversation: str) -> Lease | None:
        """Takes the conversation's lease; `None` while somebody else holds it."""
        token = await self._run(
            "ACQUIRE",
            [self.keys.lease(conversation), self.keys.fence],
            [int(self.lease_s * 1_000)],
        )
        return Lease(conversation, int(token)) if token else None

    async def open(self, conversation: str, n_turns: int) -> Opened | None:
        """Takes the lease and reads the oldest message with the last turns, at once.

        Returns:
            `None` while somebody else holds the lease.
        """
        keys = self.keys
        token, *read = await self._run(
            "OPEN",
            [
                keys.lease(conversation),
                keys.fence,
                keys.mailbox(conversation),
                keys.turns(conversation),
            ],
            [int(self.lease_s * 1_000), n_turns],
        )
        if not token:
            return None
        lease = Lease(conversation, int(token))
        if not read:
            return Opened(lease, None, ())
        raw, rows = read
        letter = Letter(raw, Inbound.from_json(raw))
        return Opened(lease, letter, tuple(json.loads(row) for row in rows))

    async def renew(self, lease: Lease) -> bool:
        """Extends the lease; `False` if it was lost."""
        return bool(
            await self._run(
                "RENEW",
                [self.keys.lease(lease.conversation)],
                [lease.token, int(self.lease_s * 1_000)],
            )
        )

    async def release(self, lease: Lease, *, only_if_empty: bool = False) -> bool:
        """Gives the lease up; `False` if mail came in and it is still held."""
        return bool(
            await self._run(
                "RELEASE",
                [
                    self.keys.lease(lease.conversation),
                    self.keys.mailbox(lease.conversation),
                    self.keys.released(lease.conversation),
                ],
                [lease.token, "1" if only_if_empty else "0"],
            )
        )

    async def head(self, conversation: str) -> Letter | None:
        """Returns the oldest unanswered message without removing it."""
        async with _translated():
            raw = await cast(
                "Awaitable[str | None]",
                self.redis.lindex(self.keys.mailbox(conversation), 0),
            )
        return None if raw is None else Letter(raw, Inbound.from_json(raw))

    async def count_attempt(self, inbound: Inbound) -> int:
        """Counts one more failed try of a message and returns the total."""
        key = self.keys.attempts(inbound.conversation)
        async with _translated():
            pipeline = self.redis.pipeline(transaction=True)
            pipeline.hincrby(key, inbound.id, 1)
            pipeline.expire(key, DAY_S)
            return int((await pipeline.execute())[0])

    async def commit(
        self,
        lease: Lease,
        letter: Letter,
        *,
        turn: str,
        reply: Reply,
        dead_letter: str = "",
        outgoing: str = "",
        log_entry: str = "",
        remind_at: datetime | None | Kept = KEPT,
        frees: bool = False,
    ) -> bool:
        """Makes one message's outcome durable, all of it or nothing.

        Args:
            lease: Must still be held.
            letter: Must still be the head of the mailbox; it is removed.
            turn: Turn record to append; empty where the dialogue did not move.
            reply: Stored for repeats, appended to the chat unless it has no
                part, announced.
            dead_letter: Why the message was given up; empty normally.
            outgoing: Outgoing entry (`docs/contracts.md`) for the dispatcher;
                empty where the channel reads the chat itself.
            log_entry: Entry for the dialogue log; empty for none.
            remind_at: When the resident is reminded of an unfinished report; `None`
                where there is none, `KEPT` where that has not changed.
            frees: Give the lease up as well, unless more mail waits.

        Returns:
            Whether the lease was given up.

        Raises:
            LeaseLostError: Another worker has taken over; nothing was written.
        """
        keys, conversation = self.keys, lease.conversation
        # Somebody waits for it; news that nobody asked for hold nothing up.
        is_queued = bool(outgoing and reply.parts and letter.inbound.reply_to)
        result = await self._run(
            "COMMIT",
            [
                keys.lease(conversation),
                keys.mailbox(conversation),
                keys.turns(conversation),
                keys.out(conversation),
                keys.reply(letter.inbound.id),
                keys.attempts(conversation),
                keys.live(conversation),
                keys.dead,
                keys.outgoing,
                keys.log,
                keys.unsent(conversation),
                keys.released(conversation),
                keys.unfinished,
            ],
            [
                lease.token,
                letter.raw,
                letter.inbound.id,
                turn,
                reply.to_json(),
                self.retention_s,
                REPLY_TTL_S,
                dead_letter,
                outgoing,
                log_entry,
                "1" if reply.parts else "0",
                "1" if is_queued else "0",
                "1" if frees else "0",
                conversation,
                _reminder(remind_at),
            ],
        )
        if result < 1:
            raise LeaseLostError(
                f"commit of {log_id(letter.inbound.id)} refused ({result}): it"
                " belongs to another worker now"
            )
        return bool(result == 2)

    # Dialogue turns

    async def append_turn(
        self, conversation: str, turn: str, *, lease: Lease | None = None
    ) -> None:
        """Appends a turn outside a worker's commit.

        Raises:
            LeaseLostError: `lease` was given and is not held any more.
        """
        result = await self._run(
            "APPEND_TURN",
            [self.keys.lease(conversation), self.keys.turns(conversation)],
            [lease.token if lease else "", turn, self.retention_s],
        )
        if result != 1:
            raise LeaseLostError(
                f"{log_id(conversation)}: the lease was lost before saving"
            )


def _reminder(remind_at: datetime | None | Kept) -> str | float:
    """Returns what the commit's script does with the reminder."""
    if isinstance(remind_at, Kept):
        return remind_at.value
    return remind_at.timestamp() if remind_at is not None else ""
