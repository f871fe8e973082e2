"""Folds the waiting notices of one member of staff into one message."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Protocol

from adapters.sql.outbox_rows import Claimed
from community.outbox import Channel, Outgoing, OutgoingKind, StaffNotice

MAX_LINES = 12
MAX_LINE_CHARS = 40
PAGE = "/w/tickets"


class Notices(Protocol):
    """What waits for staff."""

    async def crowded(self, channel: Channel, *, more_than: int) -> list[str]:
        """Returns who has more waiting notices than that."""

    async def waiting(self, channel: Channel, recipient: str) -> list[Claimed]:
        """Returns those notices, oldest first."""

    async def fold(
        self, rows: Sequence[Claimed], digest: Outgoing, *, now: datetime
    ) -> bool:
        """Puts a digest in their place, unless one of them is under way."""


async def fold_notices(notices: Notices, *, more_than: int, now: datetime) -> int:
    """Folds where too many wait; returns how many digests were made."""
    n_digests = 0
    for recipient in await notices.crowded(Channel.WECOM_APP, more_than=more_than):
        rows = await notices.waiting(Channel.WECOM_APP, recipient)
        if rows and await notices.fold(rows, digest_of(rows, now), now=now):
            n_digests += 1
    return n_digests


def digest_of(rows: Sequence[Claimed], now: datetime) -> Outgoing:
    """Returns one message that says what several do."""
    newest = rows[-1]
    notice = StaffNotice(
        title=f"{len(rows)} 件事等您看",
        text="\n".join(_lines(rows)),
        path=PAGE,
        task=f"digest-{newest.message.key[:32]}",
    )
    return Outgoing(
        key=f"digest#{newest.message.key}",
        channel=newest.message.channel,
        recipient=newest.message.recipient,
        kind=OutgoingKind.DIGEST,
        payload=asdict(notice),
        due_at=now,
    )


def _lines(rows: Sequence[Claimed]) -> list[str]:
    titles = [str(row.message.payload.get("title", "")) for row in rows]
    lines = [f"· {title[:MAX_LINE_CHARS]}" for title in titles[:MAX_LINES] if title]
    if len(titles) > MAX_LINES:
        lines.append(f"· 还有 {len(titles) - MAX_LINES} 件，点开看全部")
    return lines
