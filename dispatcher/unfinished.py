"""Reminds residents of reports that they have left unfinished."""

from datetime import datetime, timezone

from redis.asyncio import Redis

from adapters.redis_errors import translated_errors
from adapters.redis_keys import RedisKeys, message_mark
from community.messages import EventName
from community.outbox import Channel, Outbox, Outgoing, OutgoingKind


async def remind(
    redis: Redis, keys: RedisKeys, outbox: Outbox, *, now: datetime
) -> int:
    """Sends a reminder into each conversation where one is due; returns how many.

    The worker looks whether the report is unfinished still, says what there is to say,
    and its commit sets the next reminder or removes it. Until then the same reminder
    is found again, and its key stores it once.

    Raises:
        StoreUnavailableError: A store did not answer; the next round does it.
    """
    async with translated_errors():
        due = await redis.zrangebyscore(
            keys.unfinished, "-inf", now.timestamp(), withscores=True
        )
    return await outbox.add([_reminder(who, at) for who, at in due], now=now)


def _reminder(conversation: str, at: float) -> Outgoing:
    event = EventName.UNFINISHED.value
    return Outgoing(
        key=f"{event}#{message_mark(conversation)}#{at:.0f}",
        channel=Channel.DIALOGUE,
        recipient=conversation,
        kind=OutgoingKind.NOTICE,
        payload={"event": event, "extra": {}},
        due_at=datetime.fromtimestamp(at, timezone.utc),
    )
