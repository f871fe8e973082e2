"""The permissions to change cards that have been sent, one a card.

WeCom gives one with every card; it lasts 72 hours and works once. What is lost with
Redis is not made up for: a tap on such a card still tells who has the ticket.
"""

import json
from collections.abc import Awaitable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys
from community.card_changes import CardChange

LIFE = timedelta(hours=71)
"""WeCom's 72, less what a clock may be wrong and a queue may wait."""
CHANGED = "changed"
"""Field of the newest change; all others are tasks of cards."""


@dataclass(frozen=True, slots=True)
class SentCard:
    """A card that lies with somebody."""

    task: str
    code: str
    """Secret; changes the card once."""
    seq: int
    """The ticket's event that it tells."""
    is_task: bool
    """It can be taken on by a tap."""


class CardCodes:
    """Remembers codes by ticket; every call may raise `StoreUnavailableError`."""

    def __init__(self, redis: Redis, keys: RedisKeys) -> None:
        """Uses a client that somebody else closes."""
        self._redis = redis
        self._keys = keys

    async def remember(
        self, ticket: str, card: SentCard, *, now: datetime
    ) -> CardChange | None:
        """Keeps a card's code; returns a change that came while it was on its way."""
        until = (now + LIFE).timestamp()
        fields = await self._put(ticket, card.task, {**asdict(card), "until": until})
        change = _change(fields)
        if change is None or not change.concerns(card.seq, is_task=card.is_task):
            return None
        return change

    async def change(self, change: CardChange, *, now: datetime) -> list[SentCard]:
        """Notes a change, and returns the cards that it concerns and can reach."""
        fields = await self._put(change.ticket, CHANGED, asdict(change))
        found = []
        for name, text in fields.items():
            document = json.loads(text)
            if name == CHANGED or document.pop("until") <= now.timestamp():
                continue
            card = SentCard(**document)
            if change.concerns(card.seq, is_task=card.is_task):
                found.append(card)
        return sorted(found, key=lambda card: (card.seq, card.task))

    async def used(self, ticket: str, task: str) -> None:
        """Forgets a code that can do nothing more."""
        async with translated_errors():
            await cast(
                "Awaitable[int]", self._redis.hdel(self._keys.cards(ticket), task)
            )

    async def _put(
        self, ticket: str, field: str, value: Mapping[str, Any]
    ) -> dict[str, str]:
        key = self._keys.cards(ticket)
        async with translated_errors():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.hset(key, field, json.dumps(value))
            pipeline.expire(key, LIFE)
            pipeline.hgetall(key)
            *_, found = await pipeline.execute()
        return {_text(name): _text(value) for name, value in found.items()}


def _change(fields: Mapping[str, str]) -> CardChange | None:
    text = fields.get(CHANGED)
    return CardChange.of(json.loads(text)) if text else None


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
